/* SPDX-License-Identifier: MIT */
/* The grammar:
 *
 *	pattern  = { item }
 *	item     = "**" | "*" | "?" | class | braces | "\" char | char
 *	braces   = "{" pattern { "," pattern } "}"
 *	class    = "[" [ "!" | "^" ] { "[:" name ":]" | char | char "-" char } "]"
 *
 * A "**" that is a whole component becomes SPLIT over the slash behind it, DEEP, slash.
 */
#include "glob.h"

#include "mem.h"
#include "text.h"

enum { MAX_PATTERN = 4096, MAX_DEPTH = 64 };

/* A "{" being read, to find what stands behind its end. */
struct brace {
	size_t close;
	const struct brace *up;
	int depth;
};

/* A SPLIT whose target is the op behind the slash at this place in the pattern. */
struct pending {
	size_t op, slash;
};

struct reader {
	const char *p;
	size_t n, i;
	struct glob *g;
	unsigned flags;
	struct pending *pending;
	size_t n_pending;
	bool fresh;   /* at the start of a component */
	bool special; /* something other than plain characters was read */
	struct err *e;
};

static const char no_bracket[] = "missing ] for the [",
		  no_brace[] = "missing } for the {";

static int parse_items(struct reader *r, const struct brace *in);

uint32_t glob_char(unsigned flags, const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *)*p;
	size_t n = *s < 0x80 || flags & MATCH_GIT ? 1 : text_char(s, (size_t)(end - *p));
	*p += n ? n : 1;
	switch (n) {
	case 1:
		return *s;
	case 2:
		return (s[0] & 0x1fU) << 6 | (s[1] & 0x3fU);
	case 3:
		return (s[0] & 0xfU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU);
	case 4:
		return (s[0] & 0x7U) << 18 | (s[1] & 0x3fU) << 12 | (s[2] & 0x3fU) << 6 |
		       (s[3] & 0x3fU);
	default:
		return GLOB_NOT_UTF8 + *s;
	}
}

/* A pattern that makes no sense is the user's error, but git's silence. */
static int bad(struct reader *r, size_t at, const char *what)
{
	if (r->flags & MATCH_GIT) {
		r->g->ops[0].kind = GLOB_NEVER;
		r->g->n = 1;
		return -1;
	}
	return err_set(r->e, ERR_BAD_PATTERN, NULL, "%s at column %zu of '%.*s'", what,
		text_columns(r->p, at) + 1, (int)(r->n < 100 ? r->n : 100), r->p);
}

/* Appends an op; the array is as large as the longest program. Returns its number. */
static size_t emit(struct reader *r, enum glob_kind kind, uint32_t c)
{
	struct glob *g = r->g;
	g->ops[g->n] = (struct glob_op){.kind = kind, .c = c};
	return g->n++;
}

static uint32_t take(struct reader *r)
{
	const char *p = r->p + r->i;
	uint32_t c = glob_char(r->flags, &p, r->p + r->n);
	r->i = (size_t)(p - r->p);
	return c;
}

/* The place of what follows i once the braces that end there are left. */
static size_t beyond(const struct reader *r, const struct brace *in, size_t i)
{
	while (in && i < r->n && (r->p[i] == ',' || i == in->close)) {
		i = in->close + 1;
		in = in->up;
	}
	return i;
}

static void parse_stars(struct reader *r, const struct brace *in)
{
	size_t n = 0;
	while (r->i + n < r->n && r->p[r->i + n] == '*')
		n++;
	r->i += n;
	size_t next = beyond(r, in, r->i);
	bool slash = next < r->n && r->p[next] == '/';
	bool ends = next == r->n || slash ||
		    (next + 1 < r->n && r->p[next] == '\\' && r->p[next + 1] == '/');
	/* git compares a plain beginning first and takes "**" behind it for a first one.
	 */
	bool begins = r->fresh || (r->flags & MATCH_GIT && !r->special);
	if (n == 1 || !begins || !ends) {
		emit(r, GLOB_STAR, 0);
		return;
	}
	if (slash) {
		r->pending =
			xrealloc_n(r->pending, r->n_pending + 1, sizeof(*r->pending));
		r->pending[r->n_pending++] =
			(struct pending){emit(r, GLOB_SPLIT, 0), next};
	}
	emit(r, GLOB_DEEP, 0);
}

static void parse_slash(struct reader *r)
{
	size_t op = emit(r, GLOB_LIT, '/');
	for (size_t k = 0; k < r->n_pending; k++)
		if (r->pending[k].slash == r->i)
			r->g->ops[r->pending[k].op].to = op + 1;
	r->i++;
}

static void add_range(struct glob_class *c, uint32_t lo, uint32_t hi)
{
	c->v = xrealloc_n(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n++] = (struct glob_range){lo, hi};
}

/* "[:alpha:]" at r->i. Returns 1 and goes behind it, 0 when it is no such thing, -1 when
 * there is no class of that name. */
static int parse_named(struct reader *r, struct glob_class *c)
{
	static const struct {
		const char *name, *pairs;
	} known[] = {
		{"alnum", "09AZaz"},
		{"alpha", "AZaz"},
		{"blank", "  \t\t"},
		{"cntrl", "\1\37\177\177"},
		{"digit", "09"},
		{"graph", "!~"},
		{"lower", "az"},
		{"print", " ~"},
		{"punct", "!/:@[`{~"},
		{"space", "  \t\r"},
		{"upper", "AZ"},
		{"xdigit", "09AFaf"},
	};
	const char *s = r->p + r->i + 2;
	const char *end = memchr(s, ']', r->n - r->i - 2);
	if (!end || end == s || end[-1] != ':')
		return 0;
	size_t n = (size_t)(end - 1 - s);
	r->i = (size_t)(end + 1 - r->p);
	for (size_t k = 0; k < ARRAY_LEN(known); k++)
		if (strlen(known[k].name) == n && !memcmp(known[k].name, s, n)) {
			for (const char *q = known[k].pairs; *q; q += 2)
				add_range(c, (unsigned char)q[0], (unsigned char)q[1]);
			return 1;
		}
	return -1;
}

/* One character of a class, perhaps behind "\". Returns 0, or -1 at the pattern's end. */
static int class_char(struct reader *r, uint32_t *c)
{
	if (r->i < r->n && r->p[r->i] == '\\')
		r->i++;
	if (r->i >= r->n)
		return -1;
	*c = take(r);
	return 0;
}

/* A character or a range of them. Returns 0, or -1 with err. */
static int parse_member(struct reader *r, struct glob_class *c, size_t open)
{
	uint32_t lo, hi;
	size_t at = r->i;
	if (class_char(r, &lo) < 0)
		return bad(r, open, no_bracket);
	if (r->i + 1 >= r->n || r->p[r->i] != '-' || r->p[r->i + 1] == ']') {
		add_range(c, lo, lo);
		return 0;
	}
	r->i++;
	if (class_char(r, &hi) < 0)
		return bad(r, open, no_bracket);
	if (hi < lo && !(r->flags & MATCH_GIT))
		return bad(r, at, "a range that runs backwards");
	/* git: a backward range is empty, but its first character was seen. */
	add_range(c, lo, hi < lo ? lo : hi);
	return 0;
}

static int parse_class(struct reader *r)
{
	struct glob *g = r->g;
	size_t open = r->i++;
	g->classes = xrealloc_n(g->classes, g->n_classes + 1, sizeof(*g->classes));
	struct glob_class *c = &g->classes[g->n_classes++];
	*c = (struct glob_class){0};
	if (r->i < r->n && (r->p[r->i] == '!' || r->p[r->i] == '^')) {
		c->negated = true;
		r->i++;
	}
	bool first = true;
	for (; r->i < r->n && (first || r->p[r->i] != ']'); first = false) {
		bool named = r->i + 1 < r->n && !memcmp(r->p + r->i, "[:", 2);
		size_t at = r->i;
		int is = named ? parse_named(r, c) : 0;
		if (is < 0)
			return bad(r, at, "no character class of that name");
		if (!is && parse_member(r, c, open) < 0)
			return -1;
	}
	if (r->i >= r->n)
		return bad(r, open, no_bracket);
	r->i++;
	emit(r, GLOB_CLASS, (uint32_t)(g->n_classes - 1));
	return 0;
}

/* Returns the place behind the class that opens at i, or i + 1 when it is not closed. */
static size_t skip_class(const struct reader *r, size_t i)
{
	size_t k = i + 1;
	if (k < r->n && (r->p[k] == '!' || r->p[k] == '^'))
		k++;
	for (size_t first = k; k < r->n; k++) {
		if (r->p[k] == ']' && k > first)
			return k + 1;
		const char *end = NULL;
		if (r->p[k] == '\\')
			k++;
		else if (k + 1 < r->n && !memcmp(r->p + k, "[:", 2))
			end = memchr(r->p + k + 2, ']', r->n - k - 2);
		if (end && end[-1] == ':' && end > r->p + k + 2)
			k = (size_t)(end - r->p);
	}
	return i + 1;
}

/* Returns the place of the "}" that closes the "{" at i, or 0. */
static size_t find_close(const struct reader *r, size_t i)
{
	int depth = 0;
	while (i < r->n) {
		if (r->p[i] == '{')
			depth++;
		else if (r->p[i] == '}' && --depth == 0)
			return i;
		if (r->p[i] == '[')
			i = skip_class(r, i);
		else
			i += r->p[i] == '\\' ? 2 : 1;
	}
	return 0;
}

static int parse_braces(struct reader *r, const struct brace *up)
{
	struct brace b = {find_close(r, r->i), up, up ? up->depth + 1 : 1};
	bool before = r->fresh, after = true;
	size_t *ends CLEANUP(mem_freep) = NULL;
	size_t n = 0;
	if (!b.close)
		return bad(r, r->i, no_brace);
	if (b.depth > MAX_DEPTH)
		return bad(r, r->i, "more than 64 braces within each other");
	do {
		size_t split = emit(r, GLOB_SPLIT, 0);
		r->i++;
		r->fresh = before;
		if (parse_items(r, &b) < 0)
			return -1;
		after &= r->fresh;
		ends = xrealloc_n(ends, n + 1, sizeof(*ends));
		ends[n++] = emit(r, GLOB_JUMP, 0);
		/* The last alternative has none to split from. */
		bool last = r->i == b.close;
		r->g->ops[split].to = last ? split + 1 : r->g->n;
	} while (r->i < b.close);
	for (size_t k = 0; k < n; k++)
		r->g->ops[ends[k]].to = r->g->n;
	r->fresh = after;
	r->i++;
	return 0;
}

/* One item. Returns 0, or -1 with err. */
static int parse_item(struct reader *r, const struct brace *in)
{
	char c = r->p[r->i];
	bool special = c == '*' || c == '?' || c == '[' || c == '\\';
	int bad_item = 0;
	if (c == '*') {
		parse_stars(r, in);
	} else if (c == '/') {
		parse_slash(r);
	} else if (c == '?') {
		r->i++;
		emit(r, GLOB_ANY, 0);
	} else if (c == '[') {
		bad_item = parse_class(r);
	} else if (c == '{' && !(r->flags & (MATCH_NO_BRACES | MATCH_GIT))) {
		return parse_braces(r, in);
	} else if (c == '\\' && ++r->i == r->n) {
		bad_item = bad(r, r->i - 1, "nothing behind the \\");
	} else {
		emit(r, GLOB_LIT, take(r));
	}
	r->fresh = r->p[r->i - 1] == '/';
	r->special |= special;
	return bad_item;
}

/* Items up to the end, or to the "," or "}" of the brace they stand in. */
static int parse_items(struct reader *r, const struct brace *in)
{
	while (r->i < r->n && !(in && (r->p[r->i] == ',' || r->i == in->close)))
		if (parse_item(r, in) < 0)
			return -1;
	return 0;
}

int glob_read(
	struct glob *g, const char *pattern, size_t n, unsigned flags, struct err *e)
{
	struct reader r = {
		.p = pattern, .n = n, .g = g, .flags = flags, .fresh = true, .e = e};
	*g = (struct glob){0};
	/* No byte of a pattern becomes more than two ops. */
	g->ops = xcalloc(2 * (n < MAX_PATTERN ? n : 0) + 4, sizeof(*g->ops));
	int result = n < MAX_PATTERN ? parse_items(&r, NULL)
				     : bad(&r, 0, "too long a pattern");
	if (result == 0 && g->n >= GLOB_MAX_OPS)
		result = bad(&r, 0, "too large a pattern");
	free(r.pending);
	if (result < 0 && !(flags & MATCH_GIT)) {
		glob_release(g);
		return -1;
	}
	emit(&r, GLOB_END, 0);
	return 0;
}

void glob_release(struct glob *g)
{
	for (size_t i = 0; i < g->n_classes; i++)
		free(g->classes[i].v);
	free(g->classes);
	free(g->ops);
	*g = (struct glob){0};
}
