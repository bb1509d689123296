/* SPDX-License-Identifier: MIT */
#include "io.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int file_of(const char *text, size_t n)
{
	int fd = memfd_create("t", MFD_CLOEXEC);
	CHECK(fd >= 0 && io_write(fd, text, n) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* A pipe into which a child writes n bytes, one at a time. */
static int drip(int n)
{
	int p[2];
	CHECK(pipe(p) == 0);
	if (fork() == 0) {
		for (int i = 0; i < n; i++)
			if (write(p[1], "x", 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(p[1]);
	return p[0];
}

static void test_read(void)
{
	char b[64];
	int fd = drip(50);
	CHECK(io_read(fd, b, 30) == 30);
	CHECK(io_read(fd, b, 30) == 20);
	CHECK(io_read(fd, b, 30) == 0);
	close(fd);
	CHECK(io_read(-1, b, 1) == -1 && errno == EBADF);
	fd = file_of("0123456789", 10);
	CHECK(io_pread(fd, b, 4, 3) == 4 && !memcmp(b, "3456", 4));
	CHECK(io_pread(fd, b, 9, 8) == 2 && !memcmp(b, "89", 2));
	CHECK(io_pread(fd, b, 9, 10) == 0 && io_pread(fd, b, 0, 0) == 0);
	CHECK(lseek(fd, 0, SEEK_CUR) == 0);
	close(fd);
	wait(NULL);
}

static void test_slurp(void)
{
	static char big[200000];
	struct buf b = BUF_INIT;
	memset(big, 'b', sizeof(big));
	int fd = file_of(big, sizeof(big));
	buf_puts(&b, "head");
	CHECK(io_slurp(fd, &b, sizeof(big)) == 0 && b.len == sizeof(big) + 4);
	CHECK(!memcmp(b.p, "headb", 5) && !b.p[b.len]);
	buf_clear(&b);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(io_slurp(fd, &b, sizeof(big) - 1) == -1 && errno == EFBIG);
	buf_clear(&b);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && io_slurp(fd, &b, 0) == -1 && errno == EFBIG);
	CHECK(lseek(fd, 0, SEEK_END) > 0 && io_slurp(fd, &b, 0) == 0);
	close(fd);
	fd = drip(100);
	buf_clear(&b);
	CHECK(io_slurp(fd, &b, SIZE_MAX / 4) == 0 && b.len == 100);
	close(fd);
	fd = open("/", O_RDONLY);
	CHECK(io_slurp(fd, &b, 10) == -1 && errno == EISDIR);
	close(fd);
	buf_release(&b);
	wait(NULL);
}

static void test_copy(void)
{
	char b[32];
	int from = file_of("0123456789", 10), to = file_of("", 0);
	CHECK(io_copy(from, to, 4) == 4 && io_copy(from, to, 0) == 0);
	CHECK(io_copy(from, to, -1) == 6);
	CHECK(io_copy(from, to, -1) == 0);
	CHECK(io_pread(to, b, sizeof(b), 0) == 10 && !memcmp(b, "0123456789", 10));
	close(from);
	from = drip(7);
	CHECK(io_copy(from, to, 5) == 5);
	CHECK(io_copy(from, to, 5) == 2);
	CHECK(lseek(to, 0, SEEK_CUR) == 17);
	close(from);
	/* The kernel refuses to copy onto a descriptor that appends. */
	from = file_of("abc", 3);
	CHECK(fcntl(to, F_SETFL, O_APPEND) == 0);
	CHECK(io_copy(from, to, -1) == 3 && io_pread(to, b, 3, 17) == 3);
	CHECK(!memcmp(b, "abc", 3));
	CHECK(io_copy(-1, to, -1) == -1 && errno == EBADF);
	close(from);
	close(to);
	wait(NULL);
}

static void test_write(void)
{
	int fd = open("/dev/full", O_WRONLY);
	CHECK(io_write(fd, "x", 1) == -1 && errno == ENOSPC);
	CHECK(io_write(fd, "", 0) == 0);
	close(fd);
	CHECK(io_write(-1, "x", 1) == -1 && errno == EBADF);
}

/* With all three closed, the guard fills them and a write to 1 fails. */
static void test_guard(void)
{
	int status = -1;
	if (fork() == 0) {
		close(0);
		close(1);
		close(2);
		io_guard_std();
		int fd = open("/dev/null", O_RDONLY);
		_exit(fd > 2 && io_write(1, "x", 1) == -1 && errno == EBADF ? 0 : 1);
	}
	CHECK(wait(&status) > 0 && status == 0);
}

int main(void)
{
	test_read();
	test_slurp();
	test_copy();
	test_write();
	test_guard();
	return unit_end();
}
