/* SPDX-License-Identifier: MIT */
/* Unified diffs by Myers' algorithm ("An O(ND) Difference Algorithm", 1986), lines split
 * at LF. May include: buf. */
#ifndef DIFF_H
#define DIFF_H

#include "buf.h"

/* Appends the change from a to b as a unified diff with three lines of context, which
 * `git apply` and `patch -p1` take: name is shown as a/NAME and b/NAME, quoted as git
 * does; a NULL is a file that does not exist. Nothing is appended when they are equal.
 * Files that differ in more than some thousand places are shown as one change. */
void diff_unified(struct buf *out, const char *name, const char *a, size_t na,
	const char *b, size_t nb);

#endif
