/* SPDX-License-Identifier: MIT */
/* --indent: lines that are the file's but for their indentation, which must differ in one
 * way throughout: so many blanks or tabs more or less, or so many blanks for each tab.
 * The new lines are indented in the same way. */
#include "pab_edit.h"

#include "mem.h"
#include "nearest.h"

enum { MAX_LINES = 20000 };

/* A text in lines, without a line end after the last. */
struct block {
	struct line *v;
	size_t n;
};

/* An indentation of a blanks or tabs becomes one of (b0 * den + (a - a0) * num) / den. */
struct shift {
	char from, to; /* ' ' or '\t'; 0: there is none */
	int64_t a0, b0, num, den;
	bool differs;
};

static size_t indent_of(const struct line *l)
{
	size_t i = 0;
	while (i < l->n && (l->p[i] == ' ' || l->p[i] == '\t'))
		i++;
	return i;
}

static bool is_blank(const struct line *l)
{
	return indent_of(l) == l->n;
}

/* Is the indentation of one kind, the one in *c when that is set? Sets it. */
static bool is_pure(const struct line *l, char *c)
{
	size_t n = indent_of(l);
	if (n && !*c)
		*c = l->p[0];
	for (size_t i = 0; i < n; i++)
		if (l->p[i] != *c)
			return false;
	return true;
}

static struct line without_cr(struct line l)
{
	l.n -= l.n && l.p[l.n - 1] == '\r';
	return l;
}

/* Are the two lines the same behind their indentation? */
static bool same_rest(const struct line *a, const struct line *b)
{
	size_t i = indent_of(a), k = indent_of(b);
	return a->n - i == b->n - k && !memcmp(a->p + i, b->p + k, a->n - i);
}

static int64_t gcd(int64_t a, int64_t b)
{
	while (b) {
		int64_t r = a % b;
		a = b;
		b = r;
	}
	return a;
}

/* What the lines do not show, as all are indented alike: how many blanks make a tab. */
static bool guess_ratio(struct shift *s, const struct block *new)
{
	int64_t unit = s->a0;
	s->num = s->den = 1;
	if (!s->from || !s->to || s->from == s->to)
		return true;
	if (s->from == '\t') { /* each tab is as many blanks as there are now */
		s->num = s->a0 ? s->b0 / s->a0 : 0;
		return s->num && s->num * s->a0 == s->b0;
	}
	for (size_t i = 0; i < new->n; i++)
		if (!is_blank(&new->v[i]))
			unit = gcd(unit, (int64_t)indent_of(&new->v[i]));
	if (s->a0 && s->b0 && s->a0 % s->b0 == 0 && unit % (s->a0 / s->b0) == 0)
		unit = s->a0 / s->b0;
	s->den = unit ? unit : 1;
	return true;
}

/* How the indentation of old becomes that of the file's lines at f. Returns whether it
 * does so in one way. */
static bool find_shift(struct shift *s, const struct block *old, const struct line *f,
	const struct block *new)
{
	bool first = true, two = false;
	*s = (struct shift){.num = 1, .den = 1};
	for (size_t i = 0; i < old->n; i++) {
		if (is_blank(&old->v[i]))
			continue;
		int64_t a = (int64_t)indent_of(&old->v[i]), b = (int64_t)indent_of(&f[i]);
		if (!is_pure(&old->v[i], &s->from) || !is_pure(&f[i], &s->to))
			return false;
		if (first) {
			s->a0 = a;
			s->b0 = b;
		} else if (!two && a != s->a0) {
			two = true;
			s->num = a > s->a0 ? b - s->b0 : s->b0 - b;
			s->den = a > s->a0 ? a - s->a0 : s->a0 - a;
		}
		first = false;
		s->differs |= a != b || (a && s->from != s->to);
	}
	for (size_t i = 0; i < new->n; i++)
		if (!is_blank(&new->v[i]) && !is_pure(&new->v[i], &s->from))
			return false;
	if (!s->to)
		s->to = s->from;
	if (first || (two ? s->num <= 0 : !guess_ratio(s, new)))
		return false;
	for (size_t i = 0; i < old->n; i++) {
		int64_t a = (int64_t)indent_of(&old->v[i]) - s->a0;
		int64_t b = (int64_t)indent_of(&f[i]) - s->b0;
		if (!is_blank(&old->v[i]) && a * s->num != b * s->den)
			return false;
	}
	return true;
}

/* The new lines, indented so. Returns whether that can be. */
static bool shift_lines(const struct shift *s, const struct block *new, struct buf *out)
{
	for (size_t i = 0; i < new->n; i++) {
		const struct line *l = &new->v[i];
		size_t have = indent_of(l);
		int64_t want = s->b0 * s->den + ((int64_t)have - s->a0) * s->num;
		if (i)
			buf_addc(out, '\n');
		if (have == l->n)
			continue;
		if (want < 0 || want % s->den)
			return false;
		for (int64_t k = 0; k < want / s->den; k++)
			buf_addc(out, s->to);
		buf_add(out, l->p + have, l->n - have);
	}
	return true;
}

static void say(char *out, size_t size, const struct shift *s)
{
	const char *from = s->from == '\t' ? "tab" : "blank";
	const char *to = s->to == '\t' ? "tab" : "blank";
	if (s->differs)
		snprintf(out, size, "re-indented: %lld %s%s became %lld %s%s",
			(long long)s->a0, from, s->a0 == 1 ? "" : "s", (long long)s->b0,
			to, s->b0 == 1 ? "" : "s");
	else
		snprintf(out, size, "re-indented: blank lines differ");
}

/* Tries the place at line i of the file. Returns whether it is one, and then adds it. */
static bool try_place(const struct edit *ed, const struct units *u,
	const struct block *old, const struct block *new, const struct line *f,
	struct splices *sp)
{
	struct shift s;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	for (size_t i = 0; i < old->n; i++)
		if (!same_rest(&old->v[i], &f[i]))
			return false;
	if (!find_shift(&s, old, f, new) || !shift_lines(&s, new, &b))
		return false;
	const struct line *last = &f[old->n - 1];
	size_t to = (size_t)(last->p + last->n - u->p);
	if (ed->none || (ed->kind == EDIT_TEXT && !ed->n_new)) {
		to = next_lf(u, to);
		to = to < u->n ? to + 1 : u->n;
	}
	splices_add(sp, u, (size_t)(f[0].p - u->p), to, &b);
	say(sp->said, sizeof(sp->said), &s);
	return true;
}

/* The next line of the file at *at. Returns false at its end. */
static bool next_line(const struct units *u, size_t *at, struct line *out)
{
	if (*at >= u->n)
		return false;
	size_t lf = next_lf(u, *at);
	*out = without_cr((struct line){u->p + *at, lf - *at});
	*at = lf + 1;
	return true;
}

/* Looks with a window of as many lines as the old text has. */
static void look(const struct edit *ed, const struct units *u, const struct block *old,
	const struct block *new, struct splices *sp)
{
	struct line *f CLEANUP(mem_freep) = xcalloc(2 * old->n, sizeof(*f));
	size_t at = u->top, start = 0, end = 0;
	struct line l;
	while (next_line(u, &at, &l)) {
		if (end == 2 * old->n) {
			memmove(f, f + start, (end - start) * sizeof(*f));
			end -= start;
			start = 0;
		}
		f[end++] = l;
		if (end - start < old->n)
			continue;
		if (same_rest(&old->v[0], &f[start]) &&
			try_place(ed, u, old, new, f + start, sp))
			start = end;
		else
			start++;
	}
}

static void split(struct block *b, const char *p, size_t n)
{
	b->v = xcalloc(MAX_LINES, sizeof(*b->v));
	b->n = nearest_split(p, n, b->v, MAX_LINES);
	for (size_t i = 0; i < b->n; i++)
		b->v[i] = without_cr(b->v[i]);
}

void indent_find(const struct edit *ed, const struct units *u, struct splices *sp)
{
	struct block old, new;
	size_t n_old = ed->n_old, n_new = ed->n_new;
	if (ed->kind == EDIT_TEXT) { /* both or neither end with a line end */
		bool end_old = ed->old[n_old - 1] == '\n';
		bool end_new = !n_new || ed->new[n_new - 1] == '\n';
		if (end_old != end_new && n_new)
			return;
		n_old -= end_old;
		n_new -= end_old && n_new;
	}
	if (!n_old)
		return;
	split(&old, ed->old, n_old);
	split(&new, ed->new ? ed->new : "", n_new);
	if (old.n < MAX_LINES && new.n < MAX_LINES)
		look(ed, u, &old, &new, sp);
	free(old.v);
	free(new.v);
}
