/* SPDX-License-Identifier: MIT */
#include "temp.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_names(void)
{
	char a[TEMP_LEN + 1], b[TEMP_LEN + 1];
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		temp_name("file.c", slot, a);
		temp_name("file.d", slot, b);
		CHECK(strlen(a) == TEMP_LEN && temp_is(a) && temp_is(b));
		CHECK(strcmp(a, b) != 0);
		CHECK(a[TEMP_LEN - 2] == (char)('0' + slot));
	}
	/* The names are part of what older versions left behind: they must not change. */
	temp_name("", 3, a);
	CHECK(!strcmp(a, ".pab-cbf29ce484222325.3~"));
	static const char *const no[] = {"", ".pab-", ".pab-cbf29ce484222325.3",
		".pab-cbf29ce484222325.3~~", ".pab-cbf29ce484222325.33~",
		".pab-cbf29ce48422232.33~", ".pab-CBF29ce484222325.3~",
		"pab-cbf29ce484222325.3~", ".pab-cbf29ce484222325.x~",
		".pab-cbf29ce4842223255.3~", ".pab-cbf29ce484222325"};
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		CHECK(!temp_is(no[i]));
}

static void test_make(int dir)
{
	char name[TEMP_LEN + 1], last[TEMP_LEN + 1] = "";
	int fds[TEMP_SLOTS];
	for (int i = 0; i < TEMP_SLOTS; i++) {
		fds[i] = temp_make(dir, "f", 0600, name);
		CHECK(fds[i] >= 0 && temp_is(name) && faccessat(dir, name, F_OK, 0) == 0);
		CHECK(strcmp(name, last) != 0);
		memcpy(last, name, sizeof(last));
	}
	/* All in use, and none of them taken for one left behind. */
	CHECK(temp_make(dir, "f", 0600, name) == -1 && errno == EBUSY && !name[0]);
	temp_sweep(dir, "f");
	CHECK(faccessat(dir, last, F_OK, 0) == 0);
	for (int i = 0; i < TEMP_SLOTS; i++)
		close(fds[i]);
	int fd = temp_make(dir, "g", 0600, name);
	CHECK(fd >= 0 && faccessat(dir, last, F_OK, 0) == 0);
	close(fd);
	temp_sweep(dir, "f");
	CHECK(faccessat(dir, last, F_OK, 0) == -1);
	CHECK(faccessat(dir, name, F_OK, 0) == 0);
	temp_sweep(dir, "g");
	CHECK(faccessat(dir, name, F_OK, 0) == -1);
}

/* A link in place of a temporary file is neither followed nor removed as one. */
static void test_planted(int dir)
{
	char name[TEMP_LEN + 1], got[TEMP_LEN + 1];
	struct stat st;
	int fd = openat(dir, "victim", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
	temp_name("h", 0, name);
	CHECK(symlinkat("victim", dir, name) == 0);
	fd = temp_make(dir, "h", 0600, got);
	CHECK(fd >= 0 && strcmp(got, name) != 0 && write(fd, "yy", 2) == 2);
	CHECK(fstatat(dir, "victim", &st, 0) == 0 && st.st_size == 1);
	close(fd);
	temp_sweep(dir, "h");
	CHECK(fstatat(dir, "victim", &st, 0) == 0 && unlinkat(dir, "victim", 0) == 0);
	CHECK(unlinkat(dir, name, 0) == 0);
}

int main(void)
{
	char path[] = "unit-temp.XXXXXX";
	CHECK(mkdtemp(path));
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	test_names();
	test_make(dir);
	test_planted(dir);
	CHECK(rmdir(path) == 0);
	close(dir);
	return unit_end();
}
