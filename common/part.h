/* SPDX-License-Identifier: MIT */
/* The algebra behind need.h: what is known of a part of an expression, put together from
 * what is known of smaller parts. May include: need. */
#ifndef PART_H
#define PART_H

#include "need.h"

struct part_list {
	struct need_seq v[NEED_MOST];
	size_t n;
};

struct part {
	bool exact;             /* first, equal to last, is all that it matches */
	struct part_list first; /* every match begins with one; {""}: nothing known */
	struct part_list last;  /* every match ends with one */
	struct part_list need;  /* every match holds one; none: nothing known */
};

/* What matches the empty string alone, what may match anything, what matches one byte of
 * a set. */
void part_empty(struct part *p);
void part_any(struct part *p);
void part_byte(struct part *p, const struct needed *sets, unsigned set);

/* What matches something whose first byte is of one set and its last of the other. */
void part_ends(struct part *p, const struct needed *sets, unsigned first, unsigned last);

/* p becomes "p then q", "p or q", "p, min to max times" (max < 0: without end). */
void part_then(struct part *p, const struct part *q, const struct needed *sets);
void part_or(struct part *p, const struct part *q, const struct needed *sets);
void part_repeat(struct part *p, int64_t min, int64_t max, const struct needed *sets);

/* Do both lists say the same, in the same order? Returns whether they do. */
bool part_alike(const struct part_list *a, const struct part_list *b) NODISCARD;

/* How many candidates the rarest bytes of a list would give, of 2^32 bytes of source
 * text. Returns the number. */
uint64_t part_cost(const struct part_list *list, const struct needed *sets);

/* The same of three bytes (or all there are) from number `at` on of one sequence. */
uint64_t part_window(const struct need_seq *s, unsigned at, const struct needed *sets);

#endif
