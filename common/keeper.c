/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include "io.h"
#include "keepbox.h"
#include "launch.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
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
	struct keepbox box;
	pid_t child;
	enum phase phase;
	int64_t until; /* when the phase ends */
	bool alone;    /* pab-exec is dead */
	bool gone;     /* the command is; end.status is known */
	bool in_group; /* it was started in its control group */
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

/* Nothing but the sockets and the group: whoever reads what pab-exec writes must see it
 * end. */
static void let_go(struct keeper *k)
{
	int keep[2 * CGROUP_KINDS + 2];
	size_t n = 0;
	for (int i = 0; k->what->cgroup && i < CGROUP_KINDS; i++) {
		keep[n++] = k->what->cgroup->at[i].dir;
		keep[n++] = k->what->cgroup->at[i].parent;
	}
	keep[n++] = k->ctl;
	keep[n++] = k->box.report;
	k->box.said = -1;
	io_close_but(keep, n);
}

static void start(struct keeper *k)
{
	bool boxed = k->what->n_box;
	k->began_us = now_us();
	k->child = boxed ? keepbox_start(&k->box, k->what, k->ctl, &k->in_group)
			 : launch(k->what, NULL, k->ctl, &k->in_group);
	int error = k->child < 0 ? errno : 0;
	/* A child that failed has said so before. */
	if (error || (k->what->job && !boxed))
		(void)send(k->ctl, &error, sizeof(error), MSG_NOSIGNAL);
	k->tree.around = boxed && k->box.how->around ? k->child : 0;
	k->tree.twice = boxed && k->box.how->around == 2;
	if (!boxed)
		let_go(k);
}

/* What the helper in the sandbox says. */
static void listen_to_box(struct keeper *k)
{
	struct keepbox *b = &k->box;
	bool ran = b->runs;
	int error = b->error;
	if (!keepbox_hear(b))
		return;
	bool tell = (b->error && !error) || (b->runs && !ran && k->what->job);
	if (tell)
		(void)send(k->ctl, &b->error, sizeof(b->error), MSG_NOSIGNAL);
	if (b->stands)
		let_go(k);
	if (b->ended && !k->gone) {
		k->gone = true;
		k->end.status = b->status;
	}
}

/* Reaps. Returns whether any child is left. */
static bool reap(struct keeper *k)
{
	bool found = false, boxed = k->what->n_box;
	int status;
	bool more = tree_reap(k->child, &status, &found);
	if (!found)
		return more;
	/* Its last words first: they may have come at the same time. */
	if (boxed)
		listen_to_box(k);
	if (boxed && keepbox_again(&k->box, k->what)) {
		start(k);
		return true;
	}
	/* Around the command's, it is no end of its own. */
	if (!k->gone)
		k->end.status = k->tree.around ? SIGKILL : status;
	k->gone = true;
	return more;
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
	if (n > 0 && word == KEEPER_IDLE && k->phase == RUNS) {
		k->end.timed_out = true;
		k->end.limit = LIMIT_IDLE;
	}
	if (n > 0 && word == KEEPER_KILL)
		k->phase = OVER;
	else
		ask_to_end(k);
}

/* Has the group used up its processor time? Ends it then; says when to look again. */
static int64_t watch_cpu(struct keeper *k)
{
	const struct bounds *b = k->what->bounds;
	if (!b || b->by[BOUND_CPU] != BOUND_CGROUP || k->phase > LINGERS)
		return NUM_NONE;
	int64_t left = b->v[BOUND_CPU] - cgroup_cpu(k->what->cgroup) / 1000;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (left > 0)
		return later(left / (cpus > 0 ? cpus : 1) + 5);
	k->end.limit = LIMIT_CPU;
	ask_to_end(k);
	return NUM_NONE;
}

static void wait_for_something(struct keeper *k, const sigset_t *open)
{
	struct pollfd p[2] = {
		{k->alone ? -1 : k->ctl, POLLIN, 0}, {k->box.report, POLLIN, 0}};
	struct timespec ts, *timeout = NULL;
	int64_t look = watch_cpu(k), until = look < k->until ? look : k->until;
	if (until != NUM_NONE) {
		int64_t ms = until - num_now_ms();
		ms = ms < 0 ? 0 : ms;
		ts = (struct timespec){ms / 1000, ms % 1000 * 1000000};
		timeout = &ts;
	}
	if (ppoll(p, ARRAY_LEN(p), timeout, open) <= 0)
		return;
	if (p[0].revents)
		listen_to(k);
	if (p[1].revents)
		listen_to_box(k);
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
	if (k->phase == RUNS) {
		k->end.timed_out = true;
		k->end.limit = LIMIT_TIMEOUT;
	}
	if (k->phase < ENDING)
		ask_to_end(k);
	else
		k->phase = OVER;
}

/* Ends what is left, by the group where there is one, and by the tree in any case: a
 * process may have left the group, as root can. */
static void end_all(struct keeper *k)
{
	int status = SIGKILL;
	bool found = false;
	if (tree_kill(&k->tree) >= 0 && k->in_group)
		(void)cgroup_kill(k->what->cgroup);
	if (k->tree.around) /* the group of what makes the sandbox, and of its first
			       process */
		kill(-k->tree.around, SIGKILL);
	k->end.left = !tree_end(&k->tree, k->child, &status, &found, KEEPER_GIVES_UP);
	if (!k->gone && found)
		k->end.status = k->tree.around ? SIGKILL : status;
	k->gone |= found;
}

/* From the start of the command until nothing is left of it, or only what is to be. */
static void keep(struct keeper *k, const sigset_t *open)
{
	while (reap(k)) {
		bool leaves = k->phase == LINGERS && k->what->leave;
		if (leaves && num_now_ms() >= k->until && tree_look(&k->tree) >= 0)
			return;
		step(k);
		if (k->phase == OVER) {
			end_all(k);
			return;
		}
		wait_for_something(k, open);
	}
}

/* The bound that the command itself met, if none has ended it. */
static enum spawn_limit find_limit(const struct keeper *k)
{
	const struct bounds *b = k->what->bounds;
	if (!b || k->end.limit)
		return k->end.limit;
	int status = k->end.status, code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : code > 128 ? code - 128 : 0;
	if (b->v[BOUND_MEM] >= 0 && cgroup_hit(k->what->cgroup, CGROUP_MEM))
		return LIMIT_MEM;
	if (b->v[BOUND_PROCS] >= 0 && cgroup_hit(k->what->cgroup, CGROUP_PROCS))
		return LIMIT_PROCS;
	if (b->v[BOUND_CPU] >= 0 && sig == SIGXCPU)
		return LIMIT_CPU;
	return b->v[BOUND_FSIZE] >= 0 && sig == SIGXFSZ ? LIMIT_FSIZE : LIMIT_NONE;
}

static void report(struct keeper *k)
{
	const struct keepbox *b = &k->box;
	struct rusage ru = {0};
	k->end.box = b->stands ? (int)b->next - 1 : -1;
	k->end.refused = b->refused && !b->stands;
	memcpy(k->end.text, b->text, sizeof(k->end.text));
	getrusage(RUSAGE_CHILDREN, &ru);
	if (!k->end.wall_us)
		k->end.wall_us = now_us() - k->began_us;
	k->end.known = k->gone;
	k->end.by_group = k->in_group;
	k->end.limit = find_limit(k);
	if (k->phase == LINGERS && k->what->leave) {
		tree_note(&k->tree);
		k->end.kept = (int64_t)k->tree.n_now;
	} else {
		k->end.stopped = (int64_t)k->tree.n_seen;
	}
	memcpy(k->end.names, k->tree.names, sizeof(k->end.names));
	k->end.user_us = (int64_t)ru.ru_utime.tv_sec * 1000000 + ru.ru_utime.tv_usec;
	k->end.system_us = (int64_t)ru.ru_stime.tv_sec * 1000000 + ru.ru_stime.tv_usec;
	k->end.max_rss = (int64_t)ru.ru_maxrss * 1024;
	/* A command may have stopped pab-exec, to be waited for without end. */
	if (k->end.timed_out && !k->alone)
		kill(getppid(), SIGCONT);
	(void)send(k->ctl, &k->end, sizeof(k->end), MSG_NOSIGNAL);
	if (k->alone && k->what->cgroup)
		cgroup_remove(k->what->cgroup);
	tree_release(&k->tree);
}

void keeper_run(const struct spawn *what, int ctl)
{
	struct keeper k = {.what = what, .ctl = ctl};
	keepbox_init(&k.box);
	if (what->n_box) /* out of the way of the helper's descriptors */
		k.ctl = fcntl(ctl, F_DUPFD_CLOEXEC, BOX_STDERR + 6);
	struct sigaction sa = {.sa_handler = on_child};
	sigset_t open;
	sigfillset(&open);
	sigdelset(&open, SIGCHLD);
	(void)sigaction(SIGCHLD, &sa, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* Should the command stop us and kill pab-exec, this has us go on and end it. */
	prctl(PR_SET_PDEATHSIG, SIGCONT);
	setsid();
	start(&k);
	k.until = later(what->timeout);
	keep(&k, &open);
	report(&k);
	_exit(0);
}
