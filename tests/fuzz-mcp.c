/* SPDX-License-Identifier: MIT */
/* Messages of a client: each is answered with lines of JSON, or not at all. */
#include "pab_mcp.h"

#include "jin.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *p, size_t n)
{
	struct err e;
	struct jin *j = jin_parse(p, n, &e);
	if (!j || !jin_is_object(jin_root(j)) || !jin_get(jin_root(j), "jsonrpc"))
		abort();
	jin_free(j);
}

static void check_out(const struct buf *b)
{
	for (const char *p = b->p, *end = b->p + b->len, *lf; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			abort();
		check_line(p, (size_t)(lf - p));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct toolset_choice_of given = {.all = true};
	struct mcp m = {.choice = &given,
		.ledger = {.fd = -1},
		.spare = WORKER_NONE,
		.where = "here",
		.started = true,
		.in = BUF_INIT,
		.out = BUF_INIT};
	char *text CLEANUP(mem_freep) = xmemdup0(data, size);
	for (char *p = text, *end = text + size, *lf; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		lf = lf ? lf : end;
		*lf = '\0';
		mcp_message(&m, p, (size_t)(lf - p));
	}
	check_out(&m.out);
	while (m.calls)
		calls_cancel(&m, m.calls->id);
	buf_release(&m.out);
	return 0;
}
