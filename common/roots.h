/* SPDX-License-Identifier: MIT */
/* The directories that a place is confined to, known by descriptor, device and inode.
 * A set owns its roots. May include: mem. */
#ifndef ROOTS_H
#define ROOTS_H

#include <sys/types.h>

struct root {
	int fd;     /* O_PATH on the directory */
	char *path; /* absolute, for messages and to find the way back from ".."; as it
		       was given when that was absolute */
	dev_t dev;
	ino_t ino;
	unsigned group; /* links lead only into roots of the same group */
	bool is_tree;   /* its paths are a world of their own: "/x" in a link is its x */
};

struct roots {
	struct root *v;
	size_t n;
	bool confined; /* false: one root, AT_FDCWD, anything goes */
};

/* A set with nothing confined: names mean what they mean to open(2). */
void roots_init_open(struct roots *rs);

/* Adds the directory, to group 0. Returns 0, or -1 with errno. */
int roots_add(struct roots *rs, const char *dir) NODISCARD;

void roots_release(struct roots *rs);

/* The path that the kernel knows an open directory by. Returns new memory, or NULL. */
char *roots_real(int fd) NODISCARD;

/* Finds the root that the absolute path leads into by comparing each leading part of it
 * of at least `least` bytes, longest first, with the device and inode of the group's
 * roots, then the same with its links resolved. This only names a place: what is opened
 * is opened beneath the root. *rel, new memory, is the path from there. Returns the
 * root's number, or -1 with errno EXDEV. */
int roots_find(const struct roots *rs, unsigned group, const char *path, size_t least,
	char **rel) NODISCARD;

#endif
