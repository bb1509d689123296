/* SPDX-License-Identifier: MIT */
/* One byte for whole lines, two for the length of the text, the text, the file: whatever
 * they are, what is said is within bounds. */
#include "explain.h"

#include "eol.h"
#include "mem.h"
#include "placeholder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct explain *x, const struct explain_ask *q)
{
	int64_t lines = (int64_t)eol_lines(q->file, q->n_file);
	if (x->n > EXPLAIN_LINES || x->nearest < 0 || x->nearest > lines + 1)
		abort();
	if (x->kind == EXPLAIN_NONE && (x->nearest || x->n))
		abort();
	if (x->text_line && (!x->nearest || !x->column || x->line < x->nearest))
		abort();
	if (x->n && (x->first < 1 || x->first + (int64_t)x->n - 1 > lines))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	size_t n_text = ((size_t)data[1] << 8 | data[2]) % (size - 3);
	char *text CLEANUP(mem_freep) = xmalloc(n_text);
	char *file CLEANUP(mem_freep) = xmalloc(size - 3 - n_text);
	memcpy(text, data + 3, n_text);
	memcpy(file, data + 3 + n_text, size - 3 - n_text);
	struct explain_ask q = {file, size - 3 - n_text, text, n_text, data[0] & 1};
	struct explain x = EXPLAIN_INIT;
	struct err e = {0};
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	struct buf record CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	if (!n_text)
		return 0;
	explain(&x, &q);
	check(&x, &q);
	explain_message(&x, &e);
	explain_detail(NULL, &out, &x);
	jout_init(&j, &record);
	jout_record(&j, "error");
	explain_detail(&j, NULL, &x);
	jout_end_object(&j);
	if (placeholder_find(text, n_text, text, n_text))
		abort();
	explain_release(&x);
	return 0;
}
