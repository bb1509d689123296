/* SPDX-License-Identifier: MIT */
/* Edits that name lines by tags: the lines are those of the file as it was read, and are
 * found again in the draft as long as no other edit touched them. */
#include "pab_edit.h"

#include "mem.h"

/* Where each line begins, and behind them the end. */
static void index_lines(struct draft *d)
{
	const struct units *u = &d->file;
	size_t cap = 256, n = 0;
	d->lines = xrealloc_n(NULL, cap, sizeof(*d->lines));
	for (size_t at = u->top; at < u->n;) {
		if (n + 2 > cap) {
			cap *= 2;
			d->lines = xrealloc_n(d->lines, cap, sizeof(*d->lines));
		}
		d->lines[n++] = at;
		at = next_lf(u, at);
		at = at < u->n ? at + u->unit : at;
	}
	d->lines[n] = u->n > u->top ? u->n : u->top;
	d->n_lines = n;
}

/* Where the line's text ends, before its line end. */
static size_t text_end(const struct units *u, size_t from, size_t to)
{
	if (to > from && unit_at(u, to - u->unit) == '\n') {
		to -= u->unit;
		if (to > from && cr_before(u, to))
			to -= u->unit;
	}
	return to;
}

static unsigned hash_of(const struct units *u, size_t from, size_t to)
{
	to = text_end(u, from, to);
	if (u->unit == 1)
		return tag_of(u->p + from, to - from);
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	units_decode(u, from, to, &b);
	return tag_of(b.p, b.len);
}

static unsigned hash_of_line(const struct draft *d, int64_t line)
{
	return hash_of(&d->file, d->lines[line - 1], d->lines[line]);
}

/* A tag that is not the file's: what stands there now, and where the line may be. */
static int stale(const struct draft *d, const struct tag *t, struct err *e)
{
	enum { MOST = 3 };
	int64_t at[MOST] = {0};
	size_t n = 0;
	for (int64_t i = 1; i <= (int64_t)d->n_lines && n <= MOST; i++)
		if (hash_of_line(d, i) == t->hash) {
			if (n < MOST)
				at[n] = i;
			n++;
		}
	if (t->line > (int64_t)d->n_lines)
		err_set(e, ERR_STALE, NULL, "there is no line %lld, the file has %zu",
			(long long)t->line, d->n_lines);
	else
		err_set(e, ERR_STALE, NULL, "line %lld is now %04x, not %04x",
			(long long)t->line, hash_of_line(d, t->line), t->hash);
	if (n == 1)
		return err_add(
			e, "; that line moved to %lld:%04x", (long long)at[0], t->hash);
	if (!n || n > MOST)
		return err_add(e, "; read it again (pab-read --tags)");
	err_add(e, "; that line may be");
	for (size_t i = 0; i < n; i++)
		err_add(e, "%s %lld:%04x",
			!i          ? ""
			: i + 1 < n ? ","
				    : " or",
			(long long)at[i], t->hash);
	return -1;
}

static int check(const struct draft *d, const struct tag *t, struct err *e)
{
	if (!t->line ||
		(t->line <= (int64_t)d->n_lines && hash_of_line(d, t->line) == t->hash))
		return 0;
	return stale(d, t, e);
}

/* Where the bytes from..to of the file are in the draft; *piece is the run they are in.
 * Returns the offset, or SIZE_MAX when an edit touched them. */
static size_t find_again(const struct draft *d, size_t from, size_t to, size_t *piece)
{
	size_t at = 0;
	for (size_t i = 0; i < d->n; at += d->v[i].len, i++) {
		const struct piece *p = &d->v[i];
		if (p->from == PIECE_NEW || from < p->from || to > p->from + p->len)
			continue;
		*piece = i;
		return at + (from - p->from);
	}
	return SIZE_MAX;
}

/* Was a line from first to last replaced or removed by tag? Of a blank line that leaves
 * no byte changed. */
static bool is_gone(const struct draft *d, int64_t first, int64_t last)
{
	for (size_t i = 0; i < d->n_gone; i++)
		if (first <= d->gone[i][1] && last >= d->gone[i][0])
			return true;
	return false;
}

static int overlap(const struct edit *ed, struct err *e)
{
	if (ed->to.line > ed->at.line)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"an edit before it changes lines from %lld to %lld, too; edits may "
			"not overlap",
			(long long)ed->at.line, (long long)ed->to.line);
	return err_set(e, ERR_BAD_INPUT, NULL,
		"an edit before it changes line %lld, too; edits may not overlap",
		(long long)ed->at.line);
}

/* Below a line, and below what was put below it before; above a line. */
static int find_gap(
	const struct draft *d, const struct edit *ed, size_t *at, struct err *e)
{
	int64_t line = ed->at.line;
	size_t piece = 0;
	bool below = line && ed->kind == EDIT_AFTER;
	if (line) {
		size_t from = d->lines[line - 1], to = d->lines[line];
		*at = find_again(d, from, to, &piece);
		if (*at == SIZE_MAX || is_gone(d, line, line))
			return overlap(ed, e);
		if (!below)
			return 0;
		*at += to - from;
		if (d->v[piece].from + d->v[piece].len > to)
			return 0;
		piece++;
	} else {
		*at = d->file.top;
		while (piece < d->n && d->v[piece].from == 0 &&
			d->v[piece].len <= d->file.top)
			piece++; /* the mark before the first line */
	}
	for (; piece < d->n && d->v[piece].from == PIECE_NEW && d->v[piece].after == line;
		piece++)
		*at += d->v[piece].len;
	return 0;
}

/* New lines between others, each with its end; at the end of a file without one the line
 * end goes in front. */
static int add_lines(
	struct draft *d, const struct buf *new, size_t at, struct splices *sp)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const struct units *u = &d->now;
	bool bare = at == u->n && at > u->top && !line_begins(u, at);
	int r = bare ? units_encode(u, "\n", 1, &b) : 0;
	buf_add(&b, new->p, new->len);
	if (r == 0 && !bare)
		r = units_encode(u, "\n", 1, &b);
	splices_add(sp, u, at, at, &b);
	return r;
}

/* The lines from at to to, with the last line's end when they go. */
static int find_lines(struct draft *d, const struct edit *ed, const struct buf *new,
	struct splices *sp, struct err *e)
{
	size_t from = d->lines[ed->at.line - 1], to = d->lines[ed->to.line], piece;
	size_t at = find_again(d, from, to, &piece);
	if (at == SIZE_MAX || is_gone(d, ed->at.line, ed->to.line))
		return overlap(ed, e);
	d->gone = xrealloc_n(d->gone, d->n_gone + 1, sizeof(*d->gone));
	d->gone[d->n_gone][0] = ed->at.line;
	d->gone[d->n_gone++][1] = ed->to.line;
	size_t end = ed->kind == EDIT_DELETE ? to : text_end(&d->file, from, to);
	splices_add(sp, &d->now, at, at + (end - from), new);
	return 0;
}

int tags_find(struct draft *d, const struct edit *ed, struct splices *sp, struct err *e)
{
	struct buf new CLEANUP(buf_release) = BUF_INIT;
	size_t at;
	if (!d->lines)
		index_lines(d);
	d->tagged = true;
	if (check(d, &ed->at, e) < 0)
		return -1;
	if ((ed->kind == EDIT_AT || ed->kind == EDIT_DELETE) && check(d, &ed->to, e) < 0)
		return -1;
	if (units_encode(&d->now, ed->new ? ed->new : "", ed->n_new, &new) < 0)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the file is UTF-16 and the text given is not UTF-8");
	if (ed->kind == EDIT_AT || ed->kind == EDIT_DELETE)
		return find_lines(d, ed, &new, sp, e);
	if (find_gap(d, ed, &at, e) < 0)
		return -1;
	return add_lines(d, &new, at, sp);
}

/* One line of the draft as it is now, from..to. */
static void add_tag(const struct draft *d, int64_t line, size_t from, size_t to,
	struct buf *out, struct jout *j)
{
	char tag[40];
	snprintf(tag, sizeof(tag), "%lld:%04x", (long long)line,
		hash_of(&d->now, from, to));
	if (j)
		jout_str(j, NULL, tag);
	else
		buf_printf(out, "%s%s", out->len ? " " : "", tag);
}

/* The first line that touches the bytes from on, and its number; *at and *line are a line
 * above. */
static void go_to(const struct units *u, size_t from, size_t *at, int64_t *line)
{
	for (size_t lf; *at < from && (lf = next_lf(u, *at)) < from; *line += 1)
		*at = lf + u->unit;
}

void draft_tags(const struct draft *d, size_t most, struct buf *out, struct jout *j)
{
	const struct units *u = &d->now;
	size_t from = 0, at = u->top, said = 0, more = 0;
	int64_t line = 1;
	for (size_t i = 0; i < d->n; from += d->v[i].len, i++) {
		size_t end = from + d->v[i].len;
		if (d->v[i].from != PIECE_NEW || !d->v[i].len)
			continue;
		if (line_ends(u, from) && !line_begins(u, from))
			from += next_lf(u, from) - from +
				u->unit; /* it begins with one */
		for (go_to(u, from, &at, &line); at < end; line++) {
			size_t next = next_lf(u, at);
			next = next < u->n ? next + u->unit : u->n;
			if (said < most)
				add_tag(d, line, at, next, out, j);
			else
				more++;
			said += said < most;
			at = next;
		}
	}
	if (more && !j)
		buf_printf(out, " and %zu more", more);
}
