/* SPDX-License-Identifier: MIT */
/* The names in a sandbox's directory that a command may not write, because what stands in
 * them is run later outside of it (.git/hooks, .envrc, …), and those it may not see. For
 * a protected name that does not exist an empty file stands in while a command runs (for
 * .git a directory); it is told by its date of 1970, and locked by everybody who needs
 * it, so that the last one takes it away, or the next one if that was killed. May
 * include: vec. */
#ifndef SANDNAMES_H
#define SANDNAMES_H

#include "vec.h"

struct sandname_held {
	int dir;
	int fd; /* locked; -1: another name's is the same file */
	char *name;
	bool is_dir, is_empty;
	dev_t dev;
	ino_t ino;
};

struct sandnames {
	struct vec words;       /* for the helper: --base DIR --ro NAME --hide NAME … */
	struct vec unprotected; /* what could not be */
	struct sandname_held *held;
	size_t n_held;
};

/* Adds the names below one directory; `allow` are those that may be written. */
void sandnames_add(struct sandnames *s, const char *dir, const struct vec *allow);

/* Adds one name that must not be seen, below `base`. */
void sandnames_hide(struct sandnames *s, const char *base, const char *name);

/* Adds one name that must not be written. */
void sandnames_keep(struct sandnames *s, const char *base, const char *name);

/* Appends the names that are protected. */
void sandnames_list(struct vec *out);

/* Takes away what stands in, if nobody else needs it. */
void sandnames_drop(struct sandnames *s);

/* The same, and all memory. */
void sandnames_release(struct sandnames *s);

#endif
