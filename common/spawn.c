/* SPDX-License-Identifier: MIT */
#include "spawn.h"

#include "keeper.h"
#include "mem.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP};

/* What a handler can know: where the keeper listens, and what came first. */
static volatile sig_atomic_t keeper_ctl = -1, caught, stays;

static void tell_keeper(char word)
{
	int fd = keeper_ctl;
	if (fd >= 0)
		(void)send(fd, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Done in the handler, because the caller may hang in a write that nobody reads. */
static void on_signal(int sig)
{
	int saved = errno;
	tell_keeper(caught ? KEEPER_KILL : KEEPER_TERM);
	if (caught && !stays) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig);
	}
	if (!caught)
		caught = sig;
	errno = saved;
}

static void on_child(int sig)
{
	(void)sig; /* it only has to interrupt ppoll */
}

const char *spawn_limit_name(enum spawn_limit limit)
{
	static const char *const names[] = {
		NULL, "timeout", "idle-timeout", "mem", "cpu", "procs", "fsize"};
	return names[limit];
}

void spawn_idle(struct spawned *s)
{
	(void)s; /* there is one at a time */
	tell_keeper(KEEPER_IDLE);
}

int spawn_caught(void)
{
	return caught;
}

/* Handlers for what is not ignored; of a job for all, as it is ended by them. */
static void take_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal}, old;
	sigfillset(&sa.sa_mask); /* the second is to see that there was a first */
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		if (sigaction(forwarded[i], NULL, &old) == 0 &&
			(stays || old.sa_handler != SIG_IGN))
			(void)sigaction(forwarded[i], &sa, NULL);
	/* An ignored SIGCHLD, inherited, would take the exit statuses from us. */
	sa.sa_handler = on_child;
	(void)sigaction(SIGCHLD, &sa, NULL);
}

static void block(bool everything)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH); /* a terminal's new size is looked at after ppoll */
	if (everything)
		sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

/* When even a keeper that had to kill must have reported. */
static int64_t last_moment(const struct spawn *w)
{
	int64_t at = num_now_ms() + 2 * KEEPER_GIVES_UP;
	if (w->timeout > NUM_NONE - at || w->grace > NUM_NONE - at - w->timeout)
		return NUM_NONE;
	return at + w->timeout + w->grace;
}

int spawn_start(struct spawned *s, const struct spawn *what, struct err *e)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, NULL, errno);
	/* Dies the keeper, its orphans come here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	block(true);
	stays = what->job;
	take_signals();
	*s = (struct spawned){.ctl = pair[0],
		.until = last_moment(what),
		.wake = NUM_NONE,
		.cgroup = what->cgroup};
	keeper_ctl = s->ctl;
	s->keeper = fork();
	if (s->keeper == 0) {
		close(pair[0]);
		keeper_run(what, pair[1]);
	}
	int number = errno;
	block(false);
	close(pair[1]);
	if (s->keeper > 0)
		return 0;
	keeper_ctl = -1;
	close(pair[0]);
	if (what->cgroup)
		cgroup_remove(what->cgroup);
	return err_sys(e, NULL, number);
}

/* The keeper is dead and did not report: what it kept is ours now. */
static void take_over(struct spawned *s)
{
	struct tree t = {0};
	int status;
	bool found;
	s->end.known = false;
	if (s->cgroup)
		(void)cgroup_kill(s->cgroup);
	s->end.left = !tree_end(&t, 0, &status, &found, KEEPER_GIVES_UP);
	s->end.stopped = (int64_t)t.n_seen;
	memcpy(s->end.names, t.names, sizeof(s->end.names));
	tree_release(&t);
}

/* Takes one packet. Returns whether it was the last. */
static bool hear(struct spawned *s)
{
	struct spawn_end got;
	int error = s->end.error;
	ssize_t n = recv(s->ctl, &got, sizeof(got), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n == sizeof(int)) {
		if (!error)
			memcpy(&s->end.error, &got, sizeof(int));
		s->started = !s->end.error;
		return false;
	}
	if (n != sizeof(got)) {
		take_over(s);
		return true;
	}
	s->end = got;
	s->end.error = error;
	return true;
}

/* A keeper that was stopped keeps nothing: away with it, and take over. */
static void mind_keeper(struct spawned *s)
{
	int status;
	if (waitpid(s->keeper, &status, WNOHANG | WUNTRACED) == s->keeper &&
		WIFSTOPPED(status))
		kill(s->keeper, SIGKILL);
}

bool spawn_poll(struct spawned *s, struct pollfd *fds, size_t n)
{
	sigset_t none;
	sigemptyset(&none);
	fds[0] = (struct pollfd){s->ctl, POLLIN, 0};
	struct timespec ts, *timeout = NULL;
	int64_t until = s->until < s->wake ? s->until : s->wake;
	if (until != NUM_NONE) {
		int64_t ms = until - num_now_ms();
		ms = ms < 0 ? 0 : ms;
		ts = (struct timespec){ms / 1000, ms % 1000 * 1000000};
		timeout = &ts;
	}
	int r = ppoll(fds, n, timeout, &none);
	if (r == 0 && num_now_ms() >= s->until) /* it hangs: what it holds comes here */
		kill(s->keeper, SIGKILL);
	if (r < 0) {
		mind_keeper(s);
		for (size_t i = 0; i < n; i++)
			fds[i].revents = 0;
	}
	if (!fds[0].revents || !hear(s))
		return false;
	keeper_ctl = -1;
	close(steal_fd(&s->ctl));
	while (waitpid(s->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	if (s->cgroup)
		cgroup_remove(s->cgroup);
	return true;
}
