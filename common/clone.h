/* SPDX-License-Identifier: MIT */
/* One regular file or link copied with all it has: bytes, holes, mode, times, and owner,
 * ACL and extended attributes where that is allowed. May include: err. */
#ifndef CLONE_H
#define CLONE_H

#include "err.h"

#include <sys/stat.h>

/* Opens a regular file for copying; anything else is refused unopened. With alone, the
 * file's lock is taken for us alone, else for readers, so that no writer is in the midst
 * of it; waits at most 10 s. *st is filled. show is its name in errors. Returns a
 * descriptor, or -1 with err. */
int clone_open(int dir, const char *name, bool alone, struct stat *st, const char *show,
	struct err *e) NODISCARD;

/* Copies the file open as `from` into a new one called name, and compares them. Returns
 * 0; 1 when attributes could not be kept; -1 with err. */
int clone_file(int from, const struct stat *st, int dir, const char *name, bool sync,
	const char *show, struct err *e) NODISCARD;

/* Copies a symbolic link as a link. Returns 0, or -1 with err. */
int clone_link(int from, const char *name, int dir, const char *to, const char *show,
	struct err *e) NODISCARD;

/* Gives `to` what `from` has besides bytes, as far as that can be; times too. Returns 0;
 * 1 when attributes could not be kept; -1 with errno. */
int clone_facts(int from, const struct stat *st, int to) NODISCARD;

#endif
