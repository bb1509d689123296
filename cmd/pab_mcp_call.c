/* SPDX-License-Identifier: MIT */
/* Calls: each is a child, which does it as pab-tools does and prints a line that names
 * the job it started, if any, and its result. */
#include "pab_mcp.h"

#include "io.h"
#include "mem.h"
#include "num.h"
#include "toolreply.h"
#include "toolrun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MOST_RUNNING = 64,
	CHUNK = 1 << 16,
	EVERY = 1000,    /* milliseconds between tidings of progress */
	PATIENCE = 5000, /* for what is to end */
};

void calls_add(struct mcp *m, struct running *r)
{
	struct running **last = &m->calls;
	while (*last)
		last = &(*last)->next;
	*last = r;
}

/* The others' descriptors are not this call's. */
static void close_others(const struct mcp *m)
{
	for (const struct running *r = m->calls; r; r = r->next) {
		int fd = r->fd, ask = r->ask;
		mem_closep(&fd);
		mem_closep(&ask);
	}
}

/* In the child: does the call. */
NORETURN static void work(const struct mcp *m, const struct running *r, int to, int ask)
{
	struct answer a;
	struct jout j;
	struct buf b = BUF_INIT;
	sigset_t none;
	sigemptyset(&none);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(m);
	if (ask >= 0)
		ask_prepare(ask);
	tool_run_here();
	call_do(&r->call, &m->ledger, &a);
	buf_printf(&b, "%s\n", a.job);
	jout_init(&j, &b);
	jout_object(&j, NULL);
	reply_result(&j, &a, m->structured);
	jout_end_object(&j);
	_exit(io_write(to, b.p, b.len) < 0);
}

/* Starts it. Returns 0, or -1 with errno. */
static int start(struct mcp *m, struct running *r)
{
	int answer[2], ask[2] = {-1, -1};
	bool asks = m->elicits && !m->asks_otherwise;
	if (pipe2(answer, O_CLOEXEC) < 0)
		return -1;
	if (asks && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) < 0)
		ask[0] = ask[1] = -1;
	pid_t me = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != me)
			_exit(1);
		close(answer[0]);
		mem_closep(&ask[0]);
		work(m, r, answer[1], ask[1]);
	}
	close(answer[1]);
	mem_closep(&ask[1]);
	if (pid < 0) {
		close(answer[0]);
		mem_closep(&ask[0]);
		return -1;
	}
	r->pid = pid;
	r->fd = answer[0];
	r->ask = ask[0];
	r->began = r->told = num_now_ms();
	m->n_running++;
	return 0;
}

/* Takes the call out of the list and frees it. */
static void drop(struct mcp *m, struct running *r)
{
	struct running **at = &m->calls;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if (r->fd >= 0)
		m->n_running--;
	mem_closep(&r->fd);
	mem_closep(&r->ask);
	call_release(&r->call);
	buf_release(&r->got);
	buf_release(&r->question);
	free(r->id);
	free(r->token);
	free(r);
}

void calls_start(struct mcp *m)
{
	for (struct running *r = m->calls, *next; r && m->n_running < MOST_RUNNING;
		r = next) {
		next = r->next;
		if (r->fd >= 0 || start(m, r) == 0)
			continue;
		if (m->n_running) /* again when one of them has ended */
			return;
		mcp_error(m, r->id, RPC_INTERNAL, "cannot start: %s", strerror(errno));
		drop(m, r);
	}
}

void calls_cancel(struct mcp *m, const char *id)
{
	struct running *r = m->calls;
	while (r && strcmp(r->id, id) != 0)
		r = r->next;
	if (r && r->fd < 0) {
		drop(m, r);
		return;
	}
	if (!r || r->cancelled)
		return;
	r->cancelled = true;
	if (r->pid > 0)
		kill(r->pid, SIGTERM);
	if (r->asking)
		buf_printf(&m->out,
			"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
			"\"params\":{\"requestId\":\"pab-ask-%lld\"}}\n",
			(long long)r->asking);
}

static void answer(struct mcp *m, const struct running *r)
{
	const char *lf = memchr(r->got.p, '\n', r->got.len);
	size_t job = lf ? (size_t)(lf - r->got.p) : 0;
	if (job)
		vec_give(&m->jobs, xmemdup0(r->got.p, job));
	if (r->cancelled)
		return;
	if (!lf || r->got.p[r->got.len - 1] != '\n' || r->got.len == job + 1) {
		mcp_error(m, r->id, RPC_INTERNAL, "the call was ended from outside");
		return;
	}
	buf_printf(&m->out, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", r->id);
	buf_add(&m->out, lf + 1, r->got.len - job - 2);
	buf_puts(&m->out, "}\n");
}

void calls_hear(struct mcp *m, struct running *r)
{
	buf_reserve(&r->got, CHUNK);
	ssize_t n = read(r->fd, r->got.p + r->got.len, CHUNK);
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		r->got.len += (size_t)n;
		r->got.p[r->got.len] = '\0';
		return;
	}
	while (r->pid > 0 && waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	answer(m, r);
	drop(m, r);
}

int calls_progress(struct mcp *m)
{
	int64_t now = num_now_ms(), next = -1;
	for (struct running *r = m->calls; r; r = r->next) {
		if (!r->token || r->fd < 0 || r->cancelled)
			continue;
		if (now >= r->told + EVERY) {
			long long s = (now - r->began) / 1000;
			buf_printf(&m->out,
				"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
				"\"params\":{\"progressToken\":%s,\"progress\":%lld,"
				"\"message\":\"%s runs for %lld s\"}}\n",
				r->token, s, r->call.tool->name, s);
			r->told = now;
		}
		if (next < 0 || r->told + EVERY - now < next)
			next = r->told + EVERY - now;
	}
	return (int)next;
}

/* Waits until all children are gone, those that came here, too. */
static void wait_all(void)
{
	int64_t until = num_now_ms() + PATIENCE;
	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if ((pid < 0 && errno != EINTR) || num_now_ms() > until)
			return;
		if (pid == 0)
			(void)poll(NULL, 0, 5);
	}
}

static void end_jobs(struct mcp *m)
{
	struct vec argv CLEANUP(vec_release) = {0};
	struct ran r;
	struct err e;
	if (!m->jobs.n)
		return;
	vec_add(&argv, "pab-job");
	vec_add(&argv, "kill");
	for (size_t i = 0; i < m->jobs.n; i++)
		vec_add(&argv, m->jobs.v[i]);
	(void)!tool_run(&argv, "", 0, "model", &r, &e);
	ran_release(&r);
}

void calls_end(struct mcp *m)
{
	for (const struct running *r = m->calls; r; r = r->next)
		if (r->pid > 0)
			kill(r->pid, SIGTERM);
	end_jobs(m);
	wait_all();
	while (m->calls)
		drop(m, m->calls);
}
