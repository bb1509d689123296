/* SPDX-License-Identifier: MIT */
#include "again.h"

enum {
	RUN = 32,     /* bytes of a run that are compared */
	BETWEEN = 16, /* bytes between that are passed */
};

struct reader {
	const char *p, *end;
};

static bool take(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "[a-z_]", of plain letters, digits and "_" alone. */
static bool read_class(struct reader *r, struct need_set *s)
{
	const char *from = r->p;
	while (r->p < r->end && (is_alnum(*r->p) || *r->p == '_')) {
		unsigned char first = (unsigned char)*r->p++, last = first;
		if (r->end - r->p >= 2 && *r->p == '-' && is_alnum(r->p[1])) {
			last = (unsigned char)r->p[1];
			r->p += 2;
		}
		if (last < first)
			return false;
		need_include(s, first, last);
	}
	return r->p > from && take(r, "]");
}

/* The set that the run is of. Without PCRE2_UCP "\w" and "\s" are ASCII. */
static bool read_set(struct reader *r, struct need_set *s)
{
	if (take(r, "["))
		return read_class(r, s);
	if (!take(r, "\\w"))
		return false;
	need_include(s, '0', '9');
	need_include(s, 'A', 'Z');
	need_include(s, 'a', 'z');
	need_include(s, '_', '_');
	return true;
}

/* "+", "{4}", "{4,}" or "{4,9}", lazy or possessive if it likes. Returns the least
 * number, 0 when it is something else. */
static unsigned read_times(struct reader *r)
{
	unsigned n = 1;
	if (take(r, "{")) {
		for (n = 0; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
			n = n < RUN ? n * 10 + (unsigned)(*r->p - '0') : n;
		if (take(r, ","))
			while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
				r->p++;
		if (!take(r, "}"))
			return 0;
	} else if (!take(r, "+")) {
		return 0;
	}
	if (!take(r, "?"))
		(void)take(r, "+");
	return n < RUN ? n : RUN;
}

/* What is between: one plain byte, or more of it, or space. Returns whether it is known.
 */
static bool read_between(struct reader *r, struct needed *need)
{
	struct need_set *s = &need->sets[need->n_sets];
	need->v[0].at[1] = (uint16_t)(256 + need->n_sets++);
	if (take(r, "\\s")) {
		need_include(s, '\t', '\r');
		need_include(s, ' ', ' ');
	} else if (r->p < r->end && (is_alnum(*r->p) || strchr(" -_,:;/=", *r->p))) {
		need_include(s, (unsigned char)*r->p, (unsigned char)*r->p);
		r->p++;
	} else {
		return false;
	}
	need->spread = take(r, "+");
	return true;
}

bool again_read(struct needed *need, const char *p, size_t n)
{
	struct reader r = {p, p + n};
	*need = (struct needed){.n_sets = 1};
	need->v[0].at[0] = 256;
	(void)take(&r, "\\b");
	if (!take(&r, "(") || !read_set(&r, &need->sets[0]) ||
		!(need->again = read_times(&r)) || !take(&r, ")") ||
		!read_between(&r, need) || !take(&r, "\\1"))
		return false;
	(void)take(&r, "\\b");
	/* What comes between may be followed by more of it. */
	need->v[0].at[2] = 256;
	need->v[0].n = need->spread ? 2 : 3;
	need->n = 1;
	return r.p == r.end;
}

/* Is the run that ends with *q at r again? */
static bool comes_again(const struct needed *need, const char *begin, const char *q,
	const char *r, const char *end)
{
	for (size_t n = 1;; n++) {
		const char *from = q + 1 - n;
		if ((size_t)(q - begin) < n - 1 || (size_t)(end - r) < n ||
			!need_holds(need, need->v[0].at[0], (unsigned char)*from))
			return false;
		if (n == RUN)
			return true;
		if (n >= need->again && *from == *r && *q == r[n - 1] &&
			!memcmp(from, r, n))
			return true;
	}
}

bool again_at(
	const struct needed *need, const char *begin, const char *q, const char *end)
{
	const char *r = q + 1;
	for (int i = 0; i < BETWEEN; i++) {
		if (r == end || !need_holds(need, need->v[0].at[1], (unsigned char)*r))
			return false;
		if (comes_again(need, begin, q, ++r, end))
			return true;
		if (!need->spread)
			return false;
	}
	return true;
}
