/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "job.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	KEPT = 24 * 3600,      /* seconds an output is kept */
	TAKEN = 7 * 24 * 3600, /* and its name, empty, after that */
};
static const int64_t together = (int64_t)1 << 30;

struct kept {
	char id[STORE_ID_MAX + 1];
	int64_t size;
	time_t mtime;
};

struct kept_list {
	struct kept *v;
	size_t n, cap;
};

/* Ids come from operands and from names in a directory: nothing else is let through. */
static bool is_id(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");
	return !s[n] && n >= STORE_ID_MIN && n <= STORE_ID_MAX;
}

/* Empties an output: readers keep the file they have, the name stays taken. */
static void expire(int dir, const char *id)
{
	int fd = openat(dir, id, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool in_use = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
	if (!in_use && unlinkat(dir, id, 0) == 0) {
		int mark = openat(dir, id, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		if (mark >= 0)
			close(mark);
	}
	if (fd >= 0)
		close(fd);
}

static void add_kept(struct kept_list *l, const char *id, const struct stat *st)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 32;
		l->v = xrealloc_n(l->v, l->cap, sizeof(*l->v));
	}
	struct kept *k = &l->v[l->n++];
	memcpy(k->id, id, strlen(id) + 1);
	k->size = st->st_size;
	k->mtime = st->st_mtime;
}

/* Lists what is kept, and on the way removes what is too old. Returns the bytes kept. */
static int64_t list_kept(int dir, struct kept_list *l)
{
	int64_t sum = 0;
	time_t now = time(NULL);
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));) {
		struct stat st;
		if (!is_id(de->d_name) ||
			fstatat(dir, de->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (!st.st_size && now - st.st_mtime > TAKEN) {
			unlinkat(dir, de->d_name, 0);
		} else if (st.st_size && now - st.st_mtime > KEPT) {
			expire(dir, de->d_name);
		} else if (st.st_size) {
			add_kept(l, de->d_name, &st);
			sum += st.st_size;
		}
	}
	if (d)
		closedir(d);
	return sum;
}

static int by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	return x->mtime < y->mtime ? -1 : x->mtime > y->mtime;
}

/* Makes room for one more output. */
static void sweep(int dir)
{
	struct kept_list l = {0};
	int64_t sum = list_kept(dir, &l);
	if (sum > together - STORE_ONE)
		qsort(l.v, l.n, sizeof(*l.v), by_age);
	for (size_t i = 0; i < l.n && sum > together - STORE_ONE; i++) {
		expire(dir, l.v[i].id);
		sum -= l.v[i].size;
	}
	free(l.v);
}

/* An id of `digits` random hex digits. */
static void make_id(char id[STORE_ID_MAX + 1], int digits)
{
	unsigned char random[STORE_ID_MAX / 2];
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, (int)getpid(), sizeof(random));
	for (int i = 0; i < STORE_ID_MAX / 2; i++)
		snprintf(id + 2 * i, 3, "%02x", random[i]);
	id[digits] = '\0';
}

int store_new(const char *home, const char *kind, char id[STORE_ID_MAX + 1], int *fd,
	struct err *e)
{
	int dir CLEANUP(mem_closep) = home_open(home, kind, true, e);
	if (dir < 0)
		return -1;
	sweep(dir);
	/* Short ids are read aloud and typed; they grow when many are taken. */
	for (int try = 0; try < 64; try++) {
		char name[STORE_ID_MAX + 1];
		make_id(name, STORE_ID_MIN + try / 8 * 2);
		int got = openat(dir, name,
			O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (got < 0 && errno == EEXIST)
			continue;
		if (got < 0)
			return err_sys(e, name, errno);
		/* Without locks (some network file systems) it may be swept early. */
		(void)flock(got, LOCK_SH);
		memcpy(id, name, sizeof(name));
		*fd = got;
		return 0;
	}
	return err_set(e, ERR_BUSY, NULL, "no free id in the store of outputs");
}

bool store_is(const char *operand)
{
	return !strncmp(operand, "@out:", 5) || job_is(operand);
}

int store_open(const char *home, const char *operand, struct err *e)
{
	struct stat st;
	if (job_is(operand))
		return job_open_output(home, operand, e);
	if (!store_is(operand) || !is_id(operand + 5))
		return err_set(e, ERR_USAGE, operand,
			"an output is @out: and 4 to 32 digits 0-9a-f; "
			"a file of that name is ./@out:…");
	int dir CLEANUP(mem_closep) = home_open(home, "out", false, e);
	if (dir < 0 && e->code == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND, operand, "no such output");
	if (dir < 0)
		return -1;
	int fd CLEANUP(mem_closep) =
		openat(dir, operand + 5, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, operand, "no such output");
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, operand, errno);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, ERR_DENIED, operand, "is not a file of yours");
	if (!st.st_size || time(NULL) - st.st_mtime > KEPT)
		return err_set(e, ERR_NOT_FOUND, operand,
			"expired (outputs are kept 24 h and 1 GiB together)");
	return steal_fd(&fd);
}
