/* SPDX-License-Identifier: MIT */
#include "home.h"

#include "unit.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static int mode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void opens(const char *home, const char *sub, bool make, const char *path)
{
	struct err e = {0};
	struct stat a, b;
	int fd = home_open(home, sub, make, &e);
	CHECK(fd >= 0 && fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
		a.st_ino == b.st_ino);
	if (fd >= 0)
		close(fd);
	else
		fprintf(stderr, "%s: %s\n", path, e.msg);
}

static void fails(const char *home, const char *sub, bool make, enum err_code code)
{
	struct err e = {0};
	CHECK(home_open(home, sub, make, &e) == -1);
	if (e.code != code)
		fprintf(stderr, "%s/%s: %s %s\n", home ? home : "", sub, err_name(e.code),
			e.msg);
	CHECK(e.code == code);
}

int main(void)
{
	char dir[] = "unit-home.XXXXXX", cwd[PATH_MAX], path[2 * PATH_MAX];
	CHECK(mkdtemp(dir) && chdir(dir) == 0 && getcwd(cwd, sizeof(cwd)));
	umask(0);
	fails("h", "undo", false, ERR_NOT_FOUND);
	CHECK(mode_of("h") == -1);
	opens("h", "undo", true, "h/undo");
	opens("h", "undo", true, "h/undo");
	opens("h", "undo", false, "h/undo");
	CHECK(mode_of("h") == 0700 && mode_of("h/undo") == 0700);
	opens("a/b/c/", "s", true, "a/b/c/s");
	CHECK(mode_of("a") == 0700 && mode_of("a/b/c/s") == 0700);
	snprintf(path, sizeof(path), "%s/abs", cwd);
	opens(path, "s", true, "abs/s");
	/* Not ours alone, a link, no directory. */
	CHECK(chmod("h/undo", 0777) == 0);
	fails("h", "undo", true, ERR_DENIED);
	CHECK(chmod("h/undo", 0755) == 0);
	opens("h", "undo", false, "h/undo");
	CHECK(symlink("undo", "h/link") == 0);
	fails("h", "link", true, ERR_NOT_DIR);
	CHECK(mknod("h/file", S_IFREG | 0600, 0) == 0);
	fails("h", "file", true, ERR_NOT_DIR);
	fails("h/file", "x", true, ERR_NOT_DIR);
	if (geteuid() == 0) {
		CHECK(mkdir("h/theirs", 0700) == 0 && chown("h/theirs", 12345, -1) == 0);
		fails("h", "theirs", true, ERR_DENIED);
	}
	/* Where it is when nothing is named. */
	setenv("HOME", path, 1);
	unsetenv("XDG_STATE_HOME");
	opens(NULL, "s", true, "abs/.local/state/pab/s");
	setenv("XDG_STATE_HOME", "relative", 1);
	opens(NULL, "s", true, "abs/.local/state/pab/s");
	snprintf(path, sizeof(path), "%s/state", cwd);
	setenv("XDG_STATE_HOME", path, 1);
	opens(NULL, "s", true, "state/pab/s");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	fails(NULL, "s", true, ERR_IO);
	setenv("HOME", "relative", 1);
	fails(NULL, "s", true, ERR_IO);
	return unit_end();
}
