/* SPDX-License-Identifier: MIT */
/* Calls as JSON, a line each or several in an array, done in order. */
#include "pab_tools.h"

#include "caller.h"
#include "toolreply.h"

#include <errno.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, MOST = 64 << 20 };

struct calls {
	struct tool *t;
	const struct toolset_choice_of *c;
	struct ledger *ledger; /* NULL: none */
};

/* One call, answered in its own shape. */
static void do_one(struct calls *cs, const jin_node *n)
{
	struct request q;
	struct answer a = {.text = BUF_INIT, .image = BUF_INIT};
	struct err e = {0};
	struct call call = {.input = BUF_INIT};
	if (request_read(&q, n, &e) < 0 ||
		call_make(&call, cs->c, q.name, q.args, &e) < 0) {
		answer_error(&a, &e);
		if (!q.name)
			out_status(&cs->t->out, 2);
	} else {
		call_do(&call, cs->ledger, &a);
	}
	reply_write(&cs->t->out.json, &q, &a, false);
	out_flush(&cs->t->out);
	call_release(&call);
	answer_release(&a);
	request_release(&q);
}

static void do_line(struct calls *cs, const char *p, size_t n)
{
	struct err e;
	if (strspn(p, " \t\r\n") >= n)
		return;
	struct jin *j = jin_parse(p, n, &e);
	if (!j) {
		(void)tool_fail(cs->t, &e);
		return;
	}
	const jin_node *root = jin_root(j);
	if (!jin_is_array(root))
		do_one(cs, root);
	for (const jin_node *k = jin_is_array(root) ? jin_first(root) : NULL; k;
		k = jin_next(k))
		do_one(cs, k);
	jin_free(j);
}

/* Does the whole lines in b and leaves what is behind them. */
static void do_lines(struct calls *cs, struct buf *b, size_t *looked)
{
	size_t from = 0;
	char *lf;
	while ((lf = memchr(b->p + *looked, '\n', b->len - *looked))) {
		*lf = '\0';
		do_line(cs, b->p + from, (size_t)(lf - b->p) - from);
		from = *looked = (size_t)(lf - b->p) + 1;
	}
	memmove(b->p, b->p + from, b->len - from);
	buf_trim(b, b->len - from);
	*looked = b->len;
}

static int read_calls(struct calls *cs, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	size_t looked = 0;
	int fd = caller_stdin();
	for (;;) {
		buf_reserve(&b, CHUNK);
		ssize_t n = read(fd, b.p + b.len, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "-", errno);
		if (!n)
			break;
		b.len += (size_t)n;
		b.p[b.len] = '\0';
		do_lines(cs, &b, &looked);
		if (b.len > MOST)
			return err_set(
				e, ERR_TOO_LARGE, "-", "a call of more than 64 MB");
	}
	do_line(cs, b.p, b.len);
	return 0;
}

int calls_do(struct tool *t, const struct toolset_choice_of *c, const char *ledger,
	struct err *e)
{
	struct ledger l = {.fd = -1};
	struct calls cs = {t, c, ledger ? &l : NULL};
	if (ledger && ledger_open(&l, ledger, e) < 0)
		return -1;
	int r = read_calls(&cs, e);
	ledger_close(&l);
	return r;
}
