/* SPDX-License-Identifier: MIT */
#include "sift.h"

#include "again.h"
#include "mem.h"
#include "part.h"
#include "sift_kernel.h"

enum { BUCKETS = 8 };

/* Candidates of 2^32 bytes beyond which looking at each costs more than it spares. */
#define TOO_COMMON (UINT64_C(1) << 28)

struct sift {
	struct needed need;
	struct sift_probe probe;
	unsigned shift[NEED_MOST]; /* where the probe's first byte is in each sequence */
	/* What each sequence has so far from where the pair begins. */
	struct {
		int off;
		unsigned set;
	} common[NEED_LENGTH];
	unsigned n_common;
	size_t reach; /* so many bytes from a candidate on belong to the probe */
	bool certain; /* what the probe finds needs no comparing */
	sift_kernel *kernel;
};

static bool is_letter(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A set that is one byte after a mask: a byte, or a letter in either case. */
static bool masked(const struct needed *need, unsigned set, unsigned char *value,
	unsigned char *mask)
{
	*value = (unsigned char)set;
	*mask = 0xff;
	if (set < 256)
		return true;
	unsigned n = 0, first = 0;
	for (unsigned c = 256; c-- > 0;)
		if (need_holds(need, set, (unsigned char)c)) {
			first = c;
			n++;
		}
	*value = (unsigned char)first;
	*mask = 0xdf;
	return n == 2 && is_letter(first) && need_holds(need, set, first ^ 0x20);
}

/* Has every sequence these two sets so far from each other? Fills where the first is. */
static bool have_all(const struct needed *need, unsigned first, unsigned second,
	unsigned distance, unsigned shift[])
{
	for (size_t i = 0; i < need->n; i++) {
		const struct need_seq *q = &need->v[i];
		unsigned at = 0;
		while (at + distance < q->n &&
			(q->at[at] != first || q->at[at + distance] != second))
			at++;
		if (at + distance >= q->n)
			return false;
		shift[i] = at;
	}
	return true;
}

/* Whatever else is the same in every sequence rules out most of what a pair finds. */
static void find_common(struct sift *s)
{
	const struct need_seq *q = &s->need.v[0];
	for (unsigned k = 0; k < q->n; k++) {
		int off = (int)k - (int)s->shift[0];
		bool same = s->need.n > 1;
		for (size_t i = 1; same && i < s->need.n; i++) {
			int at = (int)s->shift[i] + off;
			same = at >= 0 && at < (int)s->need.v[i].n &&
			       s->need.v[i].at[at] == q->at[k];
		}
		if (same) {
			s->common[s->n_common].off = off;
			s->common[s->n_common++].set = q->at[k];
		}
	}
}

/* The two rarest bytes, which can be looked for after a mask, that each sequence has at
 * the same distance. Returns what they cost, or UINT64_MAX when there are no two. */
static uint64_t choose_pair(struct sift *s)
{
	const struct need_seq *q = &s->need.v[0];
	struct sift_probe *p = &s->probe;
	uint64_t best = UINT64_MAX;
	unsigned char value[2], mask[2];
	unsigned shift[NEED_MOST];
	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = i + 1; k < q->n; k++) {
			uint64_t cost = need_weight(&s->need, q->at[i]);
			cost *= need_weight(&s->need, q->at[k]);
			if (cost >= best ||
				!masked(&s->need, q->at[i], &value[0], &mask[0]) ||
				!masked(&s->need, q->at[k], &value[1], &mask[1]) ||
				!have_all(&s->need, q->at[i], q->at[k], k - i, shift))
				continue;
			best = cost;
			memcpy(p->value, value, sizeof(value));
			memcpy(p->mask, mask, sizeof(mask));
			memcpy(s->shift, shift, s->need.n * sizeof(*shift));
			p->off[1] = k - i;
		}
	s->reach = p->off[1] + 1;
	s->certain = s->need.n == 1 && q->n == 2;
	return best;
}

/* The rarest neighbouring bytes of the sequence. Returns where they begin. */
static unsigned choose_window(
	const struct needed *need, const struct need_seq *q, unsigned width)
{
	unsigned best = 0;
	for (unsigned at = 1; at + width <= q->n; at++)
		if (part_window(q, at, need) < part_window(q, best, need))
			best = at;
	return best;
}

/* One set exactly, a bit for each different row of the table of nibbles. */
static void fill_one(struct sift_probe *p, unsigned k)
{
	uint16_t rows[BUCKETS] = {0};
	unsigned n = 0;
	for (unsigned h = 0; h < 16; h++) {
		uint16_t row = 0;
		for (unsigned l = 0; l < 16; l++)
			row |= (uint16_t)((p->table[k][h * 16 + l] != 0) << l);
		unsigned i = 0;
		while (i < n && rows[i] != row)
			i++;
		if (!row)
			continue;
		if (i == BUCKETS)
			i--;
		n = i == n ? n + 1 : n;
		rows[i] |= row;
		p->hi[k][h] = (unsigned char)(1U << i);
	}
	for (unsigned i = 0; i < n; i++)
		for (unsigned l = 0; l < 16; l++)
			p->lo[k][l] |= (unsigned char)((rows[i] >> l & 1) << i);
}

static void fill_teddy(struct sift_probe *p, unsigned k)
{
	for (unsigned c = 0; c < 256; c++) {
		p->lo[k][c & 15] |= p->table[k][c];
		p->hi[k][c >> 4] |= p->table[k][c];
	}
}

static void choose_windows(struct sift *s)
{
	struct sift_probe *p = &s->probe;
	p->width = SIFT_WINDOW;
	for (size_t i = 0; i < s->need.n; i++)
		p->width = s->need.v[i].n < p->width ? s->need.v[i].n : p->width;
	for (size_t i = 0; i < s->need.n; i++) {
		const struct need_seq *q = &s->need.v[i];
		s->shift[i] = choose_window(&s->need, q, p->width);
		for (unsigned k = 0; k < p->width; k++)
			for (unsigned c = 0; c < 256; c++)
				if (need_holds(&s->need, q->at[s->shift[i] + k],
					    (unsigned char)c))
					p->table[k][c] |=
						(unsigned char)(1U << i % BUCKETS);
	}
	p->kind = s->need.n > 1 ? SIFT_TEDDY : SIFT_ONE;
	for (unsigned k = 0; k < p->width; k++)
		if (p->kind == SIFT_ONE)
			fill_one(p, k);
		else
			fill_teddy(p, k);
	s->reach = p->width;
	s->certain = false;
}

static sift_kernel *choose_kernel(enum sift_kind kind, enum sift_with with)
{
	static sift_kernel *const wide[] = {
		sift_wide_pair, sift_wide_one, sift_wide_teddy};
	static sift_kernel *const base[] = {
		sift_base_pair, sift_base_one, sift_base_teddy};
	if (with == SIFT_BEST && sift_has_wide())
		return wide[kind];
	if (with == SIFT_PLAIN || !sift_has_base() ||
		(kind != SIFT_PAIR && !sift_has_lookup()))
		return NULL;
	return base[kind];
}

struct sift *sift_new(const struct needed *need, enum sift_with with)
{
	struct part_list list = {.n = need->n};
	memcpy(list.v, need->v, need->n * sizeof(*list.v));
	uint64_t cost = part_cost(&list, need);
	if (!need->n)
		return NULL;
	struct sift *s = xcalloc(1, sizeof(*s));
	s->need = *need;
	uint64_t pair = choose_pair(s);
	/* Looking for a pair costs half as much as looking for a window. */
	if (pair > cost + (UINT64_C(1) << 23)) {
		choose_windows(s);
	} else {
		cost = pair;
		find_common(s);
	}
	if (cost > TOO_COMMON && !need->again) {
		sift_free(s);
		return NULL;
	}
	s->kernel = choose_kernel(s->probe.kind, with);
	return s;
}

void sift_free(struct sift *s)
{
	free(s);
}

static bool pair_at(const struct sift_probe *p, const unsigned char *q)
{
	return (q[p->off[0]] & p->mask[0]) == p->value[0] &&
	       (q[p->off[1]] & p->mask[1]) == p->value[1];
}

/* The buckets that the probe finds at q. */
static unsigned probe_at(const struct sift_probe *p, const char *at)
{
	const unsigned char *q = (const void *)at;
	if (p->kind == SIFT_PAIR)
		return pair_at(p, q) ? ~0U : 0;
	unsigned bits = p->table[0][q[0]];
	for (unsigned k = 1; k < p->width; k++)
		bits &= p->table[k][q[k]];
	return bits;
}

static bool seq_at(const struct sift *s, const struct need_seq *q, const char *p)
{
	for (unsigned i = 0; i < q->n; i++)
		if (!need_holds(&s->need, q->at[i], (unsigned char)p[i]))
			return false;
	return true;
}

/* May a sequence be around q, by what they all have? */
static bool common_at(
	const struct sift *s, const char *begin, const char *q, const char *end)
{
	for (unsigned k = 0; k < s->n_common; k++) {
		int off = s->common[k].off;
		if (off < begin - q || off >= end - q ||
			!need_holds(&s->need, s->common[k].set, (unsigned char)q[off]))
			return false;
	}
	return true;
}

/* The start of a sequence of one of the buckets that the probe at q is part of, in
 * [begin, end). Returns NULL when there is none. */
static const char *start_of(const struct sift *s, unsigned buckets, const char *begin,
	const char *q, const char *end)
{
	if (s->certain)
		return buckets ? q : NULL;
	if (!common_at(s, begin, q, end))
		return NULL;
	for (size_t i = 0; i < s->need.n; i++) {
		const struct need_seq *seq = &s->need.v[i];
		size_t before = s->shift[i];
		if (buckets >> i % BUCKETS & 1 && (size_t)(q - begin) >= before &&
			(size_t)(end - q) >= seq->n - before &&
			seq_at(s, seq, q - before) &&
			(!s->need.again || again_at(&s->need, begin, q - before, end)))
			return q - before;
	}
	return NULL;
}

size_t sift_next(const struct sift *s, const char *p, size_t n, size_t from)
{
	const char *begin = p + from, *q = begin, *end = p + n, *start;
	while ((size_t)(end - q) >= s->reach) {
		if (s->kernel)
			q = s->kernel(&s->probe, q, end, s->reach);
		if ((size_t)(end - q) < s->reach)
			break;
		unsigned buckets = probe_at(&s->probe, q);
		if (buckets && (start = start_of(s, buckets, begin, q, end)))
			return (size_t)(start - p);
		q++;
	}
	return n;
}

size_t sift_before(const struct sift *s)
{
	unsigned least = s->shift[0], most = least;
	for (size_t i = 1; i < s->need.n; i++) {
		least = s->shift[i] < least ? s->shift[i] : least;
		most = s->shift[i] > most ? s->shift[i] : most;
	}
	/* What the probe finds first may belong to a sequence that begins later. */
	return s->need.leads ? most - least : SIZE_MAX;
}

size_t sift_newlines(const char *p, size_t n)
{
	const char *end = p + n;
	size_t count =
		sift_has_wide() ? sift_wide_count(&p, end) : sift_base_count(&p, end);
	for (; p < end; p++)
		count += *p == '\n';
	return count;
}
