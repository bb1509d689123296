/* SPDX-License-Identifier: MIT */
#include "io.h"

#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void io_guard_std(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			_exit(7);
}

int io_empty(void)
{
	int pair[2], fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 || pipe2(pair, O_CLOEXEC) < 0)
		return fd;
	close(pair[1]);
	return pair[0];
}

int io_write(int fd, const void *v, size_t n)
{
	const char *p = v;
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

ssize_t io_read(int fd, void *v, size_t n)
{
	char *p = v;
	size_t got = 0;
	while (got < n) {
		ssize_t r = read(fd, p + got, n - got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (!r)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

ssize_t io_pread(int fd, void *v, size_t n, off_t offset)
{
	char *p = v;
	size_t got = 0;
	while (got < n) {
		ssize_t r = pread(fd, p + got, n - got, offset + (off_t)got);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (!r)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

int io_slurp(int fd, struct buf *out, size_t max)
{
	size_t start = out->len;
	for (;;) {
		size_t have = out->len - start;
		size_t chunk = have < 65536 ? 65536 : have;
		if (chunk > max - have)
			chunk = max - have + 1;
		buf_reserve(out, chunk);
		ssize_t r = read(fd, out->p + out->len, chunk);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (!r)
			return 0;
		if ((size_t)r > max - have) {
			errno = EFBIG;
			return -1;
		}
		out->len += (size_t)r;
		out->p[out->len] = '\0';
	}
}

/* The plain way, for what copy_file_range refuses. */
static int64_t copy_by_hand(int from, int to, int64_t n)
{
	char chunk[65536];
	int64_t done = 0;
	while (n < 0 || done < n) {
		size_t want = sizeof(chunk);
		if (n >= 0 && (uint64_t)(n - done) < want)
			want = (size_t)(n - done);
		ssize_t r = read(from, chunk, want);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 || (r && io_write(to, chunk, (size_t)r) < 0))
			return -1;
		if (!r)
			break;
		done += r;
	}
	return done;
}

int64_t io_copy(int from, int to, int64_t n)
{
	int64_t done = 0;
	while (n < 0 || done < n) {
		size_t want =
			n < 0 || n - done > (1 << 30) ? 1 << 30 : (size_t)(n - done);
		ssize_t r = copy_file_range(from, NULL, to, NULL, want, 0);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		done += r;
	}
	if (n >= 0 && done >= n)
		return done;
	int64_t rest = copy_by_hand(from, to, n < 0 ? -1 : n - done);
	return rest < 0 ? -1 : done + rest;
}

/* The second way is for Linux before 5.11. */
void io_close_from(int first, bool at_exec)
{
#ifdef SYS_close_range
	enum { CLOEXEC_ONLY = 4 }; /* CLOSE_RANGE_CLOEXEC */
	if (syscall(SYS_close_range, first, ~0u, at_exec ? CLOEXEC_ONLY : 0) == 0)
		return;
#endif
	DIR *d = opendir("/proc/self/fd");
	for (struct dirent *de; d && (de = readdir(d));) {
		int fd = (int)strtol(de->d_name, NULL, 10);
		if (fd < first || fd == dirfd(d))
			continue;
		if (at_exec)
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			close(fd);
	}
	if (d)
		closedir(d);
}

void io_room(void)
{
	enum { ROOM = 1024 };
	struct rlimit most = {0};
	(void)getrlimit(RLIMIT_NOFILE, &most);
	int last = most.rlim_cur < ROOM ? (int)most.rlim_cur : ROOM;
	int some = open("/", O_PATH | O_CLOEXEC);
	int high = some < 0 ? -1 : fcntl(some, F_DUPFD_CLOEXEC, last - 1);
	mem_closep(&high);
	mem_closep(&some);
}

/* Closes those from first to last; the second way is for Linux before 5.9. */
static void close_range_of(int first, int last)
{
	if (first > last)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0) == 0)
		return;
#endif
	long most = sysconf(_SC_OPEN_MAX);
	for (int fd = first; fd <= last && fd < (most < 0 ? 1024 : most); fd++)
		close(fd);
}

static int by_fd(const void *a, const void *b)
{
	const int *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

void io_close_but(int *keep, size_t n)
{
	int next = 0;
	qsort(keep, n, sizeof(*keep), by_fd);
	for (size_t i = 0; i < n; i++) {
		close_range_of(next, keep[i] - 1);
		if (keep[i] >= next)
			next = keep[i] + 1;
	}
	io_close_from(next, false);
}
