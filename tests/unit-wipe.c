/* SPDX-License-Identifier: MIT */
#include "wipe.h"

#include "temp.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static bool gone(const char *path)
{
	struct stat st;
	return lstat(path, &st) < 0 && errno == ENOENT;
}

static void test_tree(int dir)
{
	int64_t bytes = 0, files = 0;
	CHECK(mkdir("t", 0700) == 0 && mkdir("t/d", 0700) == 0 &&
		mkdir("t/d/e", 0700) == 0);
	CHECK(mkdir("kept", 0700) == 0);
	put("t/a", "123");
	put("t/d/e/b", "4567");
	put("t/d/.pab-0123456789abcdef.0~", "hidden");
	put("kept/k", "x");
	CHECK(symlink("../../kept", "t/d/l") == 0);
	CHECK(wipe_count(dir, "t", temp_is, &bytes, &files) == 0);
	CHECK(bytes == 7 && files == 3);
	CHECK(wipe_count(dir, "t", NULL, &bytes, &files) == 0);
	CHECK(bytes == 7 + 13 && files == 3 + 4);
	CHECK(wipe_at(dir, "t", 0) == 0 && gone("t"));
	CHECK(!gone("kept/k"));
	CHECK(wipe_at(dir, "t", 0) == 0); /* nothing there is nothing to do */
	CHECK(symlink("kept", "l") == 0 && wipe_at(dir, "l", WIPE_FORCE) == 0);
	CHECK(gone("l") && !gone("kept/k"));
	bytes = files = 0;
	CHECK(wipe_count(dir, "kept/k", NULL, &bytes, &files) == 0);
	CHECK(bytes == 1 && files == 1);
	CHECK(wipe_count(dir, "nothere", NULL, &bytes, &files) == 0);
	CHECK(bytes == 1 && files == 1);
}

static void test_modes(int dir)
{
	CHECK(mkdir("m", 0700) == 0 && mkdir("m/n", 0700) == 0);
	put("m/n/f", "x");
	CHECK(chmod("m/n", 0) == 0 && chmod("m", 0500) == 0);
	if (geteuid() != 0) {
		CHECK(wipe_at(dir, "m", 0) == -1 && errno == EACCES);
		CHECK(!gone("m"));
	}
	CHECK(wipe_at(dir, "m", WIPE_FORCE) == 0 && gone("m"));
}

static void test_empty(void)
{
	CHECK(mkdir("e", 0700) == 0);
	int fd = open("e", O_RDONLY | O_DIRECTORY);
	CHECK(wipe_is_empty(fd, temp_is));
	put("e/.pab-0123456789abcdef.7~", "");
	CHECK(wipe_is_empty(fd, temp_is));
	put("e/x", "");
	CHECK(!wipe_is_empty(fd, temp_is));
	close(fd);
	CHECK(wipe_at(AT_FDCWD, "e", 0) == 0);
}

/* Deeper than descriptors, paths and a stack would go. */
static void test_deep(int dir)
{
	struct rlimit few = {24, 24};
	int64_t bytes = 0, files = 0;
	int at = openat(dir, ".", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 3000; i++) {
		CHECK(mkdirat(at, "d", 0700) == 0);
		int next = openat(at, "d", O_RDONLY | O_DIRECTORY);
		close(at);
		at = next;
	}
	int f = openat(at, "f", O_WRONLY | O_CREAT, 0600);
	CHECK(f >= 0 && write(f, "12", 2) == 2);
	close(f);
	close(at);
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	CHECK(wipe_count(dir, "d", NULL, &bytes, &files) == 0);
	CHECK(bytes == 2 && files == 1);
	CHECK(wipe_at(dir, "d", 0) == 0 && gone("d"));
}

int main(void)
{
	char top[] = "unit-wipe.XXXXXX";
	CHECK(mkdtemp(top) && chdir(top) == 0);
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	test_tree(dir);
	test_modes(dir);
	test_empty();
	test_deep(dir);
	close(dir);
	CHECK(chdir("..") == 0 && wipe_at(AT_FDCWD, top, 0) == 0 && gone(top));
	return unit_end();
}
