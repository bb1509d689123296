/* SPDX-License-Identifier: MIT */
#include "ignore.h"

#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does the one file `rules` of the topmost directory leave the path out? */
static bool out(const char *rules, const char *path, bool is_dir)
{
	struct ignore *ig = ignore_parse(rules, strlen(rules), "", NULL);
	bool hit = ignore_match(ig, path, is_dir);
	ignore_free(ig, NULL);
	return hit;
}

static void test_lines(void)
{
	CHECK(out("foo", "foo", false));
	CHECK(out("foo\n", "a/foo", false));
	CHECK(out("foo\r\n", "foo", false));
	CHECK(!out("#foo\n", "#foo", false));
	CHECK(out("\\#foo\n", "#foo", false));
	CHECK(out("\\!foo\n", "!foo", false));
	CHECK(out("foo  \n", "foo", false));
	CHECK(out("foo\\ \n", "foo ", false));
	CHECK(!out("foo\\ \n", "foo", false));
	CHECK(out("foo\\\\ \n", "foo\\", false));
	CHECK(!out("foo\t\n", "foo", false));
	CHECK(out("\xef\xbb\xbf"
		  "foo\n",
		"foo", false));
	CHECK(!out("\n  \n/\n!\n", "foo", false));
	CHECK(!out("foo\\\n", "foo", false));
}

static void test_anchors(void)
{
	CHECK(out("/foo", "foo", false));
	CHECK(!out("/foo", "a/foo", false));
	CHECK(out("a/foo", "a/foo", false));
	CHECK(!out("a/foo", "b/a/foo", false));
	CHECK(out("**/foo", "b/a/foo", false));
	CHECK(out("a/**/foo", "a/foo", false));
	CHECK(out("a/**", "a/x/y", false));
	CHECK(!out("a/**", "a", true));
	CHECK(out("foo/", "a/foo", true));
	CHECK(!out("foo/", "a/foo", false));
	CHECK(out("*.o", "a/b.o", false));
	CHECK(out("*", "a", false));
	CHECK(out("foo**/bar", "foobar", false)); /* as git does */
	CHECK(!out("{a,b}", "a", false));
	CHECK(!out("[z", "[z", false));
}

static void test_last_decides(void)
{
	CHECK(!out("*.c\n!a.c\n", "a.c", false));
	CHECK(out("*.c\n!a.c\n", "b.c", false));
	CHECK(out("!a.c\n*.c\n", "a.c", false));
	CHECK(!out("*\n!*/\n", "dir", true));
	CHECK(out("*\n!*/\n", "dir", false));
}

static void test_levels(void)
{
	struct ignore *top = ignore_parse("*.c\n/sub/x\n", 11, "", NULL);
	struct ignore *sub = ignore_parse("!a.c\n/y\nx/z\n", 12, "sub", top);
	CHECK(ignore_match(sub, "sub/b.c", false));
	CHECK(!ignore_match(sub, "sub/a.c", false));
	CHECK(ignore_match(top, "a.c", false));
	CHECK(ignore_match(sub, "sub/x", false));
	CHECK(ignore_match(sub, "sub/y", false));
	CHECK(!ignore_match(sub, "sub/d/y", false));
	CHECK(ignore_match(sub, "sub/x/z", false));
	ignore_free(sub, top);
	ignore_free(top, NULL);
}

static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* .ignore before .gitignore before .git/info/exclude; links and FIFOs are no rules. */
static void test_files(void)
{
	char path[] = "/tmp/unit-ignore.XXXXXX";
	CHECK(mkdtemp(path));
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	struct ignore *ig = ignore_read(dir, "", IGNORE_ALL, NULL);
	CHECK(!ig);
	CHECK(mkdirat(dir, ".git", 0755) == 0 && mkdirat(dir, ".git/info", 0755) == 0);
	put(dir, ".git/info/exclude", "a\nb\nc\n");
	put(dir, ".gitignore", "!b\n!c\n");
	put(dir, ".ignore", "c\n");
	ig = ignore_read(dir, "", IGNORE_ALL, NULL);
	CHECK(ignore_match(ig, "a", false));
	CHECK(!ignore_match(ig, "b", false));
	CHECK(ignore_match(ig, "c", false));
	ignore_free(ig, NULL);
	ig = ignore_read(dir, "", IGNORE_GITIGNORE, NULL);
	CHECK(!ignore_match(ig, "a", false));
	ignore_free(ig, NULL);
	CHECK(unlinkat(dir, ".gitignore", 0) == 0 && unlinkat(dir, ".ignore", 0) == 0);
	CHECK(symlinkat(".git/info/exclude", dir, ".gitignore") == 0);
	CHECK(mkfifoat(dir, ".ignore", 0644) == 0);
	CHECK(!ignore_read(dir, "", IGNORE_GITIGNORE | IGNORE_DOTIGNORE, NULL));
	CHECK(unlinkat(dir, ".git/info/exclude", 0) == 0);
	CHECK(unlinkat(dir, ".git/info", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(dir, ".git", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(dir, ".gitignore", 0) == 0 && unlinkat(dir, ".ignore", 0) == 0);
	close(dir);
	CHECK(rmdir(path) == 0);
}

int main(void)
{
	test_lines();
	test_anchors();
	test_last_decides();
	test_levels();
	test_files();
	return unit_end();
}
