/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "buf.h"
#include "mem.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char top_path[] = "/tmp/unit-walk.XXXXXX";
static int top;

static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Makes a directory in dir. Returns a descriptor of it. */
static int make(int dir, const char *name)
{
	CHECK(mkdirat(dir, name, 0755) == 0);
	return openat(dir, name, O_RDONLY | O_DIRECTORY);
}

static int again(int dir)
{
	return openat(dir, ".", O_RDONLY | O_DIRECTORY);
}

static size_t open_fds(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	CHECK(d);
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* The paths of a walk joined by blanks, directories with "/", mounts with "*". */
static char *walked(struct walk *w)
{
	struct buf b = BUF_INIT;
	struct walk_entry e;
	while (walk_next(w, &e))
		buf_printf(&b, "%s%s%s%s", b.len ? " " : "", e.path,
			e.type == DT_DIR ? "/" : "", e.mounted ? "*" : "");
	walk_free(w);
	return buf_take(&b);
}

static void check_walk(struct walk *w, const char *want, int line)
{
	char *got = walked(w);
	if (strcmp(got, want) != 0) {
		fprintf(stderr, "line %d:\n want %s\n  got %s\n", line, want, got);
		unit_failed++;
	}
	free(got);
}

#define WALK(w, want) check_walk(w, want, __LINE__)

static void test_order(void)
{
	int d = make(top, "order"), sub = make(d, "a");
	put(d, "a.c", "");
	put(d, "a0", "");
	put(d, ".h", "");
	put(d, ".pab-0123456789abcdef.0~", "");
	put(sub, "z", "");
	CHECK(symlinkat("a", d, "link") == 0);
	close(make(d, ".git"));
	WALK(walk_new(again(d), NULL, 0, NULL, 0, 0), "a.c a/ a/z a0 link");
	WALK(walk_new(again(d), NULL, 0, NULL, WALK_HIDDEN, 0), ".h a.c a/ a/z a0 link");
	WALK(walk_new(again(d), NULL, 0, NULL, WALK_HIDDEN | WALK_KEEP_GIT, 1),
		".git/ .h a.c a/ a0 link");
	close(sub);
	close(d);
}

/* A name and the same as a directory, in whatever order the kernel gives them. */
static void test_pairs(void)
{
	struct walk_entry e;
	char name[] = "A.c", last[8] = "";
	int d = make(top, "pairs"), n = 0;
	for (int c = 'A'; c <= 'Z'; c++) {
		name[0] = (char)c;
		name[1] = '.';
		put(d, name, "");
		name[1] = '\0';
		close(make(d, name));
	}
	struct walk *w = walk_new(again(d), NULL, 0, NULL, 0, 0);
	for (; walk_next(w, &e); n++) {
		CHECK(e.type == (n % 2 ? DT_DIR : DT_REG) && e.path[0] == 'A' + n / 2);
		snprintf(last, sizeof(last), "%s", e.path);
	}
	CHECK(n == 52 && !strcmp(last, "Z"));
	walk_free(w);
	close(d);
}

static void test_prune_and_counts(void)
{
	struct walk_entry e;
	int d = make(top, "prune"), a = make(d, "a"), b = make(d, "b");
	put(d, ".gitignore", "*.o\n/b/\n");
	put(d, "x.o", "");
	put(a, "x.o", "");
	put(a, "y", "");
	put(b, "z", "");
	struct walk *w = walk_new(again(d), NULL, 0, NULL, 0, 0);
	CHECK(walk_next(w, &e) == 1 && !strcmp(e.path, "a") && e.depth == 1);
	CHECK(walk_next(w, &e) == 1 && !strcmp(e.path, "a/y") && !strcmp(e.name, "y"));
	CHECK(e.depth == 2 && faccessat(e.dir->fd, e.name, F_OK, 0) == 0);
	CHECK(walk_next(w, &e) == 0);
	CHECK(walk_next(w, &e) == 0);
	CHECK(walk_counts(w)->ignored == 3 && walk_counts(w)->hidden == 1);
	CHECK(walk_counts(w)->entries == 6 && walk_counts(w)->unreadable == 0);
	walk_free(w);
	w = walk_new(again(d), NULL, 0, NULL, WALK_NO_IGNORE, 0);
	CHECK(walk_next(w, &e) == 1);
	walk_prune(w);
	CHECK(walk_next(w, &e) == 1 && !strcmp(e.path, "b"));
	walk_free(w);
	close(a);
	close(b);
	close(d);
}

/* Rules from above the start, anchored at a directory higher up. */
static void test_above(void)
{
	int d = make(top, "above");
	put(d, "x", "");
	put(d, "y", "");
	struct ignore *ig = ignore_parse("/p/q/x\n", 7, "", NULL);
	struct walk_above above = {ig, "p/q", NULL};
	WALK(walk_new(again(d), NULL, 0, &above, 0, 0), "y");
	above.path = "p/r";
	WALK(walk_new(again(d), NULL, 0, &above, 0, 0), "x y");
	ignore_free(ig, NULL);
	close(d);
}

static void test_mounts(void)
{
	int d = make(top, "under"), real = make(d, "real"), m = make(top, "mounted");
	put(d, ".gitignore", "hid\nskip\n");
	put(d, "file", "");
	put(d, "shadowed", "");
	put(real, "r", "");
	put(m, "in", "");
	put(m, "skip", "");
	const struct walk_mount one[] = {{"shadowed", m}};
	WALK(walk_new(again(d), one, 1, NULL, 0, 0),
		"file real/ real/r shadowed/* shadowed/in");
	const struct walk_mount many[] = {{"real/deep/m", m}, {"file/m", m}, {"zz/y", m},
		{"hid", m}, {"zz/y/in/k", m}};
	WALK(walk_new(again(d), many, 5, NULL, 0, 0),
		"file/* file/m/* file/m/in real/ real/deep/* real/deep/m/* "
		"real/deep/m/in real/r shadowed zz/* zz/y/* zz/y/in/* zz/y/in/k/* "
		"zz/y/in/k/in");
	WALK(walk_new(again(d), many, 5, NULL, 0, 1), "file/* real/ shadowed zz/*");
	const struct walk_mount dot[] = {{".m", m}};
	WALK(walk_new(again(d), dot, 1, NULL, 0, 1), "file real/ shadowed");
	WALK(walk_new(again(d), dot, 1, NULL, WALK_HIDDEN | WALK_NO_IGNORE, 0),
		".gitignore .m/* .m/in .m/skip file real/ real/r shadowed");
	close(m);
	close(real);
	close(d);
}

enum { DEEP = 5000, FEW = 40 };

/* A chain of directories "d", each with a file "f" behind it. */
static void make_deep(int dir)
{
	int at = again(dir);
	for (int i = 0; i < DEEP && at >= 0; i++) {
		int next = make(at, "d");
		put(at, "f", "");
		close(at);
		at = next;
	}
	close(at);
}

static void test_deep(void)
{
	struct walk_entry e;
	int d = make(top, "deep"), dirs = 0, files = 0;
	size_t before = open_fds(), most = 0;
	make_deep(d);
	struct walk *w = walk_new(again(d), NULL, 0, NULL, 0, 0);
	while (walk_next(w, &e)) {
		dirs += e.type == DT_DIR;
		files += e.type == DT_REG && faccessat(e.dir->fd, e.name, F_OK, 0) == 0;
		size_t now = (dirs + files) % 500 == 0 ? open_fds() : 0;
		most = now > most ? now : most;
	}
	CHECK(dirs == DEEP && files == DEEP);
	CHECK(walk_counts(w)->unreadable == 0);
	CHECK(most < before + FEW);
	walk_free(w);
	CHECK(open_fds() == before);
	close(d);
}

/* A directory that is moved away while the walk is deep in it: what lies above is found
 * again from the start, or given up when that was moved too, but what lies above the new
 * place is never taken for it. */
static void test_moved(bool both)
{
	struct walk_entry e;
	int d = make(top, both ? "moved2" : "moved"), seen = 0;
	int away = make(top, both ? "away2" : "away"), at = again(d);
	for (int i = 0; i < 100; i++) {
		int next = make(at, "d");
		put(at, "f", "");
		close(at);
		at = next;
	}
	close(at);
	put(away, "g", "");
	struct walk *w = walk_new(again(d), NULL, 0, NULL, 0, 0);
	while (walk_next(w, &e)) {
		CHECK(!strcmp(e.name, "d") || !strcmp(e.name, "f"));
		seen++;
		if (e.depth != 50 || e.type != DT_DIR)
			continue;
		CHECK(renameat(d, "d/d/d", away, "d") == 0);
		CHECK(!both || renameat(d, "d/d", away, "lost") == 0);
	}
	CHECK(walk_counts(w)->unreadable == both);
	CHECK(seen == 200 - both);
	walk_free(w);
	close(away);
	close(d);
}

/* What a thread holds stays open after the walk has gone on, and is closed then. */
static void test_refs(void)
{
	struct walk_entry e;
	size_t before = open_fds();
	struct walk *w = walk_new(again(top), NULL, 0, NULL, 0, 0);
	struct walk_dir *held = NULL;
	while (walk_next(w, &e))
		if (!held && e.depth == 2)
			held = walk_dir_ref(e.dir);
	walk_free(w);
	CHECK(held && fcntl(held->fd, F_GETFD) >= 0);
	CHECK(open_fds() == before + 1);
	walk_dir_unref(held);
	CHECK(open_fds() == before);
}

/* Entries that vanish are no error; a directory that may not be read is counted. */
static void test_vanishing(void)
{
	struct walk_entry e;
	int d = make(top, "gone");
	close(make(d, "a"));
	close(make(d, "b"));
	struct walk *w = walk_new(again(d), NULL, 0, NULL, 0, 0);
	CHECK(walk_next(w, &e) == 1 && !strcmp(e.name, "a"));
	CHECK(unlinkat(d, "a", AT_REMOVEDIR) == 0);
	CHECK(walk_next(w, &e) == 1 && !strcmp(e.name, "b"));
	CHECK(unlinkat(d, "b", AT_REMOVEDIR) == 0);
	CHECK(symlinkat("/", d, "b") == 0);
	CHECK(walk_next(w, &e) == 0);
	CHECK(walk_counts(w)->unreadable == 0);
	walk_free(w);
	close(d);
}

static int removed(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Takes the deep chains apart from their ends; their paths are too long for nftw. */
static void remove_deep(int dir)
{
	int at = openat(dir, "d", O_RDONLY | O_DIRECTORY), up;
	for (int next;
		at >= 0 && (next = openat(at, "d", O_RDONLY | O_DIRECTORY)) >= 0;) {
		unlinkat(at, "f", 0);
		close(at);
		at = next;
	}
	while (at >= 0 && (up = openat(at, "..", O_RDONLY | O_DIRECTORY)) >= 0) {
		close(at);
		if (unlinkat(up, "d", AT_REMOVEDIR) < 0) {
			close(up);
			break;
		}
		at = up;
	}
}

/* A tree of so many levels, with a few directories and files on each. */
static void grow(int dir, int levels, unsigned *seed)
{
	char name[8];
	for (int i = 0; i < 4; i++) {
		*seed = *seed * 1103515245 + 12345;
		snprintf(name, sizeof(name), "%c%d", 'a' + (int)(*seed >> 16 & 3), i);
		if (levels && *seed >> 20 & 1) {
			int sub = make(dir, name);
			grow(sub, levels - 1, seed);
			close(sub);
		} else {
			put(dir, name, "");
		}
	}
	if (*seed >> 24 & 1)
		put(dir, ".gitignore", "a2\n");
}

/* The paths of a walk that does not enter directories named b0 nor c1. */
static char *walked_pruned(struct walk *w)
{
	struct buf b = BUF_INIT;
	struct walk_entry e;
	while (walk_next(w, &e)) {
		buf_printf(&b, "%s ", e.path);
		if (e.type == DT_DIR && (!strcmp(e.name, "b0") || !strcmp(e.name, "c1")))
			walk_prune(w);
	}
	buf_printf(&b, "%lld", (long long)walk_counts(w)->ignored);
	walk_free(w);
	return buf_take(&b);
}

/* Directories listed ahead give the same walk, and nothing is left open. */
static void test_ahead(void)
{
	struct walk_entry e;
	int d = make(top, "ahead");
	unsigned seed = 7;
	grow(d, 8, &seed);
	size_t before = open_fds();
	for (int depth = 0; depth < 6; depth += 3) {
		char *want = walked_pruned(walk_new(again(d), NULL, 0, NULL, 0, depth));
		char *got = walked_pruned(
			walk_new(again(d), NULL, 0, NULL, WALK_AHEAD, depth));
		CHECK(depth || strlen(want) > 2000);
		CHECK(!strcmp(want, got));
		free(want);
		free(got);
		char *all = walked(walk_new(again(d), NULL, 0, NULL, WALK_AHEAD, depth));
		WALK(walk_new(again(d), NULL, 0, NULL, 0, depth), all);
		free(all);
	}
	struct walk *w = walk_new(again(d), NULL, 0, NULL, WALK_AHEAD, 0);
	for (int i = 0; i < 60; i++)
		CHECK(walk_next(w, &e));
	walk_free(w);
	CHECK(open_fds() == before);
	close(d);
}

int main(void)
{
	CHECK(mkdtemp(top_path));
	top = open(top_path, O_RDONLY | O_DIRECTORY);
	test_order();
	test_pairs();
	test_ahead();
	test_prune_and_counts();
	test_above();
	test_mounts();
	test_moved(false);
	test_moved(true);
	test_refs();
	test_vanishing();
	test_deep();
	int deep = openat(top, "deep", O_RDONLY | O_DIRECTORY);
	remove_deep(deep);
	close(deep);
	close(top);
	CHECK(nftw(top_path, removed, 16, FTW_DEPTH | FTW_PHYS) == 0);
	return unit_end();
}
