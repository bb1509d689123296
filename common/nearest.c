/* SPDX-License-Identifier: MIT */
/* Each line and each word of the text is hashed, folded, into a table. The file is hashed
 * the same way on one pass: what is found in the table votes for the line at which the
 * text would begin. A text of m lines can only have m places open at a time, so that a
 * ring of m counters is enough. */
#include "nearest.h"

#include "alike.h"
#include "mem.h"

enum {
	SEED_LINE = 0x811c9dc5,
	SEED_WORD = 0x2c1b3c6d,
	PRIME = 0x01000193,
	MAX_LINES_OF = 4, /* lines of the text that one word or line votes for */
	FILTER = 1 << 16,
	AROUND = 8, /* how far a better beginning is looked for */
};

/* A word or a line of the text. */
struct entry {
	uint32_t key;
	uint32_t line[MAX_LINES_OF];
	unsigned n;      /* 0: a free slot */
	unsigned weight; /* the bytes of a word, four times those of a line */
	int64_t voted;   /* the line of the file for which it voted last */
};

struct search {
	struct entry *table;
	size_t mask;
	uint64_t filter[FILTER / 64];
	uint64_t *ring;
	size_t m;
	uint64_t words; /* the weight of all words of the text */
	int64_t line;   /* of the file */
	int64_t best;
	uint64_t best_score;
	bool adding; /* the text is read, not the file */
};

size_t nearest_split(const char *p, size_t n, struct line *out, size_t max)
{
	size_t m = 0;
	for (const char *end = p + n; m < max;) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		out[m++] = (struct line){p, (size_t)((lf ? lf : end) - p)};
		if (!lf)
			break;
		p = lf + 1;
	}
	return m;
}

static struct entry *slot(const struct search *s, uint32_t key)
{
	size_t i = (key * UINT32_C(0x9e3779b1)) & s->mask;
	while (s->table[i].n && s->table[i].key != key)
		i = (i + 1) & s->mask;
	return &s->table[i];
}

static void add(struct search *s, uint32_t key, unsigned weight, bool word)
{
	struct entry *en = slot(s, key);
	if (en->n == MAX_LINES_OF || (en->n && en->line[en->n - 1] == (uint32_t)s->line))
		return;
	en->key = key;
	en->weight = weight;
	en->voted = -1;
	en->line[en->n++] = (uint32_t)s->line;
	s->words += word ? weight : 0;
	s->filter[key >> 16 & (FILTER / 64 - 1)] |= UINT64_C(1) << (key & 63);
}

static void vote(struct search *s, uint32_t key)
{
	if (!(s->filter[key >> 16 & (FILTER / 64 - 1)] >> (key & 63) & 1))
		return;
	struct entry *en = slot(s, key);
	if (!en->n || en->voted == s->line)
		return;
	en->voted = s->line;
	for (unsigned i = 0; i < en->n; i++)
		if (s->line >= en->line[i])
			s->ring[(size_t)(s->line - en->line[i]) % s->m] += en->weight;
}

static void take(struct search *s, uint32_t key, size_t n, bool word)
{
	unsigned weight = n < 100 ? (unsigned)n : 100;
	if (s->adding)
		add(s, key, word ? weight : 4 * weight, word);
	else
		vote(s, key);
}

/* One line, of the text or the file. */
static void take_line(struct search *s, const unsigned char *p, const unsigned char *end)
{
	uint32_t line = SEED_LINE, word = SEED_WORD;
	size_t n_line = 0, n_word = 0;
	while (p < end) {
		unsigned c = alike_ascii[*p];
		size_t len = 1;
		if (c == ALIKE_WIDE)
			len = alike_char(p, (size_t)(end - p), &c);
		p += len;
		if (c == ALIKE_NOTHING && len > 1)
			continue; /* a mark within a word */
		if (c) {
			line = (line ^ c) * PRIME;
			n_line++;
		}
		if (c & ALIKE_WORD) {
			word = (word ^ c) * PRIME;
			n_word++;
		} else if (n_word) {
			take(s, word, n_word, true);
			word = SEED_WORD;
			n_word = 0;
		}
	}
	if (n_word)
		take(s, word, n_word, true);
	if (n_line)
		take(s, line, n_line, false);
}

/* The place that begins at a line gets no more votes. */
static void count(struct search *s, int64_t start)
{
	uint64_t *score = &s->ring[(size_t)start % s->m];
	if (*score > s->best_score) {
		s->best_score = *score;
		s->best = start;
	}
	*score = 0;
}

static void scan(struct search *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; s->line++) {
		const char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf ? (size_t)(lf - (p + i)) : n - i;
		if (s->line >= (int64_t)s->m)
			count(s, s->line - (int64_t)s->m);
		take_line(s, (const unsigned char *)p + i,
			(const unsigned char *)p + i + len);
		i += len + 1;
	}
	int64_t from = s->line > (int64_t)s->m ? s->line - (int64_t)s->m : 0;
	for (; from < s->line; from++)
		count(s, from);
}

static void read_text(struct search *s, const struct line *text, size_t m)
{
	size_t bytes = 0, slots = 64;
	for (size_t i = 0; i < m; i++)
		bytes += text[i].n + 1;
	while (slots < 2 * (bytes + m))
		slots *= 2;
	s->table = xcalloc(slots, sizeof(*s->table));
	s->mask = slots - 1;
	s->ring = xcalloc(m, sizeof(*s->ring));
	s->m = m;
	s->adding = true;
	for (s->line = 0; s->line < (int64_t)m; s->line++) {
		const unsigned char *q = (const unsigned char *)text[s->line].p;
		take_line(s, q, q + text[s->line].n);
	}
	s->adding = false;
	s->line = 0;
	s->best = -1;
}

/* How much of a line's beginning, or with `tail` of its end, stands in the file: found by
 * halving, since a shorter part is there when a longer one is. Returns the length and
 * where it is. */
static size_t longest(
	const struct line *l, bool tail, const char *p, size_t n, const char **at)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t mid = (low + high + 1) / 2;
		const char *hit = memmem(p, n, tail ? l->p + l->n - mid : l->p, mid);
		if (hit) {
			low = mid;
			*at = hit;
		} else {
			high = mid - 1;
		}
	}
	return low;
}

/* Nothing is the same: a good part of the text's longest line may be. */
static int64_t find_part(const struct line *text, size_t m, const char *p, size_t n)
{
	enum { LEAST = 4, LONGEST = 4096 };
	size_t j = 0;
	for (size_t i = 1; i < m; i++)
		if (text[i].n > text[j].n)
			j = i;
	struct line l = text[j];
	while (l.n && (*l.p == ' ' || *l.p == '\t'))
		l.p++, l.n--;
	l.n = l.n < LONGEST ? l.n : LONGEST;
	const char *at = NULL, *at_tail = NULL;
	size_t len = longest(&l, false, p, n, &at);
	if (len < l.n / 2) {
		size_t tail = longest(&l, true, p, n, &at_tail);
		if (tail > len) {
			len = tail;
			at = at_tail;
		}
	}
	if (!at || len < LEAST || len < l.n / 2)
		return -1;
	int64_t line = 0;
	for (const char *q = p; (q = memchr(q, '\n', (size_t)(at - q))); q++)
		line++;
	return line >= (int64_t)j ? line - (int64_t)j : 0;
}

bool nearest_same(const struct line *a, const struct line *b)
{
	const unsigned char *p = (const unsigned char *)a->p, *p_end = p + a->n;
	const unsigned char *q = (const unsigned char *)b->p, *q_end = q + b->n;
	for (;;) {
		unsigned c = 0, d = 0;
		while (p < p_end && !c)
			p += alike_char(p, (size_t)(p_end - p), &c);
		while (q < q_end && !d)
			q += alike_char(q, (size_t)(q_end - q), &d);
		if (c != d)
			return false;
		if (!c)
			return true;
	}
}

size_t nearest_offset(const char *p, size_t n, int64_t i)
{
	size_t at = 0;
	for (; i > 0 && at < n; i--) {
		const char *lf = memchr(p + at, '\n', n - at);
		at = lf ? (size_t)(lf - p) + 1 : n;
	}
	return at;
}

/* How many lines from a place on are the text's. */
static size_t run(const struct line *text, size_t m, const struct line *at, size_t n)
{
	size_t i = 0;
	while (i < m && i < n && nearest_same(&text[i], &at[i]))
		i++;
	return i;
}

/* Where a line is missing or too much, the votes point to what follows it; a place close
 * by whose first lines are the text's tells better what differs. */
static int64_t refine(
	const struct line *text, size_t m, const char *p, size_t n, int64_t best)
{
	enum { LOOK = 64 };
	struct line lines[2 * AROUND + LOOK];
	int64_t first = best > AROUND ? best - AROUND : 0, found = best;
	size_t from = nearest_offset(p, n, first), most = 0;
	size_t have = nearest_split(p + from, n - from, lines, ARRAY_LEN(lines));
	for (size_t i = 0; i <= 2 * AROUND && i < have; i++) {
		size_t r = run(text, m < LOOK ? m : LOOK, lines + i, have - i);
		int64_t at = first + (int64_t)i;
		if (r > most || (r && r == most && at == best)) {
			most = r;
			found = at;
		}
	}
	return found;
}

int64_t nearest_find(const struct line *text, size_t m, const char *p, size_t n)
{
	struct search s = {0};
	if (!m || !n)
		return -1;
	read_text(&s, text, m);
	scan(&s, p, n);
	free(s.table);
	free(s.ring);
	/* A third of its words, or some whole line, is what a text is known by. */
	if (s.best < 0 || s.best_score * 3 < s.words)
		return find_part(text, m, p, n);
	return refine(text, m, p, n, s.best);
}
