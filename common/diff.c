/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include "mem.h"

enum { CONTEXT = 3, MAX_D = 2000 };

struct line {
	const char *p;
	size_t n; /* with its LF, if it has one */
};

struct side {
	struct line *v;
	size_t n;
};

struct hunk {
	size_t a, na, b, nb; /* na lines at a become nb lines at b */
};

struct hunks {
	struct hunk *v;
	size_t n, cap;
};

static struct side split(const char *p, size_t n)
{
	size_t cap = 64;
	struct side s = {.v = xcalloc(cap, sizeof(*s.v))};
	for (size_t i = 0; i < n;) {
		const char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf ? (size_t)(lf - (p + i)) + 1 : n - i;
		if (s.n == cap) {
			cap *= 2;
			s.v = xrealloc_n(s.v, cap, sizeof(*s.v));
		}
		s.v[s.n++] = (struct line){p + i, len};
		i += len;
	}
	return s;
}

static bool equal(const struct line *x, const struct line *y)
{
	return x->n == y->n && !memcmp(x->p, y->p, x->n);
}

/* Adds one changed line pair range; joins it with the one before when they touch. */
static void add(struct hunks *h, size_t a, size_t na, size_t b, size_t nb)
{
	struct hunk *last = h->n ? &h->v[h->n - 1] : NULL;
	if (last && last->a + last->na == a && last->b + last->nb == b) {
		last->na += na;
		last->nb += nb;
		return;
	}
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->v = xrealloc_n(h->v, h->cap, sizeof(*h->v));
	}
	h->v[h->n++] = (struct hunk){a, na, b, nb};
}

/* The furthest x on diagonal k after d steps, from the row before (Myers' figure 2). */
static long furthest(const long *v, long d, long k)
{
	if (k == -d || (k != d && v[k - 1] < v[k + 1]))
		return v[k + 1];
	return v[k - 1] + 1;
}

/* Runs forward until the end is reached. rows[d] is v after d steps, indexed from -d - 1.
 * Returns d, or -1 when it would be more than MAX_D. */
static long forward(const struct side *a, const struct side *b, long **rows)
{
	long na = (long)a->n, nb = (long)b->n;
	long base[3] = {0, 0, 0};
	const long *prev = base + 1;
	for (long d = 0; d <= MAX_D; d++) {
		long *row = xcalloc((size_t)(2 * d + 5), sizeof(long));
		long *v = row + d + 2;
		rows[d] = row;
		for (long k = -d; k <= d; k += 2) {
			long x = d ? furthest(prev, d, k) : 0;
			long y = x - k;
			while (x < na && y < nb && equal(&a->v[x], &b->v[y])) {
				x++;
				y++;
			}
			v[k] = x;
			if (x >= na && y >= nb)
				return d;
		}
		prev = v;
	}
	return -1;
}

/* Walks back through the rows and marks what was deleted and what was inserted. */
static void mark(const struct side *a, const struct side *b, long d, long **rows,
	char *gone, char *come)
{
	long x = (long)a->n, y = (long)b->n;
	for (; d > 0; d--) {
		const long *v = rows[d - 1] + d + 1;
		long k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		long from = down ? k + 1 : k - 1;
		x = v[from];
		y = x - from;
		if (down)
			come[y] = 1;
		else
			gone[x] = 1;
	}
}

/* The changes between the sides, whose line numbers are shifted by skip. */
static void compare(
	const struct side *a, const struct side *b, size_t skip, struct hunks *out)
{
	long **rows = xcalloc(MAX_D + 1, sizeof(*rows));
	long d = forward(a, b, rows);
	if (d < 0) {
		add(out, skip, a->n, skip, b->n);
	} else {
		char *gone CLEANUP(mem_freep) = xcalloc(a->n + 1, 1);
		char *come CLEANUP(mem_freep) = xcalloc(b->n + 1, 1);
		mark(a, b, d, rows, gone, come);
		for (size_t i = 0, k = 0; i < a->n || k < b->n;) {
			if (i < a->n && gone[i])
				add(out, skip + i++, 1, skip + k, 0);
			else if (k < b->n && come[k])
				add(out, skip + i, 0, skip + k++, 1);
			else
				i++, k++;
		}
	}
	for (long i = 0; i <= MAX_D; i++)
		free(rows[i]);
	free(rows);
}

static void put_line(struct buf *out, char sign, const struct line *l)
{
	if (!l->n)
		return; /* no line is empty: each has its LF, or is the last and has bytes
			 */
	buf_addc(out, sign);
	buf_add(out, l->p, l->n);
	if (l->p[l->n - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct buf *out, char sign, size_t at, size_t n)
{
	/* An empty range is named by the line before it. */
	buf_printf(out, "%c%zu", sign, n ? at + 1 : at);
	if (n != 1)
		buf_printf(out, ",%zu", n);
}

/* Prints changes from to to (exclusive), which share their context. */
static void put_group(struct buf *out, const struct side *a, const struct side *b,
	const struct hunk *from, const struct hunk *to)
{
	const struct hunk *last = to - 1;
	size_t before = from->a < CONTEXT ? from->a : CONTEXT;
	size_t end = last->a + last->na, after = a->n - end;
	after = after < CONTEXT ? after : CONTEXT;
	size_t a0 = from->a - before, b0 = from->b - before;
	buf_puts(out, "@@ ");
	put_range(out, '-', a0, end + after - a0);
	buf_addc(out, ' ');
	put_range(out, '+', b0, last->b + last->nb + after - b0);
	buf_puts(out, " @@\n");
	size_t i = a0;
	for (const struct hunk *h = from; h < to; h++) {
		for (; i < h->a; i++)
			put_line(out, ' ', &a->v[i]);
		for (; i < h->a + h->na; i++)
			put_line(out, '-', &a->v[i]);
		for (size_t k = 0; k < h->nb; k++)
			put_line(out, '+', &b->v[h->b + k]);
	}
	for (; i < end + after; i++)
		put_line(out, ' ', &a->v[i]);
}

/* A file name as git writes it in a patch: in double quotes with C escapes when it holds
 * control bytes, quotes or backslashes. */
static void put_name(
	struct buf *out, const char *mark_, const char *side, const char *name)
{
	bool quoted = false;
	for (const char *p = name; *p; p++)
		quoted |=
			(unsigned char)*p < 0x20 || *p == 0x7f || *p == '"' || *p == '\\';
	while (*name == '/')
		name++;
	buf_printf(out, "%s %s%s", mark_, quoted ? "\"" : "", side);
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			buf_printf(out, "\\%03o", (unsigned char)*p);
		else
			buf_printf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	}
	/* Without the tab, patch takes a name with blanks to end at the first. */
	buf_puts(out, quoted ? "\"\n" : strchr(name, ' ') ? "\t\n" : "\n");
}

/* How many lines the sides share at the start and at the end; the end is taken off. */
static size_t trim(struct side *a, struct side *b)
{
	size_t skip = 0;
	while (skip < a->n && skip < b->n && equal(&a->v[skip], &b->v[skip]))
		skip++;
	while (a->n > skip && b->n > skip && equal(&a->v[a->n - 1], &b->v[b->n - 1])) {
		a->n--;
		b->n--;
	}
	return skip;
}

void diff_unified(struct buf *out, const char *name, const char *a, size_t na,
	const char *b, size_t nb)
{
	struct side sa = split(a, a ? na : 0), sb = split(b, b ? nb : 0);
	struct hunks h = {0};
	struct side ta = sa, tb = sb;
	size_t skip = trim(&ta, &tb);
	struct side ma = {ta.v + skip, ta.n - skip}, mb = {tb.v + skip, tb.n - skip};
	if (ma.n || mb.n)
		compare(&ma, &mb, skip, &h);
	if (h.n || !a) {
		if (a)
			put_name(out, "---", "a/", name);
		else
			buf_puts(out, "--- /dev/null\n");
		if (b)
			put_name(out, "+++", "b/", name);
		else
			buf_puts(out, "+++ /dev/null\n");
	}
	for (size_t i = 0; i < h.n;) {
		size_t k = i + 1;
		while (k < h.n &&
			h.v[k].a - (h.v[k - 1].a + h.v[k - 1].na) <= 2 * CONTEXT)
			k++;
		put_group(out, &sa, &sb, &h.v[i], &h.v[k]);
		i = k;
	}
	free(h.v);
	free(sa.v);
	free(sb.v);
}
