/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include "io.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	LINGER = 100,        /* for what is about to end with the command, as a tee */
	ORPHAN_GRACE = 2000, /* the longest grace when pab-exec is dead */
};

enum phase {
	RUNS,    /* the command runs */
	LINGERS, /* it ended, and not all of it */
	ENDING,  /* SIGTERM was sent */
	OVER,    /* time for SIGKILL */
};

struct keeper {
	const struct spawn *what;
	int ctl;
	pid_t child;
	enum phase phase;
	int64_t until; /* when the phase ends */
	bool alone;    /* pab-exec is dead */
	bool gone;     /* the command is; end.status is known */
	int64_t began_us;
	struct tree tree;
	struct spawn_end end;
};

static int64_t now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t later(int64_t ms)
{
	int64_t now = num_now_ms();
	return ms > INT64_MAX - now ? NUM_NONE : now + ms;
}

static void on_child(int signal)
{
	(void)signal; /* it only has to interrupt ppoll */
}

/* Becomes the command; comes back with errno only if that fails. */
static void become(const struct spawn *w)
{
	sigset_t none;
	/* All zero is the default. The system call itself, as the C library keeps its
	 * hands off two signals of its own that somebody may have ignored. */
	static const char dfl[64];
	setsid();
	for (int sig = 1; sig < NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, dfl, NULL, 8);
	if (w->cwd >= 0 && fchdir(w->cwd) < 0)
		return;
	for (int fd = 0; fd < 3; fd++)
		if (w->std[fd] != fd && dup2(w->std[fd], fd) < 0)
			return;
	io_close_from(3, true);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	environ = (char **)w->env;
	execvp(w->argv[0], w->argv);
}

/* vfork, because copying the page tables once more costs as much as the rest of us. While
 * the exec lasts the keeper stands still: should it hang in a dead network file system,
 * pab-exec ends both when the time is long over, and were that dead, the command would be
 * ended as soon as it is one. */
static void start(struct keeper *k)
{
	k->began_us = now_us();
	/* The child calls more than POSIX allows it to; on Linux it is a process like any
	 * other that borrows the memory of one that sleeps. */
	/* NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	pid_t pid = vfork();
	if (pid == 0) {
		become(k->what);
		int error = errno;
		(void)send(k->ctl, &error, sizeof(error), MSG_NOSIGNAL);
		_exit(127);
	}
	/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	k->child = pid;
	if (pid < 0) {
		int error = errno;
		(void)send(k->ctl, &error, sizeof(error), MSG_NOSIGNAL);
	}
	/* Nothing but the socket: whoever reads what pab-exec writes must see it end. */
	for (int fd = 0; fd < k->ctl; fd++)
		close(fd);
	io_close_from(k->ctl + 1, false);
}

static void ask_to_end(struct keeper *k)
{
	int64_t grace = k->what->grace;
	if (k->alone && grace > ORPHAN_GRACE)
		grace = ORPHAN_GRACE;
	int64_t until = later(grace);
	if (k->phase < ENDING || until < k->until)
		k->until = until;
	if (k->phase < ENDING)
		k->phase = grace > 0 && tree_term(&k->tree) >= 0 ? ENDING : OVER;
}

/* Hears what pab-exec says, or that it is dead. */
static void listen_to(struct keeper *k)
{
	char word = 0;
	ssize_t n = recv(k->ctl, &word, 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		k->alone = true;
	if (n > 0 && word == KEEPER_KILL)
		k->phase = OVER;
	else
		ask_to_end(k);
}

static void wait_for_something(struct keeper *k, const sigset_t *open)
{
	struct pollfd p = {k->alone ? -1 : k->ctl, POLLIN, 0};
	struct timespec ts, *timeout = NULL;
	if (k->until != NUM_NONE) {
		int64_t ms = k->until - num_now_ms();
		ms = ms < 0 ? 0 : ms;
		ts = (struct timespec){ms / 1000, ms % 1000 * 1000000};
		timeout = &ts;
	}
	if (ppoll(&p, 1, timeout, open) > 0)
		listen_to(k);
}

/* What the clock and the death of the command ask for. */
static void step(struct keeper *k)
{
	if (k->gone && !k->end.wall_us)
		k->end.wall_us = now_us() - k->began_us;
	if (k->phase == RUNS && k->gone) {
		k->phase = LINGERS;
		k->until = later(LINGER);
	}
	if (num_now_ms() < k->until)
		return;
	k->end.timed_out |= k->phase == RUNS;
	if (k->phase < ENDING)
		ask_to_end(k);
	else
		k->phase = OVER;
}

/* From the start of the command until nothing is left of it. */
static void keep(struct keeper *k, const sigset_t *open)
{
	while (tree_reap(k->child, &k->end.status, &k->gone)) {
		step(k);
		if (k->phase == OVER) {
			k->end.left = !tree_end(&k->tree, k->child, &k->end.status,
				&k->gone, KEEPER_GIVES_UP);
			return;
		}
		wait_for_something(k, open);
	}
}

static void report(struct keeper *k)
{
	struct rusage ru = {0};
	getrusage(RUSAGE_CHILDREN, &ru);
	if (!k->end.wall_us)
		k->end.wall_us = now_us() - k->began_us;
	k->end.known = k->gone;
	k->end.stopped = (int64_t)k->tree.n_seen;
	memcpy(k->end.names, k->tree.names, sizeof(k->end.names));
	k->end.user_us = (int64_t)ru.ru_utime.tv_sec * 1000000 + ru.ru_utime.tv_usec;
	k->end.system_us = (int64_t)ru.ru_stime.tv_sec * 1000000 + ru.ru_stime.tv_usec;
	k->end.max_rss = (int64_t)ru.ru_maxrss * 1024;
	/* A command may have stopped pab-exec, to be waited for without end. */
	if (k->end.timed_out && !k->alone)
		kill(getppid(), SIGCONT);
	(void)send(k->ctl, &k->end, sizeof(k->end), MSG_NOSIGNAL);
	tree_release(&k->tree);
}

void keeper_run(const struct spawn *what, int ctl)
{
	struct keeper k = {.what = what, .ctl = ctl};
	struct sigaction sa = {.sa_handler = on_child};
	sigset_t open;
	sigfillset(&open);
	sigdelset(&open, SIGCHLD);
	(void)sigaction(SIGCHLD, &sa, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setsid();
	start(&k);
	k.until = later(what->timeout);
	keep(&k, &open);
	report(&k);
	_exit(0);
}
