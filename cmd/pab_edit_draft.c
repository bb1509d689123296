/* SPDX-License-Identifier: MIT */
/* The draft of a file: the bytes as they become, and a list of runs that tells which of
 * them are still the file's. */
#include "pab_edit.h"

#include "mem.h"
#include "num.h"
#include "placeholder.h"

void places_release(struct places *ps)
{
	free(ps->line);
	*ps = (struct places){0};
}

void places_add(struct places *ps, int64_t line)
{
	if (ps->n == ps->cap) {
		ps->cap = ps->cap ? ps->cap * 2 : 8;
		ps->line = xrealloc_n(ps->line, ps->cap, sizeof(*ps->line));
	}
	ps->line[ps->n++] = line;
}

void places_text(struct buf *out, const struct places *ps)
{
	enum { MOST = 10 };
	size_t lines = 0; /* a line with several places counts once */
	for (size_t i = 0; i < ps->n; i++)
		lines += !i || ps->line[i] != ps->line[i - 1];
	buf_puts(out, lines == 1 ? "line " : "lines ");
	for (size_t i = 0, said = 0; i < ps->n && said < MOST; i++)
		if (!i || ps->line[i] != ps->line[i - 1])
			buf_printf(out, "%s%lld", said++ ? ", " : "",
				(long long)ps->line[i]);
	if (lines > MOST)
		buf_printf(out, " and %zu more", lines - MOST);
}

static void add_piece(struct draft *d, struct piece p)
{
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		d->v = xrealloc_n(d->v, d->cap, sizeof(*d->v));
	}
	d->v[d->n++] = p;
}

void draft_init(struct draft *d, const char *p, size_t n)
{
	*d = (struct draft){.text = BUF_INIT};
	d->file = d->now = units_of(p, n);
	if (n)
		add_piece(d, (struct piece){.len = n, .after = -1});
}

void draft_release(struct draft *d)
{
	buf_release(&d->text);
	free(d->v);
	free(d->lines);
	free(d->gone);
	*d = (struct draft){.text = BUF_INIT};
}

/* The runs of before, from the left: how far they were taken over. */
struct taker {
	const struct draft *from;
	size_t i, used;
};

/* Takes the next n bytes' runs over into to, with empty ones behind them; or with NULL
 * leaves them out. */
static void take(struct taker *t, size_t n, struct draft *to)
{
	while (n || (to && t->i < t->from->n && !t->from->v[t->i].len)) {
		struct piece p = t->from->v[t->i];
		size_t left = p.len - t->used, part = left < n ? left : n;
		if (to) {
			p.head = p.head && !t->used;
			p.len = part;
			p.from += p.from == PIECE_NEW ? 0 : t->used;
			add_piece(to, p);
		}
		n -= part;
		t->used += part;
		if (part == left) {
			t->i++;
			t->used = 0;
		}
	}
}

/* Puts the splices into the draft. */
static void put(struct draft *d, const struct edit *ed, const struct splices *sp)
{
	struct draft next = {.text = BUF_INIT};
	struct taker t = {d, 0, 0};
	size_t at = 0;
	buf_reserve(&next.text, d->now.n + sp->text.len);
	for (size_t i = 0; i < sp->n; i++) {
		const struct splice *s = &sp->v[i];
		buf_add(&next.text, d->now.p + at, s->from - at);
		buf_add(&next.text, sp->text.p + s->new, s->n_new);
		take(&t, s->from - at, &next);
		take(&t, s->to - s->from, NULL);
		add_piece(&next, (struct piece){s->n_new, PIECE_NEW, true,
					 ed->kind == EDIT_AFTER ? ed->at.line : -1});
		at = s->to;
	}
	buf_add(&next.text, d->now.p + at, d->now.n - at);
	take(&t, d->now.n - at, &next);
	buf_release(&d->text);
	free(d->v);
	d->v = next.v;
	d->n = next.n;
	d->cap = next.cap;
	d->text = next.text;
	d->now.p = d->text.p;
	d->now.n = d->text.len;
	d->count += (int64_t)sp->n;
	if (sp->said[0])
		memcpy(d->said, sp->said, sizeof(d->said));
}

/* Does every line of the new text begin with a tag? Then it was copied with it. */
static bool is_tagged_text(const struct edit *ed)
{
	for (size_t i = 0; i < ed->n_new;) {
		const char *lf = memchr(ed->new + i, '\n', ed->n_new - i);
		if (!tag_prefix(ed->new + i, ed->n_new - i))
			return false;
		i = lf ? (size_t)(lf - ed->new) + 1 : ed->n_new;
	}
	return ed->n_new > 0;
}

/* New text that is none: what stands for text that was left out, what was copied with
 * pab-read's tags. */
static int check_new(const struct draft *d, const struct edit *ed, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const char *was = d->file.p;
	size_t n = d->file.n;
	if (is_tagged_text(ed))
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the new text begins with line tags; leave them out, or --literal");
	if (!placeholder_find(ed->new ? ed->new : "", ed->n_new, "", 0))
		return 0;
	if (d->file.unit == 2) {
		units_decode(&d->file, d->file.top, n, &b);
		was = b.p;
		n = b.len;
	}
	size_t line = placeholder_find(ed->new, ed->n_new, was, n);
	if (!line)
		return 0;
	return err_set(e, ERR_BAD_INPUT, NULL,
		"line %zu of the new text stands for text that was left out; write that "
		"text, or --literal to mean it",
		line);
}

static int apply(struct draft *d, const struct edit *ed, unsigned flags, const char *show,
	struct explain *why, struct err *e)
{
	struct splices sp = SPLICES_INIT;
	int r = flags & DRAFT_LITERAL ? 0 : check_new(d, ed, e);
	if (r == 0)
		r = edit_is_tagged(ed) ? tags_find(d, ed, &sp, e)
				       : replace_find(ed, &d->now, show,
						 flags & DRAFT_INDENT, &sp, why, e);
	if (r == 0)
		put(d, ed, &sp);
	splices_release(&sp);
	return r;
}

int draft_apply(struct draft *d, const struct edits *es, const size_t *which, size_t n,
	unsigned flags, const char *show, struct explain *why, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (apply(d, &es->v[which[i]], flags, show, why, e) == 0)
			continue;
		snprintf(e->path, sizeof(e->path), "%s", show);
		return edits_blame(es, which[i], e);
	}
	return 0;
}

size_t draft_start(const struct draft *d, size_t i, size_t from)
{
	if (d->v[i].after <= 0 || line_begins(&d->now, from))
		return from;
	return next_lf(&d->now, from) + d->now.unit;
}

void draft_places(const struct draft *d, struct places *at)
{
	int64_t line = 1;
	size_t from = 0, counted = d->now.top;
	for (size_t i = 0; i < d->n; from += d->v[i].len, i++) {
		if (d->v[i].from != PIECE_NEW || !d->v[i].head)
			continue;
		size_t start = draft_start(d, i, from);
		line += start > counted ? count_lfs(&d->now, counted, start) : 0;
		counted = start > counted ? start : counted;
		places_add(at, line);
	}
}
