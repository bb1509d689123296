/* SPDX-License-Identifier: MIT */
#include "job.h"

#include "home.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	KEPT = 24 * 3600,       /* seconds a job is kept after its end */
	MOST_RECORD = 16 << 20, /* bytes; arguments may be 2 MiB */
	OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
	STEP = 1 << 20, /* how much is given up at a time */
};
static const int64_t together = (int64_t)1 << 30;

/* The number in "k3". Returns it, 0 for what is no id. */
static int64_t number_of(const char *id)
{
	int64_t n;
	return *id == 'k' && id[1] >= '1' && id[1] <= '9' && strlen(id) < JOB_ID_MAX &&
			       num_int(id + 1, 1, INT64_MAX / 2, &n) == 0
		       ? n
		       : 0;
}

void job_release(struct job *j)
{
	mem_closep(&j->dir);
	mem_closep(&j->all);
	j->dir = j->all = -1;
}

/* Opens and locks the file with the next number. Returns a descriptor, or -1. */
static int open_next(int all, int flags, int64_t *next)
{
	char text[32] = {0};
	int fd = openat(all, "next", flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	*next = 1;
	if (fd < 0)
		return -1;
	(void)flock(fd, LOCK_EX);
	if (io_pread(fd, text, sizeof(text) - 1, 0) > 0) {
		text[strcspn(text, "\n")] = '\0';
		(void)!num_int(text, 1, INT64_MAX / 2, next);
	}
	return fd;
}

int job_make(const char *home, struct job *j, struct err *e)
{
	int64_t next;
	char text[32];
	*j = (struct job){.dir = -1};
	j->all = home_open(home, "jobs", true, e);
	if (j->all < 0)
		return -1;
	(void)job_sweep(home);
	int counter CLEANUP(mem_closep) = open_next(j->all, O_RDWR | O_CREAT, &next);
	if (counter < 0)
		goto failed;
	do
		snprintf(j->id, sizeof(j->id), "k%lld", (long long)next++);
	while (mkdirat(j->all, j->id, 0700) < 0 && errno == EEXIST);
	j->dir = openat(j->all, j->id, OPEN_DIR);
	if (j->dir < 0)
		goto failed;
	(void)flock(j->dir, LOCK_EX); /* others have it for a moment at most */
	snprintf(text, sizeof(text), "%lld\n", (long long)next);
	if (pwrite(counter, text, strlen(text), 0) == (ssize_t)strlen(text))
		return 0;
failed:
	err_sys(e, "jobs", errno);
	job_release(j);
	return -1;
}

int job_open(const char *home, const char *id, struct job *j, struct err *e)
{
	int64_t n = number_of(id), next = 0;
	*j = (struct job){.all = -1, .dir = -1};
	if (!n)
		return err_set(e, ERR_USAGE, id,
			"is no job: they are called k1, k2, …; pab-job list shows them");
	snprintf(j->id, sizeof(j->id), "%s", id);
	struct err none = {0};
	j->all = home_open(home, "jobs", false, &none);
	if (j->all < 0 && none.code != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	j->dir = j->all < 0 ? -1 : openat(j->all, j->id, OPEN_DIR);
	if (j->dir >= 0)
		return 0;
	if (j->all >= 0)
		close(open_next(j->all, O_RDONLY, &next));
	job_release(j);
	if (n < next)
		return err_set(e, ERR_NOT_FOUND, id,
			"expired or removed (jobs are kept for 24 h after their end)");
	return err_set(e, ERR_NOT_FOUND, id, "no such job; pab-job list shows them");
}

static int by_number(const void *a, const void *b)
{
	int64_t x = number_of(*(char *const *)a), y = number_of(*(char *const *)b);
	return x < y ? -1 : x > y;
}

int job_list(const char *home, struct vec *ids, struct err *e)
{
	struct err none = {0};
	int fd = home_open(home, "jobs", false, &none);
	if (fd < 0 && none.code == ERR_NOT_FOUND)
		return 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		*e = none;
		return fd < 0 ? -1 : err_sys(e, "jobs", errno);
	}
	for (struct dirent *de; (de = readdir(d));)
		if (number_of(de->d_name))
			vec_add(ids, de->d_name);
	closedir(d);
	if (ids->n)
		qsort(ids->v, ids->n, sizeof(*ids->v), by_number);
	return 0;
}

int job_write(const struct job *j, const struct jobrec *r)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	jobrec_write(r, &b);
	int fd CLEANUP(mem_closep) = openat(j->dir, "record~",
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || io_write(fd, b.p, b.len) < 0)
		return -1;
	return renameat(j->dir, "record~", j->dir, "record");
}

/* Does nobody keep the job any more? */
static bool is_left(const struct job *j)
{
	int fd CLEANUP(mem_closep) = openat(j->dir, ".", OPEN_DIR);
	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0;
}

static int read_record(const struct job *j, struct jobrec *r)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int fd CLEANUP(mem_closep) =
		openat(j->dir, "record", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, &b, MOST_RECORD) < 0)
		return -1;
	errno = EINVAL;
	return jobrec_parse(b.p, b.len, r);
}

int job_read(const struct job *j, struct jobrec *r, enum job_state *state, struct err *e)
{
	/* In this order: it may end in between. */
	bool left = is_left(j);
	if (read_record(j, r) < 0)
		return err_set(e, left ? ERR_IO : ERR_BUSY, j->id,
			left ? "its record is damaged; pab-job rm removes it"
			     : "is about to start; try again");
	*state = r->over ? JOB_OVER : left ? JOB_LOST : JOB_RUNS;
	return 0;
}

static void read_boot(char out[40])
{
	int fd CLEANUP(mem_closep) =
		open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, 39);
	out[n < 0 ? 0 : n] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

void job_is_mine(struct jobrec *r)
{
	r->pid = getpid();
	r->start = tree_start(r->pid);
	read_boot(r->boot);
}

int job_signal(const struct jobrec *r, int sig)
{
	char boot[40];
	/* The descriptor holds on to the process: what is asked about is what is
	 * signalled. */
	int fd CLEANUP(mem_closep) = (int)syscall(SYS_pidfd_open, r->pid, 0);
	read_boot(boot);
	if (fd < 0)
		return -1;
	if (strcmp(boot, r->boot) != 0 || tree_start(r->pid) != r->start) {
		errno = ESRCH;
		return -1;
	}
	return (int)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
}

int job_output(const struct job *j, const char *name, int flags)
{
	return openat(j->dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
}

bool job_gap(int fd, int64_t *from, int64_t *to)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || st.st_size <= JOB_OUTPUT)
		return false;
	/* The kernel knows: nothing else in the file is a hole. */
	*from = lseek(fd, 0, SEEK_HOLE);
	*to = *from < 0 ? -1 : lseek(fd, *from, SEEK_DATA);
	return *from >= 0 && *to > *from;
}

int64_t job_trim(int fd, int64_t size)
{
	const int64_t head = JOB_OUTPUT / 4;
	int64_t to = (size - (JOB_OUTPUT - head)) / STEP * STEP;
	if (size <= JOB_OUTPUT)
		return JOB_OUTPUT - size + STEP;
	if (to <= head || fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, head,
				  to - head) == 0)
		return STEP;
	return 0; /* a file system that cannot: its end is lost instead */
}

int job_remove(const struct job *j)
{
	int fd = openat(j->dir, ".", OPEN_DIR);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		(void)unlinkat(j->dir, de->d_name, 0);
	if (d)
		closedir(d);
	return unlinkat(j->all, j->id, AT_REMOVEDIR);
}

/* Bytes of what it wrote that take room, and when it ended. Returns whether it has. */
static bool has_ended(const struct job *j, int64_t *bytes, time_t *when)
{
	struct stat st;
	struct jobrec r;
	enum job_state state = JOB_RUNS;
	struct err e;
	*bytes = 0;
	for (int i = 0; i < 2; i++)
		if (fstatat(j->dir, i ? "err" : "out", &st, AT_SYMLINK_NOFOLLOW) == 0)
			*bytes += (int64_t)st.st_blocks * 512;
	*when = fstatat(j->dir, "record", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
				fstat(j->dir, &st) == 0
			? st.st_mtime
			: 0;
	if (job_read(j, &r, &state, &e) < 0)
		return e.code == ERR_IO;
	jobrec_release(&r);
	return state != JOB_RUNS;
}

size_t job_sweep(const char *home)
{
	struct vec ids = {0};
	struct err e;
	int64_t sum = 0, bytes = 0;
	size_t removed = 0;
	time_t when = 0, now = time(NULL);
	if (job_list(home, &ids, &e) < 0)
		return 0;
	/* From the newest, so that those over the bound are the oldest. */
	for (size_t i = ids.n; i-- > 0;) {
		struct job j;
		if (job_open(home, ids.v[i], &j, &e) < 0)
			continue;
		if (has_ended(&j, &bytes, &when)) {
			sum += bytes;
			if (now - when > KEPT || sum > together)
				removed += job_remove(&j) == 0;
		}
		job_release(&j);
	}
	vec_release(&ids);
	return removed;
}

bool job_is(const char *operand)
{
	return !strncmp(operand, "@job:", 5);
}

int job_name(const char *name, char id[JOB_ID_MAX], const char **output, struct err *e)
{
	const char *s = job_is(name) ? name + 5 : name, *dot = strchr(s, '.');
	size_t n = dot ? (size_t)(dot - s) : strlen(s);
	*output = dot && !strcmp(dot, ".err") ? "err" : "out";
	if (n >= JOB_ID_MAX || (dot && strcmp(dot, ".out") && strcmp(dot, ".err")))
		return err_set(e, ERR_USAGE, name,
			"is no job: k3, k3.out or k3.err; a file of that name is ./@job:…");
	memcpy(id, s, n);
	id[n] = '\0';
	return 0;
}

/* A copy without the hole, and a line where it was. Returns a descriptor, or -1. */
static int without_gap(const struct job *j, int fd, int64_t from, int64_t to)
{
	char n[32], mark[100];
	int copy = openat(j->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	snprintf(mark, sizeof(mark), "\n[pab: %s bytes were not kept]\n",
		num_commas(n, to - from));
	if (copy >= 0 && lseek(fd, 0, SEEK_SET) == 0 && io_copy(fd, copy, from) == from &&
		io_write(copy, mark, strlen(mark)) == 0 &&
		lseek(fd, to, SEEK_SET) == to && io_copy(fd, copy, -1) >= 0 &&
		lseek(copy, 0, SEEK_SET) == 0)
		return copy;
	mem_closep(&copy);
	return -1;
}

int job_open_output(const char *home, const char *operand, struct err *e)
{
	char id[JOB_ID_MAX] = "";
	const char *output;
	struct job j;
	int64_t from, to;
	if (job_name(operand, id, &output, e) < 0)
		return -1;
	if (job_open(home, id, &j, e) < 0) {
		snprintf(e->path, sizeof(e->path), "%s", operand);
		return -1;
	}
	int fd = job_output(&j, output, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		err_set(e, ERR_NOT_FOUND, operand,
			"no such output: without --split, all of it is in .out");
	else if (fd < 0)
		err_sys(e, operand, errno);
	if (fd >= 0 && job_gap(fd, &from, &to)) {
		int copy = without_gap(&j, fd, from, to);
		if (copy < 0)
			err_sys(e, operand, errno);
		close(fd);
		fd = copy;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	job_release(&j);
	return fd;
}
