/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include "mem.h"
#include "num.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Fields of /proc/PID/stat behind the name: 3 is the state. */
enum { FIELD_STATE = 3, FIELD_PPID = 4, FIELD_PGID = 5, FIELD_START = 22 };

int tree_parse(const char *stat, size_t n, struct tree_proc *out)
{
	const char *end = stat + n, *p = memrchr(stat, ')', n);
	char *open = memchr(stat, '(', n);
	uint64_t v[FIELD_START + 1] = {0};
	if (!p || !open || open > p || p + 4 > end || p[1] != ' ' || p[3] != ' ')
		return -1;
	char state = p[2];
	p += 3;
	for (int field = FIELD_PPID; field <= FIELD_START; field++) {
		if (p >= end || *p++ != ' ')
			return -1;
		p += p < end && *p == '-';
		if (p >= end || !isdigit((unsigned char)*p))
			return -1;
		for (; p < end && isdigit((unsigned char)*p); p++)
			v[field] = v[field] * 10 + (uint64_t)(*p - '0');
	}
	uint64_t pid = 0;
	for (p = stat; p < open && isdigit((unsigned char)*p); p++)
		pid = pid * 10 + (uint64_t)(*p - '0');
	*out = (struct tree_proc){(pid_t)pid, (pid_t)v[FIELD_PPID], (pid_t)v[FIELD_PGID],
		state, v[FIELD_START]};
	return 0;
}

/* Reads /proc/PID/NAME, cut at n bytes. Returns how many, or -1. */
static ssize_t read_proc(int proc, pid_t pid, const char *name, char *out, size_t n)
{
	char path[64];
	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t got = read(fd, out, n);
	close(fd);
	return got;
}

static int read_stat(int proc, pid_t pid, struct tree_proc *out)
{
	char stat[1024];
	ssize_t n = read_proc(proc, pid, "stat", stat, sizeof(stat));
	return n < 0 ? -1 : tree_parse(stat, (size_t)n, out);
}

static void add(struct tree_proc **v, size_t *n, const struct tree_proc *p)
{
	if ((*n & (*n - 1)) == 0)
		*v = xrealloc_n(*v, *n ? *n * 2 : 1, sizeof(**v));
	(*v)[(*n)++] = *p;
}

static int by_pid(const void *a, const void *b)
{
	const struct tree_proc *x = a, *y = b;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* All processes there are, by pid, on the open /proc. */
static size_t all_processes(DIR *proc, struct tree_proc **v)
{
	struct tree_proc p;
	size_t n = 0;
	for (struct dirent *de; (de = readdir(proc));)
		if (isdigit((unsigned char)de->d_name[0]) &&
			read_stat(dirfd(proc), (pid_t)strtol(de->d_name, NULL, 10), &p) ==
				0)
			add(v, &n, &p);
	if (n)
		qsort(*v, n, sizeof(**v), by_pid);
	return n;
}

/* Marks (by a negative ppid) those of v that descend from root. A child mostly has a
 * higher number than its parent, so that one round and one to see it is all are usual. */
static void mark_descendants(struct tree_proc *v, size_t n, pid_t root)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			if (v[i].ppid < 0)
				continue;
			struct tree_proc key = {.pid = v[i].ppid};
			const struct tree_proc *parent =
				bsearch(&key, v, n, sizeof(*v), by_pid);
			if (v[i].ppid == root || (parent && parent->ppid < 0)) {
				v[i].ppid = -v[i].ppid;
				more = true;
			}
		}
	}
}

uint64_t tree_start(pid_t pid)
{
	struct tree_proc p;
	int proc CLEANUP(mem_closep) = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0 || read_stat(proc, pid, &p) < 0 || p.state == 'Z' || p.state == 'X')
		return 0;
	return p.start;
}

ssize_t tree_look_below(struct tree *t, pid_t root)
{
	struct tree_proc *v = NULL;
	size_t kept = 0;
	DIR *proc = opendir("/proc");
	if (!proc)
		return -1;
	size_t n = all_processes(proc, &v);
	closedir(proc);
	mark_descendants(v, n, root);
	for (size_t i = 0; i < n; i++) {
		if (v[i].ppid >= 0 || v[i].state == 'Z' || v[i].state == 'X')
			continue;
		v[i].ppid = -v[i].ppid;
		if (t->around &&
			(v[i].pid == t->around || (t->twice && v[i].ppid == t->around)))
			continue;
		v[kept++] = v[i];
	}
	free(t->now);
	t->now = v;
	t->n_now = kept;
	return (ssize_t)kept;
}

ssize_t tree_look(struct tree *t)
{
	return tree_look_below(t, getpid());
}

/* Adds "sleep 100, pid 88" to the names; names has room for three. */
static void note_name(struct tree *t, int proc, pid_t pid)
{
	char line[48];
	size_t have = strlen(t->names), room = sizeof(t->names) - have;
	const char *sep = have ? "; " : "";
	if (t->n_seen > 3) {
		if (t->n_seen == 4)
			snprintf(t->names + have, room, "; …");
		return;
	}
	ssize_t n = read_proc(proc, pid, "cmdline", line, sizeof(line) - 1);
	while (n > 0 && !line[n - 1])
		n--;
	if (n <= 0) /* it has no arguments, or is half gone */
		n = snprintf(line, sizeof(line), "?");
	for (ssize_t i = 0; i < n; i++)
		if (!line[i])
			line[i] = ' ';
	snprintf(t->names + have, room, "%s%.*s, pid %d", sep, (int)n, line, (int)pid);
}

static void note(struct tree *t, int proc, const struct tree_proc *p)
{
	for (size_t i = 0; i < t->n_seen; i++)
		if (t->seen[i].pid == p->pid && t->seen[i].start == p->start)
			return;
	add(&t->seen, &t->n_seen, p);
	note_name(t, proc, p->pid);
}

void tree_note(struct tree *t)
{
	int proc CLEANUP(mem_closep) = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; proc >= 0 && i < t->n_now; i++)
		note(t, proc, &t->now[i]);
}

/* Signals those of the last look that are still the same processes. */
static void signal_all(struct tree *t, int proc, int signal, bool groups)
{
	struct tree_proc p;
	for (size_t i = 0; i < t->n_now; i++) {
		if (read_stat(proc, t->now[i].pid, &p) < 0 ||
			p.start != t->now[i].start || p.state == 'Z')
			continue;
		note(t, proc, &p);
		kill(p.pid, signal);
		/* A group dies in one step: nothing in it can fork in between. */
		if (groups && p.pgid > 1 && p.pgid != getpgrp())
			kill(-p.pgid, signal);
	}
}

ssize_t tree_term(struct tree *t)
{
	ssize_t n = tree_look(t);
	int proc CLEANUP(mem_closep) = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n < 0 || proc < 0)
		return -1;
	signal_all(t, proc, SIGTERM, false);
	signal_all(t, proc, SIGCONT, false);
	return n;
}

ssize_t tree_kill(struct tree *t)
{
	ssize_t n = tree_look(t);
	int proc CLEANUP(mem_closep) = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n < 0 || proc < 0)
		return -1;
	/* First all stand still, so that none acts on the death of another. */
	signal_all(t, proc, SIGSTOP, false);
	signal_all(t, proc, SIGKILL, true);
	return n;
}

bool tree_reap(pid_t child, int *status, bool *found)
{
	int st;
	for (;;) {
		pid_t pid = waitpid(-1, &st, WNOHANG | __WALL);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0)
			return pid == 0;
		if (pid == child) {
			*status = st;
			*found = true;
		}
	}
}

bool tree_end(struct tree *t, pid_t child, int *status, bool *found, int64_t max)
{
	int64_t until = num_now_ms() + max;
	for (int pause = 1; tree_reap(child, status, found); pause += pause < 20) {
		if (num_now_ms() > until)
			return false;
		if (tree_kill(t) < 0 && child > 0)
			kill(-child, SIGKILL);
		(void)poll(NULL, 0, pause);
	}
	return true;
}

void tree_release(struct tree *t)
{
	free(t->now);
	free(t->seen);
	*t = (struct tree){0};
}
