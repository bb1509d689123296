/* SPDX-License-Identifier: MIT */
/* Names like one that is not there. May include: buf, root. */
#ifndef NEAR_H
#define NEAR_H

#include "buf.h"
#include "root.h"

/* Appends up to three paths, separated by ", ", that look like the missing rel below
 * root i: names close to it in the same directory, then the same name elsewhere in a
 * bounded look around (2,000 entries). shown is rel as the user wrote it. Returns how
 * many it found. */
int near_names(const struct roots *rs, size_t i, const char *rel, const char *shown,
	struct buf *out);

#endif
