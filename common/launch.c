/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int (*box_here)(int argc, char **argv);

struct child {
	const struct spawn *what;
	const struct launch_box *box;
	int ctl;
	bool in_group;
};

/* Puts descriptors where they belong, out of each other's way. Returns 0, or -1 with
 * errno. */
static int take_standard(const struct child *c)
{
	const int *std = c->what->std;
	const struct launch_box *box = c->box;
	int from[BOX_STDERR + 1] = {std[0], std[1], std[2]}, n = 3;
	if (box) {
		from[2] = box->said;
		from[BOX_REPORT] = box->report;
		from[BOX_STDERR] = std[2];
		n = BOX_STDERR + 1;
	}
	for (int fd = 0; box && fd < n; fd++)
		if (from[fd] <= BOX_STDERR && from[fd] != fd)
			from[fd] = fcntl(from[fd], F_DUPFD_CLOEXEC, BOX_STDERR + 1);
	for (int fd = 0; fd < n; fd++)
		if (from[fd] < 0 || (from[fd] != fd && dup2(from[fd], fd) < 0) ||
			(fd > 2 && fcntl(fd, F_SETFD, 0) < 0))
			return -1;
	return 0;
}

/* The helper's own words begin behind the program's name. */
NORETURN static void call_helper(char *const *argv)
{
	int n = 0;
	while (argv[n])
		n++;
	_exit(box_here(n - 1, (char **)argv + 1));
}

/* Becomes the command; comes back with errno only if that fails. */
static void become(const struct child *c)
{
	const struct spawn *w = c->what;
	sigset_t none;
	/* All zero is the default. The system call itself, as the C library keeps its
	 * hands off two signals of its own that somebody may have ignored. */
	static const char dfl[64];
	setsid();
	for (int sig = 1; sig < NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, dfl, NULL, 8);
	if (w->cgroup && cgroup_join(w->cgroup, !c->in_group) < 0)
		return;
	if (w->cwd >= 0 && fchdir(w->cwd) < 0)
		return;
	if (w->terminal && ioctl(w->std[0], TIOCSCTTY, 0) < 0)
		return;
	if (take_standard(c) < 0)
		return;
	if (w->bounds && bounds_apply(w->bounds) < 0)
		return;
	io_close_from(c->box ? BOX_STDERR + 1 : 3, true);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	environ = (char **)w->env;
	char *const *argv = c->box ? c->box->argv : w->argv;
	if (c->box && c->box->here)
		call_helper(argv);
	execvp(argv[0], argv);
}

/* What the child does with the memory of its sleeping parent. */
static void start_child(void *ctx)
{
	const struct child *c = ctx;
	become(c);
	int error = errno;
	if (c->box) { /* the next sandbox is tried */
		const char *why = strerror(error);
		(void)!write(c->box->said, c->box->argv[0], strlen(c->box->argv[0]));
		(void)!write(c->box->said, ": ", 2);
		(void)!write(c->box->said, why, strlen(why));
		_exit(127);
	}
	(void)send(c->ctl, &error, sizeof(error), MSG_NOSIGNAL);
	_exit(127);
}

/* Starts it in the group of version 2. Returns its number, -1 where that cannot be. */
static pid_t start_in_group(struct child *c)
{
	struct cgroup *g = c->what->cgroup;
	const struct bounds *b = c->what->bounds;
	if (!g || g->at[CGROUP_V2].dir < 0)
		return -1;
	c->in_group = true;
	pid_t pid = cgroup_vfork(g, start_child, c);
	if (pid > 0)
		return pid;
	/* Then the child enters it by itself, which takes the kernel longer; it is worth
	 * that when a bound is set there. */
	c->in_group = false;
	if (!b ||
		(b->by[BOUND_MEM] != BOUND_CGROUP && b->by[BOUND_PROCS] != BOUND_CGROUP))
		cgroup_drop(g, CGROUP_V2);
	return -1;
}

pid_t launch(
	const struct spawn *what, const struct launch_box *box, int ctl, bool *in_group)
{
	struct child c = {.what = what, .box = box, .ctl = ctl};
	pid_t pid = box && box->here ? fork() : start_in_group(&c);
	/* The child calls more than POSIX allows it to; on Linux it is a process like any
	 * other that borrows the memory of one that sleeps. */
	/* NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	if (pid < 0 && !(box && box->here))
		pid = vfork();
	if (pid == 0)
		start_child(&c);
	/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	*in_group = what->cgroup && what->cgroup->at[CGROUP_V2].dir >= 0;
	return pid;
}
