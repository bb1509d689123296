/* SPDX-License-Identifier: MIT */
/* What is done here: when something was last, what runs, and what that takes. The time
 * of the last request is also that of the socket's file, which outlives this process. */
#include "pab_serve.h"

#include "mem.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void serve_active(struct serve *s)
{
	enum { FINENESS = 1000 }; /* milliseconds between two marks */
	int64_t now = num_now_ms();
	s->active = now;
	if (s->socket_dir < 0 || (s->marked && now - s->marked < FINENESS))
		return;
	s->marked = now;
	(void)utimensat(s->socket_dir, s->socket_name, NULL, AT_SYMLINK_NOFOLLOW);
}

/* Has it any process below it? Whatever was left behind comes to its first ancestor that
 * takes it, and that is this one. */
static bool has_children(void)
{
	siginfo_t si;
	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0;
}

struct taken {
	int64_t cpu_us, memory;
};

/* Adds what a process and its children that are gone took, and what it has to itself. */
static void add_process(struct taken *sum, const char *pid)
{
	char path[64], text[1024];
	long long t[4] = {0}, pages = 0, shared = 0;
	const long tick = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%s/%s", pid, i ? "statm" : "stat");
		int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		text[n < 0 ? 0 : n] = '\0';
		/* The second field is a name that may hold anything. */
		const char *rest = i ? text : strrchr(text, ')');
		if (!i &&
			(!rest || sscanf(rest,
					  ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
					  "%lld %lld %lld %lld",
					  &t[0], &t[1], &t[2], &t[3]) != 4))
			return;
		if (i && sscanf(text, "%*d %lld %lld", &pages, &shared) != 2)
			return;
	}
	sum->cpu_us += (t[0] + t[1] + t[2] + t[3]) * (1000000 / tick);
	sum->memory += (pages - shared) * page;
}

void serve_activity(struct serve *s, bool may_rest, struct buf *out)
{
	struct tree t = {0};
	struct taken sum = {0};
	char pid[24];
	bool busy = has_children() || s->n_conns > 1;
	ssize_t n = tree_look(&t);
	add_process(&sum, "self");
	for (ssize_t i = 0; i < n; i++) {
		snprintf(pid, sizeof(pid), "%ld", (long)t.now[i].pid);
		add_process(&sum, pid);
	}
	tree_release(&t);
	s->stopping |= may_rest && !busy;
	buf_printf(out, "idle %lld requests %zu procs %zd cpu %lld memory %lld ends %d",
		busy ? 0LL : (long long)(num_now_ms() - s->active), s->n_children,
		n < 0 ? -1 : n + 1, (long long)sum.cpu_us, (long long)sum.memory,
		s->stopping);
}
