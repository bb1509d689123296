/* SPDX-License-Identifier: MIT */
/* What stands in for names that do not exist and must not be made: an empty file, of
 * which all are further names (for .git a directory), while a command runs. A file is
 * told by its date of 1970, a directory by being empty and read-only; each is locked by
 * everybody who needs it, so that the last one takes it away, or the next one if that was
 * killed. May include: pab. */
#ifndef STANDINS_H
#define STANDINS_H

#include <sys/stat.h>

struct standin {
	int dir;
	int fd; /* locked; -1: another name's is the same file */
	char *name;
	bool is_dir, is_empty;
	dev_t dev;
	ino_t ino;
};

/* Starts as all zero; its owner calls standins_drop(). */
struct standins {
	struct standin *v;
	size_t n;
};

/* What is to stand there; dir and name are filled in by the call below. */
struct standin_spot {
	int dir;
	const char *name, *content;
	bool is_dir;
};

/* Is this one, by its mode, size and date? Returns whether. */
bool standins_is(const struct stat *st) NODISCARD;

/* Has something stand in at the path below the directory `at`. Returns 0, or -1 with
 * errno: EEXIST when something else has the name by now, or why there can be none. */
int standins_add(struct standins *s, int at, const char *path,
	const struct standin_spot *what) NODISCARD;

/* Takes them away, those that nobody else needs, and frees the memory. */
void standins_drop(struct standins *s);

#endif
