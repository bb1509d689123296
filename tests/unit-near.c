/* SPDX-License-Identifier: MIT */
#include "near.h"

#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);
	CHECK(fd >= 0 && close(fd) == 0);
}

static struct walk *walk_root(const void *ctx, const char *dir, unsigned flags, int depth)
{
	int fd = root_open(ctx, 0, dir, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
	return fd < 0 ? NULL : walk_new(fd, NULL, 0, NULL, flags, depth);
}

static void check(
	const struct roots *rs, const char *rel, const char *shown, const char *want)
{
	struct buf b = BUF_INIT;
	int n = near_names(walk_root, rs, rel, shown, &b);
	int commas = *want != '\0';
	for (const char *p = want; (p = strstr(p, ", ")); p++)
		commas++;
	if (strcmp(b.p, want) != 0 || n != commas) {
		fprintf(stderr, "near %s (%s): %d '%s', not '%s'\n", shown, rel, n, b.p,
			want);
		unit_failed++;
	}
	buf_release(&b);
}

int main(void)
{
	struct roots rs = {0}, open_set;
	char dir[] = "unit-near.XXXXXX", line[] = "src/new\nline.c";
	CHECK(mkdtemp(dir) && chdir(dir) == 0);
	CHECK(mkdir("root", 0777) == 0 && chdir("root") == 0);
	CHECK(mkdir("src", 0777) == 0 && mkdir("lib", 0777) == 0);
	CHECK(mkdir("lib/deep", 0777) == 0 && symlink("../..", "lib/up") == 0);
	make("src/utils.c");
	make("src/main.c");
	make("lib/util.c");
	make("lib/deep/only.h");
	make("lib/deep/z.c");
	make("Makefile");
	make(".gitignore");
	make(".pab-0123456789abcdef.0~");
	make("src/.hidden");
	make("../outside.c");
	make(line);
	CHECK(roots_add(&rs, ".") == 0);
	check(&rs, "src/util.c", "src/util.c", "src/utils.c, lib/util.c");
	check(&rs, "makefile", "makefile", "Makefile");
	check(&rs, "Makefil", "Makefil", "Makefile");
	check(&rs, "src/main.cc", "src/main.cc", "src/main.c");
	check(&rs, "src/amin.c", "src/amin.c", "src/main.c");
	check(&rs, "util.c", "util.c", "lib/util.c");
	check(&rs, "only.h", "only.h", "lib/deep/only.h");
	check(&rs, "gone/only.h", "gone/only.h", "lib/deep/only.h");
	check(&rs, "nothing-like-it", "nothing-like-it", "");
	check(&rs, "outside.c", "outside.c", "");
	check(&rs, "../outside.cc", "../outside.cc", "");
	check(&rs, ".gitignor", ".gitignor", ".gitignore");
	check(&rs, ".pab-0123456789abcdef.1~", ".pab-0123456789abcdef.1~", "");
	check(&rs, "src/hidden", "src/hidden", "");
	check(&rs, "src/new\nlines.c", "src/new\nlines.c", "$'src/new\\nline.c'");
	/* Names are given as they count from where the operand started. */
	check(&rs, "lib/only.h", "only.h", "deep/only.h");
	check(&rs, "lib/gone/only.h", "gone/only.h", "deep/only.h");
	check(&rs, "./gone/only.h", "gone/only.h", "lib/deep/only.h");
	check(&rs, "gone/only.h", "/at/root/gone/only.h", "/at/root/lib/deep/only.h");
	check(&rs, "src/util.c", "/at/root/src/util.c",
		"/at/root/src/utils.c, /at/root/lib/util.c");
	check(&rs, "src/util.c", "/other/name/util.c", "/other/name/utils.c");
	check(&rs, "src/", "src/", "");
	check(&rs, "lib/deep/z.d", "lib/deep/z.d", "lib/deep/z.c");
	roots_release(&rs);
	roots_init_open(&open_set);
	check(&open_set, "../outside.h", "../outside.h", "../outside.c");
	check(&open_set, "src/util.c", "src/util.c", "src/utils.c, lib/util.c");
	roots_release(&open_set);
	return unit_end();
}
