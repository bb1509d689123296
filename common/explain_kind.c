/* SPDX-License-Identifier: MIT */
#include "explain_kind.h"

#include "alike.h"

/* Both lines at the first difference. */
struct pair {
	const char *t, *f; /* the bytes of the text's line, and those of the file's */
	size_t n_t, n_f;
	size_t at;           /* where they differ */
	uint32_t ct, cf;     /* the characters there, 0 at the end */
	size_t len_t, len_f; /* and their bytes */
};

static size_t blanks(const char *p, size_t n, size_t at)
{
	size_t i = at;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i - at;
}

/* "a tab", "4 blanks", "2 tabs and 1 blank". */
static void say_blanks(char out[64], const char *p, size_t n)
{
	size_t tabs = 0;
	for (size_t i = 0; i < n; i++)
		tabs += p[i] == '\t';
	size_t spaces = n - tabs;
	const char *s = spaces == 1 ? "" : "s";
	if (!n)
		snprintf(out, 64, "no blank");
	else if (!tabs)
		snprintf(out, 64, "%zu blank%s", spaces, s);
	else if (tabs == 1 && !spaces)
		snprintf(out, 64, "a tab");
	else if (!spaces)
		snprintf(out, 64, "%zu tabs", tabs);
	else
		snprintf(out, 64, "%zu tab%s and %zu blank%s", tabs, tabs == 1 ? "" : "s",
			spaces, s);
}

/* "'x'", "“ (U+201C)", "the byte 0xe9", "the end of the line". */
static void say_char(char out[64], const char *p, size_t len, uint32_t c)
{
	if (!len)
		snprintf(out, 64, "the end of the line");
	else if (c == ' ' || c == '\t')
		say_blanks(out, p, 1);
	else if (c == '\r')
		snprintf(out, 64, "a CR");
	else if (len == 1 && (c < 0x20 || c >= 0x7f))
		snprintf(out, 64, "the byte 0x%02x", (unsigned)c);
	else if (len == 1)
		snprintf(out, 64, c == '\'' ? "\"%c\"" : "'%c'", (char)c);
	else if (alike_is_odd_blank(c) || alike_is_mark(c) || c < 0xa0)
		snprintf(out, 64, "U+%04X", (unsigned)c);
	else
		snprintf(out, 64, "%.*s (U+%04X)", (int)len, p, (unsigned)c);
}

/* The end of the character at i and the marks on it. */
static size_t past_marks(const char *p, size_t n, size_t i, bool *marked)
{
	uint32_t c;
	*marked = false;
	if (i < n)
		i += alike_point((const unsigned char *)p + i, n - i, &c);
	while (i < n) {
		size_t len = alike_point((const unsigned char *)p + i, n - i, &c);
		if (!alike_is_mark(c))
			break;
		*marked = true;
		i += len;
	}
	return i;
}

/* The same letter, composed in one and of several characters in the other? What follows
 * it must be the same, and both must fold to one letter where that is known. */
static bool is_unicode_form(const struct pair *d)
{
	bool mt, mf;
	unsigned a, b;
	size_t t = past_marks(d->t, d->n_t, d->at, &mt);
	size_t f = past_marks(d->f, d->n_f, d->at, &mf);
	if (mt == mf || !d->len_t || !d->len_f)
		return false;
	size_t rest_t = d->n_t - t, rest_f = d->n_f - f, rest;
	rest = rest_t < rest_f ? rest_t : rest_f;
	if (rest && d->t[t] != d->f[f])
		return false;
	alike_char((const unsigned char *)d->t + d->at, d->n_t - d->at, &a);
	alike_char((const unsigned char *)d->f + d->at, d->n_f - d->at, &b);
	return a == b || (mt ? d->cf : d->ct) >= 0x180;
}

/* Backslashes that are doubled, or stand before a quote, in one of the two. */
static bool is_backslash(const struct pair *d)
{
	if (d->ct == '\\' && d->at + 1 < d->n_t && d->len_f)
		return d->t[d->at + 1] == d->f[d->at] ||
		       (d->at && d->t[d->at - 1] == '\\');
	if (d->cf == '\\' && d->at + 1 < d->n_f && d->len_t)
		return d->f[d->at + 1] == d->t[d->at] ||
		       (d->at && d->f[d->at - 1] == '\\');
	return false;
}

static bool is_case(const struct pair *d)
{
	unsigned a, b;
	if (!d->len_t || !d->len_f || d->ct == d->cf)
		return false;
	alike_char((const unsigned char *)d->t + d->at, d->n_t - d->at, &a);
	alike_char((const unsigned char *)d->f + d->at, d->n_f - d->at, &b);
	return d->ct < 0x80 && d->cf < 0x80 && a & ALIKE_WORD && a == b;
}

static bool is_typed(uint32_t a, uint32_t b)
{
	return alike_typed(a) && (alike_typed(a) == alike_typed(b) ||
					 (uint32_t)(unsigned char)alike_typed(a) == b ||
					 (b == '`' && alike_typed(a) == '\''));
}

static enum explain_kind kind_of(const struct pair *d)
{
	bool odd = (d->len_t && alike_is_odd_blank(d->ct)) ||
		   (d->len_f && alike_is_odd_blank(d->cf));
	if (d->len_t > 1 || d->len_f > 1) {
		if (odd)
			return EXPLAIN_NO_BREAK;
		if (is_typed(d->ct, d->cf) || is_typed(d->cf, d->ct))
			return EXPLAIN_QUOTES;
		if (is_unicode_form(d))
			return EXPLAIN_UNICODE;
	}
	if ((d->ct == '\r' && !d->len_f) || (d->cf == '\r' && !d->len_t))
		return EXPLAIN_LINE_END;
	if (is_backslash(d))
		return EXPLAIN_BACKSLASH;
	return is_case(d) ? EXPLAIN_CASE : EXPLAIN_PLAIN;
}

/* A difference in blanks: how many of what stand in both. */
static void explain_blanks(struct explain *x, struct pair *d, size_t off)
{
	while (d->at && (d->t[d->at - 1] == ' ' || d->t[d->at - 1] == '\t'))
		d->at--;
	size_t t = blanks(d->t, d->n_t, d->at), f = blanks(d->f, d->n_f, d->at);
	bool ends_t = d->at + t == d->n_t, ends_f = d->at + f == d->n_f;
	bool tab_t = t && memchr(d->t + d->at, '\t', t);
	bool tab_f = f && memchr(d->f + d->at, '\t', f);
	if (ends_t && ends_f)
		x->kind = EXPLAIN_TRAILING;
	else if (t && f && tab_t != tab_f)
		x->kind = EXPLAIN_TAB;
	else
		x->kind = d->at || off ? EXPLAIN_BLANKS : EXPLAIN_INDENT;
	say_blanks(x->file_has, d->f + d->at, f);
	say_blanks(x->text_has, d->t + d->at, t);
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t';
}

/* Is the CR at the end of a line of the file part of its end? Only where the text has
 * none there. */
static size_t without_cr(const struct line *f, const struct line *t)
{
	bool cr = f->n && f->p[f->n - 1] == '\r' && !(t->n && t->p[t->n - 1] == '\r');
	return f->n - cr;
}

bool explain_line(struct explain *x, const struct line *t, const struct line *f,
	size_t off, bool open)
{
	struct pair d = {t->p, f->p + off, t->n, without_cr(f, t), 0, 0, 0, 0, 0};
	d.n_f = d.n_f > off ? d.n_f - off : 0;
	while (d.at < d.n_t && d.at < d.n_f && d.t[d.at] == d.f[d.at])
		d.at++;
	if (d.at == d.n_t && (open || d.at == d.n_f))
		return false;
	while (d.at && d.at < d.n_f && ((unsigned char)d.f[d.at] & 0xc0) == 0x80 &&
		text_char((const unsigned char *)d.f + d.at, d.n_f - d.at) == 0)
		d.at--;
	if (d.at < d.n_t)
		d.len_t = alike_point(
			(const unsigned char *)t->p + d.at, d.n_t - d.at, &d.ct);
	if (d.at < d.n_f)
		d.len_f = alike_point(
			(const unsigned char *)d.f + d.at, d.n_f - d.at, &d.cf);
	/* A mark that only one has belongs to the letter before it. */
	if (d.at &&
		((d.len_t && alike_is_mark(d.ct)) || (d.len_f && alike_is_mark(d.cf)))) {
		x->kind = EXPLAIN_UNICODE;
	} else {
		x->kind = kind_of(&d);
	}
	say_char(x->file_has, d.f + d.at, d.len_f, d.cf);
	say_char(x->text_has, d.t + d.at, d.len_t, d.ct);
	if ((is_blank(d.ct) || is_blank(d.cf)) && x->kind == EXPLAIN_PLAIN)
		explain_blanks(x, &d, off);
	x->column = text_columns(f->p, off + d.at) + 1;
	return true;
}
