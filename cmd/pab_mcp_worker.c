/* SPDX-License-Identifier: MIT */
/* The process that does a call. It is made before there is one, while the client thinks,
 * so that no call waits for a fork. It gets the call through a pipe, and what it and this
 * process have had since the fork by its address. */
#include "pab_mcp.h"

#include "io.h"
#include "mem.h"
#include "toolreply.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A call in the pipe; behind it its words, its path, both with NULs, and its input. */
struct order {
	struct call call; /* numbers and the tool alone */
	size_t words, input, len;
	bool path;
};

static void pack(const struct call *c, struct buf *b)
{
	struct order o = {.words = c->argv.n, .input = c->input.len, .path = c->path};
	o.call = *c;
	buf_add(b, &o, sizeof(o));
	for (size_t i = 0; i < c->argv.n; i++)
		buf_add(b, c->argv.v[i], strlen(c->argv.v[i]) + 1);
	if (c->path)
		buf_add(b, c->path, strlen(c->path) + 1);
	buf_add(b, c->input.p, c->input.len);
	o.len = b->len - sizeof(o);
	memcpy(b->p, &o, sizeof(o));
}

/* Waits for the call. Returns 0, or -1 when none comes. */
static int unpack(int fd, struct call *c)
{
	struct order o;
	if (io_read(fd, &o, sizeof(o)) != (ssize_t)sizeof(o))
		return -1;
	char *text = xmalloc(o.len + 1), *p = text;
	if (io_read(fd, text, o.len) != (ssize_t)o.len)
		return -1;
	*c = o.call;
	c->argv = (struct vec){0};
	c->input = (struct buf)BUF_INIT;
	c->path = NULL;
	for (size_t i = 0; i < o.words; i++, p += strlen(p) + 1)
		vec_add(&c->argv, p);
	if (o.path)
		c->path = xstrdup(p);
	p += o.path ? strlen(p) + 1 : 0;
	buf_add(&c->input, p, o.input);
	free(text);
	return 0;
}

/* The others' descriptors are not this one's. */
static void close_others(const struct mcp *m)
{
	for (const struct running *r = m->calls; r; r = r->next) {
		struct worker w = r->worker;
		worker_close(&w);
	}
}

/* In the child: waits for a call and does it. */
NORETURN static void work(const struct mcp *m, int order, int to, int ask)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE};
	struct call c;
	struct answer a;
	struct jout j;
	struct buf b = BUF_INIT;
	sigset_t none;
	sigemptyset(&none);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		(void)signal(signals[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(m);
	if (ask >= 0)
		ask_prepare(ask);
	if (unpack(order, &c) < 0)
		_exit(0);
	close(order);
	tool_run_here();
	call_do(&c, &m->ledger, &a);
	buf_printf(&b, "%s\n", a.job);
	jout_init(&j, &b);
	jout_object(&j, NULL);
	reply_result(&j, &a, m->structured);
	jout_end_object(&j);
	_exit(io_write(to, b.p, b.len) < 0);
}

int worker_make(const struct mcp *m, struct worker *w)
{
	int order[2], answer[2], ask[2] = {-1, -1};
	bool asks = m->elicits && !m->asks_otherwise;
	if (pipe2(order, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(answer, O_CLOEXEC) < 0) {
		int number = errno;
		close(order[0]);
		close(order[1]);
		errno = number;
		return -1;
	}
	if (asks && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) < 0)
		ask[0] = ask[1] = -1;
	pid_t me = getpid(), pid = fork();
	int number = errno;
	*w = (struct worker){
		.pid = pid, .order = order[1], .fd = answer[0], .ask = ask[0]};
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		worker_close(w);
		if (getppid() == me)
			work(m, order[0], answer[1], ask[1]);
		_exit(1);
	}
	close(order[0]);
	close(answer[1]);
	mem_closep(&ask[1]);
	if (pid > 0)
		return 0;
	worker_close(w);
	errno = number;
	return -1;
}

int worker_give(struct worker *w, const struct call *c)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	pack(c, &b);
	int r = io_write(w->order, b.p, b.len);
	int number = errno;
	close(steal_fd(&w->order));
	errno = number;
	return r;
}

void worker_close(struct worker *w)
{
	mem_closep(&w->order);
	mem_closep(&w->fd);
	mem_closep(&w->ask);
	w->order = w->fd = w->ask = -1;
}
