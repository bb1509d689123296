/* SPDX-License-Identifier: MIT */
/* Finding text in bytes. The file is searched as it is, or, when the old text spans lines
 * and the file has CRLFs, without the CRs of its line ends; places found there are mapped
 * back, so that only the bytes matched are ever changed. */
#include "pab_edit.h"

#include "mem.h"
#include "num.h"
#include "text.h"

/* The file without the CRs of its line ends, and where they were. */
struct plain {
	struct buf text;
	size_t *lf; /* offsets in text of the LFs that had one */
	size_t n, cap;
};

struct match {
	size_t from, to; /* bytes of the file */
};

struct matches {
	struct match *v;
	size_t n, cap;
};

/* What is looked for, in the file's encoding. */
struct needle {
	const struct edit *edit;
	struct buf old, new;
};

static void strip_crs(const struct units *u, struct plain *out)
{
	size_t from = 0;
	for (size_t lf = next_lf(u, 0); lf < u->n; lf = next_lf(u, lf + u->unit)) {
		if (!cr_before(u, lf))
			continue;
		buf_add(&out->text, u->p + from, lf - u->unit - from);
		if (out->n == out->cap) {
			out->cap = out->cap ? out->cap * 2 : 256;
			out->lf = xrealloc_n(out->lf, out->cap, sizeof(*out->lf));
		}
		out->lf[out->n++] = out->text.len;
		from = lf;
	}
	buf_add(&out->text, u->p + from, u->n - from);
}

/* The file's offset for one in the plain text: one unit more for every CR before it. A
 * place that starts with such an LF starts at its CR. */
static size_t map_back(const struct plain *pl, size_t at, size_t unit)
{
	size_t low = 0, high = pl->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (pl->lf[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return at + low * unit;
}

/* Is the character a letter, digit or underscore? Beyond ASCII everything is but the
 * blocks of punctuation and symbols that stand beside words in texts. */
static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		       (c >= 'a' && c <= 'z') || c == '_';
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x2c00) &&
	       !(c >= 0x3000 && c < 0x3040) && !(c >= 0xff00 && c < 0xff10);
}

static uint32_t char_after(const struct units *u, size_t i)
{
	const unsigned char *p = (const unsigned char *)u->p + i;
	if (i >= u->n)
		return ' ';
	if (u->unit == 2)
		return unit_at(u, i);
	size_t len = text_char(p, u->n - i);
	uint32_t c = len <= 1 ? p[0] : p[0] & (0x7fU >> len);
	for (size_t k = 1; k < len; k++)
		c = c << 6 | (p[k] & 0x3f);
	return c;
}

static uint32_t char_before(const struct units *u, size_t i)
{
	size_t start = i;
	if (!i)
		return ' ';
	if (u->unit == 2)
		return unit_at(u, i - 2);
	do
		start--;
	while (start && i - start < 4 && ((unsigned char)u->p[start] & 0xc0) == 0x80);
	size_t len = text_char((const unsigned char *)u->p + start, i - start);
	return len == i - start ? char_after(u, start) : (unsigned char)u->p[i - 1];
}

static bool cuts_word(const struct units *u, size_t i)
{
	return is_word(char_before(u, i)) && is_word(char_after(u, i));
}

static void matches_add(struct matches *ms, size_t from, size_t to)
{
	if (ms->n == ms->cap) {
		ms->cap = ms->cap ? ms->cap * 2 : 16;
		ms->v = xrealloc_n(ms->v, ms->cap, sizeof(*ms->v));
	}
	ms->v[ms->n++] = (struct match){from, to};
}

/* All places of old in u that do not overlap, from the left. A block's last line end is
 * its own: the next block starts behind it. */
static void find(const struct units *u, const struct needle *nd, struct matches *ms)
{
	const struct buf *old = &nd->old;
	size_t own = nd->edit->kind == EDIT_BLOCK ? u->unit : 0;
	for (size_t i = 0; i + old->len <= u->n;) {
		const char *at = memmem(u->p + i, u->n - i, old->p, old->len);
		if (!at)
			return;
		size_t from = (size_t)(at - u->p), to = from + old->len;
		bool good = from % u->unit == 0;
		if (good && nd->edit->words)
			good = !cuts_word(u, from) && !cuts_word(u, to);
		if (good && nd->edit->kind == EDIT_BLOCK)
			good = line_begins(u, from) && line_ends(u, to);
		if (good)
			matches_add(ms, from, to);
		i = good ? to + own : from + 1;
	}
}

static void search(const struct units *file, const struct needle *nd, struct matches *ms)
{
	struct plain pl = {.text = BUF_INIT};
	struct units o = {nd->old.p, nd->old.len, file->unit, file->be, 0};
	size_t lf = next_lf(&o, 0);
	bool lines = lf < o.n;
	for (; lf < o.n; lf = next_lf(&o, lf + o.unit))
		lines = lines && !cr_before(&o, lf);
	if (lines)
		strip_crs(file, &pl);
	if (!pl.n) {
		find(file, nd, ms);
	} else {
		struct units u = {
			pl.text.p, pl.text.len, file->unit, file->be, file->top};
		find(&u, nd, ms);
		for (size_t i = 0; i < ms->n; i++) {
			ms->v[i].from = map_back(&pl, ms->v[i].from, u.unit);
			ms->v[i].to = map_back(&pl, ms->v[i].to, u.unit);
		}
	}
	buf_release(&pl.text);
	free(pl.lf);
}

/* Which line end do new lines get where the match has none left: the one behind it, else
 * the one before it, else LF. Returns true for CRLF. */
static bool neighbour_crlf(const struct units *u, size_t from, size_t to)
{
	size_t lf = next_lf(u, to);
	if (lf < u->n)
		return cr_before(u, lf);
	for (size_t i = from; i >= u->unit; i -= u->unit)
		if (unit_at(u, i - u->unit) == '\n')
			return cr_before(u, i - u->unit);
	return false;
}

void splices_add(struct splices *sp, const struct units *u, size_t from, size_t to,
	const struct buf *new)
{
	struct units nu = {new->p, new->len, u->unit, u->be, 0};
	struct units inside = {u->p, to, u->unit, u->be, 0};
	struct buf *out = &sp->text;
	size_t start = out->len, at = 0, lf_old = from;
	int crlf = -1;
	for (size_t lf = next_lf(&nu, 0); lf < nu.n; lf = next_lf(&nu, lf + nu.unit)) {
		lf_old = lf_old < inside.n ? next_lf(&inside, lf_old) : inside.n;
		if (lf_old < inside.n) {
			crlf = cr_before(&inside, lf_old);
			lf_old += u->unit;
		} else if (crlf < 0) {
			crlf = neighbour_crlf(u, from, to);
		}
		buf_add(out, nu.p + at, lf - at);
		if (crlf && !cr_before(&nu, lf))
			buf_add(out, u->be ? "\0\r" : "\r\0", u->unit);
		at = lf;
	}
	buf_add(out, nu.p + at, nu.n - at);
	if (sp->n == sp->cap) {
		sp->cap = sp->cap ? sp->cap * 2 : 8;
		sp->v = xrealloc_n(sp->v, sp->cap, sizeof(*sp->v));
	}
	sp->v[sp->n++] = (struct splice){from, to, start, out->len - start};
}

void splices_release(struct splices *sp)
{
	free(sp->v);
	buf_release(&sp->text);
	*sp = (struct splices)SPLICES_INIT;
}

static int64_t line_at(const struct units *u, size_t at)
{
	return 1 + count_lfs(u, 0, at);
}

/* The one place of the new text, which must be a line when it is short. Returns its line,
 * or 0. */
static int64_t find_applied(const struct units *u, const struct needle *nd)
{
	enum { SHORT = 4 };
	struct matches ms = {0};
	struct edit as = *nd->edit;
	struct needle other = {&as, nd->new, nd->old};
	if (!nd->new.len)
		return 0;
	if (as.n_new < SHORT)
		as.kind = EDIT_BLOCK;
	search(u, &other, &ms);
	int64_t line = ms.n == 1 ? line_at(u, ms.v[0].from) : 0;
	free(ms.v);
	return line;
}

/* Is the text very nearly there? Then that is more likely than that it was replaced
 * before. */
static bool is_close(enum explain_kind k)
{
	return k >= EXPLAIN_TRAILING && k <= EXPLAIN_CUT;
}

static int not_found(const struct needle *nd, const struct units *u, const char *show,
	struct explain *why, struct err *e)
{
	struct buf utf8 CLEANUP(buf_release) = BUF_INIT;
	const struct edit *ed = nd->edit;
	struct explain_ask q = {
		u->p + u->top, u->n - u->top, ed->old, ed->n_old, ed->kind == EDIT_BLOCK};
	if (u->unit == 2) {
		units_decode(u, u->top, u->n, &utf8);
		q.file = utf8.p;
		q.n_file = utf8.len;
	}
	err_set(e, ERR_NO_MATCH, show, "text not found");
	explain(why, &q);
	int64_t applied = is_close(why->kind) ? 0 : find_applied(u, nd);
	if (applied) {
		explain_release(why);
		why->kind = EXPLAIN_APPLIED;
		why->nearest = applied;
	}
	return explain_message(why, e);
}

static int ambiguous(
	const struct units *u, const struct splices *sp, const char *show, struct err *e)
{
	struct places at = {0};
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char times[32];
	int64_t line = 1;
	size_t from = 0;
	for (size_t i = 0; i < sp->n; i++) {
		line += count_lfs(u, from, sp->v[i].from);
		from = sp->v[i].from;
		places_add(&at, line);
	}
	places_text(&b, &at);
	places_release(&at);
	return err_set(e, ERR_AMBIGUOUS, show,
		"text found %s times (%s); add a line before or after it, or --all",
		num_commas(times, (int64_t)sp->n), b.p);
}

/* A block without new lines takes its last line end with it. */
static void add_match(struct splices *sp, const struct units *u, const struct needle *nd,
	const struct match *m)
{
	size_t to = m->to;
	if (nd->edit->kind == EDIT_BLOCK && nd->edit->none) {
		to = next_lf(u, to);
		to = to < u->n ? to + u->unit : u->n;
	}
	splices_add(sp, u, m->from, to, &nd->new);
}

int replace_find(const struct edit *ed, const struct units *u, const char *show,
	bool indent, struct splices *sp, struct explain *why, struct err *e)
{
	struct needle nd = {ed, BUF_INIT, BUF_INIT};
	struct matches ms = {0};
	int r = 0;
	if (units_encode(u, ed->old, ed->n_old, &nd.old) < 0 ||
		units_encode(u, ed->new ? ed->new : "", ed->n_new, &nd.new) < 0) {
		r = err_set(e, ERR_BAD_INPUT, show,
			"the file is %s and the text given is not UTF-8",
			text_encoding_name(u->be ? TEXT_UTF16BE : TEXT_UTF16LE));
		goto out;
	}
	search(u, &nd, &ms);
	for (size_t i = 0; i < ms.n; i++)
		add_match(sp, u, &nd, &ms.v[i]);
	if (!ms.n && indent && u->unit == 1)
		indent_find(ed, u, sp);
	if (!sp->n)
		r = not_found(&nd, u, show, why, e);
	else if (sp->n > 1 && !ed->all)
		r = ambiguous(u, sp, show, e);
out:
	free(ms.v);
	buf_release(&nd.old);
	buf_release(&nd.new);
	return r;
}
