/* SPDX-License-Identifier: MIT */
/* Removing what a target names: for all others in one step, as a tree is hidden before it
 * is taken apart. May include: place. */
#ifndef REMOVE_H
#define REMOVE_H

#include "place.h"

/* What may be removed, and what was. */
struct removal {
	bool tree;              /* also a directory, with all below it */
	const struct stat *was; /* a file that must still be this one; NULL: any */
	/* Is the tree that is open as fd, which nobody finds any more, what it was? NULL:
	 * it need not be. */
	bool (*same)(void *ctx, int fd);
	void *ctx;
	int64_t bytes, files; /* of what was removed */
};

/* Removes what the target names; links are never followed, and a directory in which
 * something is mounted is left alone. What cannot be removed is put back. Returns 0, or
 * -1 with err. */
int remove_target(const struct place *p, const struct target *t, struct removal *r,
	struct err *e) NODISCARD;

/* Removes what a kill left hidden under temporary names for the target's. */
void remove_leftovers(const struct place *p, const struct target *t);

#endif
