/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OURS "pab-"

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

void cgroup_init(struct cgroup *g)
{
	*g = (struct cgroup){0};
	for (int i = 0; i < CGROUP_KINDS; i++)
		g->at[i].parent = g->at[i].dir = -1;
}

/* Reads a small file whole. Returns whether; out ends with a NUL. */
static bool read_file(int dir, const char *name, char *out, size_t n)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out, n - 1);
	if (fd >= 0)
		close(fd);
	out[got < 0 ? 0 : got] = '\0';
	return got >= 0;
}

static bool write_file(int dir, const char *name, const char *value)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) > 0;
	if (fd >= 0)
		close(fd);
	return done;
}

/* The number behind a word at the start of a line of a file: "oom_kill 2". Returns it, -1
 * when there is none. */
static int64_t number_in(int dir, const char *name, const char *word)
{
	char text[1024];
	size_t n = strlen(word);
	if (!read_file(dir, name, text, sizeof(text)))
		return -1;
	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, word, n) && p[n] == ' ')
			return strtoll(p + n + 1, NULL, 10);
	}
	return -1;
}

/* Is the word one of the list that commas separate, p[0..n)? */
static bool lists(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);
	while (n >= len) {
		size_t k = 0;
		while (k < n && p[k] != ',')
			k++;
		if (k == len && !memcmp(p, word, len))
			return true;
		if (k == n)
			return false;
		p += k + 1;
		n -= k + 1;
	}
	return false;
}

/* The path of our own group in the hierarchy of a controller ("": version 2), from what
 * /proc/self/cgroup says: "4:memory:/a/b". Returns new memory, NULL when there is none.
 */
static char *own_path(const char *text, const char *controller)
{
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");
		const char *list = memchr(p, ':', n);
		const char *path = list ? strchr(list + 1, ':') : NULL;
		if (path && path < p + n &&
			lists(list + 1, (size_t)(path - list - 1), controller))
			return xmemdup0(path + 1, (size_t)(p + n - path - 1));
		p += n + (p[n] != '\0');
	}
	return NULL;
}

/* Where version 2 is mounted, alone or beside version 1. Returns NULL when it is not. */
static const char *v2_mount(void)
{
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	struct statfs fs;
	for (size_t i = 0; i < ARRAY_LEN(mounts); i++)
		if (statfs(mounts[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return mounts[i];
	return NULL;
}

/* Ends and removes what nobody keeps any more. */
static void sweep(int parent)
{
	struct stat st;
	if (fstat(parent, &st) < 0 || st.st_nlink <= 2)
		return; /* it has no group below */
	int fd = openat(parent, ".", OPEN_DIR);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));) {
		if (strncmp(de->d_name, OURS, strlen(OURS)) != 0)
			continue;
		int dir = openat(parent, de->d_name, OPEN_DIR | O_NOFOLLOW);
		if (dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) == 0) {
			(void)write_file(dir, "cgroup.kill", "1");
			(void)unlinkat(parent, de->d_name, AT_REMOVEDIR);
		}
		if (dir >= 0)
			close(dir);
	}
	if (d)
		closedir(d);
}

/* Makes and locks the group below parent, which is taken over. Returns whether it is
 * there; a kind that has one already keeps that. */
static bool make_below(struct cgroup *g, enum cgroup_kind kind, int parent)
{
	if (parent < 0)
		return false;
	if (mkdirat(parent, g->name, 0755) == 0) {
		int dir = openat(parent, g->name, OPEN_DIR | O_NOFOLLOW);
		if (dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) == 0) {
			cgroup_drop(g, kind);
			g->at[kind].parent = parent;
			g->at[kind].dir = dir;
			return true;
		}
		if (dir >= 0)
			close(dir);
		(void)unlinkat(parent, g->name, AT_REMOVEDIR);
	}
	close(parent);
	return false;
}

/* Has the group of version 2 the files to bind what is wanted? Switches the controllers
 * on above it when that can be done. */
static bool has_controllers(struct cgroup *g, bool mem, bool procs)
{
	int dir = g->at[CGROUP_V2].dir, parent = g->at[CGROUP_V2].parent;
	if (dir < 0)
		return false;
	if (mem && faccessat(dir, "memory.max", W_OK, AT_EACCESS) < 0 &&
		!write_file(parent, "cgroup.subtree_control", "+memory"))
		return false;
	return !procs || faccessat(dir, "pids.max", W_OK, AT_EACCESS) == 0 ||
	       write_file(parent, "cgroup.subtree_control", "+pids");
}

/* Below our own group; beside it when only there a bound can be set, as a group that has
 * processes cannot hand its controllers down. */
static void make_v2(struct cgroup *g, const char *text, bool mem, bool procs)
{
	const char *mount = v2_mount();
	char *own CLEANUP(mem_freep) = mount ? own_path(text, "") : NULL;
	if (!own)
		return;
	char *path CLEANUP(mem_freep) = xasprintf("%s%s", mount, own);
	int at = open(path, OPEN_DIR);
	int above = at < 0 || !strcmp(own, "/") ? -1 : openat(at, "..", OPEN_DIR);
	(void)make_below(g, CGROUP_V2, at);
	if (above >= 0 && (mem || procs) && !has_controllers(g, mem, procs))
		(void)make_below(g, CGROUP_V2, above);
	else if (above >= 0)
		close(above);
	if (mem || procs)
		(void)has_controllers(g, mem, procs);
}

static void make_v1(struct cgroup *g, const char *text, enum cgroup_kind kind)
{
	const char *controller = kind == CGROUP_MEM   ? "memory"
				 : kind == CGROUP_CPU ? "cpu"
						      : "pids";
	char *own CLEANUP(mem_freep) = own_path(text, controller);
	if (!own)
		return;
	char *path CLEANUP(mem_freep) = xasprintf("/sys/fs/cgroup/%s%s", controller, own);
	(void)make_below(g, kind, open(path, OPEN_DIR));
}

void cgroup_make(struct cgroup *g, bool mem, bool procs)
{
	char text[4096];
	uint64_t random;
	if (!read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) ||
		getrandom(&random, sizeof(random), 0) != sizeof(random))
		return;
	snprintf(g->name, sizeof(g->name), OURS "%016llx", (unsigned long long)random);
	make_v2(g, text, mem, procs);
	int v2 = g->at[CGROUP_V2].dir;
	if (mem && (v2 < 0 || faccessat(v2, "memory.max", F_OK, 0) < 0))
		make_v1(g, text, CGROUP_MEM);
	if (procs && (v2 < 0 || faccessat(v2, "pids.max", F_OK, 0) < 0))
		make_v1(g, text, CGROUP_PROCS);
}

void cgroup_make_cpu(struct cgroup *g)
{
	char text[4096];
	int v2 = g->at[CGROUP_V2].dir;
	if (!g->name[0] || !read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)))
		return;
	if (v2 >= 0 && faccessat(v2, "cpu.max", W_OK, AT_EACCESS) < 0)
		(void)write_file(
			g->at[CGROUP_V2].parent, "cgroup.subtree_control", "+cpu");
	if (v2 < 0 || faccessat(v2, "cpu.max", F_OK, 0) < 0)
		make_v1(g, text, CGROUP_CPU);
}

/* So many thousandths of a processor in each tenth of a second. Returns whether. */
static bool limit_cpu(const struct cgroup *g, int64_t value)
{
	int v1 = g->at[CGROUP_CPU].dir, v2 = g->at[CGROUP_V2].dir;
	char text[48];
	snprintf(text, sizeof(text), "%lld 100000", (long long)value * 100);
	if (v2 >= 0 && write_file(v2, "cpu.max", text))
		return true;
	text[strcspn(text, " ")] = '\0';
	return v1 >= 0 && write_file(v1, "cpu.cfs_period_us", "100000") &&
	       write_file(v1, "cpu.cfs_quota_us", text);
}

void cgroup_drop(struct cgroup *g, enum cgroup_kind kind)
{
	int dir = steal_fd(&g->at[kind].dir), parent = steal_fd(&g->at[kind].parent);
	if (dir < 0)
		return;
	(void)unlinkat(parent, g->name, AT_REMOVEDIR);
	sweep(parent);
	close(dir);
	close(parent);
}

void cgroup_remove(struct cgroup *g)
{
	(void)cgroup_kill(g);
	for (int kind = 0; kind < CGROUP_KINDS; kind++)
		cgroup_drop(g, (enum cgroup_kind)kind);
}

bool cgroup_limit(struct cgroup *g, enum cgroup_kind what, int64_t value)
{
	int v1 = g->at[what].dir, v2 = g->at[CGROUP_V2].dir;
	char text[32];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	if (what == CGROUP_CPU)
		return limit_cpu(g, value);
	if (what == CGROUP_PROCS)
		return (v2 >= 0 && write_file(v2, "pids.max", text)) ||
		       (v1 >= 0 && write_file(v1, "pids.max", text));
	if (v2 >= 0 && write_file(v2, "memory.max", text)) {
		/* What does not fit is not to be pushed out to the swap space. */
		(void)write_file(v2, "memory.swap.max", "0");
		return true;
	}
	if (v1 < 0 || !write_file(v1, "memory.limit_in_bytes", text))
		return false;
	(void)write_file(v1, "memory.memsw.limit_in_bytes", text);
	return true;
}

bool cgroup_hit(const struct cgroup *g, enum cgroup_kind what)
{
	int v1 = g->at[what].dir, v2 = g->at[CGROUP_V2].dir;
	if (what == CGROUP_PROCS)
		return (v2 >= 0 && number_in(v2, "pids.events", "max") > 0) ||
		       (v1 >= 0 && number_in(v1, "pids.events", "max") > 0);
	return (v2 >= 0 && number_in(v2, "memory.events", "oom_kill") > 0) ||
	       (v1 >= 0 && number_in(v1, "memory.oom_control", "oom_kill") > 0);
}

int cgroup_join(const struct cgroup *g, bool v2)
{
	for (int kind = v2 ? CGROUP_V2 : CGROUP_V2 + 1; kind < CGROUP_KINDS; kind++)
		if (g->at[kind].dir >= 0 &&
			!write_file(g->at[kind].dir, "cgroup.procs", "0"))
			return -1;
	return 0;
}

#if defined(__x86_64__)
#define CLONE3(r, args, size)                                                            \
	__asm__ volatile("syscall"                                                       \
			 : "=a"(r)                                                       \
			 : "a"((long)SYS_clone3), "D"(args), "S"(size)                   \
			 : "rcx", "r11", "memory")
#elif defined(__aarch64__)
#define CLONE3(r, args, size)                                                            \
	do {                                                                             \
		register long x8 __asm__("x8") = SYS_clone3;                             \
		register long x0 __asm__("x0") = (long)(args);                           \
		register long x1 __asm__("x1") = (long)(size);                           \
		__asm__ volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");      \
		(r) = x0;                                                                \
	} while (0)
#endif

/* What the child leaves on the stack that it borrows, the address sanitizer would hold
 * against its parent: then it borrows none. */
#ifdef __has_feature
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

/* The C library has no call for this. The child shares memory and stack with its sleeping
 * parent, so there must be no function to return from between the two: hence the bare
 * instruction, in a function of its own that is not inlined. */
__attribute__((noinline)) pid_t cgroup_vfork(
	const struct cgroup *g, void (*child)(void *), void *ctx)
{
#ifdef CLONE3
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_VFORK | (HAS_ASAN ? 0 : CLONE_VM),
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)g->at[CGROUP_V2].dir,
	};
	long r;
	CLONE3(r, &args, sizeof(args));
	if (r == 0) {
		child(ctx);
		_exit(127);
	}
	if (r > 0)
		return (pid_t)r;
	errno = (int)-r;
#else
	(void)g, (void)child, (void)ctx;
	errno = ENOSYS;
#endif
	return -1;
}

bool cgroup_kill(const struct cgroup *g)
{
	int dir = g->at[CGROUP_V2].dir;
	return dir >= 0 && write_file(dir, "cgroup.kill", "1");
}

int64_t cgroup_cpu(const struct cgroup *g)
{
	int dir = g->at[CGROUP_V2].dir;
	return dir < 0 ? -1 : number_in(dir, "cpu.stat", "usage_usec");
}
