/* SPDX-License-Identifier: MIT */
/* The usage of a tree: charges, refusals, what a kill leaves, many at once. */
#include "state.h"

#include "mem.h"
#include "temp.h"
#include "unit.h"
#include "wipe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(int dir, const char *name, int64_t size)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && ftruncate(fd, size) == 0);
	close(fd);
}

static bool has_usage(int dir, int64_t bytes, int64_t files)
{
	struct state_usage u;
	struct err e;
	CHECK(state_read_usage(dir, false, &u, &e) == 0);
	return u.bytes == bytes && u.files == files;
}

static void test_charge(int dir)
{
	struct state_charge c;
	struct err e = {0};
	CHECK(has_usage(dir, 0, 0));
	CHECK(state_set_quota(dir, 100, 3, &e) == 0);
	CHECK(state_begin(dir, 60, 1, &c, &e) == 0);
	put(dir, "tree/a", 60);
	state_end(&c, true);
	CHECK(has_usage(dir, 60, 1));
	CHECK(state_begin(dir, 30, 1, &c, &e) == 0);
	state_end(&c, false);
	state_end(&c, true); /* ended is ended */
	CHECK(has_usage(dir, 60, 1));
	CHECK(state_begin(dir, 41, 0, &c, &e) == -1 && e.code == ERR_TOO_LARGE);
	CHECK(c.lock == -1);
	CHECK(state_begin(dir, 0, 3, &c, &e) == -1 && e.code == ERR_TOO_LARGE);
	/* What makes it smaller is never refused. */
	CHECK(state_set_quota(dir, 10, 0, &e) == 0);
	CHECK(state_begin(dir, -60, -1, &c, &e) == 0);
	CHECK(unlinkat(dir, "tree/a", 0) == 0);
	state_end(&c, true);
	CHECK(has_usage(dir, 0, 0));
	CHECK(state_set_quota(dir, 100, 100, &e) == 0);
}

/* A process that dies between begin and end leaves a usage that is counted anew. */
static void test_kill(int dir)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct state_charge c;
		struct err e;
		int r = state_begin(dir, 10, 1, &c, &e);
		put(dir, "tree/b", 7);
		_exit(r < 0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(has_usage(dir, 7, 1));
	CHECK(unlinkat(dir, "tree/b", 0) == 0);
	struct state_usage u;
	struct err e;
	CHECK(state_read_usage(dir, true, &u, &e) == 0 && u.bytes == 0);
}

/* Temporary files are in nobody's account until they have their name. */
static void test_temporary(int dir)
{
	struct state_usage u;
	struct err e;
	char tmp[TEMP_LEN + 1], path[64];
	temp_name("x", 0, tmp);
	snprintf(path, sizeof(path), "tree/%s", tmp);
	put(dir, path, 50);
	CHECK(state_read_usage(dir, true, &u, &e) == 0 && u.bytes == 0 && u.files == 0);
	CHECK(unlinkat(dir, path, 0) == 0);
}

static void write_many(int dir, int who)
{
	for (int i = 0; i < 50; i++) {
		struct state_charge c;
		struct err e;
		char name[32];
		snprintf(name, sizeof(name), "tree/%d-%d", who, i);
		if (state_begin(dir, 1, 1, &c, &e) < 0)
			continue;
		put(dir, name, 1);
		state_end(&c, true);
	}
	_exit(0);
}

static void test_many(int dir)
{
	struct state_usage u;
	struct err e;
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			write_many(dir, i);
	while (wait(NULL) > 0)
		;
	CHECK(has_usage(dir, 100, 100));
	CHECK(state_read_usage(dir, true, &u, &e) == 0 && u.bytes == 100 &&
		u.files == 100);
}

static void test_names(void)
{
	struct err e;
	char longest[STATE_NAME_MAX + 2];
	memset(longest, 'a', sizeof(longest));
	longest[STATE_NAME_MAX + 1] = '\0';
	CHECK(state_name(longest, &e) < 0);
	longest[STATE_NAME_MAX] = '\0';
	CHECK(state_name(longest, &e) == 0 && state_name("a._-9", &e) == 0);
	CHECK(state_name("", &e) < 0 && state_name(".a", &e) < 0 &&
		state_name("a/b", &e) < 0);
	CHECK(state_name("-a", &e) < 0 && state_name("a b", &e) < 0);
}

int main(void)
{
	char top[] = "unit-state.XXXXXX";
	CHECK(mkdtemp(top) != NULL);
	int dir = open(top, O_RDONLY | O_DIRECTORY);
	CHECK(mkdirat(dir, "tree", 0700) == 0);
	test_names();
	test_charge(dir);
	test_kill(dir);
	test_temporary(dir);
	test_many(dir);
	close(dir);
	CHECK(wipe_at(AT_FDCWD, top, 0) == 0);
	return unit_end();
}
