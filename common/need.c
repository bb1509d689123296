/* SPDX-License-Identifier: MIT */
/* The grammar, as far as it is understood; what is not ends the reading:
 *
 *	choice   = sequence { "|" sequence }
 *	sequence = { atom [ "*" | "+" | "?" | "{n}" | "{n,}" | "{n,m}" ] [ "?" | "+" ] }
 *	atom     = char | escape | class | group | "." | "^" | "$"
 *	group    = "(" [ "?" kind ] choice ")" | "(?" flags ")"
 *
 * Which bytes a class or an escape can begin with, PCRE2 says itself: it compiles the
 * atom alone and tells. So no class is ever understood in another way than PCRE2 does.
 */
#include "need.h"

#include "again.h"
#include "mem.h"
#include "part.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MAX_DEPTH = 24 };

struct reader {
	const char *p, *end;
	struct needed *sets; /* where new sets go */
	bool icase;
	bool failed; /* something that is not understood */
	int depth;
};

static void read_choice(struct reader *r, struct part *out);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool starts(const struct reader *r, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(r->end - r->p) >= n && !memcmp(r->p, word, n);
}

/* Goes behind the word if it stands here. Returns whether it does. */
static bool take(struct reader *r, const char *word)
{
	bool is = starts(r, word);
	r->p += is ? strlen(word) : 0;
	return is;
}

/* The number of a set, which is added when it is new. */
static unsigned number_of(struct reader *r, const struct need_set *s)
{
	struct needed *n = r->sets;
	unsigned first = 256, count = 0;
	for (unsigned c = 0; c < 256; c++)
		if (s->bits[c / 64] >> c % 64 & 1) {
			first = c;
			count++;
		}
	if (count == 1)
		return first;
	for (size_t i = 0; i < n->n_sets; i++)
		if (!memcmp(&n->sets[i], s, sizeof(*s)))
			return 256 + (unsigned)i;
	if (n->n_sets == NEED_SETS) {
		r->failed = true;
		return 0;
	}
	n->sets[n->n_sets] = *s;
	return 256 + (unsigned)n->n_sets++;
}

static pcre2_code *compile(const char *p, size_t n, bool icase)
{
	int code;
	size_t at;
	uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	return pcre2_compile(
		(PCRE2_SPTR)p, n, flags | (icase ? PCRE2_CASELESS : 0), &code, &at, NULL);
}

/* Tries each byte that is a character. */
static void try_ascii(const pcre2_code *code, struct need_set *s)
{
	pcre2_match_data *md = pcre2_match_data_create(1, NULL);
	for (unsigned c = 0; md && c < 128; c++) {
		unsigned char byte = (unsigned char)c;
		int rc = pcre2_match(code, &byte, 1, 0, PCRE2_ANCHORED, md, NULL);
		if (rc != PCRE2_ERROR_NOMATCH)
			need_include(s, c, c);
	}
	if (!md)
		need_include(s, 0, 127);
	pcre2_match_data_free(md);
}

/* The bytes that a match of the atom p[0..n), one character, can begin with. */
static void first_bytes(struct reader *r, const char *p, size_t n, struct need_set *s)
{
	const uint8_t *map = NULL;
	uint32_t type = 0, unit = 0;
	pcre2_code *code = compile(p, n, r->icase);
	*s = (struct need_set){0};
	if (!code) {
		r->failed = true;
		return;
	}
	pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODETYPE, &type);
	pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODEUNIT, &unit);
	pcre2_pattern_info(code, PCRE2_INFO_FIRSTBITMAP, &map);
	if (type == 1 && (unit < 128 || !r->icase)) {
		need_include(s, unit, unit);
		if (unit < 128 && is_letter((char)unit))
			need_include(s, unit ^ 0x20, unit ^ 0x20);
	} else if (map) {
		for (unsigned c = 0; c < 256; c++)
			if (map[c / 8] >> c % 8 & 1)
				need_include(s, c, c);
	} else {
		try_ascii(code, s);
		need_include(s, 0xc2, 0xf4);
	}
	pcre2_code_free(code);
}

/* One character that p[0..n) stands for. */
static void put_atom(struct reader *r, const char *p, size_t n, struct part *out)
{
	struct need_set first, last;
	first_bytes(r, p, n, &first);
	if (r->failed)
		return;
	bool ascii = !first.bits[2] && !first.bits[3];
	if (ascii && !first.bits[0] && !first.bits[1]) { /* never matches */
		part_any(out);
		return;
	}
	last = first;
	last.bits[3] = 0;
	last.bits[2] = UINT64_MAX;
	if (ascii)
		part_byte(out, r->sets, number_of(r, &first));
	else
		part_ends(out, r->sets, number_of(r, &first), number_of(r, &last));
}

/* The characters that are a letter in another case and not ASCII: KELVIN SIGN and LATIN
 * SMALL LETTER LONG S. */
static const char *beyond_ascii(char c)
{
	switch (c | 0x20) {
	case 'k':
		return "\xe2\x84\xaa";
	case 's':
		return "\xc5\xbf";
	default:
		return NULL;
	}
}

/* One byte that stands for itself. */
static void put_byte(struct reader *r, unsigned char c, struct part *out)
{
	struct need_set both = {0};
	if (!r->icase || !is_letter((char)c)) {
		part_byte(out, r->sets, c);
		return;
	}
	need_include(&both, c, c);
	need_include(&both, c ^ 0x20U, c ^ 0x20U);
	part_byte(out, r->sets, number_of(r, &both));
	const char *more = beyond_ascii((char)c);
	if (!more)
		return;
	struct part *other = xmalloc(sizeof(*other)), *next = xmalloc(sizeof(*next));
	part_empty(other);
	for (; *more; more++) {
		part_byte(next, r->sets, (unsigned char)*more);
		part_then(other, next, r->sets);
	}
	part_or(out, other, r->sets);
	free(other);
	free(next);
}

/* A character that stands for itself, and is more than a byte. */
static void read_wide(struct reader *r, struct part *out)
{
	const char *from = r->p++;
	while (r->p < r->end && ((unsigned char)*r->p & 0xc0) == 0x80)
		r->p++;
	if (r->icase) {
		put_atom(r, from, (size_t)(r->p - from), out);
		return;
	}
	struct part *next = xmalloc(sizeof(*next));
	part_empty(out);
	for (; from < r->p; from++) {
		part_byte(next, r->sets, (unsigned char)*from);
		part_then(out, next, r->sets);
	}
	free(next);
}

/* Behind "[": "]" at once is a member. Goes behind the "]" that ends the class. */
static void skip_class(struct reader *r)
{
	take(r, "^");
	bool first = true;
	for (; r->p < r->end && (first || *r->p != ']'); first = false) {
		const char *name = r->p + 2;
		if (starts(r, "\\Q") || starts(r, "\\E")) {
			r->failed = true;
			return;
		}
		if (take(r, "\\c")) {
			r->p++;
		} else if (take(r, "\\")) {
			r->p++;
		} else if (starts(r, "[:") || starts(r, "[.") || starts(r, "[=")) {
			name += r->p + 2 < r->end && *name == '^';
			while (name < r->end && *name >= 'a' && *name <= 'z')
				name++;
			r->p = name;
			r->failed = r->failed || !take(r, ":]");
		} else {
			r->p++;
		}
	}
	r->failed = r->failed || r->p >= r->end;
	r->p++;
}

static void skip_braces(struct reader *r)
{
	const char *close = r->p < r->end && *r->p == '{'
				    ? memchr(r->p, '}', (size_t)(r->end - r->p))
				    : NULL;
	r->failed = r->failed || !close;
	r->p = close ? close + 1 : r->end;
}

/* \x41 \x{41} \o{101} \0 \p{L} \pL \cA: p stands behind the letter. */
static void skip_argument(struct reader *r, char letter)
{
	bool braces = r->p < r->end && *r->p == '{' && strchr("xpP", letter);
	if (letter == 'o' || braces) {
		skip_braces(r);
	} else if (letter == 'x' || letter == '0') {
		const char *digits =
			letter == 'x' ? "0123456789abcdefABCDEF" : "01234567";
		for (int i = 0; i < 2 && r->p < r->end && *r->p && strchr(digits, *r->p);
			i++)
			r->p++;
	} else if (r->p < r->end) {
		r->p++;
	} else {
		r->failed = true;
	}
}

/* A letter or digit behind "\"; `from` is where that stands. */
static void read_letter(struct reader *r, const char *from, char c, struct part *out)
{
	static const char plain[] = "tnrfea", bytes[] = "\t\n\r\f\x1b\a";
	const char *at = strchr(plain, c);
	if (at) {
		put_byte(r, (unsigned char)bytes[at - plain], out);
	} else if (strchr("dDwWsShHvV", c)) {
		put_atom(r, from, 2, out);
	} else if (strchr("pPxoc0", c)) {
		skip_argument(r, c);
		if (!r->failed)
			put_atom(r, from, (size_t)(r->p - from), out);
	} else if (strchr("bBAzZK", c)) {
		part_empty(out);
	} else if (strchr("RX", c)) {
		part_any(out);
	} else if (is_digit(c)) { /* a back reference, or octal: anything */
		while (r->p < r->end && is_digit(*r->p))
			r->p++;
		part_any(out);
	} else {
		r->failed = true;
	}
}

static void read_escape(struct reader *r, struct part *out)
{
	const char *from = r->p++;
	if (r->p == r->end) {
		r->failed = true;
		return;
	}
	char c = *r->p++;
	if (is_letter(c) || is_digit(c))
		read_letter(r, from, c, out);
	else if ((unsigned char)c < 0x80)
		put_byte(r, (unsigned char)c, out);
	else
		r->failed = true;
}

/* "(?i", "(?-i": the letters up to ":" or ")"; p stands behind "(?". Returns whether they
 * are such, and r->icase is what they say. */
static bool read_flags(struct reader *r)
{
	bool on = true;
	for (; r->p < r->end && *r->p != ':' && *r->p != ')'; r->p++) {
		if (*r->p == '-')
			on = false;
		else if (*r->p == 'i')
			r->icase = on;
		else if (!strchr("msUJ", *r->p))
			return false;
	}
	return r->p < r->end;
}

enum group { GROUP, LOOK, FLAGS, UNKNOWN };

/* What stands behind a "(", and goes behind that. */
static enum group read_kind(struct reader *r)
{
	static const char *const looks[] = {"?=", "?!", "?<=", "?<!"};
	if (starts(r, "*"))
		return UNKNOWN;
	if (!starts(r, "?") || take(r, "?:") || take(r, "?>") || take(r, "?|"))
		return GROUP;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		if (take(r, looks[i]))
			return LOOK;
	if (starts(r, "?P<") || starts(r, "?<") || starts(r, "?'")) {
		char end = starts(r, "?'") ? '\'' : '>';
		const char *close = memchr(r->p + 2, end, (size_t)(r->end - r->p) - 2);
		r->p = close ? close + 1 : r->end;
		return close ? GROUP : UNKNOWN;
	}
	take(r, "?");
	if (r->p == r->end || !strchr("imsUJ-", *r->p) || !read_flags(r))
		return UNKNOWN;
	return take(r, ":") ? GROUP : FLAGS;
}

static void read_group(struct reader *r, struct part *out)
{
	bool icase = r->icase;
	r->p++;
	enum group kind = read_kind(r);
	r->failed = r->failed || kind == UNKNOWN || r->depth == MAX_DEPTH;
	if (r->failed)
		return;
	if (kind != FLAGS) {
		r->depth++;
		read_choice(r, out);
		r->depth--;
		r->icase = icase;
	}
	if (kind != GROUP)
		part_empty(out);
	r->failed = r->failed || !take(r, ")");
}

static void read_atom(struct reader *r, struct part *out)
{
	const char *from = r->p;
	char c = *r->p;
	if (c == '\\') {
		read_escape(r, out);
	} else if (c == '(') {
		read_group(r, out);
	} else if (c == '[') {
		r->p++;
		skip_class(r);
		if (!r->failed)
			put_atom(r, from, (size_t)(r->p - from), out);
	} else if (c == '.') {
		r->p++;
		part_any(out);
	} else if (c == '^' || c == '$') {
		r->p++;
		part_empty(out);
	} else if ((unsigned char)c >= 0x80) {
		read_wide(r, out);
	} else {
		r->p++;
		put_byte(r, (unsigned char)c, out);
	}
}

static int64_t read_number(struct reader *r)
{
	int64_t v = 0;
	while (r->p < r->end && is_digit(*r->p))
		v = v < 100000 ? v * 10 + (*r->p++ - '0') : (r->p++, v);
	return v;
}

/* Returns whether a quantifier stands here, and what it says. */
static bool read_quantifier(struct reader *r, int64_t *min, int64_t *max)
{
	*max = -1;
	if (take(r, "*")) {
		*min = 0;
	} else if (take(r, "+")) {
		*min = 1;
	} else if (take(r, "?")) {
		*min = 0;
		*max = 1;
	} else if (r->end - r->p > 1 && *r->p == '{' && strchr("0123456789 ,", r->p[1])) {
		r->p++;
		r->failed = r->failed || !is_digit(*r->p);
		*min = *max = read_number(r);
		if (take(r, ","))
			*max = r->p < r->end && is_digit(*r->p) ? read_number(r) : -1;
		/* "{1,x}" is plain text to PCRE2 */
		r->failed = r->failed || !take(r, "}");
	} else {
		return false;
	}
	if (!take(r, "?"))
		take(r, "+");
	return true;
}

static void read_sequence(struct reader *r, struct part *out)
{
	struct part *next = xmalloc(sizeof(*next));
	int64_t min, max;
	part_empty(out);
	while (!r->failed && r->p < r->end && *r->p != '|' && *r->p != ')') {
		read_atom(r, next);
		while (!r->failed && read_quantifier(r, &min, &max))
			part_repeat(next, min, max, r->sets);
		if (!r->failed)
			part_then(out, next, r->sets);
	}
	free(next);
}

static void read_choice(struct reader *r, struct part *out)
{
	struct part *other = xmalloc(sizeof(*other));
	read_sequence(r, out);
	while (!r->failed && take(r, "|")) {
		read_sequence(r, other);
		part_or(out, other, r->sets);
	}
	free(other);
}

bool need_find(struct needed *need, const struct need_text *patterns, size_t n)
{
	if (n == 1 && !patterns->icase && again_read(need, patterns->p, patterns->n))
		return true;
	struct part *all = xmalloc(sizeof(*all)), *one = xmalloc(sizeof(*one));
	bool ok = n > 0;
	*need = (struct needed){0};
	for (size_t i = 0; i < n && ok; i++) {
		const struct need_text *t = &patterns[i];
		struct reader r = {t->p, t->p + t->n, need, t->icase, false, 0};
		read_choice(&r, i ? one : all);
		if (i)
			part_or(all, one, need);
		ok = !r.failed && r.p == r.end && all->need.n;
	}
	if (ok) {
		need->n = all->need.n;
		need->leads = part_alike(&all->need, &all->first);
		memcpy(need->v, all->need.v, need->n * sizeof(*need->v));
	}
	free(all);
	free(one);
	return ok;
}

void need_bytes(struct needed *need, const char *p, size_t n)
{
	struct need_seq *s = need->v;
	*need = (struct needed){.n = 1};
	s->n = n < NEED_LENGTH ? (unsigned)n : NEED_LENGTH;
	for (unsigned i = 0; i < s->n; i++)
		s->at[i] = (unsigned char)p[i];
}
