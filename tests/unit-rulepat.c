/* SPDX-License-Identifier: MIT */
#include "rulepat.h"

#include "unit.h"

/* SELF is 1, ABOVE 2; -1: the pattern is refused. */
static void path(const char *pattern, const char *text, int want)
{
	struct rulepat r;
	struct err e = {0};
	int got = -1;
	if (rulepat_path(&r, pattern, &e) == 0) {
		size_t from = r.absolute || r.floating || *text != '/' ? 0 : 1;
		got = (int)(rulepat_match(&r, text, strlen(text), from, 0) &
			    (RULEPAT_SELF | RULEPAT_ABOVE));
		rulepat_release(&r);
	}
	if (got != want || (got < 0 && e.code != ERR_BAD_PATTERN)) {
		fprintf(stderr, "'%s' on '%s': %d, not %d\n", pattern, text, got, want);
		unit_failed++;
	}
}

static void test_paths(void)
{
	path("**/.env", "/.env", 1);
	path("**/.env", "/a/b/.env", 1);
	path("**/.env", "/a/b/.env/c", 2);
	path("**/.env", "/a/x.env", 0);
	path("**/.env.*", "/a/.env.example", 1);
	path("**/secrets*", "/a/secrets/x.txt", 2);
	path("**/*secret*", "/a/mysecret/in", 2);
	path("/etc/**", "/etc", 1);
	path("/etc/**", "/etc/a/b", 3);
	path("/etc/**", "/etcetera", 0);
	path("/etc/**", "/a/etc", 0);
	path("**/.ssh/**", "/home/u/.ssh", 1);
	path("**/.ssh/**", "/home/u/.ssh/id", 3);
	path("/**", "/", 1);
	path("src/*.c", "/src/a.c", 1);
	path("src/*.c", "/src/lib/a.c", 0);
	path("src/", "/src/lib/a.c", 3);
	path("src/", "/src", 1);
	path("./src/*.c", "/src/a.c", 1);
	path("a.c", "/x/y/a.c", 1);
	path("a//b/c", "/a/b/c", 1);
	path("a/**/b", "/a/b", 1);
	path("a/**/b", "/a/x/y/b", 1);
	path("a/**b", "/a/x/yb", 1);
	path("**/new\nline/**", "/a/new\nline/b", 3);
	path("**", "/a\nb", 1);
	path("**/a?c", "/abc", 1);
	path("**/a?c", "/a\xc3\xa9\x63", 1);
	path("**/a?c", "/a/c", 0);
	path("**/[a-c]x", "/bx", 1);
	path("**/[!a-c]x", "/bx", 0);
	path("**/[^a-c]x", "/dx", 1);
	path("**/[!a]x", "/\xc3\xa9x", 1);
	path("**/[]]x", "/]x", 1);
	path("a[!x]b", "a/b", 0);
	path("**/[*]x", "/*x", 1);
	path("**/[{]", "/{", 1);
	path("**/*a*a*a*a*a*a*a*a*b",
		"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", 0);
}

static void test_refused(void)
{
	path("", "", -1);
	path("**/[ab", "", -1);
	path("**/[z-a]", "", -1);
	path("**/[\xc3\xa9]", "", -1);
	path("*.{a,b}", "", -1);
	path("a/../b", "", -1);
	path("a/./b", "", -1);
	char longest[RULEPAT_MAX + 2];
	memset(longest, 'a', sizeof(longest));
	longest[RULEPAT_MAX + 1] = '\0';
	path(longest, "", -1);
	longest[RULEPAT_MAX] = '\0';
	path(longest, longest, 1);
}

/* Where the root ends, what is above it is not looked at; what may be below it is. */
static void test_answers(void)
{
	struct rulepat r;
	struct err e;
	CHECK(rulepat_path(&r, "**/secrets*", &e) == 0);
	CHECK(!(rulepat_match(&r, "/home/secrets/p/a", 17, 0, 15) & RULEPAT_ABOVE));
	CHECK(rulepat_match(&r, "/home/secrets/p/a", 17, 0, 5) & RULEPAT_ABOVE);
	CHECK(rulepat_match(&r, "/x", 2, 0, 0) & RULEPAT_BELOW);
	CHECK(r.name && rulepat_match_name(&r, "secrets.txt", 11));
	CHECK(!rulepat_match_name(&r, "secret", 6));
	rulepat_release(&r);
	CHECK(rulepat_path(&r, "/src/lib/**", &e) == 0);
	CHECK(rulepat_match(&r, "/src", 4, 0, 0) & RULEPAT_BELOW);
	CHECK(!(rulepat_match(&r, "/doc", 4, 0, 0) & RULEPAT_BELOW));
	rulepat_release(&r);
}

static void text(const char *pattern, const char *command, enum rulepat_text want)
{
	struct rulepat r;
	struct err e;
	CHECK(rulepat_command(&r, pattern, &e) == 0);
	enum rulepat_text got = rulepat_match_text(&r, command);
	if (got != want) {
		fprintf(stderr, "'%s' on '%s': %d, not %d\n", pattern, command, (int)got,
			(int)want);
		unit_failed++;
	}
	rulepat_release(&r);
}

static void test_commands(void)
{
	text("python *", "python src/app.py", RULEPAT_YES);
	text("python *", "python", RULEPAT_YES);
	text("python *", "python3 x", RULEPAT_NO);
	text("git  diff*", "git diff src/a.c", RULEPAT_YES);
	text("mkfs*", "mkfs.ext4 /dev/sda", RULEPAT_YES);
	text("dd if=*of=/dev/*", "dd if=/dev/zero of=/dev/sda", RULEPAT_YES);
	text("*", "a\nb", RULEPAT_YES);
	text("git log *", "git \001", RULEPAT_MAYBE);
	text("git log *", "ls \001", RULEPAT_NO);
	text("git log *", "git log \001", RULEPAT_YES);
	text("a?c", "a/c", RULEPAT_YES);
}

int main(void)
{
	test_paths();
	test_refused();
	test_answers();
	test_commands();
	return unit_end();
}
