/* SPDX-License-Identifier: MIT */
#include "undo.h"

#include "buf.h"
#include "home.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { NAME = 64 };

static const char dir[] = "inplace", heading[] = "pab-inplace 1";

static void record_name(const struct stat *st, char out[NAME])
{
	snprintf(out, NAME, "%llx-%llx", (unsigned long long)st->st_dev,
		(unsigned long long)st->st_ino);
}

static int write_record(int home_fd, const char *tmp, int fd, const struct stat *st,
	const void *p, size_t n)
{
	char head[NAME];
	int len = snprintf(
		head, sizeof(head), "%s %lld %zu\n", heading, (long long)st->st_size, n);
	int out CLEANUP(mem_closep) = openat(home_fd, tmp,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int in CLEANUP(mem_closep) = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (out < 0 || in < 0 || lseek(in, 0, SEEK_SET) < 0 ||
		io_write(out, head, (size_t)len) < 0)
		return -1;
	int64_t copied = io_copy(in, out, st->st_size);
	if (copied >= 0 && copied != st->st_size) {
		errno = EIO;
		return -1;
	}
	return copied < 0 || io_write(out, p, n) < 0 || fsync(out) < 0 ? -1 : 0;
}

int undo_save(const char *home, int fd, const struct stat *st, const void *p, size_t n,
	struct err *e)
{
	char name[NAME], tmp[NAME + 1];
	int home_fd CLEANUP(mem_closep) = home_open(home, dir, true, e);
	if (home_fd < 0 && e->code != ERR_DENIED)
		e->code = ERR_IO; /* it is not the file that is missing */
	if (home_fd < 0)
		return err_add(e, " (saving a file before writing it in place)");
	record_name(st, name);
	/* The caller holds the file's lock, so nobody else writes this one. */
	snprintf(tmp, sizeof(tmp), "%s~", name);
	if (write_record(home_fd, tmp, fd, st, p, n) == 0 &&
		renameat(home_fd, tmp, home_fd, name) == 0 && fsync(home_fd) == 0)
		return 0;
	err_sys(e, NULL, errno);
	unlinkat(home_fd, tmp, 0);
	return err_add(e, " (saving a file before writing it in place)");
}

/* Is cur what an interrupted write of new over old leaves? The write goes from the start
 * to the end and cuts the file last; but after a power cut any block may be the new one
 * or the old, and one that was never written reads as zeros. Returns true if it is. */
static bool is_partial(const struct buf *cur, const char *old, size_t n_old,
	const char *new, size_t n_new)
{
	if (cur->len < n_old || (cur->len > n_old && cur->len > n_new))
		return false;
	for (size_t i = 0; i < cur->len; i++) {
		bool is_old = i < n_old ? cur->p[i] == old[i] : !cur->p[i];
		if (!is_old && !(i < n_new && cur->p[i] == new[i]))
			return false;
	}
	return true;
}

static int write_back(int fd, const char *p, size_t n)
{
	if (lseek(fd, 0, SEEK_SET) < 0 || io_write(fd, p, n) < 0 ||
		ftruncate(fd, (off_t)n) < 0 || fsync(fd) < 0)
		return -1;
	return 0;
}

/* Splits a record into its two contents. Returns 0, or -1 when it is no whole record. */
static int split_record(const struct buf *rec, const char **old, size_t *n_old,
	const char **new, size_t *n_new)
{
	long long a, b;
	int used = 0;
	if (sscanf(rec->p, "pab-inplace 1 %lld %lld%n", &a, &b, &used) != 2 || a < 0 ||
		b < 0 || rec->p[used] != '\n')
		return -1;
	size_t rest = rec->len - (size_t)used - 1;
	if ((uint64_t)a > rest || (uint64_t)b != rest - (uint64_t)a)
		return -1;
	*old = rec->p + used + 1;
	*n_old = (size_t)a;
	*new = *old + a;
	*n_new = (size_t)b;
	return 0;
}

/* Compares and rolls back; with force, without comparing. Returns 1, 0 or -1 as
 * undo_restore. */
static int restore_from(int fd, const struct buf *rec, bool force)
{
	const char *old, *new;
	size_t n_old, n_new;
	struct buf cur CLEANUP(buf_release) = BUF_INIT;
	if (split_record(rec, &old, &n_old, &new, &n_new) < 0)
		return 0;
	if (force)
		return write_back(fd, old, n_old) < 0 ? -1 : 1;
	if (lseek(fd, 0, SEEK_SET) < 0 || io_slurp(fd, &cur, SIZE_MAX / 4) < 0)
		return -1;
	if (cur.len == n_new && (!n_new || !memcmp(cur.p, new, n_new)))
		return 0;
	if (!is_partial(&cur, old, n_old, new, n_new))
		return 0;
	return write_back(fd, old, n_old) < 0 ? -1 : 1;
}

static int restore(
	const char *home, int fd, const struct stat *st, bool force, struct err *e)
{
	char name[NAME];
	struct buf rec CLEANUP(buf_release) = BUF_INIT;
	int home_fd CLEANUP(mem_closep) = home_open(home, dir, false, e);
	if (home_fd < 0)
		return 0;
	record_name(st, name);
	int in CLEANUP(mem_closep) =
		openat(home_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return 0;
	int r = io_slurp(in, &rec, SIZE_MAX / 4) < 0 ? -1 : restore_from(fd, &rec, force);
	if (r < 0)
		return err_sys(e, NULL, errno);
	unlinkat(home_fd, name, 0);
	return r;
}

int undo_restore(const char *home, int fd, const struct stat *st, struct err *e)
{
	return restore(home, fd, st, false, e);
}

int undo_force(const char *home, int fd, const struct stat *st, struct err *e)
{
	int r = restore(home, fd, st, true, e);
	if (r == 0)
		err_set(e, ERR_IO, NULL, "the content saved before the change is gone");
	return r == 1 ? 0 : -1;
}

bool undo_pending(const char *home, const struct stat *st)
{
	char name[NAME];
	struct err e;
	struct stat found;
	int home_fd CLEANUP(mem_closep) = home_open(home, dir, false, &e);
	record_name(st, name);
	return home_fd >= 0 && fstatat(home_fd, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

void undo_drop(const char *home, const struct stat *st)
{
	char name[NAME];
	struct err e;
	int home_fd CLEANUP(mem_closep) = home_open(home, dir, false, &e);
	record_name(st, name);
	if (home_fd >= 0)
		unlinkat(home_fd, name, 0);
}
