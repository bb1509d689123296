/* SPDX-License-Identifier: MIT */
/* What was too much to show, kept for "@out:ID": one private file an output below the
 * home directory (home.h), for 24 hours and 1 GiB together, oldest first out. Whoever
 * makes a new one sweeps. An id that was swept stays taken for a week, so that an old id
 * is told from a wrong one and never leads to another output. May include: home,
 * job. */
#ifndef STORE_H
#define STORE_H

#include "home.h"

enum { STORE_ID_MIN = 4, STORE_ID_MAX = 32 };

/* What one output may hold; its writer stops there and says so. */
#define STORE_ONE ((int64_t)256 << 20)

/* Makes an empty output of a kind ("out") below home (may be NULL, as in home.h): its id,
 * lower case hex digits, and a descriptor to write to, which the caller closes and which
 * keeps the file from being swept while it is open. Returns 0, or -1 with err. */
int store_new(const char *home, const char *kind, char id[STORE_ID_MAX + 1], int *fd,
	struct err *e) NODISCARD;

/* Is the operand one of pab's own records ("@out:" or "@job:" and anything)? Returns true
 * if it is; a file of that name is "./@out:…". */
bool store_is(const char *operand) NODISCARD;

/* Opens what the operand names for reading: a regular file, seekable, which stays whole
 * for as long as it is open; that of a job (job.h) may grow. Returns a descriptor, or -1
 * with err: not_found "expired" or "no such output", usage for what cannot be an id. */
int store_open(const char *home, const char *operand, struct err *e) NODISCARD;

#endif
