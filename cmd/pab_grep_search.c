/* SPDX-License-Identifier: MIT */
/* Which lines of one file pab-grep shows: hits, what is between them, context. A file
 * comes in windows of whole lines; everything here is said in order, so line numbers are
 * counted once, and only up to what is shown. */
#include "pab_grep.h"

#include "mem.h"
#include "num.h"
#include "sift.h"

/* What a worker keeps of its output before it waits to give it away. */
#define GIVE_BYTES ((size_t)1 << 20)

/* A window's end that must be kept for context is not kept beyond this. */
#define KEEP_BYTES ((size_t)32 << 20)

void search_begin(
	struct search *s, struct worker *w, const struct file *f, struct result *r)
{
	*s = (struct search){
		.w = w, .r = r, .f = f, .again = -1, .line = 1, .seen = {0, 1}};
}

static int64_t line_at(struct search *s, size_t at)
{
	if (!s->line) /* nobody asked for a number so far */
		s->line = s->segment ? split_line(s->segment) : load_line(s);
	s->line += (int64_t)sift_newlines(s->p + s->counted, at - s->counted);
	s->counted = at;
	return s->line;
}

/* Where the search for the match behind [start, end) begins. */
static size_t behind(const struct search *s, size_t start, size_t end)
{
	if (end > start)
		return end;
	for (end++; end < s->n && ((unsigned char)s->p[end] & 0xc0) == 0x80;)
		end++;
	return end;
}

/* -U: makes s->match the first match that reaches `from` or lies behind it. */
static enum find_result reach(struct search *s, size_t from)
{
	size_t *a = &s->match.start, *b = &s->match.end;
	while (!s->no_match) {
		bool past = *b < from || (*b == from && *a < *b);
		if (s->has_match && !past)
			return FIND_HIT;
		size_t at = s->has_match ? behind(s, *a, *b) : from;
		enum find_result r = find_match(s->w->find, s->p, s->n, at, a, b);
		s->has_match = true;
		s->no_match = r != FIND_HIT;
		s->r->counts.limit += r == FIND_LIMIT;
		if (r == FIND_TIMEOUT)
			return r;
	}
	return FIND_NONE;
}

/* -U: the first line from `from` that a match touches. */
static enum find_result next_touched(struct search *s, size_t from, struct find_line *out)
{
	size_t a, b;
	enum find_result r = reach(s, from);
	if (r != FIND_HIT)
		return r;
	a = s->match.start > from ? s->match.start : from;
	b = s->match.end;
	if (a >= s->n && s->p[s->n - 1] == '\n') /* empty, behind the last line */
		return FIND_NONE;
	const char *nl = memrchr(s->p + from, '\n', a - from);
	find_bounds(s->p, s->n, nl ? (size_t)(nl - s->p) + 1 : from, out);
	out->m_end = b < out->end ? b : out->end;
	out->m_start = a < out->m_end ? a : out->m_end;
	return FIND_HIT;
}

static enum find_result next_match(struct search *s, size_t from, struct find_line *out)
{
	if (from >= s->n)
		return FIND_NONE;
	if (s->w->g->re->multiline)
		return next_touched(s, from, out);
	return find_next(s->w->find, s->p, s->n, from, out);
}

/* -v: the next line that is not one of those. */
static enum find_result next_other(struct search *s, size_t from, struct find_line *out)
{
	while (from < s->n) {
		if (!s->has_ahead) {
			enum find_result r = next_match(s, from, &s->ahead);
			if (r == FIND_TIMEOUT)
				return r;
			if (r == FIND_NONE)
				s->ahead.start = s->n;
			s->ahead_limit = r == FIND_LIMIT;
			s->has_ahead = true;
		}
		if (s->ahead.start != from) {
			find_bounds(s->p, s->n, from, out);
			out->m_start = out->m_end = from;
			return FIND_HIT;
		}
		if (s->ahead_limit) {
			*out = s->ahead;
			s->has_ahead = false;
			return FIND_LIMIT;
		}
		from = s->ahead.next;
		s->has_ahead = false;
	}
	return FIND_NONE;
}

bool search_span(struct search *s, const struct find_line *l, struct span *at)
{
	const struct re *re = s->w->g->re;
	enum find_result r;
	size_t a = at->start, b = at->end;
	if (re->multiline) {
		r = find_again(s->w->find, s->p, s->n, &a, &b);
		if (a >= l->end)
			return false;
	} else {
		a -= l->start;
		b -= l->start;
		r = find_again(
			s->w->find, s->p + l->start, l->subject - l->start, &a, &b);
		a += l->start;
		b += l->start;
	}
	at->start = a;
	at->end = b;
	return r == FIND_HIT;
}

static struct row row_of(struct search *s, const struct find_line *l, bool hit)
{
	return (struct row){
		.number = line_at(s, l->start),
		.offset = s->base + (int64_t)l->start,
		.p = s->p + l->start,
		.n = l->end - l->start,
		.hit = hit,
	};
}

/* Shows lines after the last hit, as many as are still wanted and end before `until`. */
static void show_after(struct search *s, size_t until)
{
	for (; s->after_left > 0 && s->shown < until; s->after_left--) {
		struct find_line l;
		find_bounds(s->p, s->n, s->shown, &l);
		struct row row = row_of(s, &l, false);
		print_row(s->w, s->r, s->f, &row);
		s->shown = l.next;
	}
}

/* The start of the line that is `lines` lines above the one at `at`, but not before
 * `floor`. */
static size_t lines_above(const char *p, size_t at, int64_t lines, size_t floor)
{
	while (lines-- > 0 && at > floor) {
		const char *nl = memrchr(p + floor, '\n', at - 1 - floor);
		at = nl ? (size_t)(nl - p) + 1 : floor;
	}
	return at;
}

/* Opens the group of a hit: the mark, what parts it from the group before, and the lines
 * above it. */
static void show_before(struct search *s, size_t at)
{
	const struct grep *g = s->w->g;
	size_t from = lines_above(s->p, at, g->before, s->shown);
	bool context = g->before || g->after, had = s->r->any;
	bool apart =
		s->any ? s->gap || from > s->shown : had && s->r->out.form == OUT_TEXT;
	print_mark(s->r, g, !s->any);
	if (context && apart)
		print_gap(s->r);
	if (!s->any)
		print_head(s->w, s->r, s->f);
	s->any = true;
	s->gap = false;
	while (from < at) {
		struct find_line l;
		find_bounds(s->p, s->n, from, &l);
		struct row row = row_of(s, &l, false);
		print_row(s->w, s->r, s->f, &row);
		from = l.next;
	}
}

static void add_span(struct worker *w, struct span span)
{
	if (w->n_spans == w->cap_spans) {
		w->cap_spans = w->cap_spans ? w->cap_spans * 2 : 16;
		w->spans = xrealloc_n(w->spans, w->cap_spans, sizeof(*w->spans));
	}
	w->spans[w->n_spans++] = span;
}

/* A match as a part of the line that is shown. */
static struct span in_line(const struct find_line *l, struct span at)
{
	size_t start = at.start < l->end ? at.start : l->end;
	size_t end = at.end < l->end ? at.end : l->end;
	return (struct span){start - l->start, end - l->start};
}

static void collect_spans(struct search *s, const struct find_line *l)
{
	struct span at = {l->m_start, l->m_end};
	s->w->n_spans = 0;
	if (s->w->g->invert)
		return;
	do {
		struct span part = in_line(l, at);
		if (part.start < part.end)
			add_span(s->w, part);
	} while (search_span(s, l, &at));
}

/* Is there room for another row? With less than that a worker goes on counting. */
static bool has_room(const struct search *s)
{
	const struct grep *g = s->w->g;
	return !atomic_load_explicit(&g->full, memory_order_relaxed) &&
	       !(s->segment && split_is_full(s->segment)) &&
	       (int64_t)s->r->n_marks < g->limits.rows &&
	       (int64_t)s->r->out.buf.len <= g->limits.bytes;
}

static void show_line(struct search *s, const struct find_line *l)
{
	struct out *o = &s->r->out;
	show_after(s, l->start);
	show_before(s, l->start);
	struct row row = row_of(s, l, true);
	row.match = in_line(l, (struct span){l->m_start, l->m_end});
	if (o->form == OUT_JSON || o->colour) {
		collect_spans(s, l);
		row.spans = s->w->spans;
		row.n_spans = s->w->n_spans;
	}
	print_row(s->w, s->r, s->f, &row);
	s->shown = l->next;
	s->after_left = s->w->g->after;
}

/* -o: each match is a row. */
static void show_matches(struct search *s, const struct find_line *l)
{
	collect_spans(s, l);
	s->hits += (int64_t)s->w->n_spans;
	for (size_t i = 0; i < s->w->n_spans && has_room(s); i++) {
		const struct span *at = &s->w->spans[i];
		struct row row = row_of(s, l, true);
		show_before(s, l->start);
		row.p += at->start;
		row.n = row.match.end = at->end - at->start;
		row.spans = &(struct span){0, row.n};
		row.n_spans = 1;
		print_row(s->w, s->r, s->f, &row);
	}
}

static void take_hit(struct search *s, const struct find_line *l)
{
	const struct grep *g = s->w->g;
	s->lines++;
	if (g->only) {
		show_matches(s, l);
	} else {
		s->hits++;
		if (g->mode == GREP_LINES && !g->t->out.quiet) {
			if (has_room(s))
				show_line(s, l);
			else if (s->after_left) {
				show_after(s, l->start);
				s->after_left = 0;
			}
		}
	}
	bool one_is_enough = g->t->out.quiet || g->mode == GREP_WITHOUT ||
			     (g->mode == GREP_WITH && s->r->out.form != OUT_JSON);
	s->enough = one_is_enough || s->lines >= g->max_count;
}

void search_give(const struct search *s)
{
	if (s->r->out.buf.len > GIVE_BYTES && !s->r->n_marks)
		pool_give(s->w->g->pool, s->r);
}

void search_window(struct search *s)
{
	struct find_line l;
	bool invert = s->w->g->invert;
	while (!s->enough && !s->timed_out) {
		enum find_result r =
			invert ? next_other(s, s->from, &l) : next_match(s, s->from, &l);
		if (r == FIND_NONE)
			break;
		s->timed_out = r == FIND_TIMEOUT;
		s->r->counts.limit += r == FIND_LIMIT;
		if (r == FIND_HIT)
			take_hit(s, &l);
		if (!s->timed_out)
			s->from = l.next;
		if (!s->segment)
			search_give(s);
	}
	show_after(s, s->n);
}

bool search_is_done(const struct search *s)
{
	return s->timed_out || (s->enough && !s->after_left) ||
	       atomic_load_explicit(&s->w->g->stop, memory_order_relaxed);
}

size_t search_shift(struct search *s)
{
	size_t keep = lines_above(s->p, s->n, s->w->g->before, s->shown);
	if (s->n - keep > KEEP_BYTES)
		keep = s->n;
	/* Where a line's number was shown, the next one's will be, too. */
	if (s->again < 0 || (s->line && s->counted)) {
		line_at(s, keep);
	} else if (s->line) {
		s->seen = (struct seen){s->base, s->line};
		s->line = 0;
	}
	s->base += (int64_t)keep;
	s->gap = s->gap || s->shown < keep;
	s->shown = s->shown > keep ? s->shown - keep : 0;
	s->from = s->n - keep;
	s->counted = 0;
	s->has_ahead = false;
	return keep;
}

void search_pass(struct search *s)
{
	if (s->line)
		line_at(s, s->from);
	s->base += (int64_t)s->from;
	s->from = s->shown = s->counted = 0;
}

void search_skip_line(struct search *s, int64_t bytes)
{
	s->base += bytes;
	s->line += s->line > 0;
	s->gap = true;
	s->after_left = 0;
	s->r->counts.limit++;
}

void search_end(struct search *s)
{
	const struct grep *g = s->w->g;
	struct counts *c = &s->r->counts;
	c->files += !s->timed_out;
	c->lines += s->lines;
	c->hits += s->hits;
	c->files_hit += s->lines > 0;
	c->timed_out |= s->timed_out;
	print_hits(s->r, g, s->f->path, s->hits);
	bool list = g->mode == GREP_WITHOUT ? !s->lines && !s->timed_out : s->lines > 0;
	if (list && g->t->out.quiet)
		atomic_store(&s->w->g->stop, true);
	if (!list || g->mode == GREP_LINES)
		return;
	c->listed++;
	if (!g->t->out.quiet && has_room(s))
		print_name(s->r, g, s->f, s->lines);
}
