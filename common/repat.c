/* SPDX-License-Identifier: MIT */
#include "repat.h"

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_' || (unsigned char)c >= 0x80;
}

void repat_quote(struct buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!p[i]) {
			buf_puts(out, "\\x00");
			continue;
		}
		if (!is_word(p[i]))
			buf_addc(out, '\\');
		buf_addc(out, p[i]);
	}
}

bool repat_literal(const char *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		if (c && strchr("^$.[|()?*+{", c))
			return false;
		if (c == '\\') {
			if (++i == n || (is_word(p[i]) && p[i] != 't'))
				return false;
			c = p[i] == 't' ? '\t' : p[i];
		}
		buf_addc(out, c);
	}
	return true;
}

void repat_letters(const char *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '\\') {
			buf_addc(out, p[i]);
			continue;
		}
		if (++i < n && strchr("pPxoNgk", p[i]) && i + 1 < n && p[i + 1] == '{')
			while (i < n && p[i] != '}')
				i++;
	}
}

/*
 * What repat_for_buffer understands; anything else is "not here":
 *
 *   pattern := { atom | quantifier | "|" | ")" }
 *   atom    := literal | "." | "^" | "$" | escape | class | "(" | "(?:" | "(?i)" |
 * "(?-i)" | "(?i:" | "(?-i:" | "(?<name>" | "(?P<name>"
 *
 * Left out are the constructs for which more text around a line can make a match
 * impossible (look-around, possessive and atomic parts, \A \z \Z \G \R \X, verbs,
 * recursion, conditions), change what it is (\K) or change the meaning of what follows
 * ((?s), (?x), \Q). Without those, whatever path leads to a match in the line alone is
 * there in the buffer too.
 */
struct cursor {
	const char *p, *end;
	struct buf *out;
	bool repeated; /* the last token was a quantifier: a "+" now would be possessive
			*/
};

/* Copies n bytes. Returns true, so that a rule can end with it. */
static bool copy(struct cursor *c, size_t n)
{
	buf_add(c->out, c->p, n);
	c->p += n;
	return true;
}

static bool instead(struct cursor *c, size_t n, const char *text)
{
	buf_puts(c->out, text);
	c->p += n;
	return true;
}

static bool starts(const struct cursor *c, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(c->end - c->p) >= n && !memcmp(c->p, word, n);
}

/* Where the "{…}" or single letter behind an escape of two bytes ends. Returns NULL when
 * it does not. */
static const char *argument_end(const struct cursor *c)
{
	const char *p = c->p + 2;
	if (p < c->end && *p == '{')
		p = memchr(p, '}', (size_t)(c->end - p));
	return p && p < c->end ? p + 1 : NULL;
}

/* \p{…} or \pL; \P{…}, which as it is would match a line end. */
static bool property(struct cursor *c)
{
	const char *end = argument_end(c);
	if (!end)
		return false;
	if (c->p[1] == 'p')
		return copy(c, (size_t)(end - c->p));
	buf_puts(c->out, "[^\\p");
	buf_add(c->out, c->p + 2, (size_t)(end - (c->p + 2)));
	return instead(c, (size_t)(end - c->p), "\\n]");
}

static bool escape(struct cursor *c)
{
	static const struct {
		char letter;
		const char *text;
	} spans[] = {
		{'s', "[^\\S\\n]"},
		{'W', "[^\\w\\n]"},
		{'D', "[^\\d\\n]"},
		{'H', "[^\\h\\n]"},
		{'v', "[^\\V\\n]"},
	};
	if (c->end - c->p < 2)
		return false;
	char d = c->p[1];
	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		if (spans[i].letter == d)
			return instead(c, 2, spans[i].text);
	if (d == 'P' || d == 'p')
		return property(c);
	if (!is_alpha(d) || strchr("wdShVbBtrfeax", d))
		return copy(c, 2);
	return false;
}

/* [:alpha:] and its kin, inside a class; c stands on the "[". */
static bool posix_class(struct cursor *c, bool negated)
{
	static const char *const lineless[] = {"[:alpha:]", "[:digit:]", "[:alnum:]",
		"[:upper:]", "[:lower:]", "[:punct:]", "[:xdigit:]", "[:word:]",
		"[:blank:]", "[:graph:]", "[:print:]"};
	for (size_t i = 0; i < ARRAY_LEN(lineless); i++)
		if (starts(c, lineless[i]))
			return copy(c, strlen(lineless[i]));
	if (negated && starts(c, "[:space:]"))
		return copy(c, strlen("[:space:]"));
	return false;
}

/* One item of a class. A class that is not negated must not let a line end in. */
static bool class_item(struct cursor *c, bool negated)
{
	if (*c->p == '[' && c->end - c->p > 1 && strchr(":.=", c->p[1]))
		return posix_class(c, negated);
	if (*c->p != '\\')
		return (negated || (unsigned char)*c->p >= 0x20) && copy(c, 1);
	if (c->end - c->p < 2)
		return false;
	char d = c->p[1];
	if (!is_alpha(d) && !is_digit(d))
		return copy(c, 2);
	if (!strchr(negated ? "wdShVtrfesWDHvnpPx" : "wdShVtrfe", d))
		return false;
	/* "\t-~" is a range, and one with the line end in it. */
	if (c->end - c->p > 2 && c->p[2] == '-' && !negated)
		return false;
	return copy(c, 2);
}

/* [^a] becomes [^\na], and an item that was first in the class and so not special keeps
 * that by a backslash. */
static bool class(struct cursor *c)
{
	bool negated = starts(c, "[^");
	copy(c, negated ? 2 : 1);
	if (negated)
		buf_puts(c->out, "\\n");
	if (c->p < c->end && (*c->p == ']' || *c->p == '-')) {
		buf_addc(c->out, '\\');
		copy(c, 1);
	}
	while (c->p < c->end && *c->p != ']')
		if (!class_item(c, negated))
			return false;
	return c->p < c->end && copy(c, 1);
}

static bool group(struct cursor *c)
{
	static const char *const plain[] = {"(?:", "(?i)", "(?-i)", "(?i:", "(?-i:"};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (starts(c, plain[i]))
			return copy(c, strlen(plain[i]));
	if (starts(c, "(?<") || starts(c, "(?P<")) {
		size_t head = c->p[2] == 'P' ? 4 : 3;
		size_t left = (size_t)(c->end - c->p);
		return left > head && (is_alpha(c->p[head]) || c->p[head] == '_') &&
		       copy(c, head);
	}
	return !starts(c, "(?") && !starts(c, "(*") && copy(c, 1);
}

static bool token(struct cursor *c)
{
	bool was_repeated = c->repeated;
	c->repeated = *c->p && strchr("*+?}", *c->p);
	switch (*c->p) {
	case '+':
		return !was_repeated && copy(c, 1);
	case '\\':
		return escape(c);
	case '[':
		return class(c);
	case '(':
		return group(c);
	case '$':
		return instead(c, 1, "(?=\\r?$)");
	default:
		return copy(c, 1);
	}
}

bool repat_for_buffer(const char *p, size_t n, struct buf *out)
{
	struct cursor c = {.p = p, .end = p + n, .out = out};
	while (c.p < c.end)
		if (!token(&c))
			return false;
	return true;
}
