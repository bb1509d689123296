/* SPDX-License-Identifier: MIT */
#include "part.h"

/* clang-format off */
/* Of 65,536 bytes of source text (the Linux kernel, packages of JavaScript), how many are
 * this one. */
static const uint16_t weights[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 756, 1567, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 12035, 42, 528, 257, 23, 20, 71, 203, 517, 515, 406, 38,
	570, 441, 794, 468, 1104, 501, 380, 260, 294, 186, 169, 117, 157, 110, 289, 457,
	59, 401, 107, 41, 51, 769, 235, 813, 565, 819, 386, 276, 230, 720, 17, 137, 535,
	636, 610, 579, 578, 51, 728, 729, 844, 315, 138, 98, 128, 115, 63, 86, 49, 85,
	8, 2509, 70, 1619, 367, 1151, 1134, 3539, 852, 530, 533, 1920, 163, 197, 1077,
	754, 1843, 1646, 892, 104, 1956, 1599, 2378, 1040, 375, 197, 528, 351, 101, 252,
	63, 244, 4, 1, 9, 4, 4, 5, 2, 2, 2, 2, 3, 2, 2, 2, 2, 3, 1, 1, 1, 1, 1, 1, 5, 3,
	1, 1, 1, 2, 1, 1, 2, 1, 2, 2, 2, 2, 1, 1, 6, 2, 3, 4, 3, 2, 3, 1, 1, 2, 4, 3, 6,
	3, 4, 2, 3, 4, 2, 2, 5, 2, 2, 2, 2, 3, 3, 2, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 2, 1, 16, 8, 1, 1, 1, 2, 1, 2, 9, 6, 1, 1, 1, 1, 1, 1, 23, 7, 5, 1, 2, 4,
	3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

static const uint64_t always = UINT64_C(1) << 32;

/* A scan for one sequence is faster than one for several. */
static const uint64_t several = UINT64_C(1) << 21;

unsigned need_weight(const struct needed *need, unsigned set)
{
	unsigned sum = 0;
	if (set < 256)
		return weights[set];
	for (unsigned c = 0; c < 256; c++)
		sum += need_holds(need, set, (unsigned char)c) ? weights[c] : 0;
	return sum < 65536 ? sum : 65536;
}

uint64_t part_window(const struct need_seq *s, unsigned at, const struct needed *sets)
{
	uint64_t cost = always;
	for (unsigned i = at; i < s->n && i < at + 3; i++)
		cost = (cost * need_weight(sets, s->at[i]) >> 16) + 1;
	return cost;
}

uint64_t part_cost(const struct part_list *list, const struct needed *sets)
{
	uint64_t sum = list->n > 1 ? several : 0;
	if (!list->n)
		return always;
	for (size_t i = 0; i < list->n; i++) {
		const struct need_seq *s = &list->v[i];
		uint64_t best = part_window(s, 0, sets);
		for (unsigned at = 1; at + 3 <= s->n; at++) {
			uint64_t cost = part_window(s, at, sets);
			best = cost < best ? cost : best;
		}
		sum += best;
	}
	return sum < always ? sum : always;
}

/* What is found costs the comparing of it, and what is like it to the end an attempt to
 * match, which costs so many of them. */
enum { ATTEMPT = 32 };

static uint64_t price(const struct part_list *list, const struct needed *sets)
{
	uint64_t attempts = 0;
	for (size_t i = 0; i < list->n; i++) {
		uint64_t left = always;
		for (unsigned k = 0; k < list->v[i].n; k++)
			left = left * need_weight(sets, list->v[i].at[k]) >> 16;
		attempts += left;
	}
	return part_cost(list, sets) + ATTEMPT * (list->n ? attempts : always);
}

static void copy(struct part_list *to, const struct part_list *from)
{
	memmove(to->v, from->v, from->n * sizeof(*to->v));
	to->n = from->n;
}

static bool is_same(const struct need_seq *a, const struct need_seq *b)
{
	return a->n == b->n && !memcmp(a->at, b->at, a->n * sizeof(*a->at));
}

/* Returns whether there was room. */
static bool add(struct part_list *list, const struct need_seq *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_same(&list->v[i], s))
			return true;
	if (list->n == NEED_MOST)
		return false;
	list->v[list->n++] = *s;
	return true;
}

/* Returns whether there was room. */
static bool add_all(struct part_list *to, const struct part_list *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (!add(to, &from->v[i]))
			return false;
	return true;
}

bool part_alike(const struct part_list *a, const struct part_list *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = is_same(&a->v[i], &b->v[i]);
	return same;
}

/* {""}: what says nothing. */
static void clear(struct part_list *list)
{
	list->n = 1;
	list->v[0].n = 0;
}

/* a and b one behind the other, of which the end, or the beginning, is kept when it is
 * too long. Returns whether nothing was lost. */
static bool join(
	struct need_seq *s, const struct need_seq *a, const struct need_seq *b, bool end)
{
	uint16_t both[2 * NEED_LENGTH];
	unsigned n = a->n + b->n;
	memcpy(both, a->at, a->n * sizeof(*both));
	memcpy(both + a->n, b->at, b->n * sizeof(*both));
	s->n = n < NEED_LENGTH ? n : NEED_LENGTH;
	memcpy(s->at, both + (end ? n - s->n : 0), s->n * sizeof(*both));
	return s->n == n;
}

enum crossed { ALL, SHORTENED, TOO_MANY };

/* Every a followed by every b. */
static enum crossed cross(struct part_list *out, const struct part_list *a,
	const struct part_list *b, bool end)
{
	enum crossed r = ALL;
	out->n = 0;
	if (a->n * b->n > NEED_MOST)
		return TOO_MANY;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++) {
			struct need_seq s;
			if (!join(&s, &a->v[i], &b->v[k], end))
				r = SHORTENED;
			if (!add(out, &s))
				return TOO_MANY;
		}
	return r;
}

/* Takes what the list says when that is rarer than what p needs so far. */
static void offer(struct part *p, const struct part_list *list, const struct needed *sets)
{
	for (size_t i = 0; i < list->n; i++)
		if (!list->v[i].n)
			return;
	if (list->n && price(list, sets) <= price(&p->need, sets))
		copy(&p->need, list);
}

void part_empty(struct part *p)
{
	p->exact = true;
	clear(&p->first);
	clear(&p->last);
	p->need.n = 0;
}

void part_any(struct part *p)
{
	part_empty(p);
	p->exact = false;
}

void part_ends(struct part *p, const struct needed *sets, unsigned first, unsigned last)
{
	part_any(p);
	p->first.v[0].n = p->last.v[0].n = 1;
	p->first.v[0].at[0] = (uint16_t)first;
	p->last.v[0].at[0] = (uint16_t)last;
	offer(p, &p->first, sets);
}

void part_byte(struct part *p, const struct needed *sets, unsigned set)
{
	part_ends(p, sets, set, set);
	p->exact = true;
}

void part_then(struct part *p, const struct part *q, const struct needed *sets)
{
	struct part_list l;
	bool exact = p->exact && q->exact;
	offer(p, &q->need, sets);
	if (cross(&l, &p->last, &q->first, true) == ALL)
		offer(p, &l, sets);
	if (p->exact) {
		enum crossed r = cross(&l, &p->first, &q->first, false);
		exact = exact && r == ALL;
		if (r != TOO_MANY)
			copy(&p->first, &l);
	}
	if (!q->exact)
		copy(&p->last, &q->last);
	else if (cross(&l, &p->last, &q->last, true) != TOO_MANY)
		copy(&p->last, &l);
	else
		copy(&p->last, &q->last);
	p->exact = exact;
	offer(p, &p->first, sets);
	offer(p, &p->last, sets);
}

/* Both lists in one; what does not fit says nothing. */
static void unite(struct part_list *a, const struct part_list *b, bool *exact)
{
	if (add_all(a, b))
		return;
	clear(a);
	*exact = false;
}

void part_or(struct part *p, const struct part *q, const struct needed *sets)
{
	bool exact = p->exact && q->exact;
	unite(&p->first, &q->first, &exact);
	unite(&p->last, &q->last, &exact);
	p->exact = exact;
	if (!p->need.n || !q->need.n || !add_all(&p->need, &q->need))
		p->need.n = 0;
	offer(p, &p->first, sets);
	offer(p, &p->last, sets);
}

void part_repeat(struct part *p, int64_t min, int64_t max, const struct needed *sets)
{
	enum { COPIES = 4 };
	struct part one = *p, none;
	part_empty(&none);
	if (max == 0) {
		*p = none;
	} else if (min == 0 && max == 1) {
		part_or(p, &none, sets);
	} else if (min == 0) {
		part_any(p);
	} else {
		int64_t n = min < COPIES ? min : COPIES;
		for (int64_t i = 1; i < n; i++)
			part_then(p, &one, sets);
		p->exact = p->exact && n == max;
	}
}
