/* SPDX-License-Identifier: MIT */
/* Where no group can be made, this holds trivially; pab-exec.bats says so then. */
#include "unit.h"

#include "cgroup.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void sleeps(void *ctx)
{
	(void)ctx;
	execlp("sleep", "sleep", "600", NULL);
	_exit(127);
}

/* Is the process in a group of that name? */
static bool is_in(pid_t pid, const char *name)
{
	char path[64], text[4096] = {0};
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool in =
		fd >= 0 && io_read(fd, text, sizeof(text) - 1) > 0 && strstr(text, name);
	if (fd >= 0)
		close(fd);
	return in;
}

/* Was it, within ten seconds? Ends it if not. */
static bool was_killed(pid_t pid)
{
	int status;
	for (int i = 0; i < 1000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
		usleep(10000);
	}
	kill(pid, SIGTERM);
	(void)waitpid(pid, &status, 0);
	return false;
}

/* Leaves a group as a keeper that was killed does: nobody holds it any more. */
static void abandon(struct cgroup *g)
{
	for (int i = 0; i < CGROUP_KINDS; i++) {
		if (g->at[i].dir >= 0)
			close(g->at[i].dir);
		if (g->at[i].parent >= 0)
			close(g->at[i].parent);
	}
	cgroup_init(g);
}

static void check_kill(void)
{
	struct cgroup g;
	cgroup_init(&g);
	CHECK(!cgroup_kill(&g) && cgroup_cpu(&g) < 0 && !cgroup_hit(&g, CGROUP_MEM));
	cgroup_make(&g, false, false);
	if (g.at[CGROUP_V2].dir < 0)
		return;
	pid_t pid = cgroup_vfork(&g, sleeps, NULL);
	if (pid > 0) {
		CHECK(is_in(pid, g.name));
		CHECK(cgroup_cpu(&g) >= 0);
		CHECK(cgroup_kill(&g) && was_killed(pid));
	}
	cgroup_remove(&g);
	CHECK(g.at[CGROUP_V2].dir < 0);
}

static void check_sweep(void)
{
	struct cgroup kept, left, other;
	cgroup_init(&kept);
	cgroup_init(&left);
	cgroup_init(&other);
	cgroup_make(&kept, false, false);
	cgroup_make(&left, false, false);
	if (kept.at[CGROUP_V2].dir < 0 || left.at[CGROUP_V2].dir < 0)
		return;
	pid_t mine = cgroup_vfork(&kept, sleeps, NULL);
	pid_t orphan = cgroup_vfork(&left, sleeps, NULL);
	if (mine > 0 && orphan > 0) {
		abandon(&left);
		/* More than once: vfork is over a moment before the exec has closed what
		 * it inherited. */
		siginfo_t dead = {0};
		for (int i = 0; i < 1000 && !dead.si_pid; i++) {
			cgroup_make(&other, false, false);
			cgroup_remove(&other);
			(void)waitid(
				P_PID, (id_t)orphan, &dead, WEXITED | WNOHANG | WNOWAIT);
		}
		CHECK(was_killed(orphan));
		/* One that is kept is not touched. */
		CHECK(waitpid(mine, NULL, WNOHANG) == 0 && is_in(mine, kept.name));
		CHECK(cgroup_kill(&kept) && was_killed(mine));
	}
	cgroup_remove(&kept);
	cgroup_remove(&left);
}

static void check_limits(void)
{
	struct cgroup g;
	cgroup_init(&g);
	cgroup_make(&g, true, true);
	bool mem = cgroup_limit(&g, CGROUP_MEM, 64 << 20);
	bool procs = cgroup_limit(&g, CGROUP_PROCS, 2);
	CHECK(!cgroup_hit(&g, CGROUP_MEM) && !cgroup_hit(&g, CGROUP_PROCS));
	pid_t pid = procs ? fork() : -1;
	if (pid == 0) {
		/* One more goes, two do not. */
		bool in = cgroup_join(&g, true) == 0;
		pid_t one = fork();
		if (!one)
			pause();
		pid_t two = fork();
		if (!two)
			pause();
		bool held = in && one > 0 && two < 0 && errno == EAGAIN;
		if (one > 0)
			kill(one, SIGKILL);
		if (two > 0)
			kill(two, SIGKILL);
		_exit(held ? 0 : 1);
	}
	int status = -1;
	if (pid > 0) {
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
		CHECK(cgroup_hit(&g, CGROUP_PROCS));
	}
	(void)mem;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	cgroup_remove(&g);
}

int main(void)
{
	check_kill();
	check_sweep();
	check_limits();
	return unit_end();
}
