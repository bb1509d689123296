/* SPDX-License-Identifier: MIT */
/* The one process that polls: new connections, signals, the children that ended. */
#include "pab_serve.h"

#include "mem.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int serve_watch(struct serve *s, int fd, short events)
{
	if (s->n_fds == s->cap_fds) {
		s->cap_fds = s->cap_fds ? s->cap_fds * 2 : 16;
		s->fds = xrealloc_n(s->fds, s->cap_fds, sizeof(*s->fds));
	}
	s->fds[s->n_fds] = (struct pollfd){fd, events, 0};
	return (int)s->n_fds++;
}

short serve_saw(const struct serve *s, int slot)
{
	return (short)(slot < 0 ? 0 : s->fds[slot].revents);
}

static struct request *by_pid(const struct serve *s, pid_t pid)
{
	struct request *r = s->orphans;
	while (r && r->pid != pid)
		r = r->next;
	for (const struct conn *c = s->conns; c && !r; c = c->next) {
		r = c->requests;
		while (r && r->pid != pid)
			r = r->next;
	}
	return r;
}

/* As first process, or as subreaper, we also get what others left behind. */
static void reap(struct serve *s)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct request *r = by_pid(s, pid);
		if (!r)
			continue;
		r->status = status;
		r->reaped = true;
	}
	for (struct request **at = &s->orphans; *at;) {
		struct request *r = *at;
		if (!r->reaped) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		request_free(s, r);
	}
}

static void hear_signals(struct serve *s)
{
	struct signalfd_siginfo si;
	while (read(s->signals, &si, sizeof(si)) == sizeof(si))
		if (si.ssi_signo != SIGCHLD)
			s->stopping = true;
	reap(s);
}

static void welcome(struct serve *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) { /* without a descriptor to spare it waits for one, without haste */
		if (errno == EMFILE || errno == ENFILE)
			(void)poll(NULL, 0, 10);
		return;
	}
	struct conn *c = serve_admits(s, fd) ? conn_new(s, fd, fd) : NULL;
	if (!c)
		close(fd);
	else /* what it wants has often come with it */
		c->in_slot = serve_watch(s, -1, 0);
	if (c)
		s->fds[c->in_slot].revents = POLLIN;
}

enum { HOUR = 3600 * 1000 }; /* as long as one poll may last when something is due */

/* When its own time is over, on the clock of num_now_ms(). */
static int64_t until_ms(const struct serve *s)
{
	int64_t left = s->until == NUM_NONE ? NUM_NONE : s->until - time(NULL);
	if (left == NUM_NONE || s->stopping)
		return NUM_NONE;
	return num_now_ms() + (left > 0 ? left * 1000 : 0);
}

/* Kills what did not end when it was asked to. Returns the milliseconds until the next is
 * due, -1: none. */
static int mind_clock(const struct serve *s)
{
	int64_t now = num_now_ms(), next = until_ms(s);
	for (struct request *r = s->orphans; r; r = r->next) {
		if (r->kill_at <= now) {
			kill(r->pid, SIGKILL);
			r->kill_at = NUM_NONE;
		}
		next = r->kill_at < next ? r->kill_at : next;
	}
	if (next == NUM_NONE)
		return -1;
	return next - now > HOUR ? HOUR : next > now ? (int)(next - now) : 0;
}

/* Nothing has come for a while: what was needed to be busy is given back, the pages of
 * this program's file among it, which the kernel reads again when they are used. */
static void rest(void)
{
	extern char __executable_start, etext;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)&__executable_start & ~(page - 1);
	(void)malloc_trim(0);
	(void)madvise(
		(void *)from, ((uintptr_t)&etext - from) & ~(page - 1), MADV_DONTNEED);
}

/* poll() for as long as nobody's patience ends. Returns what poll did. */
static int wait_for_any(struct serve *s)
{
	enum { A_WHILE = 1000 };
	int ms = mind_clock(s);
	if (s->n_conns || s->n_children || (ms >= 0 && ms < A_WHILE))
		return poll(s->fds, s->n_fds, ms);
	int r = poll(s->fds, s->n_fds, A_WHILE);
	if (r != 0)
		return r;
	rest();
	return poll(s->fds, s->n_fds, ms < 0 ? -1 : ms - A_WHILE);
}

static void look(struct serve *s)
{
	s->n_fds = 0;
	(void)serve_watch(s, s->signals, POLLIN);
	bool room = s->listener >= 0 && !s->stopping && s->n_conns < SERVE_CONNS;
	s->listener_slot = room ? serve_watch(s, s->listener, POLLIN) : -1;
	for (struct conn *c = s->conns; c; c = c->next)
		conn_watch(s, c);
	if (wait_for_any(s) < 0)
		for (size_t i = 0; i < s->n_fds; i++)
			s->fds[i].revents = 0;
}

static void work(struct serve *s)
{
	if (s->fds[0].revents)
		hear_signals(s);
	if (serve_saw(s, s->listener_slot))
		welcome(s);
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		conn_work(s, c);
		if (conn_is_over(c))
			conn_free(s, c);
	}
}

/* The end: what runs is asked to end, then made to, and all that it left behind. */
static void finish(struct serve *s)
{
	struct tree t = {0};
	int status;
	bool found;
	while (s->conns)
		conn_free(s, s->conns);
	while (s->orphans && mind_clock(s) >= 0) {
		look(s);
		work(s);
	}
	(void)tree_end(&t, 0, &status, &found, SERVE_PATIENCE);
	tree_release(&t);
	while (s->orphans) {
		struct request *r = s->orphans;
		s->orphans = r->next;
		request_free(s, r);
	}
	free(s->fds);
}

static int open_signals(void)
{
	static const int caught[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Each request takes some descriptors; the usual limit is for programs that use select.
 */
static void raise_limit(struct serve *s)
{
	if (getrlimit(RLIMIT_NOFILE, &s->files) < 0)
		return;
	struct rlimit most = {s->files.rlim_max, s->files.rlim_max};
	(void)setrlimit(RLIMIT_NOFILE, &most);
}

int serve_run(struct serve *s, int in, int out)
{
	raise_limit(s);
	s->active = num_now_ms();
	s->signals = open_signals();
	if (s->signals < 0)
		return 7;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_DUMPABLE, 0);
	if (in >= 0 &&
		(fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK) < 0 ||
			fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK) < 0 ||
			!conn_new(s, in, out)))
		return 7;
	while (!s->stopping) {
		look(s);
		work(s);
		s->stopping |= s->until != NUM_NONE && time(NULL) >= s->until;
		s->stopping |= in >= 0 && !s->conns;
	}
	finish(s);
	close(s->signals);
	return 0;
}
