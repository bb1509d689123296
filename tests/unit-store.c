/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "io.h"
#include "store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char home[] = "/tmp/pab-unit-store-XXXXXX";
static struct err e;

/* Makes an output with this content and age in seconds. */
static void make(char id[STORE_ID_MAX + 1], const char *content, int64_t size, int age)
{
	int fd = -1;
	CHECK(store_new(home, "out", id, &fd, &e) == 0);
	CHECK(io_write(fd, content, strlen(content)) == 0);
	if (size)
		CHECK(ftruncate(fd, size) == 0);
	struct timespec now[2];
	clock_gettime(CLOCK_REALTIME, &now[0]);
	now[0].tv_sec -= age;
	now[1] = now[0];
	CHECK(futimens(fd, now) == 0);
	close(fd);
}

/* Opens "@out:" and id. Returns what store_open does. */
static int open_id(const char *id)
{
	char operand[64];
	snprintf(operand, sizeof(operand), "@out:%s", id);
	e = (struct err){0};
	return store_open(home, operand, &e);
}

static bool is_expired(const char *id)
{
	int fd = open_id(id);
	if (fd >= 0)
		close(fd);
	return fd < 0 && e.code == ERR_NOT_FOUND && !strncmp(e.msg, "expired", 7);
}

static bool is_readable(const char *id, const char *content)
{
	char got[64] = {0};
	int fd = open_id(id);
	if (fd < 0)
		return false;
	ssize_t n = io_read(fd, got, strlen(content));
	close(fd);
	return n == (ssize_t)strlen(content) && !strcmp(got, content);
}

static void check_operands(void)
{
	static const char *const bad[] = {"", "123", "12345678901234567890123456789012a",
		"12G4", "ABCD", "../x", "..", "12 4", "1234/", "1234/../1234", "-123"};
	char id[STORE_ID_MAX + 1];
	CHECK(store_is("@out:1234") && store_is("@out:") && !store_is("./@out:1234"));
	CHECK(store_is("@job:k3") && !store_is("@jobs:k3"));
	CHECK(open_id("1234") < 0 && e.code == ERR_NOT_FOUND);
	make(id, "x", 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(open_id(bad[i]) < 0 && e.code == ERR_USAGE);
	CHECK(store_open(home, "out:1234", &e) < 0 && e.code == ERR_USAGE);
	CHECK(open_id("00000000000000000000000000000000") < 0);
	CHECK(e.code == ERR_NOT_FOUND && !strcmp(e.msg, "no such output"));
}

static void check_age(void)
{
	char young[STORE_ID_MAX + 1], old[STORE_ID_MAX + 1], other[STORE_ID_MAX + 1];
	struct stat st;
	make(old, "old", 0, 25 * 3600);
	CHECK(strlen(old) == STORE_ID_MIN);
	CHECK(is_expired(old)); /* before the sweep, too */
	make(young, "young", 0, 23 * 3600);
	CHECK(is_expired(old));
	CHECK(is_readable(young, "young"));
	char path[128];
	snprintf(path, sizeof(path), "%s/out/%s", home, old);
	CHECK(stat(path, &st) == 0 && st.st_size == 0);
	struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	CHECK(utimensat(AT_FDCWD, path, past, 0) == 0);
	make(other, "other", 0, 0);
	CHECK(stat(path, &st) < 0);
	CHECK(is_readable(young, "young") && is_readable(other, "other"));
}

static void check_size(void)
{
	char id[6][STORE_ID_MAX + 1], last[STORE_ID_MAX + 1];
	int held = -1;
	for (int i = 0; i < 4; i++)
		make(id[i], "big", STORE_ONE, 1000 - i);
	CHECK(is_readable(id[0], "big")); /* four are 1 GiB */
	CHECK((held = open_id(id[0])) >= 0);
	make(last, "last", 0, 0);
	CHECK(is_expired(id[0]) && !is_expired(id[1]));
	char got[4] = {0};
	CHECK(io_read(held, got, 3) == 3 && !strcmp(got, "big"));
	close(held);
	/* What is being written stays, however old it looks. */
	CHECK(store_new(home, "out", id[4], &held, &e) == 0);
	CHECK(io_write(held, "w", 1) == 0);
	struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	CHECK(futimens(held, past) == 0);
	make(last, "last", 0, 0);
	struct stat st;
	CHECK(fstat(held, &st) == 0 && st.st_nlink == 1);
	close(held);
}

static void check_private(void)
{
	char path[128], id[STORE_ID_MAX + 1];
	struct stat st;
	int fd = -1;
	make(id, "x", 0, 0);
	snprintf(path, sizeof(path), "%s/out/%s", home, id);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	snprintf(path, sizeof(path), "%s/out/abcd1234", home);
	CHECK(symlink("/etc/passwd", path) == 0 && open_id("abcd1234") < 0);
	snprintf(path, sizeof(path), "%s/out/abcd1235", home);
	CHECK(mkfifo(path, 0600) == 0 && open_id("abcd1235") < 0);
	snprintf(path, sizeof(path), "%s/out", home);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(chmod(path, 0777) == 0);
	CHECK(store_new(home, "out", id, &fd, &e) < 0 && e.code == ERR_DENIED);
	CHECK(open_id(id) < 0 && e.code == ERR_DENIED);
	CHECK(chmod(path, 0700) == 0);
}

int main(void)
{
	umask(022);
	if (!mkdtemp(home))
		return 1;
	static void (*const checks[])(void) = {
		check_operands, check_age, check_size, check_private};
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		char command[64];
		checks[i]();
		snprintf(command, sizeof(command), "rm -rf %s/out", home);
		CHECK(system(command) == 0);
	}
	CHECK(rmdir(home) == 0);
	return unit_end();
}
