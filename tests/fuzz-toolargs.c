/* SPDX-License-Identifier: MIT */
/* Calls in all shapes: an answer in words, or a command line of pab's. */
#include "toolreply.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct call *c)
{
	bool ended = false;
	if (strcmp(c->argv.v[0], c->tool->program) != 0)
		abort();
	for (size_t i = 1; i < c->argv.n; i++)
		ended |= !strcmp(c->argv.v[i], "--");
	if (!ended)
		abort();
}

static void one(const struct toolset_choice_of *given, const jin_node *n)
{
	struct request q;
	struct err e = {0};
	struct call c = {.input = BUF_INIT};
	struct answer a = {.text = BUF_INIT, .image = BUF_INIT};
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	bool ok = request_read(&q, n, &e) == 0 &&
		  call_make(&c, given, q.name, q.args, &e) == 0;
	if (ok)
		check(&c);
	else if (!e.msg[0] || (e.code != ERR_USAGE && e.code != ERR_BAD_INPUT))
		abort();
	answer_error(&a, &e);
	jout_init(&j, &b);
	reply_write(&j, &q, &a, false);
	call_release(&c);
	answer_release(&a);
	request_release(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e;
	struct toolset_choice_of given = {.all = true, .hashline = size & 1};
	char *p CLEANUP(mem_freep) = xmemdup0(data, size);
	struct jin *j = jin_parse(p, size, &e);
	if (j)
		one(&given, jin_root(j));
	jin_free(j);
	return 0;
}
