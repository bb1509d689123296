/* SPDX-License-Identifier: MIT */
/* Waits for the client, the calls and their questions, and moves bytes. */
#include "pab_mcp.h"

#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One message; what may wait for a client that does not read; bytes taken at once. */
enum { MESSAGE_MOST = 16 << 20, OUT_MOST = 64 << 20, CHUNK = 1 << 16 };

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void on_child(int sig)
{
	(void)sig; /* it only has to interrupt ppoll */
}

/* Signals come while it waits and at no other time. */
static void take_signals(sigset_t *waiting)
{
	static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
	struct sigaction sa = {.sa_handler = on_signal};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		sigaddset(&set, ends[i]);
		(void)sigaction(ends[i], &sa, NULL);
	}
	sa.sa_handler = on_child;
	sigaddset(&set, SIGCHLD);
	(void)sigaction(SIGCHLD, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigemptyset(waiting);
}

/* A client that does not read must not hold up the others. Where standard output is a
 * file or terminal of several programs it is left as it is. */
static void unblock_output(void)
{
	struct stat st;
	if (fstat(STDOUT_FILENO, &st) == 0 &&
		(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		(void)fcntl(STDOUT_FILENO, F_SETFL,
			fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
}

static void take_line(struct mcp *m, char *p, size_t n)
{
	if (n && p[n - 1] == '\r')
		n--;
	p[n] = '\0';
	if (strspn(p, " \t") < n)
		mcp_message(m, p, n);
}

/* Takes the whole lines, and drops one that never ends. */
static void take_lines(struct mcp *m)
{
	struct buf *b = &m->in;
	size_t from = 0;
	char *lf;
	while ((lf = memchr(b->p + m->looked, '\n', b->len - m->looked))) {
		if (!m->skips)
			take_line(m, b->p + from, (size_t)(lf - b->p) - from);
		m->skips = false;
		from = m->looked = (size_t)(lf - b->p) + 1;
	}
	if (from)
		memmove(b->p, b->p + from, b->len - from);
	buf_trim(b, b->len - from);
	if (!m->skips && b->len > MESSAGE_MOST)
		mcp_error(m, NULL, RPC_INVALID, "a message of more than 16 MB");
	m->skips |= b->len > MESSAGE_MOST;
	if (m->skips)
		buf_release(b);
	m->looked = b->len;
}

static void read_client(struct mcp *m)
{
	struct buf *b = &m->in;
	buf_reserve(b, CHUNK);
	ssize_t n = read(STDIN_FILENO, b->p + b->len, CHUNK);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		b->len += (size_t)n;
		b->p[b->len] = '\0';
		take_lines(m);
		return;
	}
	m->ends = true;
	if (b->len && !m->skips)
		take_line(m, b->p, b->len);
	buf_release(b);
}

/* Returns 0, or an errno when nobody reads any more. */
static int write_client(struct mcp *m)
{
	struct buf *b = &m->out;
	while (m->sent < b->len) {
		ssize_t n = write(STDOUT_FILENO, b->p + m->sent, b->len - m->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return errno;
		m->sent += (size_t)n;
	}
	/* What was large once is not kept. */
	if (b->cap > 4 * CHUNK)
		buf_release(b);
	buf_clear(b);
	m->sent = 0;
	return 0;
}

/* Those whose parents died came here. */
static void reap(struct mcp *m)
{
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (struct running *r = m->calls; r; r = r->next)
			if (r->worker.pid == pid)
				r->worker.pid = 0;
}

enum { CLIENT_IN, CLIENT_OUT, CALLS };

/* What there is to wait for: the client, then two descriptors a call. Returns how many.
 */
static size_t fill(struct mcp *m, struct pollfd **p)
{
	size_t n = CALLS, out = m->out.len - m->sent;
	for (const struct running *r = m->calls; r; r = r->next)
		n += 2;
	*p = xrealloc_n(*p, n, sizeof(**p));
	(*p)[CLIENT_IN] =
		(struct pollfd){m->ends || out > OUT_MOST ? -1 : STDIN_FILENO, POLLIN, 0};
	(*p)[CLIENT_OUT] = (struct pollfd){STDOUT_FILENO, out ? POLLOUT : 0, 0};
	n = CALLS;
	for (const struct running *r = m->calls; r; r = r->next) {
		(*p)[n++] =
			(struct pollfd){out > OUT_MOST ? -1 : r->worker.fd, POLLIN, 0};
		(*p)[n++] = (struct pollfd){r->worker.ask, POLLIN, 0};
	}
	return n;
}

static void hear_calls(struct mcp *m, const struct pollfd *p)
{
	for (struct running *r = m->calls, *next; r; r = next, p += 2) {
		next = r->next;
		if (p[1].revents)
			ask_hear(m, r);
		if (p[0].revents)
			calls_hear(m, r);
	}
}

/* One round. Returns 0, or an errno when nobody reads any more. */
static int turn(struct mcp *m, struct pollfd **p, const sigset_t *waiting)
{
	calls_start(m);
	int ms = calls_progress(m);
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};
	size_t n = fill(m, p);
	if (ppoll(*p, n, ms < 0 ? NULL : &ts, waiting) < 0) {
		int number = errno;
		reap(m);
		return number == EINTR ? 0 : number;
	}
	/* Calls first: what is read next may be new ones, which are not in p. */
	hear_calls(m, *p + CALLS);
	if ((*p)[CLIENT_OUT].revents & (POLLERR | POLLHUP | POLLNVAL))
		return EPIPE;
	if ((*p)[CLIENT_IN].revents)
		read_client(m);
	int number = m->out.len > m->sent ? write_client(m) : 0;
	calls_prepare(m);
	return number;
}

int mcp_serve(struct mcp *m)
{
	struct pollfd *p CLEANUP(mem_freep) = NULL;
	sigset_t waiting;
	int number = 0;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	take_signals(&waiting);
	unblock_output();
	while (!caught && !number && !(m->ends && !m->calls && m->sent >= m->out.len))
		number = turn(m, &p, &waiting);
	calls_end(m);
	/* A client that went is no error. */
	return number == EPIPE || number == ECONNRESET ? 0 : number;
}
