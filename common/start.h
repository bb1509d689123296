/* SPDX-License-Identifier: MIT */
/* How the walk of an operand starts: the directory opened through the place, and the
 * ignore rules that stand above it. In a confined place these are the rules of every
 * directory from the root down to the operand; without confinement, those from the
 * nearest ancestor that holds ".git" down, and none when there is no such ancestor. A
 * directory that was named is walked even when a rule ignores it. May include: place,
 * walk. */
#ifndef START_H
#define START_H

#include "place.h"
#include "walk.h"

struct start {
	struct walk *walk;
	struct ignore **levels; /* the rules above, topmost first; owned */
	size_t n;
	struct walk_mount *mounts; /* the routes below the start */
	size_t n_mounts;
	const struct err **down; /* routes at or below the start that cannot be opened */
	size_t n_down;
	struct gate *gate; /* counts what its rules left out */
};

/* Opens the target and makes s->walk ready for walk_next(); flags and max_depth are
 * those of walk_new(). Returns 0, or -1 with err (not_dir for what is no directory) and s
 * then needs no release. */
int start_walk(struct start *s, const struct place *p, enum op op, const struct target *t,
	unsigned flags, int max_depth, struct err *e) NODISCARD;

/* The routes below a target of a composite, as the mounts of a walk from it: new memory,
 * NULL elsewhere. */
void start_mounts(const struct place *p, const struct target *t,
	struct walk_mount **mounts, size_t *n);

/* The rules in a walk of that operation from the target, which is open as fd (-1: there
 * are only mounts): *out is the sieve, NULL without rules. Returns 0, or -1 with err when
 * the rules let nothing of it be seen. */
int start_sieve(const struct place *p, enum op op, const struct target *t, int fd,
	const struct walk_mount *mounts, size_t n_mounts, struct sieve **out,
	struct err *e) NODISCARD;

/* Frees the walk and the rules. Directories that threads still hold with walk_dir_ref()
 * stay open until they let go. */
void start_release(struct start *s);

#endif
