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

void calls_prepare(struct mcp *m)
{
	if (m->started && !m->ends && m->spare.fd < 0 && m->n_running < MOST_RUNNING &&
		worker_make(m, &m->spare) < 0)
		m->spare = WORKER_NONE; /* the call itself says so */
}

/* Starts it; a process that waits for it may have been ended from outside. Returns 0, or
 * -1 with errno. */
static int start(struct mcp *m, struct running *r)
{
	int done = -1;
	for (int tries = 0; done < 0 && tries < 2; tries++) {
		if (m->spare.fd < 0 && worker_make(m, &m->spare) < 0)
			return -1;
		r->worker = m->spare;
		m->spare = WORKER_NONE;
		done = worker_give(&r->worker, &r->call);
		if (done < 0)
			worker_close(&r->worker);
	}
	if (done < 0)
		return -1;
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
	if (r->worker.fd >= 0)
		m->n_running--;
	worker_close(&r->worker);
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
		if (r->worker.fd >= 0 || start(m, r) == 0)
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
	if (r && r->worker.fd < 0) {
		drop(m, r);
		return;
	}
	if (!r || r->cancelled || r->answered)
		return;
	r->cancelled = true;
	if (r->worker.pid > 0)
		kill(r->worker.pid, SIGTERM);
	if (r->asking)
		buf_printf(&m->out,
			"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
			"\"params\":{\"requestId\":\"pab-ask-%lld\"}}\n",
			(long long)r->asking);
}

/* Answers once all is there, or nothing more can come. */
static void answer(struct mcp *m, struct running *r, bool ended)
{
	const char *lf = memchr(r->got.p, '\n', r->got.len);
	size_t job = lf ? (size_t)(lf - r->got.p) : 0;
	bool whole = lf && r->got.len > job + 1 && r->got.p[r->got.len - 1] == '\n';
	if (r->answered || (!whole && !ended))
		return;
	r->answered = true;
	if (job)
		vec_give(&m->jobs, xmemdup0(r->got.p, job));
	if (r->cancelled)
		return;
	if (!whole) {
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
	ssize_t n = read(r->worker.fd, r->got.p + r->got.len, CHUNK);
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		r->got.len += (size_t)n;
		r->got.p[r->got.len] = '\0';
		answer(m, r, false);
		return;
	}
	while (r->worker.pid > 0 && waitpid(r->worker.pid, NULL, 0) < 0 && errno == EINTR)
		;
	answer(m, r, true);
	drop(m, r);
}

int calls_progress(struct mcp *m)
{
	int64_t now = num_now_ms(), next = -1;
	for (struct running *r = m->calls; r; r = r->next) {
		if (!r->token || r->worker.fd < 0 || r->cancelled || r->answered)
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
		if (r->worker.pid > 0)
			kill(r->worker.pid, SIGTERM);
	worker_close(&m->spare); /* which ends it */
	end_jobs(m);
	wait_all();
	while (m->calls)
		drop(m, m->calls);
}
