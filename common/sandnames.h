/* SPDX-License-Identifier: MIT */
/* The names in a sandbox's directory that a command may not write, because what stands in
 * them is run later outside of it (.git/hooks, .envrc, …), and those it may not see. For
 * a protected name that does not exist something stands in while a command runs
 * (standins.h). May include: vec. */
#ifndef SANDNAMES_H
#define SANDNAMES_H

#include "standins.h"
#include "vec.h"

struct sandnames {
	struct vec words;       /* for the helper: --base DIR --ro NAME --hide NAME … */
	struct vec unprotected; /* what could not be */
	struct standins standins;
};

/* Adds the names below one directory; `allow` are those that may be written. */
void sandnames_add(struct sandnames *s, const char *dir, const struct vec *allow);

/* Adds one name that must not be seen, below `base`. */
void sandnames_hide(struct sandnames *s, const char *base, const char *name);

/* Adds one name that must not be written. */
void sandnames_keep(struct sandnames *s, const char *base, const char *name);

/* Appends the names that are protected. */
void sandnames_list(struct vec *out);

/* Takes away what stands in, and frees the memory. */
void sandnames_release(struct sandnames *s);

#endif
