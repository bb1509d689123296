/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include "explain_kind.h"
#include "alike.h"
#include "mem.h"
#include "nearest.h"
#include "tag.h"

#include <ctype.h>

enum { MAX_TEXT = 5000, COLUMNS = 160 };

/* pab-read's "    12<TAB>" or "12:9f3c|" in front of a line. Returns its length, or 0. */
static size_t number_prefix(const char *p, size_t n)
{
	size_t i = 0, digits = 0;
	while (i < n && p[i] == ' ')
		i++;
	while (i < n && isdigit((unsigned char)p[i]))
		i++, digits++;
	return digits && i >= 6 && i < n && p[i] == '\t' ? i + 1 : tag_prefix(p, n);
}

/* "…[+1023]" at the end of a line. */
static bool has_cut_mark(const char *p, size_t n)
{
	static const char mark[] = "…[+";
	const char *at = p, *end = p + n;
	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		at += sizeof(mark) - 1;
		const char *q = at;
		while (q < end && isdigit((unsigned char)*q))
			q++;
		if (q > at && q < end && *q == ']')
			return true;
	}
	return false;
}

/* The text as it is when it was escaped once too often: \\ for \, \n for a line end.
 * Returns whether it is another text. */
static bool unescape(const char *p, size_t n, struct buf *out)
{
	static const char from[] = "\\\"'/nt", to[] = "\\\"'/\n\t";
	for (size_t i = 0; i < n; i++) {
		const char *at = p[i] == '\\' && i + 1 < n && p[i + 1]
					 ? strchr(from, p[i + 1])
					 : NULL;
		buf_addc(out, at ? to[at - from] : p[i]);
		i += at != NULL;
	}
	return out->len != n;
}

/* The number of the line, from 1, in which p[at] stands. */
static int64_t line_of(const char *p, size_t at)
{
	int64_t line = 1;
	for (const char *q = p; (q = memchr(q, '\n', at - (size_t)(q - p))); q++)
		line++;
	return line;
}

/* What the text itself shows. Returns whether it is that. */
static bool explain_text(struct explain *x, const struct explain_ask *q)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const char *lf = memchr(q->text, '\n', q->n_text);
	const char *next = lf ? lf + 1 : q->text;
	if (number_prefix(q->text, q->n_text) &&
		number_prefix(next, q->n_text - (size_t)(next - q->text))) {
		x->kind = EXPLAIN_NUMBERS;
	} else if (has_cut_mark(q->text, q->n_text)) {
		x->kind = EXPLAIN_CUT;
	} else if (unescape(q->text, q->n_text, &b) && b.len) {
		const char *at = memmem(q->file, q->n_file, b.p, b.len);
		if (!at)
			return false;
		x->kind = EXPLAIN_BACKSLASH;
		x->nearest = x->line = line_of(q->file, (size_t)(at - q->file));
	}
	return x->kind != EXPLAIN_NONE;
}

/* A line of the file as it is shown: up to COLUMNS around byte `at`. */
static char *cut_line(const struct line *l, size_t at)
{
	struct buf b = BUF_INIT;
	size_t from = at > COLUMNS / 2 && l->n > COLUMNS ? at - COLUMNS / 2 : 0;
	while (from && from < l->n && ((unsigned char)l->p[from] & 0xc0) == 0x80)
		from--;
	if (from)
		buf_puts(&b, "…");
	text_cut(&b, l->p + from, l->n - from, COLUMNS);
	return buf_take(&b);
}

/* Keeps the lines around the difference, those before it within the place first. */
static void keep_lines(
	struct explain *x, const struct explain_ask *q, size_t m, size_t at)
{
	struct line l[EXPLAIN_LINES + 1];
	int64_t first = x->line > x->nearest + 3 ? x->line - 3 : x->nearest;
	int64_t last = x->nearest + (int64_t)m - 1;
	if (last < x->line)
		last = x->line;
	size_t from = nearest_offset(q->file, q->n_file, first - 1), want;
	want = last - first >= EXPLAIN_LINES ? EXPLAIN_LINES : (size_t)(last - first + 1);
	size_t n = nearest_split(q->file + from, q->n_file - from, l, want);
	if (n && !l[n - 1].n && l[n - 1].p == q->file + q->n_file)
		n--; /* what follows the last line end is no line */
	for (size_t i = 0; i < n; i++) {
		if (l[i].n && l[i].p[l[i].n - 1] == '\r')
			l[i].n--;
		x->shown[i] = cut_line(&l[i], first + (int64_t)i == x->line ? at : 0);
	}
	x->first = n ? first : 0;
	x->n = n;
}

/* Where in the file's line the text's first line could begin, when that may be within
 * it: at the longest beginning of it that is there, folded. */
static size_t align(const struct line *t, const struct line *f)
{
	enum { MOST = 1 << 14, LENGTH = 256 };
	size_t best = 0, best_at = 0, n = f->n < MOST ? f->n : MOST;
	if (!t->n || *t->p == ' ' || *t->p == '\t')
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t a = 0, b = i;
		unsigned c, d;
		while (a < t->n && b < f->n && a < LENGTH) {
			size_t na =
				alike_char((const unsigned char *)t->p + a, t->n - a, &c);
			size_t nb =
				alike_char((const unsigned char *)f->p + b, f->n - b, &d);
			if (c != d)
				break;
			a += na;
			b += nb;
		}
		if (a > best) {
			best = a;
			best_at = i;
		}
	}
	return best_at;
}

/* Compares line by line from the place on, up to the first difference. */
static void compare(
	struct explain *x, const struct explain_ask *q, const struct line *text, size_t m)
{
	size_t at = nearest_offset(q->file, q->n_file, x->nearest - 1), off = 0;
	for (size_t j = 0; j < m; j++) {
		struct line f = {q->file + at, 0}, t = text[j];
		bool first = j == 0 && !q->lines, last = j + 1 == m && !q->lines;
		x->line = x->nearest + (int64_t)j;
		x->text_line = j + 1;
		x->column = 1;
		if (at >= q->n_file && !(last && !t.n)) {
			x->kind = EXPLAIN_MISSING;
			break;
		}
		const char *lf = memchr(f.p, '\n', q->n_file - at);
		f.n = lf ? (size_t)(lf - f.p) : q->n_file - at;
		at = lf ? at + f.n + 1 : q->n_file;
		off = first ? align(&t, &f) : 0;
		if (explain_line(x, &t, &f, off, last)) {
			off = text_offset_of(f.p, f.n, x->column - 1);
			break;
		}
		x->kind = EXPLAIN_WORD;
	}
	keep_lines(x, q, m, off);
}

void explain(struct explain *x, const struct explain_ask *q)
{
	explain_release(x);
	if (explain_text(x, q))
		return;
	struct line *text CLEANUP(mem_freep) = xcalloc(MAX_TEXT, sizeof(*text));
	size_t m = nearest_split(q->text, q->n_text, text, MAX_TEXT);
	x->nearest = nearest_find(text, m, q->file, q->n_file) + 1;
	if (x->nearest)
		compare(x, q, text, m);
}

void explain_release(struct explain *x)
{
	for (size_t i = 0; i < x->n; i++)
		free(x->shown[i]);
	*x = (struct explain)EXPLAIN_INIT;
}
