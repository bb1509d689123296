/* SPDX-License-Identifier: MIT */
#include "clone.h"

#include "carry.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { CHUNK = 1 << 17, WAIT_MS = 10000, NAP_US = 2000 };

static int lock(int fd, bool alone)
{
	int64_t deadline = num_now_ms() + WAIT_MS;
	while (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return -1;
		if (num_now_ms() > deadline) {
			errno = EBUSY;
			return -1;
		}
		hold_nap(NAP_US);
	}
	return 0;
}

int clone_open(int dir, const char *name, bool alone, struct stat *st, const char *show,
	struct err *e)
{
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, show, errno);
	int fd CLEANUP(mem_closep) = -1;
	if (S_ISREG(st->st_mode)) {
		fd = openat(dir, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, st) < 0)
			return err_sys(e, show, errno);
	}
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_NOT_REGULAR, show, "is %s, which cannot be copied",
			place_kind_name(st->st_mode));
	/* A file system without locks has nobody who holds one. */
	if (lock(fd, alone) < 0 && errno == EBUSY)
		return err_set(
			e, ERR_BUSY, show, "in use: locked by another program for 10 s");
	return fstat(fd, st) < 0 ? err_sys(e, show, errno) : steal_fd(&fd);
}

/* Where data begins at or after `at`, and where it ends; the size where there is no more.
 * A file system that knows no holes has one stretch. */
static void next_data(int fd, off_t at, off_t size, off_t *start, off_t *end)
{
	*start = lseek(fd, at, SEEK_DATA);
	*end = size;
	if (*start < 0) {
		*start = errno == ENXIO ? size : at;
		return;
	}
	off_t hole = lseek(fd, *start, SEEK_HOLE);
	if (hole > *start && hole < size)
		*end = hole;
}

/* Copies what is data and leaves holes. Returns 0, or -1 with errno. */
static int copy_data(int from, int to, off_t size)
{
	off_t start, end;
	for (off_t at = 0; at < size; at = end) {
		next_data(from, at, size, &start, &end);
		if (start >= size)
			break;
		if (lseek(from, start, SEEK_SET) < 0 || lseek(to, start, SEEK_SET) < 0 ||
			io_copy(from, to, end - start) < 0)
			return -1;
	}
	return ftruncate(to, size);
}

/* Are n bytes at the offset the same in both? Returns 1 or 0, or -1 with errno. */
static int same_stretch(int a, int b, off_t at, off_t end)
{
	char *x CLEANUP(mem_freep) = xmalloc(CHUNK),
		*y CLEANUP(mem_freep) = xmalloc(CHUNK);
	while (at < end) {
		size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = io_pread(a, x, want, at), m = io_pread(b, y, want, at);
		if (n < 0 || m < 0)
			return -1;
		if (n != (ssize_t)want || m != n || memcmp(x, y, want) != 0)
			return 0;
		at += n;
	}
	return 1;
}

/* Are the files the same, byte by byte? What is a hole in both is. Returns 1 or 0, or -1
 * with errno. */
static int same_bytes(int a, int b, off_t size)
{
	struct stat x, y;
	off_t s1, e1, s2, e2;
	if (fstat(a, &x) < 0 || fstat(b, &y) < 0)
		return -1;
	if (x.st_size != size || y.st_size != size)
		return 0;
	for (off_t at = 0; at<size; at = e1> e2 ? e1 : e2) {
		next_data(a, at, size, &s1, &e1);
		next_data(b, at, size, &s2, &e2);
		int r = same_stretch(a, b, s1 < s2 ? s1 : s2, e1 > e2 ? e1 : e2);
		if (r != 1)
			return r;
	}
	return 1;
}

int clone_facts(int from, const struct stat *st, int to)
{
	struct timespec ts[2] = {st->st_atim, st->st_mtim};
	int lost = carry_most(from, st, to);
	return lost < 0 || futimens(to, ts) < 0 ? -1 : lost;
}

int clone_file(int from, const struct stat *st, int dir, const char *name, bool sync,
	const char *show, struct err *e)
{
	int to CLEANUP(mem_closep) = openat(
		dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0 || copy_data(from, to, st->st_size) < 0)
		return err_sys(e, show, errno);
	int same = same_bytes(from, to, st->st_size);
	if (same == 0)
		return err_set(e, ERR_BUSY, show, "changed while it was copied");
	int lost = same < 0 ? -1 : clone_facts(from, st, to);
	if (lost < 0 || (sync && fsync(to) < 0))
		return err_sys(e, show, errno);
	return lost;
}

int clone_link(int from, const char *name, int dir, const char *to, const char *show,
	struct err *e)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);
	if (n < 0 || fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, show, errno);
	target[n] = '\0';
	struct timespec ts[2] = {st.st_atim, st.st_mtim};
	if (symlinkat(target, dir, to) < 0)
		return err_sys(e, show, errno);
	if (fchownat(dir, to, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		errno = 0; /* only root may give it away */
	return utimensat(dir, to, ts, AT_SYMLINK_NOFOLLOW) < 0 ? err_sys(e, show, errno)
							       : 0;
}
