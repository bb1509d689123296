/* SPDX-License-Identifier: MIT */
/* How pab-grep's results look, and how much of them is shown. */
#include "pab_grep.h"

#include "mem.h"
#include "num.h"
#include "text.h"

static const char c_path[] = "\x1b[35m", c_line[] = "\x1b[32m", c_match[] = "\x1b[1;31m",
		  c_off[] = "\x1b[0m";

void result_init(struct result *r, const struct grep *g)
{
	const struct out *o = &g->t->out;
	*r = (struct result){
		.out = {.form = o->form, .tty = o->tty, .colour = o->colour}};
	r->out.buf = (struct buf)BUF_INIT;
	jout_init(&r->out.json, &r->out.buf);
}

void result_clear(struct result *r)
{
	buf_clear(&r->out.buf);
	for (size_t i = 0; i < r->n_spread; i++)
		free(r->spread[i].path);
	free(r->spread);
	r->spread = NULL;
	r->n_spread = 0;
	free(r->errs);
	r->errs = NULL;
	r->n_errs = 0;
	r->n_marks = 0;
	r->any = r->given = false;
	r->counts = (struct counts){0};
}

void result_release(struct result *r)
{
	result_clear(r);
	buf_release(&r->out.buf);
	free(r->marks);
}

struct err *result_error(struct result *r)
{
	r->errs = xrealloc_n(r->errs, r->n_errs + 1, sizeof(*r->errs));
	return &r->errs[r->n_errs++];
}

static void add_mark(struct result *r, size_t at, bool opens)
{
	if (r->n_marks == r->cap_marks) {
		r->cap_marks = r->cap_marks ? r->cap_marks * 2 : 64;
		r->marks = xrealloc_n(r->marks, r->cap_marks, sizeof(*r->marks));
	}
	r->marks[r->n_marks++] = (struct mark){at, opens};
}

static void add_counts(struct counts *to, const struct counts *c)
{
	to->files += c->files;
	to->lines += c->lines;
	to->hits += c->hits;
	to->files_hit += c->files_hit;
	to->listed += c->listed;
	to->binary += c->binary;
	to->unreadable += c->unreadable;
	to->too_large += c->too_large;
	to->limit += c->limit;
	to->timed_out |= c->timed_out;
	to->cut |= c->cut;
}

void result_append(struct result *to, struct result *from)
{
	size_t at = to->out.buf.len;
	bool had = to->any;
	for (size_t i = 0; i < from->n_marks; i++) {
		add_mark(to, at + from->marks[i].at, from->marks[i].opens && !had);
		had = true;
	}
	buf_add(&to->out.buf, from->out.buf.p, from->out.buf.len);
	to->any |= from->any;
	add_counts(&to->counts, &from->counts);
	result_clear(from);
}

static bool is_limited(const struct grep *g)
{
	return g->limits.rows != NUM_NONE || g->limits.bytes != NUM_NONE;
}

void print_mark(struct result *r, const struct grep *g, bool first)
{
	r->any = true;
	if (is_limited(g))
		add_mark(r, r->out.buf.len, first);
}

void print_hits(struct result *r, const struct grep *g, const char *path, int64_t hits)
{
	if (!is_limited(g) || !hits || g->mode != GREP_LINES)
		return;
	r->spread = xrealloc_n(r->spread, r->n_spread + 1, sizeof(*r->spread));
	r->spread[r->n_spread++] = (struct hits_of){xstrdup(path), hits};
}

void print_gap(struct result *r)
{
	if (r->out.form != OUT_JSON)
		buf_puts(&r->out.buf, "--\n");
}

void print_head(struct worker *w, struct result *r, const struct file *f)
{
	struct out *o = &r->out;
	size_t before = o->buf.len;
	if (o->form == OUT_JSON)
		return;
	if (o->colour)
		buf_puts(&o->buf, c_path);
	out_name(o, f->path);
	if (o->colour)
		buf_puts(&o->buf, c_off);
	if (o->form == OUT_MODEL) {
		buf_addc(&o->buf, '\n');
		return;
	}
	/* Each row begins with it. */
	buf_clear(&w->prefix);
	buf_add(&w->prefix, o->buf.p + before, o->buf.len - before);
	buf_trim(&o->buf, before);
}

static void add_number(struct buf *b, int64_t v)
{
	char digits[24], *p = digits + sizeof(digits);
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

/* The part of a line that is shown, and how many code points are not. */
struct window {
	size_t from, to, before, after;
};

static struct window window_of(const struct row *row, int64_t limit)
{
	struct window w = {0, row->n, 0, 0};
	size_t columns = limit == NUM_NONE ? SIZE_MAX : (size_t)limit;
	if (row->n <= columns)
		return w;
	size_t total = text_columns(row->p, row->n);
	if (total <= columns)
		return w;
	size_t at = text_columns(row->p, row->match.start);
	size_t len = text_columns(
		row->p + row->match.start, row->match.end - row->match.start);
	size_t room = len < columns ? (columns - len) / 2 : 0;
	w.before = at > room ? at - room : 0;
	if (w.before > total - columns)
		w.before = total - columns;
	w.after = total - columns - w.before;
	w.from = text_offset_of(row->p, row->n, w.before);
	w.to = w.from + text_offset_of(row->p + w.from, row->n - w.from, columns);
	return w;
}

static void put(struct out *o, const char *p, size_t n)
{
	if (o->tty || o->form == OUT_MODEL)
		text_escape(&o->buf, p, n);
	else
		buf_add(&o->buf, p, n);
}

/* The text with its matches in colour. */
static void put_coloured(struct out *o, const struct row *row, const struct window *w)
{
	size_t at = w->from;
	for (size_t i = 0; i < row->n_spans; i++) {
		size_t s = row->spans[i].start, e = row->spans[i].end;
		s = s < at ? at : s;
		e = e > w->to ? w->to : e;
		if (s >= e)
			continue;
		put(o, row->p + at, s - at);
		buf_puts(&o->buf, c_match);
		put(o, row->p + s, e - s);
		buf_puts(&o->buf, c_off);
		at = e;
	}
	put(o, row->p + at, w->to - at);
}

static void print_text(
	const struct worker *w, struct out *o, const struct row *row, struct window win)
{
	char sep = row->hit ? ':' : '-';
	if (o->form == OUT_TEXT) {
		buf_add(&o->buf, w->prefix.p, w->prefix.len);
		buf_addc(&o->buf, sep);
	}
	if (o->colour)
		buf_puts(&o->buf, c_line);
	add_number(&o->buf, row->number);
	if (o->colour)
		buf_puts(&o->buf, c_off);
	buf_addc(&o->buf, sep);
	if (win.before)
		buf_printf(&o->buf, "…[+%zu]", win.before);
	if (o->colour && row->n_spans)
		put_coloured(o, row, &win);
	else
		put(o, row->p + win.from, win.to - win.from);
	if (win.after)
		buf_printf(&o->buf, "…[+%zu]", win.after);
	buf_addc(&o->buf, '\n');
}

/* The matches in what is shown of the line; of many on one line the first hundred. */
static void put_submatches(
	struct jout *j, const struct row *row, struct window win, bool limited)
{
	enum { MOST = 100 };
	int64_t n = 0;
	jout_array(j, "submatches");
	for (size_t i = 0; i < row->n_spans; i++) {
		const struct span *s = &row->spans[i];
		if (s->end <= win.from || s->start >= win.to || (n++ >= MOST && limited))
			continue;
		jout_object(j, NULL);
		jout_int(j, "start",
			(int64_t)(s->start > win.from ? s->start - win.from : 0));
		jout_int(j, "end",
			(int64_t)((s->end < win.to ? s->end : win.to) - win.from));
		jout_end_object(j);
	}
	jout_end_array(j);
	if (limited && n > MOST)
		jout_int(j, "submatches_left_out", n - MOST);
}

static void print_json(const struct worker *w, struct jout *j, const struct file *f,
	const struct row *row, struct window win)
{
	jout_record(j, row->hit ? "match" : "context");
	jout_bytes(j, "path", f->path, strlen(f->path));
	jout_int(j, "line_number", row->number);
	if (row->hit)
		jout_int(
			j, "column", (int64_t)text_columns(row->p, row->match.start) + 1);
	jout_int(j, "byte_offset", row->offset);
	jout_bytes(j, "line", row->p + win.from, win.to - win.from);
	if (win.before || win.after) {
		jout_int(j, "cut_before", (int64_t)win.from);
		jout_int(j, "cut_after", (int64_t)(row->n - win.to));
	}
	if (row->hit)
		put_submatches(j, row, win, w->g->limits.bytes != NUM_NONE);
	jout_end_object(j);
}

void print_row(
	struct worker *w, struct result *r, const struct file *f, const struct row *row)
{
	struct window win = window_of(row, w->g->limits.columns);
	r->counts.cut |= win.before || win.after;
	if (r->out.form == OUT_JSON)
		print_json(w, &r->out.json, f, row, win);
	else
		print_text(w, &r->out, row, win);
}

void print_name(
	struct result *r, const struct grep *g, const struct file *f, int64_t count)
{
	struct out *o = &r->out;
	print_mark(r, g, true);
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "file");
		jout_bytes(&o->json, "path", f->path, strlen(f->path));
		jout_int(&o->json, "count", count);
		jout_end_object(&o->json);
		return;
	}
	if (g->nul)
		buf_add(&o->buf, f->path, strlen(f->path) + 1);
	else if (o->colour)
		buf_puts(&o->buf, c_path);
	if (!g->nul)
		out_name(o, f->path);
	if (!g->nul && o->colour)
		buf_puts(&o->buf, c_off);
	if (g->mode == GREP_COUNT) {
		if (!g->nul)
			buf_addc(&o->buf, ':');
		add_number(&o->buf, count);
	}
	if (g->mode == GREP_COUNT || !g->nul)
		buf_addc(&o->buf, '\n');
}

/* Shows rows while there is room. */
static void show(struct grep *g, const struct result *r)
{
	struct out *o = &g->t->out;
	bool context =
		g->mode == GREP_LINES && (g->before || g->after) && o->form == OUT_TEXT;
	if (!r->out.buf.len || atomic_load(&g->full))
		return;
	if (context && g->rows && !r->given)
		buf_puts(&o->buf, "--\n");
	if (!is_limited(g)) {
		g->rows = 1;
		buf_add(&o->buf, r->out.buf.p, r->out.buf.len);
		return;
	}
	for (size_t i = 0; i < r->n_marks; i++) {
		size_t at = r->marks[i].at;
		size_t end = i + 1 < r->n_marks ? r->marks[i + 1].at : r->out.buf.len;
		if (g->rows >= g->limits.rows ||
			g->bytes + (int64_t)(end - at) > g->limits.bytes) {
			atomic_store(&g->full, true);
			return;
		}
		buf_add(&o->buf, r->out.buf.p + at, end - at);
		g->rows++;
		g->files_shown += r->marks[i].opens;
		g->bytes += (int64_t)(end - at);
	}
	if (g->rows >= g->limits.rows)
		atomic_store(&g->full, true);
}

void print_deliver(struct grep *g, struct result *r)
{
	show(g, r);
	add_counts(&g->counts, &r->counts);
	if (r->n_spread && !g->spread)
		g->spread = spread_new();
	for (size_t i = 0; i < r->n_spread; i++)
		spread_add(g->spread, r->spread[i].path, r->spread[i].hits);
	for (size_t i = 0; i < r->n_errs; i++)
		out_error(&g->t->out, &r->errs[i]);
	if (g->counts.timed_out)
		atomic_store(&g->stop, true);
	out_drain(&g->t->out);
	result_clear(r);
}
