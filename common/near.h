/* SPDX-License-Identifier: MIT */
/* Names like one that is not there. May include: buf, root, walk. */
#ifndef NEAR_H
#define NEAR_H

#include "buf.h"
#include "root.h"
#include "walk.h"

/* Begins a walk of the directory `dir`, a path as rel is. Returns it, or NULL when there
 * is no such directory. */
typedef struct walk *near_walk(
	const void *ctx, const char *dir, unsigned flags, int max_depth);

/* Appends up to three paths, separated by ", ", that look like the missing rel: names
 * close to it in the same directory, then the same name elsewhere in a bounded look
 * around (2,000 entries). shown is rel as the user wrote it. Returns how many it
 * found. */
int near_names(near_walk *begin, const void *ctx, const char *rel, const char *shown,
	struct buf *out);

#endif
