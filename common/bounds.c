/* SPDX-License-Identifier: MIT */
#include "bounds.h"

#include "num.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	int rlimit;
} known[] = {
	[BOUND_MEM] = {"mem", RLIMIT_DATA},
	[BOUND_CPU] = {"cpu", RLIMIT_CPU},
	[BOUND_PROCS] = {"procs", RLIMIT_NPROC},
	[BOUND_FSIZE] = {"fsize", RLIMIT_FSIZE},
	[BOUND_NOFILE] = {"nofile", RLIMIT_NOFILE},
	[BOUND_CORE] = {"core", RLIMIT_CORE},
};

void bounds_init(struct bounds *b)
{
	for (int i = 0; i < BOUNDS; i++) {
		b->v[i] = b->rlimit[i] = -1;
		b->by[i] = BOUND_NOT;
	}
}

const char *bound_name(enum bound which)
{
	return known[which].name;
}

const char *bound_by_name(enum bound_by by)
{
	return by == BOUND_CGROUP ? "cgroup" : "rlimit";
}

/* The kernel counts no processes against the host's root, in whichever user namespace,
 * nor against who may lift resource limits there. Returns whether that is us. */
static bool is_exempt(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};
	char map[64] = {0};
	int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, map, sizeof(map) - 1);
	if (fd >= 0)
		close(fd);
	unsigned long long inside = 0, outside = 1, count;
	if (n > 0 && (sscanf(map, "%llu %llu %llu", &inside, &outside, &count) != 3 ||
			     inside || outside || count < UINT32_MAX))
		return outside == 0 && inside == getuid(); /* in one of its own */
	const unsigned may = 1u << CAP_SYS_RESOURCE | 1u << CAP_SYS_ADMIN;
	return getuid() == 0 ||
	       (syscall(SYS_capget, &head, data) == 0 && data[0].effective & may);
}

/* How many processes and threads the caller has by now, which count against its limit. */
static int64_t own_tasks(void)
{
	int64_t sum = 0;
	DIR *proc = opendir("/proc");
	for (struct dirent *de; proc && (de = readdir(proc));) {
		struct stat st;
		char path[300];
		if (de->d_name[0] < '1' || de->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "%s/task", de->d_name);
		if (fstatat(dirfd(proc), path, &st, 0) == 0 && st.st_uid == getuid() &&
			st.st_nlink > 2)
			sum += (int64_t)st.st_nlink - 2;
	}
	if (proc)
		closedir(proc);
	return sum;
}

/* Chooses the resource limit for one bound. Returns 0, or -1 with err. */
static int use_rlimit(struct bounds *b, enum bound which, struct err *e)
{
	struct rlimit now;
	int64_t v = b->v[which];
	if (which == BOUND_PROCS && is_exempt())
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"--procs cannot be held here: no control group of pids can be "
			"made, and root is free of the resource limit");
	if (which == BOUND_PROCS)
		v += own_tasks();
	if (which == BOUND_CPU)
		v = v / 1000 + (v % 1000 != 0);
	if (getrlimit(known[which].rlimit, &now) < 0)
		return err_sys(e, NULL, errno);
	if ((uint64_t)v > now.rlim_max)
		return err_set(e, ERR_USAGE, NULL,
			"--%s is more than the caller may have, which is %llu",
			known[which].name, (unsigned long long)now.rlim_max);
	b->rlimit[which] = v;
	return 0;
}

int bounds_prepare(struct bounds *b, struct cgroup *g, struct err *e)
{
	for (int i = 0; i < BOUNDS; i++) {
		bool held = false;
		if (b->v[i] < 0)
			continue;
		if (i == BOUND_MEM)
			held = cgroup_limit(g, CGROUP_MEM, b->v[i]);
		else if (i == BOUND_PROCS)
			held = cgroup_limit(g, CGROUP_PROCS, b->v[i]);
		else if (i == BOUND_CPU)
			held = cgroup_cpu(g) >= 0;
		b->by[i] = held ? BOUND_CGROUP : BOUND_RLIMIT;
		/* Processor time is watched in the group, and bound each process, too,
		 * should the watcher die. */
		if ((!held || i == BOUND_CPU) && use_rlimit(b, (enum bound)i, e) < 0)
			return -1;
	}
	return 0;
}

int bounds_apply(const struct bounds *b)
{
	for (int i = 0; i < BOUNDS; i++) {
		rlim_t v = (rlim_t)b->rlimit[i];
		/* A second more between SIGXCPU and SIGKILL. */
		struct rlimit r = {v, i == BOUND_CPU ? v + 1 : v};
		if (b->rlimit[i] >= 0 && setrlimit(known[i].rlimit, &r) < 0)
			return -1;
	}
	return 0;
}
