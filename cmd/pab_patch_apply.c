/* SPDX-License-Identifier: MIT */
/* The hunks of one file put into its content. A hunk goes where the patch says if it fits
 * there; else where it fits, if that is one place alone. */
#include "pab_patch.h"

#include "mem.h"
#include "num.h"

static struct patch_lines split(const char *p, size_t n)
{
	struct patch_lines ls = {0};
	size_t cap = 0;
	struct patch_text t = {p, p + n, 0};
	struct patch_line l;
	while (patch_line(&t, &l)) {
		l.op = l.p + l.n < p + n ? '\n' : 0;
		if (l.op && l.n && l.p[l.n - 1] == '\r') {
			l.op = '\r';
			l.n--;
		}
		if (ls.n == cap) {
			cap = cap ? 2 * cap : 64;
			ls.v = xrealloc_n(ls.v, cap, sizeof(*ls.v));
		}
		ls.v[ls.n++] = l;
	}
	return ls;
}

bool patch_equal(const struct patch_line *file, const struct patch_line *hunk)
{
	size_t n = file->n;
	/* A patch may hold the CR, too: then both must. */
	if (hunk->n == n + 1 && file->op == '\r' && hunk->p[n] == '\r')
		return !memcmp(file->p, hunk->p, n);
	return n == hunk->n && (!n || !memcmp(file->p, hunk->p, n));
}

/* The old lines of a hunk, one after the other. */
static size_t count_old(const struct patch_hunk *h)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n; i++)
		n += h->v[i].op != '+';
	return n;
}

static bool ends_right(const struct patch_file *f, const struct patch_lines *ls,
	size_t at, const struct patch_line *l)
{
	bool last = at + 1 == ls->n && !ls->v[at].op;
	return f->loose || last == l->bare;
}

static bool fits(const struct patch_file *f, const struct patch_hunk *h,
	const struct patch_lines *ls, size_t at)
{
	size_t k = at;
	for (size_t i = 0; i < h->n; i++) {
		if (h->v[i].op == '+')
			continue;
		if (k >= ls->n || !patch_equal(&ls->v[k], &h->v[i]) ||
			!ends_right(f, ls, k, &h->v[i]))
			return false;
		k++;
	}
	return !h->at_end || k == ls->n;
}

/* Places that were found: the first, and how many. */
struct found {
	size_t at[8], n;
};

static void note(struct found *fd, size_t at)
{
	if (fd->n && fd->n <= ARRAY_LEN(fd->at) && fd->at[fd->n - 1] == at)
		return;
	if (fd->n < ARRAY_LEN(fd->at))
		fd->at[fd->n] = at;
	fd->n++;
}

/* The first place from `from` on, or SIZE_MAX. */
static size_t first_fit(const struct patch_file *f, const struct patch_hunk *h,
	const struct patch_lines *ls, size_t from)
{
	for (size_t at = from; at <= ls->n; at++)
		if (fits(f, h, ls, at))
			return at;
	return SIZE_MAX;
}

/* All places that the anchors allow: below each place of them, the first. */
static void find_anchored(const struct patch_file *f, const struct patch_hunk *h,
	const struct patch_lines *ls, size_t from, struct found *fd)
{
	for (size_t at = from; at < ls->n; at++) {
		size_t k = at;
		if (!patch_equal(&ls->v[at], &h->anchors[0]))
			continue;
		for (size_t i = 1; i < h->n_anchors && k < ls->n; i++)
			for (k++; k < ls->n && !patch_equal(&ls->v[k], &h->anchors[i]);)
				k++;
		size_t hit = k < ls->n ? first_fit(f, h, ls, k + 1) : SIZE_MAX;
		if (hit == SIZE_MAX)
			return;
		note(fd, hit);
	}
}

static void find_all(const struct patch_file *f, const struct patch_hunk *h,
	const struct patch_lines *ls, size_t from, struct found *fd)
{
	if (h->n_anchors) {
		find_anchored(f, h, ls, from, fd);
		return;
	}
	if (!count_old(h)) { /* new lines alone: at the end, where no line says else */
		note(fd, ls->n);
		return;
	}
	for (size_t at = from; at < ls->n; at++)
		if (fits(f, h, ls, at))
			note(fd, at);
}

static int ambiguous(const struct patch_file *f, size_t i, const struct found *fd,
	const char *show, struct err *e)
{
	char n[32];
	err_set(e, ERR_AMBIGUOUS, show,
		"hunk %zu (line %lld of the patch) fits in %s places (lines", i + 1,
		(long long)f->v[i].number, num_commas(n, (int64_t)fd->n));
	for (size_t k = 0; k < fd->n && k < ARRAY_LEN(fd->at); k++)
		err_add(e, "%s %zu", k ? "," : "", fd->at[k] + 1);
	if (fd->n > ARRAY_LEN(fd->at))
		err_add(e, ", …");
	return err_add(e, "); it needs more lines around it");
}

/* Where hunk i goes, of the lines from `from` on. Returns 0, or -1 with err. */
static int locate(const struct patch_file *f, size_t i, const struct patch_lines *ls,
	size_t from, int64_t shift, size_t *at, const char *show, struct err *e)
{
	const struct patch_hunk *h = &f->v[i];
	struct found fd = {0};
	int64_t want = h->old_at < 0 ? -1 : h->old_at - (count_old(h) > 0) + shift;
	if (want >= (int64_t)from && want <= (int64_t)ls->n &&
		fits(f, h, ls, (size_t)want)) {
		*at = (size_t)want;
		return 0;
	}
	if (h->old_at < 0 || count_old(h))
		find_all(f, h, ls, from, &fd);
	if (!fd.n)
		return patch_why(f, i, ls, from, show, e);
	if (fd.n > 1)
		return ambiguous(f, i, &fd, show, e);
	*at = fd.at[0];
	return 0;
}

/* What is being put together. */
struct made {
	struct buf *out;
	size_t base;
	int64_t line; /* the next one's number */
	bool crlf;    /* how the line before ended */
};

static void put_old(struct made *m, const struct patch_line *l)
{
	buf_add(m->out, l->p, l->n + (l->op == '\r'));
	if (l->op)
		buf_addc(m->out, '\n');
	if (l->op)
		m->crlf = l->op == '\r';
	m->line++;
}

static void put_new(struct made *m, const struct patch_line *l, bool bare)
{
	/* The line before it had no newline as it was the last. */
	if (m->out->len > m->base && m->out->p[m->out->len - 1] != '\n')
		buf_puts(m->out, m->crlf ? "\r\n" : "\n");
	buf_add(m->out, l->p, l->n);
	if (!bare)
		buf_puts(m->out,
			m->crlf && !(l->n && l->p[l->n - 1] == '\r') ? "\r\n" : "\n");
	m->line++;
}

/* How lines end that come where the file's line `at` is. */
static bool crlf_at(const struct patch_lines *ls, size_t at)
{
	if (at < ls->n && ls->v[at].op)
		return ls->v[at].op == '\r';
	return at && ls->n && ls->v[at - 1].op == '\r';
}

/* Puts hunk h in place of the lines from `at` on. Returns the line behind them. */
static size_t put_hunk(struct made *m, const struct patch_file *f,
	const struct patch_hunk *h, const struct patch_lines *ls, size_t at)
{
	size_t k = at, last = SIZE_MAX;
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].op == '+')
			last = i;
	bool open_end =
		f->loose && ls->n && !ls->v[ls->n - 1].op && at + count_old(h) == ls->n;
	for (size_t i = 0; i < h->n; i++) {
		const struct patch_line *l = &h->v[i];
		if (l->op == '+') {
			m->crlf = crlf_at(ls, k > at ? k - 1 : k);
			put_new(m, l, l->bare || (open_end && i == last && k == ls->n));
			continue;
		}
		if (l->op == ' ' && k < ls->n)
			put_old(m, &ls->v[k]);
		k++;
	}
	return k;
}

int patch_apply(const struct patch_file *f, const char *p, size_t n, const char *show,
	struct buf *out, struct patch_place *places, struct err *e)
{
	struct patch_lines ls = split(p, n);
	struct made m = {out, out->len, 1, false};
	int64_t shift = 0;
	size_t from = 0, at = 0;
	int r = 0;
	for (size_t i = 0; i < f->n && r == 0; i++) {
		const struct patch_hunk *h = &f->v[i];
		r = locate(f, i, &ls, from, shift, &at, show, e);
		if (r < 0)
			break;
		for (; ls.v && from < at; from++)
			put_old(&m, &ls.v[from]);
		int64_t want =
			h->old_at < 0 ? (int64_t)at : h->old_at - (count_old(h) > 0);
		shift = (int64_t)at - want;
		places[i] = (struct patch_place){m.line, shift};
		from = put_hunk(&m, f, h, &ls, at);
	}
	for (; r == 0 && ls.v && from < ls.n; from++)
		put_old(&m, &ls.v[from]);
	free(ls.v);
	return r;
}
