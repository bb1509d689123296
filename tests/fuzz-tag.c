/* SPDX-License-Identifier: MIT */
/* Tags: what is understood is a tag, and in pieces a line has the same hash. Then edits
 * by tag: one byte how many, three bytes each, the file; in a file of LFs the result is
 * that of the same edits of a list of lines. */
#include "pab_edit.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_EDITS = 8, MAX_LINES = 64 };

/* Lines of the file, and what is to be done with each. */
struct model {
	struct {
		const char *p;
		size_t n;
		bool touched, gone;
		int below; /* so many new lines below it; line 0 is the top */
		int above;
		bool changed;
	} line[MAX_LINES + 1];
	size_t n;
};

static void check_parse(const char *p, size_t n)
{
	struct tag at = {7, 7}, to = {7, 7};
	struct err e = {0};
	if (tag_parse_range(p, n, &at, &to, &e) < 0) {
		if (e.code != ERR_USAGE || at.line != 7 || to.line != 7)
			abort();
	} else if (at.line < 0 || at.hash > 0xffff || to.line < 0) {
		abort();
	}
	struct tag_sum s = TAG_SUM_INIT;
	tag_add(&s, p, n / 3);
	tag_add(&s, p + n / 3, n - n / 3);
	if (tag_end(&s, false) != tag_of(p, n))
		abort();
}

static bool read_lines(struct model *m, const char *p, size_t n)
{
	if (n && (memchr(p, '\r', n) || memchr(p, '\0', n) || (unsigned char)*p >= 0xef))
		return false;
	for (size_t i = 0; i < n;) {
		const char *lf = memchr(p + i, '\n', n - i);
		if (m->n == MAX_LINES || !lf)
			return false;
		m->n++;
		m->line[m->n].p = p + i;
		m->line[m->n].n = (size_t)(lf - p) - i;
		i = (size_t)(lf - p) + 1;
	}
	return m->n > 0;
}

/* Does the edit to the model. Returns false when it overlaps one before. */
static bool model_edit(struct model *m, const struct edit *ed)
{
	size_t at = (size_t)ed->at.line, to = (size_t)ed->to.line;
	if (ed->kind == EDIT_AFTER || ed->kind == EDIT_BEFORE) {
		if (at && (m->line[at].touched))
			return false;
		*(at && ed->kind == EDIT_BEFORE ? &m->line[at].above
						: &m->line[at].below) += 1;
		return true;
	}
	for (size_t i = at; i <= to; i++)
		if (m->line[i].touched || (i > at && m->line[i].above) ||
			(i < to && m->line[i].below))
			return false;
	for (size_t i = at; i <= to; i++)
		m->line[i].touched = m->line[i].gone = true;
	m->line[at].changed = ed->kind == EDIT_AT;
	return true;
}

static void print(const struct model *m, struct buf *out)
{
	for (size_t i = 0; i <= m->n; i++) {
		for (int k = 0; k < m->line[i].above; k++)
			buf_puts(out, "+\n");
		if (m->line[i].changed)
			buf_puts(out, "=\n=\n");
		if (i && !m->line[i].gone) {
			buf_add(out, m->line[i].p, m->line[i].n);
			buf_addc(out, '\n');
		}
		for (int k = 0; k < m->line[i].below; k++)
			buf_puts(out, "+\n");
	}
}

static struct edit make_edit(const struct model *m, const uint8_t *b)
{
	static const enum edit_kind kinds[] = {
		EDIT_AT, EDIT_AFTER, EDIT_BEFORE, EDIT_DELETE};
	struct edit ed = {.file = EDIT_EVERY, .kind = kinds[b[0] % 4]};
	bool gap = ed.kind == EDIT_AFTER || ed.kind == EDIT_BEFORE;
	size_t at = gap ? b[1] % (m->n + 1) : 1 + b[1] % m->n;
	size_t to = at + (gap ? 0 : b[2] % (m->n - at + 1));
	ed.at = (struct tag){(int64_t)at, tag_of(m->line[at].p, m->line[at].n)};
	ed.to = (struct tag){(int64_t)to, tag_of(m->line[to].p, m->line[to].n)};
	edit_lines(&ed, gap ? "+" : "=\n=", gap ? 1 : 3);
	ed.none = ed.kind == EDIT_DELETE;
	if (ed.none)
		ed.n_new = 0;
	return ed;
}

static void check_edits(const uint8_t *ops, size_t n_ops, const char *p, size_t n)
{
	struct model m = {0};
	struct edits es = {0};
	struct explain why = EXPLAIN_INIT;
	struct buf want CLEANUP(buf_release) = BUF_INIT,
			tags CLEANUP(buf_release) = BUF_INIT;
	struct draft d;
	struct err e = {0};
	size_t which[MAX_EDITS];
	bool good = true;
	if (!read_lines(&m, p, n))
		return;
	m.line[0].p = "";
	for (size_t i = 0; i < n_ops; i++) {
		struct edit ed = make_edit(&m, ops + 3 * i);
		*edits_add(&es) = ed;
		which[i] = i;
		good = good && model_edit(&m, &ed);
	}
	print(&m, &want);
	draft_init(&d, p, n);
	int r = draft_apply(&d, &es, which, n_ops, DRAFT_LITERAL, "f", &why, &e);
	if ((r == 0) != good || (r < 0 && e.code != ERR_BAD_INPUT))
		abort();
	draft_tags(&d, 100, &tags, NULL);
	if (good && (d.now.n != want.len || memcmp(d.now.p, want.p, want.len) != 0))
		abort();
	draft_release(&d);
	edits_release(&es);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p CLEANUP(mem_freep) = xmemdup0(data, size);
	check_parse(p, size);
	size_t n_ops = size ? data[0] % (MAX_EDITS + 1) : 0;
	if (n_ops && size > 1 + 3 * n_ops)
		check_edits(data + 1, n_ops, p + 1 + 3 * n_ops, size - 1 - 3 * n_ops);
	return 0;
}
