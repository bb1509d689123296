/* SPDX-License-Identifier: MIT */
/* Rules in a walk, where every path is known by construction: for each directory it is
 * found out once which rules can still match in it and by what, so that a name costs a
 * few comparisons. May include: decide. */
#ifndef SIEVE_H
#define SIEVE_H

#include "decide.h"

struct sieve;
struct sieve_dir; /* a directory on the way down to where the walk is */

enum sieve_answer {
	SIEVE_SHOWS,
	SIEVE_PASSES, /* a directory not shown itself, with something below that may be */
	SIEVE_DENIES,
	SIEVE_ASKS, /* a rule asks about it by name: not covered by an answer about all */
};

/* For a walk of a start with these names by one operation. The sets must live longer;
 * both arrays become the sieve's: sites of the start and, for each mount of the walk, its
 * names on the host (which may be none). Returns the sieve. */
struct sieve *sieve_new(const struct rule_sets *sets, enum op op, struct site *sites,
	size_t n, struct site *mounts, size_t n_mounts) NODISCARD;

void sieve_free(struct sieve *s);

/* Goes into the directory `name` of `above`, or with NULL into the start; mount is its
 * number, -1 for none. Returns the directory. */
struct sieve_dir *sieve_enter(
	struct sieve *s, struct sieve_dir *above, const char *name, int mount) NODISCARD;

void sieve_leave(struct sieve_dir *d);

/* What becomes of a name in it. Returns an answer; only directories pass. */
enum sieve_answer sieve_look(
	const struct sieve *s, struct sieve_dir *d, const char *name, bool is_dir);

#endif
