/* SPDX-License-Identifier: MIT */
#include "rulepat.h"

#include "mem.h"

#include <ctype.h>

/* A pattern is a nondeterministic automaton: state i stands before token i. */
enum kind {
	LITERAL,
	ONE,   /* a character other than "/" */
	ANY,   /* a character */
	CLASS, /* a byte of the set */
	TAIL,  /* the rest of a character that began with ONE, ANY or CLASS */
	STAR,  /* any run without "/" */
	ALL,   /* any run */
	DIRS,  /* any number of directories, each with its "/" */
	IN_DIR /* within one; always behind DIRS */
};

enum { WORDS = (3 * RULEPAT_MAX + 64) / 64 };

struct states {
	uint64_t w[WORDS];
	size_t words; /* in use */
};

static void add_token(struct rulepat *r, enum kind kind, char byte)
{
	if (!(r->n & (r->n - 1)) || !r->n)
		r->v = xrealloc_n(r->v, r->n ? 2 * r->n : 1, sizeof(*r->v));
	r->v[r->n++] =
		(struct rulepat_token){(unsigned char)kind, (unsigned char)byte, NULL};
}

static void add_char(struct rulepat *r, enum kind kind)
{
	add_token(r, kind, 0);
	add_token(r, TAIL, 0);
}

static int bad(const char *why, struct err *e)
{
	return err_set(e, ERR_BAD_PATTERN, NULL, "%s", why);
}

static void set_bit(uint32_t *set, unsigned c, bool on)
{
	if (on)
		set[c / 32] |= UINT32_C(1) << c % 32;
	else
		set[c / 32] &= ~(UINT32_C(1) << c % 32);
}

/* [seq], of which p is behind the "[". Returns what follows, or NULL with err. */
static const char *add_class(struct rulepat *r, const char *p, bool path, struct err *e)
{
	bool negated = *p == '!' || *p == '^';
	uint32_t *set = xcalloc(8, sizeof(*set));
	add_char(r, CLASS);
	r->v[r->n - 2].set = set;
	p += negated;
	const char *first = p;
	while (*p && (*p != ']' || p == first)) {
		unsigned a = (unsigned char)*p, b = a;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			b = (unsigned char)p[2];
			p += 2;
		}
		if (a > 127 || b > 127 || a > b)
			return bad(a > b ? "a range in [ ] runs backwards"
					 : "[ ] takes ASCII characters alone",
				       e),
			       NULL;
		for (unsigned c = a; c <= b; c++)
			set_bit(set, c, true);
		p++;
	}
	if (!*p)
		return bad("[ without ]; the character itself is [[]", e), NULL;
	for (size_t i = 0; negated && i < 8; i++)
		set[i] = ~set[i];
	for (unsigned c = 0x80; negated && c < 0xc0; c++)
		set_bit(set, c, false);
	if (path)
		set_bit(set, '/', false);
	return p + 1;
}

static const char *add_path_star(struct rulepat *r, const char *begin, const char *p)
{
	if (p[1] != '*') {
		add_token(r, STAR, 0);
		return p + 1;
	}
	if (p[2] == '/' && (p == begin || p[-1] == '/')) {
		add_token(r, DIRS, 0);
		add_token(r, IN_DIR, 0);
		return p + 3;
	}
	add_token(r, ALL, 0);
	return p + strspn(p, "*");
}

static int compile_path(struct rulepat *r, const char *text, struct err *e)
{
	for (const char *p = text; p && *p;) {
		if (*p == '/' && !strcmp(p, "/**") && r->n) {
			r->also = r->n;
			r->covers = true;
		}
		if (*p == '*') {
			p = add_path_star(r, text, p);
		} else if (*p == '?') {
			add_char(r, ONE);
			p++;
		} else if (*p == '[') {
			p = add_class(r, p + 1, true, e);
		} else if (*p == '{' || *p == '}') {
			return bad("{ } mean nothing in a rule; write one rule for each, "
				   "or [{] for the character",
				e);
		} else {
			add_token(r, LITERAL, *p++);
		}
		if (!p)
			return -1;
	}
	if (r->also == SIZE_MAX)
		r->also = r->n;
	return 0;
}

/* What the pattern of one name is as plain text, if it is one. */
static void find_quick(struct rulepat *r, const char *s)
{
	size_t n = strlen(s), from = *s == '*', to = n > 1 && s[n - 1] == '*';
	if (n < from + to + 1 || n - from - to > 200)
		return;
	r->text = xmemdup0(s + from, n - from - to);
	r->len = n - from - to;
	if (strpbrk(r->text, "*?[")) {
		free(r->text);
		r->text = NULL;
		return;
	}
	r->quick = from && to ? QUICK_WITHIN
		   : from     ? QUICK_SUFFIX
		   : to       ? QUICK_PREFIX
			      : QUICK_EQUAL;
}

/* Remembers the name of a pattern that looks at nothing else. */
static int find_name(struct rulepat *r, const char *text, struct err *e)
{
	size_t n = strlen(text);
	if (!r->floating)
		return 0;
	char *name CLEANUP(mem_freep) =
		xmemdup0(text + 3, n - 3 - (r->covers && n > 6 ? 3 : 0));
	if (!*name || strchr(name, '/') || strstr(name, "**"))
		return 0;
	r->name = xcalloc(1, sizeof(*r->name));
	r->name->also = SIZE_MAX;
	find_quick(r, name);
	return compile_path(r->name, name, e);
}

/* One spelling of what means the same. Returns new memory, or NULL with err. */
static char *normal_path(const char *p, struct err *e)
{
	size_t n = strlen(p), out = 0;
	if (!n || n > RULEPAT_MAX)
		return bad(n ? "a pattern of more than 1,000 bytes" : "an empty pattern",
			       e),
		       NULL;
	while (p[0] == '.' && p[1] == '/')
		p += 1 + strspn(p + 1, "/");
	bool anywhere = !strchr(p, '/') && strncmp(p, "**", 2) != 0;
	char *s = xmalloc(n + 8);
	if (anywhere)
		out += (size_t)snprintf(s, n + 8, "**/");
	for (; *p; p++)
		if (*p != '/' || !out || s[out - 1] != '/')
			s[out++] = *p;
	s[out] = '\0';
	if (out > 1 && s[out - 1] == '/') /* a directory is all that is in it */
		memcpy(s + out, "**", 3);
	for (const char *q = s; q; q = strchr(q, '/')) {
		q += *q == '/';
		size_t k = strcspn(q, "/");
		if (!strncmp(q, "..", k) && k) {
			free(s);
			return bad("\".\" and \"..\" match nothing: paths are compared "
				   "without them",
				       e),
			       NULL;
		}
	}
	return s;
}

int rulepat_path(struct rulepat *r, const char *pattern, struct err *e)
{
	*r = (struct rulepat){.also = SIZE_MAX};
	char *text CLEANUP(mem_freep) = normal_path(pattern, e);
	if (!text)
		return -1;
	r->absolute = *text == '/';
	r->floating = !strncmp(text, "**/", 3);
	if (compile_path(r, text, e) == 0 && find_name(r, text, e) == 0)
		return 0;
	rulepat_release(r);
	return -1;
}

int rulepat_command(struct rulepat *r, const char *pattern, struct err *e)
{
	*r = (struct rulepat){.also = SIZE_MAX};
	size_t n = strlen(pattern);
	const char *p = pattern + strspn(pattern, " \t");
	if (!*p || n > RULEPAT_MAX)
		return bad(n ? "a blank pattern, or one of more than 1,000 bytes"
			     : "an empty pattern",
			e);
	while (p && *p) {
		size_t blanks = strspn(p, " \t");
		if (blanks && !strcmp(p + blanks, "*"))
			r->also = r->n;
		if (blanks && p[blanks])
			add_token(r, LITERAL, ' ');
		p += blanks;
		if (*p == '*') {
			add_token(r, ALL, 0);
			p += strspn(p, "*");
		} else if (*p == '?') {
			add_char(r, ANY);
			p++;
		} else if (*p == '[') {
			p = add_class(r, p + 1, false, e);
		} else if (*p) {
			add_token(r, LITERAL, *p++);
		}
	}
	if (!p) {
		rulepat_release(r);
		return -1;
	}
	if (r->also == SIZE_MAX)
		r->also = r->n;
	return 0;
}

void rulepat_release(struct rulepat *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].set);
	free(r->v);
	free(r->text);
	if (r->name)
		rulepat_release(r->name);
	free(r->name);
	*r = (struct rulepat){0};
}

static bool has(const struct states *s, size_t i)
{
	return s->w[i / 64] >> i % 64 & 1;
}

/* Adds state i and those it leads to without a byte. */
static void enter(const struct rulepat *r, struct states *s, size_t i)
{
	for (;;) {
		s->w[i / 64] |= UINT64_C(1) << i % 64;
		if (i == r->n)
			return;
		unsigned char kind = r->v[i].kind;
		if (kind == STAR || kind == ALL || kind == TAIL)
			i++;
		else if (kind == DIRS)
			i += 2;
		else
			return;
	}
}

/* Where state i goes with byte c. */
static void advance(const struct rulepat *r, struct states *to, size_t i, unsigned char c)
{
	const struct rulepat_token *t = &r->v[i];
	bool rest = (c & 0xc0) == 0x80;
	switch ((enum kind)t->kind) {
	case LITERAL:
		if (t->byte == c)
			enter(r, to, i + 1);
		break;
	case ONE:
		if (c != '/' && !rest)
			enter(r, to, i + 1);
		break;
	case ANY:
		if (!rest)
			enter(r, to, i + 1);
		break;
	case CLASS:
		if (t->set[c / 32] >> c % 32 & 1)
			enter(r, to, i + 1);
		break;
	case TAIL:
		if (rest)
			enter(r, to, i);
		break;
	case STAR:
		if (c != '/')
			enter(r, to, i);
		break;
	case ALL:
		enter(r, to, i);
		break;
	case DIRS:
		enter(r, to, c == '/' ? i : i + 1);
		break;
	case IN_DIR:
		enter(r, to, c == '/' ? i - 1 : i);
		break;
	}
}

static void start(const struct rulepat *r, struct states *s)
{
	s->words = r->n / 64 + 1;
	memset(s->w, 0, s->words * sizeof(*s->w));
	enter(r, s, 0);
}

/* Takes one byte. Returns whether any state is left. */
static bool feed(const struct rulepat *r, struct states *s, unsigned char c)
{
	struct states next;
	uint64_t any = 0;
	next.words = s->words;
	memset(next.w, 0, next.words * sizeof(*next.w));
	for (size_t k = 0; k < s->words; k++)
		for (uint64_t w = s->w[k]; w; w &= w - 1) {
			size_t i = k * 64 + (size_t)__builtin_ctzll(w);
			if (i < r->n)
				advance(r, &next, i, c);
		}
	for (size_t k = 0; k < s->words; k++) {
		s->w[k] = next.w[k];
		any |= next.w[k];
	}
	return any != 0;
}

static bool accepts(const struct rulepat *r, const struct states *s)
{
	return has(s, r->n) || has(s, r->also);
}

unsigned rulepat_match(
	const struct rulepat *r, const char *path, size_t n, size_t from, size_t root)
{
	struct states s;
	unsigned answer = 0;
	start(r, &s);
	for (size_t i = from; i < n; i++) {
		if (path[i] == '/' && i > root && i > from && accepts(r, &s))
			answer |= RULEPAT_ABOVE;
		if (!feed(r, &s, (unsigned char)path[i]))
			return answer;
	}
	if (accepts(r, &s))
		answer |= RULEPAT_SELF;
	if (n == from || path[n - 1] == '/' || feed(r, &s, '/'))
		answer |= RULEPAT_BELOW;
	return answer;
}

bool rulepat_match_name(const struct rulepat *r, const char *name, size_t n)
{
	switch (r->quick) {
	case QUICK_EQUAL:
		return n == r->len && !memcmp(name, r->text, n);
	case QUICK_PREFIX:
		return n >= r->len && !memcmp(name, r->text, r->len);
	case QUICK_SUFFIX:
		return n >= r->len && !memcmp(name + n - r->len, r->text, r->len);
	case QUICK_WITHIN:
		return n >= r->len && memmem(name, n, r->text, r->len);
	case QUICK_NONE:
		break;
	}
	return rulepat_match(r->name, name, n, 0, n) & RULEPAT_SELF;
}

/* Any text may come: every state behind the first may be reached. */
static void feed_unknown(const struct rulepat *r, struct states *s)
{
	size_t first = 0;
	while (first < r->n && !has(s, first))
		first++;
	for (size_t i = first; i <= r->n; i++)
		s->w[i / 64] |= UINT64_C(1) << i % 64;
}

static bool match_text(const struct rulepat *r, const char *text, bool maybe)
{
	struct states s;
	start(r, &s);
	for (; *text; text++)
		if (maybe && *text == '\001')
			feed_unknown(r, &s);
		else if (!feed(r, &s, (unsigned char)*text))
			return false;
	return accepts(r, &s);
}

enum rulepat_text rulepat_match_text(const struct rulepat *r, const char *text)
{
	if (match_text(r, text, false))
		return RULEPAT_YES;
	return strchr(text, '\001') && match_text(r, text, true) ? RULEPAT_MAYBE
								 : RULEPAT_NO;
}
