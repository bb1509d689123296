/* SPDX-License-Identifier: MIT */
/* One table of paths, each with the file it must lead to or the error it must give.
 * common.bats runs this with openat2 and without: the answers are the same. */
#include "root.h"

#include "io.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static char base[PATH_MAX];

static void text_at(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	CHECK(fd >= 0 && io_write(fd, text, strlen(text)) == 0 && close(fd) == 0);
}

/* A link in the tree; "@" in front of the target stands for the base directory. */
static void link_at(const char *path, const char *target)
{
	char full[2 * PATH_MAX];
	snprintf(full, sizeof(full), "%s%s", *target == '@' ? base : "",
		target + (*target == '@'));
	CHECK(symlink(full, path) == 0);
}

static void make_tree(void)
{
	static const char *const dirs[] = {"root", "root/sub", "root/sub/deep",
		"root-evil", "out", "out/dir", "allowed", "allowed/in", "root/locked"};
	static const char *const files[] = {"root/a", "root/a..b", "root/...",
		"root/sub/b", "root/sub/deep/c", "root-evil/x", "out/secret", "out/dir/s",
		"allowed/w", "allowed/in/v", "a"};
	static const char *const links[][2] = {{"root/in_abs", "@/root/a"},
		{"root/in_rel", "sub/b"}, {"root/sub/up", "../a"}, {"root/dot", "."},
		{"root/self", "@/root"}, {"root/sub/toroot", ".."}, {"root/dir", "sub"},
		{"root/chain", "chain2"}, {"root/chain2", "dir/../in_abs"},
		{"root/around", "../root/a"}, {"root/out_abs", "@/out/secret"},
		{"root/out_rel", "../out/secret"}, {"root/out_dir", "@/out"},
		{"root/out_dir2", "../out"}, {"root/out_chain", "out_chain2"},
		{"root/out_chain2", "dir/../out_rel"}, {"root/evil", "@/root-evil/x"},
		{"root/evil2", "../root-evil/x"}, {"root/loop", "loop2"},
		{"root/loop2", "loop"}, {"root/me", "me"}, {"root/gone", "new"},
		{"root/gone_sub", "sub/new"}, {"root/gone_out", "@/out/new"},
		{"root/gone_out2", "../out/new"}, {"root/allow", "@/allowed/w"},
		{"root/allow_dir", "../allowed"}, {"allowed/home", "@/root/a"},
		{"out/back", "@/root/sub"}, {"root/by_out", "@/out/back/b"},
		{"root/by_out2", "../out/back/../a"}, {"root/slash", "sub/"},
		{"root/a_slash", "a/"}, {"root/top", "/"},
		{"root/proc", "/proc/self/root"}, {"root/proc_cwd", "/proc/self/cwd/a"},
		{"root/up2", "../.."}, {"root/abs_up", "@/root/../out/secret"},
		{"name", "root"}};
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		CHECK(mkdir(dirs[i], 0777) == 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		text_at(files[i], files[i]);
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		link_at(links[i][0], links[i][1]);
}

static int count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

struct row {
	const char *rel;
	const char
		*file; /* the file that is found there; "/": a directory; NULL: error */
	int error;
};

static const struct row rows[] = {
	{"a", "root/a", 0},
	{"./a", "root/a", 0},
	{"sub/../a", "root/a", 0},
	{"sub//deep/./c", "root/sub/deep/c", 0},
	{"a..b", "root/a..b", 0},
	{"...", "root/...", 0},
	{"", "/", 0},
	{".", "/", 0},
	{"sub/", "/", 0},
	{"sub/deep/..", "/", 0},
	{"sub/deep/../..", "/", 0},
	{"../root", "/", 0},
	{"../root/", "/", 0},
	{"../root/a", "root/a", 0},
	{"sub/../../root/sub/b", "root/sub/b", 0},
	{"../name/a", "root/a", 0},
	{"in_abs", "root/a", 0},
	{"in_rel", "root/sub/b", 0},
	{"sub/up", "root/a", 0},
	{"dot/a", "root/a", 0},
	{"dot/dot/dot/sub/b", "root/sub/b", 0},
	{"self/a", "root/a", 0},
	{"self/self/in_abs", "root/a", 0},
	{"self", "/", 0},
	{"sub/toroot/a", "root/a", 0},
	{"sub/toroot/sub/toroot/a", "root/a", 0},
	{"dir/b", "root/sub/b", 0},
	{"dir/deep/../b", "root/sub/b", 0},
	{"dir/../a", "root/a", 0},
	{"slash/b", "root/sub/b", 0},
	{"slash", "/", 0},
	{"chain", "root/a", 0},
	{"around", "root/a", 0},
	{"allow", "allowed/w", 0},
	{"allow_dir/w", "allowed/w", 0},
	{"allow_dir/in/../w", "allowed/w", 0},
	{"allow_dir/home", "root/a", 0},
	{"../allowed/w", "allowed/w", 0},
	{"../allowed/../root/a", "root/a", 0},
	{"by_out", "root/sub/b", 0},
	{"by_out2", "root/a", 0},
	{"out_dir/back/b", "root/sub/b", 0},
	{"out_dir/../root/a", "root/a", 0},
	{"../out/back/deep/c", "root/sub/deep/c", 0},
	{"..", NULL, EXDEV},
	{"../", NULL, EXDEV},
	{"../a", NULL, EXDEV},
	{"../..", NULL, EXDEV},
	{"sub/../..", NULL, EXDEV},
	{"sub/../../a", NULL, EXDEV},
	{"../out/secret", NULL, EXDEV},
	{"sub/../../out/secret", NULL, EXDEV},
	{"./.././out/secret", NULL, EXDEV},
	{"../root-evil/x", NULL, EXDEV},
	{"../root/../out/secret", NULL, EXDEV},
	{"dot/../out/secret", NULL, EXDEV},
	{"self/../out/secret", NULL, EXDEV},
	{"dir/../../out/secret", NULL, EXDEV},
	{"sub/toroot/../out/secret", NULL, EXDEV},
	{"allow_dir/../out/secret", NULL, EXDEV},
	{"out_abs", NULL, EXDEV},
	{"out_rel", NULL, EXDEV},
	{"out_dir", NULL, EXDEV},
	{"out_dir/secret", NULL, EXDEV},
	{"out_dir2/dir/s", NULL, EXDEV},
	{"out_dir/", NULL, EXDEV},
	{"out_chain", NULL, EXDEV},
	{"evil", NULL, EXDEV},
	{"evil2", NULL, EXDEV},
	{"gone_out", NULL, EXDEV},
	{"gone_out2", NULL, EXDEV},
	{"top", NULL, EXDEV},
	{"top/etc/passwd", NULL, EXDEV},
	{"proc", NULL, EXDEV},
	{"proc/etc/passwd", NULL, EXDEV},
	{"proc_cwd", NULL, EXDEV},
	{"up2", NULL, EXDEV},
	{"abs_up", NULL, EXDEV},
	{"up2/etc/passwd", NULL, EXDEV},
	{"loop", NULL, ELOOP},
	{"loop/a", NULL, ELOOP},
	{"me", NULL, ELOOP},
	{"missing", NULL, ENOENT},
	{"missing/../a", NULL, ENOENT},
	{"missing/../../out/secret", NULL, ENOENT},
	{"sub/missing", NULL, ENOENT},
	{"gone", NULL, ENOENT},
	{"gone_sub", NULL, ENOENT},
	{"gone/", NULL, ENOENT},
	{"missing/", NULL, ENOENT},
	{"a/", NULL, ENOTDIR},
	{"a/.", NULL, ENOTDIR},
	{"a/..", NULL, ENOTDIR},
	{"a/b", NULL, ENOTDIR},
	{"a_slash", NULL, ENOTDIR},
	{"in_abs/b", NULL, ENOTDIR},
	{"in_abs/", NULL, ENOTDIR},
};

static const char *read_all(int fd)
{
	static char text[64];
	struct stat st;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return "/";
	ssize_t n = io_read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void check_row(const struct roots *rs, const struct row *row)
{
	struct stat st;
	int fds = count_fds();
	int fd = root_open(rs, 0, row->rel, O_RDONLY, 0), error = errno;
	const char *got = fd < 0 ? NULL : read_all(fd);
	if (fd >= 0)
		close(fd);
	if (fd < 0 ? !!row->file || error != row->error
		   : !row->file || strcmp(got, row->file) != 0) {
		fprintf(stderr, "'%s' gives %s (%s), not %s (%s)\n", row->rel,
			got ? got : "nothing", strerror(fd < 0 ? error : 0),
			row->file ? row->file : "nothing", strerror(row->error));
		unit_failed++;
	}
	int r = root_stat(rs, 0, row->rel, true, &st);
	CHECK(r == (row->file ? 0 : -1) && (r == 0 || errno == row->error));
	CHECK(count_fds() == fds);
}

static void test_nofollow(const struct roots *rs)
{
	struct stat st;
	CHECK(root_stat(rs, 0, "out_abs", false, &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(root_stat(rs, 0, "loop", false, &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(root_stat(rs, 0, "self/out_dir", false, &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(root_stat(rs, 0, "out_dir/secret", false, &st) == -1 && errno == EXDEV);
	CHECK(root_stat(rs, 0, "dir/", false, &st) == 0 && S_ISDIR(st.st_mode));
	CHECK(root_open(rs, 0, "in_rel", O_RDONLY | O_NOFOLLOW, 0) == -1 &&
		errno == ELOOP);
	CHECK(root_open(rs, 0, "a", O_RDONLY | O_DIRECTORY, 0) == -1 && errno == ENOTDIR);
}

/* Where rel stands: "DIRECTORY NAME", the directory by the path the kernel knows. */
static void check_spot(
	const struct roots *rs, const char *rel, bool follow, const char *want, int error)
{
	char link[64], got[2 * PATH_MAX] = "", dir[PATH_MAX] = "";
	struct spot s;
	int fds = count_fds();
	int r = root_spot(rs, 0, rel, follow, &s), number = errno;
	if (r == 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", s.dirfd);
		CHECK(readlink(link, dir, sizeof(dir) - 1) > 0);
		close(s.dirfd);
		snprintf(got, sizeof(got), "%s %s", dir + strlen(base), s.name);
	}
	if (r == 0 ? !want || strcmp(got, want) != 0 : !!want || number != error) {
		fprintf(stderr, "spot '%s' is '%s' (%s), not '%s' (%s)\n", rel, got,
			strerror(r < 0 ? number : 0), want ? want : "", strerror(error));
		unit_failed++;
	}
	CHECK(count_fds() == fds);
}

static void test_spots(const struct roots *rs)
{
	check_spot(rs, "a", true, "/root a", 0);
	check_spot(rs, "new", true, "/root new", 0);
	check_spot(rs, "sub/new", true, "/root/sub new", 0);
	check_spot(rs, "dir/new", true, "/root/sub new", 0);
	check_spot(rs, "in_rel", true, "/root/sub b", 0);
	check_spot(rs, "in_rel", false, "/root in_rel", 0);
	check_spot(rs, "in_abs", true, "/root a", 0);
	check_spot(rs, "chain", true, "/root a", 0);
	check_spot(rs, "gone", true, "/root new", 0);
	check_spot(rs, "gone_sub", true, "/root/sub new", 0);
	check_spot(rs, "allow_dir/new", true, "/allowed new", 0);
	check_spot(rs, "../root/new", true, "/root new", 0);
	check_spot(rs, ".", true, "/root .", 0);
	check_spot(rs, "sub/..", true, "/root .", 0);
	check_spot(rs, "out_abs", false, "/root out_abs", 0);
	check_spot(rs, "out_abs", true, NULL, EXDEV);
	check_spot(rs, "gone_out", true, NULL, EXDEV);
	check_spot(rs, "gone_out2", true, NULL, EXDEV);
	check_spot(rs, "out_dir/new", true, NULL, EXDEV);
	check_spot(rs, "out_dir2/new", false, NULL, EXDEV);
	check_spot(rs, "../new", true, NULL, EXDEV);
	check_spot(rs, "..", true, NULL, EXDEV);
	check_spot(rs, "loop", true, NULL, ELOOP);
	check_spot(rs, "missing/new", true, NULL, ENOENT);
	check_spot(rs, "a/new", true, NULL, ENOTDIR);
	check_spot(rs, "new/", true, NULL, ENOENT);
}

static bool is_dir(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void test_parents(const struct roots *rs)
{
	CHECK(root_mkparents(rs, 0, "x") == 0);
	CHECK(root_mkparents(rs, 0, "sub/x") == 0);
	CHECK(root_mkparents(rs, 0, "p/q/r/x") == 3 && is_dir("root/p/q/r"));
	CHECK(root_mkparents(rs, 0, "p//q/./s/x") == 1 && is_dir("root/p/q/s"));
	CHECK(root_mkparents(rs, 0, "gone/x") == 1 && is_dir("root/new"));
	CHECK(rmdir("root/new") == 0);
	CHECK(root_mkparents(rs, 0, "dir/p/x") == 1 && is_dir("root/sub/p"));
	CHECK(root_mkparents(rs, 0, "../out/p/x") == -1 && errno == EXDEV);
	CHECK(root_mkparents(rs, 0, "out_dir/p/x") == -1 && errno == EXDEV);
	CHECK(root_mkparents(rs, 0, "gone_out/p/x") == -1 && errno == EXDEV);
	CHECK(root_mkparents(rs, 0, "a/p/x") == -1 && errno == ENOTDIR);
	CHECK(!is_dir("out/p") && !is_dir("out/new"));
	/* Nothing is made for what could not be opened afterwards. */
	CHECK(root_mkparents(rs, 0, "m1/../x") == -1 && errno == ENOENT);
	CHECK(root_mkparents(rs, 0, "m1/n/../../../out/x") == -1 && errno == ENOENT);
	CHECK(root_mkparents(rs, 0, "m1/") == -1 && errno == ENOENT);
	CHECK(root_mkparents(rs, 0, "m1/n/.") == -1 && errno == ENOENT);
	CHECK(!is_dir("root/m1"));
	CHECK(root_mkparents(rs, 0, "m1/..n/x..") == 2 && is_dir("root/m1/..n"));
}

static void test_find(const struct roots *rs)
{
	static const struct {
		const char *path;
		int root;
		const char *rel;
	} v[] = {
		{"/root", 0, ""},
		{"/root/", 0, ""},
		{"/root/a", 0, "a"},
		{"//root//sub//b", 0, "sub//b"},
		{"/name/a", 0, "a"},
		{"/root/missing/x", 0, "missing/x"},
		{"/root/../root/a", 0, "a"},
		{"/allowed/w", 1, "w"},
		{"/out/back", 0, "sub"},
		{"/out/back/b", 0, "sub/b"},
		{"/out/back/missing", 0, "sub/missing"},
		{"/root-evil/x", -1, NULL},
		{"/out/secret", -1, NULL},
		{"", -1, NULL},
		{"/root/../out", 0, "../out"},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char path[2 * PATH_MAX], *rel = NULL;
		snprintf(path, sizeof(path), "%s%s", base, v[i].path);
		int r = roots_find(rs, 0, path, 0, &rel);
		if (r != v[i].root || (r >= 0 && strcmp(rel, v[i].rel) != 0)) {
			fprintf(stderr, "find %s: %d %s\n", v[i].path, r, rel ? rel : "");
			unit_failed++;
		}
		free(rel);
	}
	char *rel = NULL;
	CHECK(roots_find(rs, 0, "/", 0, &rel) == -1 && errno == EXDEV && !rel);
}

static void test_long(const struct roots *rs)
{
	char path[3 * PATH_MAX], name[NAME_MAX + 2];
	struct spot s;
	size_t n = 0;
	while (n + 2 <= PATH_MAX - 2) {
		memcpy(path + n, "./", 2);
		n += 2;
	}
	memcpy(path + n, "a", 2); /* 4,095 bytes and the NUL: the longest there is */
	CHECK(n + 2 == PATH_MAX);
	int fd = root_open(rs, 0, path, O_RDONLY, 0);
	CHECK(fd >= 0 && close(fd) == 0);
	memcpy(path + n, "sa", 3);
	CHECK(root_open(rs, 0, path, O_RDONLY, 0) == -1 && errno == ENAMETOOLONG);
	CHECK(root_spot(rs, 0, path, true, &s) == -1 && errno == ENAMETOOLONG);
	memset(name, 'n', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	CHECK(root_open(rs, 0, name, O_RDONLY, 0) == -1 && errno == ENAMETOOLONG);
	CHECK(root_spot(rs, 0, name, true, &s) == -1 && errno == ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	CHECK(root_spot(rs, 0, name, true, &s) == 0 && close(s.dirfd) == 0);
	CHECK(strlen(s.name) == NAME_MAX);
	/* Behind a link the walk has more to go than fits in one path. */
	for (n = 0; n + 9 < PATH_MAX; n += 4)
		memcpy(path + n, "dot/", 4);
	memcpy(path + n, "a", 2);
	CHECK(root_open(rs, 0, path, O_RDONLY, 0) == -1 && errno == ELOOP);
}

/* Exactly 40 links are followed, as by the kernel. */
static void test_link_count(const struct roots *rs)
{
	char name[32], target[32];
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "root/k%d", i);
		snprintf(target, sizeof(target), i == 1 ? "a" : "k%d", i - 1);
		CHECK(symlink(target, name) == 0);
	}
	int fd = root_open(rs, 0, "k40", O_RDONLY, 0);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(root_open(rs, 0, "k41", O_RDONLY, 0) == -1 && errno == ELOOP);
}

/* A root that was renamed is still the root; its old name leads nowhere. */
static void test_renamed(const struct roots *rs)
{
	CHECK(rename("root", "moved") == 0 && mkdir("root", 0777) == 0);
	text_at("root/a", "twin");
	struct row still[] = {{"a", "root/a", 0}, {"sub/toroot/a", "root/a", 0},
		{"dir/b", "root/sub/b", 0}, {"../root/a", NULL, EXDEV},
		{"self/a", NULL, EXDEV}, {"../moved/a", "root/a", 0}};
	for (size_t i = 0; i < ARRAY_LEN(still); i++)
		check_row(rs, &still[i]);
	CHECK(remove("root/a") == 0 && rmdir("root") == 0 &&
		rename("moved", "root") == 0);
}

/* The root "/" confines nothing, but magic links are still read as text. */
static void test_slash(void)
{
	struct roots rs = {0};
	char path[2 * PATH_MAX];
	struct stat st;
	CHECK(roots_add(&rs, "/") == 0 && !strcmp(rs.v[0].path, "/"));
	snprintf(path, sizeof(path), "../..%s/root/self/sub/../in_abs", base);
	CHECK(root_stat(&rs, 0, path, true, &st) == 0 && S_ISREG(st.st_mode));
	CHECK(root_stat(&rs, 0, "..", true, &st) == 0 && S_ISDIR(st.st_mode));
	CHECK(root_stat(&rs, 0, "proc/self/root/..", true, &st) == 0);
	int secret = open("out/secret", O_RDONLY);
	CHECK(secret >= 0 && unlink("out/secret") == 0);
	snprintf(path, sizeof(path), "proc/self/fd/%d", secret);
	CHECK(root_open(&rs, 0, path, O_RDONLY, 0) == -1 && errno == ENOENT);
	close(secret);
	roots_release(&rs);
}

static void test_open(void)
{
	struct roots rs;
	struct spot s;
	struct stat st;
	roots_init_open(&rs);
	int fd = root_open(&rs, 0, "root/out_rel", O_RDONLY, 0);
	CHECK(fd >= 0 && !strcmp(read_all(fd), "out/secret") && close(fd) == 0);
	CHECK(root_stat(&rs, 0, "root/../a", true, &st) == 0 && S_ISREG(st.st_mode));
	CHECK(root_spot(&rs, 0, "root/gone_out2", true, &s) == 0 &&
		!strcmp(s.name, "new"));
	CHECK(close(s.dirfd) == 0);
	CHECK(root_spot(&rs, 0, "root/loop", true, &s) == -1 && errno == ELOOP);
	CHECK(root_mkparents(&rs, 0, "open/x/") == -1 && !is_dir("open"));
	CHECK(root_mkparents(&rs, 0, "open/x/f") == 2 && is_dir("open/x"));
	roots_release(&rs);
}

int main(void)
{
	struct roots rs = {0};
	int fds = count_fds();
	char dir[] = "unit-root.XXXXXX";
	CHECK(mkdtemp(dir) && chdir(dir) == 0 && getcwd(base, sizeof(base)));
	make_tree();
	CHECK(roots_add(&rs, "root//") == 0 && roots_add(&rs, "allowed") == 0);
	CHECK(roots_add(&rs, "missing") == -1 && errno == ENOENT);
	CHECK(roots_add(&rs, "a") == -1 && errno == ENOTDIR);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rs, &rows[i]);
	test_nofollow(&rs);
	test_spots(&rs);
	test_parents(&rs);
	test_find(&rs);
	test_long(&rs);
	test_link_count(&rs);
	test_renamed(&rs);
	roots_release(&rs);
	test_open();
	test_slash();
	CHECK(count_fds() == fds);
	return unit_end();
}
