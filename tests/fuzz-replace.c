/* SPDX-License-Identifier: MIT */
/* Flags, the length of the old text, that of the new, both texts, the file. Seen without
 * the CRs of its line ends, the result is that of a plain replacement; with --indent or
 * as a block it is only looked at. */
#include "pab_edit.h"

#include "mem.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* p with every CRLF as LF. Returns false when a CR stands alone. */
static bool strip(const char *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '\r')
			buf_addc(out, p[i]);
		else if (i + 1 == n || p[i + 1] != '\n')
			return false;
	}
	return true;
}

/* The plain replacement. Returns how many there were. */
static size_t plain(const struct edit *r, const struct buf *file, struct buf *out)
{
	size_t from = 0, count = 0;
	for (const char *at;
		(at = memmem(file->p + from, file->len - from, r->old, r->n_old));
		count++) {
		buf_add(out, file->p + from, (size_t)(at - file->p) - from);
		buf_add(out, r->new, r->n_new);
		from = (size_t)(at - file->p) + r->n_old;
	}
	buf_add(out, file->p + from, file->len - from);
	return count;
}

static void check(const struct edit *r, const char *p, size_t n, int result,
	const struct buf *out, enum err_code code)
{
	struct buf file CLEANUP(buf_release) = BUF_INIT,
			want CLEANUP(buf_release) = BUF_INIT,
			got CLEANUP(buf_release) = BUF_INIT;
	enum text_encoding enc = text_guess(p, n < 8000 ? n : 8000);
	if (enc == TEXT_UTF16LE || enc == TEXT_UTF16BE || r->words ||
		memchr(r->old, '\r', r->n_old) || memchr(r->new, '\r', r->n_new) ||
		!strip(p, n, &file))
		return;
	size_t count = plain(r, &file, &want);
	if (!count)
		result += code != ERR_NO_MATCH;
	if (count > 1 && !r->all)
		result += code != ERR_AMBIGUOUS;
	if ((result < 0) != (!count || (count > 1 && !r->all)))
		abort();
	if (result < 0)
		return;
	if (!strip(out->p, out->len, &got) || got.len != want.len ||
		memcmp(got.p, want.p, got.len) != 0)
		abort();
	/* And a file of LFs, or of CRLFs, stays one. */
	bool no_cr = file.len == n;
	bool all_cr = !memmem(file.p, file.len, "\n", 1) ? false : true;
	for (size_t i = 0; i < n; i++)
		all_cr = all_cr && (p[i] != '\n' || (i && p[i - 1] == '\r'));
	if (no_cr && out->len != got.len)
		abort();
	for (size_t i = 0; all_cr && i < out->len; i++)
		if (out->p[i] == '\n' && (!i || out->p[i - 1] != '\r'))
			abort();
}

/* Lines in order, as many as there are replacements at most. */
static void check_places(const struct draft *d, const struct edit *ed)
{
	struct places at = {0};
	draft_places(d, &at);
	if (at.n != (size_t)d->count || !at.n || (at.n > 1 && !ed->all))
		abort();
	for (size_t i = 0; i < at.n; i++)
		if (at.line[i] < (i ? at.line[i - 1] : 1))
			abort();
	places_release(&at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	size_t rest = size - 3, n_old = data[1], n_new = data[2];
	n_old = n_old > rest ? rest : n_old;
	n_new = n_new > rest - n_old ? rest - n_old : n_new;
	char *copy CLEANUP(mem_freep) = xmemdup0(data + 3, rest);
	struct edit ed = {.kind = data[0] & 4 ? EDIT_BLOCK : EDIT_TEXT,
		.file = EDIT_EVERY,
		.old = copy,
		.n_old = n_old,
		.new = copy + n_old,
		.n_new = n_new,
		.none = data[0] & 4 && !n_new,
		.all = data[0] & 1,
		.words = data[0] & 2};
	struct edits es = {&ed, 1, 1, {0}};
	struct explain why = EXPLAIN_INIT;
	struct draft d;
	struct err e = {0};
	size_t which = 0;
	const char *p = copy + n_old + n_new;
	size_t n = rest - n_old - n_new;
	if (!n_old)
		return 0;
	draft_init(&d, p, n);
	int result = draft_apply(&d, &es, &which, 1,
		DRAFT_LITERAL | (data[0] & 8 ? DRAFT_INDENT : 0), "f", &why, &e);
	struct buf out = {(char *)d.now.p, d.now.n, 0};
	if (result == 0)
		check_places(&d, &ed);
	if (!(data[0] & 12))
		check(&ed, p, n, result, &out, e.code);
	explain_release(&why);
	draft_release(&d);
	return 0;
}
