/* SPDX-License-Identifier: MIT */
/* Blocks: refused with a reason, or written out again with longer markers they are the
 * same edits. */
#include "blocks.h"

#include "buf.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_lines(struct buf *b, const char *p, size_t n, bool none)
{
	buf_add(b, p, n);
	if (!none)
		buf_addc(b, '\n');
}

static void put_block(
	struct buf *b, const struct edits *es, const struct edit *ed, const char *wide)
{
	if (ed->file != EDIT_EVERY)
		buf_printf(b, "%s\n", es->paths.v[ed->file]);
	for (size_t i = 0; wide[i]; i++)
		buf_addc(b, '<');
	buf_puts(b, " SEARCH\n");
	put_lines(b, ed->old, ed->n_old, !ed->old);
	buf_puts(b, wide);
	buf_addc(b, '\n');
	put_lines(b, ed->new, ed->n_new, ed->none);
	for (size_t i = 0; wide[i]; i++)
		buf_addc(b, '>');
	buf_puts(b, " REPLACE\n");
}

/* A path that ends in CR cannot be written out again: that CR is the line's. */
static bool is_plain(const struct edits *es)
{
	for (size_t i = 0; i < es->paths.n; i++)
		if (es->paths.v[i][strlen(es->paths.v[i]) - 1] == '\r')
			return false;
	return es->n < 20;
}

static bool same(const struct edits *a, const struct edits *b)
{
	if (a->n != b->n || a->paths.n != b->paths.n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct edit *x = &a->v[i], *y = &b->v[i];
		if (x->file != y->file || x->n_old != y->n_old || x->n_new != y->n_new ||
			x->none != y->none || !x->old != !y->old)
			return false;
		if ((x->old && memcmp(x->old, y->old, x->n_old)) ||
			(x->new &&memcmp(x->new, y->new, x->n_new)))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edits es = {0}, again = {0};
	struct err e = {0};
	struct buf b = BUF_INIT;
	char *p CLEANUP(mem_freep) = xmalloc(size);
	memcpy(p, data, size);
	/* Longer than any run of markers in the request. */
	char *wide CLEANUP(mem_freep) = xmalloc(size + 9);
	memset(wide, '=', size + 8);
	wide[size + 8] = '\0';
	if (blocks_parse(p, size, &es, &e) < 0) {
		if (e.code != ERR_BAD_INPUT || !e.msg[0])
			abort();
	} else {
		buf_addc(&b, '\n'); /* a first line may look like a patch */
		for (size_t i = 0; i < es.n; i++)
			put_block(&b, &es, &es.v[i], wide);
		if (!es.n ||
			(is_plain(&es) && (blocks_parse(b.p, b.len, &again, &e) < 0 ||
						  !same(&es, &again))))
			abort();
		if (edits_check(&es, &e) < 0 && e.code != ERR_USAGE)
			abort();
	}
	edits_release(&es);
	edits_release(&again);
	buf_release(&b);
	return 0;
}
