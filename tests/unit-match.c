/* SPDX-License-Identifier: MIT */
#include "match.h"

#include "num.h"
#include "unit.h"

/* One flag word for each question: 1 match_path, 0 not. */
static int ask(const char *pattern, const char *path, unsigned flags)
{
	struct err e;
	struct match *m = match_new(pattern, strlen(pattern), flags, &e);
	if (!m)
		return -1;
	int hit = match_path(m, path);
	match_free(m);
	return hit;
}

static int below(const char *pattern, const char *path, unsigned flags)
{
	struct err e;
	struct match *m = match_new(pattern, strlen(pattern), flags, &e);
	if (!m)
		return -1;
	int hit = match_below(m, path);
	match_free(m);
	return hit;
}

struct row {
	const char *pattern, *path;
	int want;
};

static void check_rows(const struct row *v, size_t n, unsigned flags)
{
	for (size_t i = 0; i < n; i++) {
		if (ask(v[i].pattern, v[i].path, flags) == v[i].want)
			continue;
		fprintf(stderr, "'%s' on '%s', flags %u: not %d\n", v[i].pattern,
			v[i].path, flags, v[i].want);
		unit_failed++;
	}
}

static void test_stars(void)
{
	static const struct row v[] = {
		{"", "", 1},
		{"", "a", 0},
		{"a", "a", 1},
		{"a", "ab", 0},
		{"*", "a", 1},
		{"*", "", 1},
		{"*", "a/b", 0},
		{"a*c", "abbc", 1},
		{"a*c", "ac", 1},
		{"a*c", "a/c", 0},
		{"?", "/", 0},
		{"?", "ab", 0},
		{"**", "a/b/c", 1},
		{"**", "a", 1},
		{"**/b", "b", 1},
		{"**/b", "a/b", 1},
		{"**/b", "ab", 0},
		{"**/b", "a/ab", 0},
		{"a/**", "a", 0},
		{"a/**", "a/b", 1},
		{"a/**", "a/b/c", 1},
		{"a/**/b", "a/b", 1},
		{"a/**/b", "a/x/y/b", 1},
		{"a/**/b", "ab", 0},
		{"a/**/b", "a/xb", 0},
		{"a**b", "a/b", 0},
		{"a**b", "axxb", 1},
		{"***/b", "a/c/b", 1},
		{"ab**", "abc", 1},
		{"ab**", "abc/d", 0},
		{"a**/b", "axb", 0},
		{"a**/b", "a/x/b", 0},
		{"**/*.c", "x/y.c", 1},
		{"a/**b", "a/x/b", 0},
		{"a/**b", "a/xb", 1},
		{"**a", "x/a", 0},
		{"\\*", "*", 1},
		{"\\*", "a", 0},
		{"\\\\", "\\", 1},
		{"a\\/b", "a/b", 1},
		{"*\xff", "a\xff", 1},
		{"a\nb", "a\nb", 1},
	};
	check_rows(v, ARRAY_LEN(v), 0);
}

static void test_classes(void)
{
	static const struct row v[] = {
		{"[ab]", "a", 1},
		{"[ab]", "c", 0},
		{"[!ab]", "c", 1},
		{"[^ab]", "a", 0},
		{"[a-c]", "b", 1},
		{"[a-c]", "d", 0},
		{"[]]", "]", 1},
		{"[!]]", "]", 0},
		{"[]-a]", "^", 1},
		{"[a-]", "-", 1},
		{"[-a]", "-", 1},
		{"[\\]]", "]", 1},
		{"[a\\-c]", "b", 0},
		{"[a\\-c]", "-", 1},
		{"[[:digit:]x]", "7", 1},
		{"[[:digit:]x]", "x", 1},
		{"[![:digit:]]", "7", 0},
		{"[[:alpha:]-z]", "-", 1},
		{"[[:space:]]", "\t", 1},
		{"[[:punct:]]", "~", 1},
		{"[[:punct:]]", "a", 0},
		{"[[:xdigit:]]", "F", 1},
		{"[[:cntrl:]]", "\177", 1},
		{"[a/b]", "/", 0},
		{"[!a]", "/", 0},
		{"[a-c-e]", "-", 1},
		{"[a-c-e]", "d", 0},
		{"[[]", "[", 1},
		{"[[:]", ":", 1},
		{"[.-0]", "/", 0},
	};
	check_rows(v, ARRAY_LEN(v), 0);
}

static void test_utf8(void)
{
	static const struct row v[] = {
		{"?", "\xc3\xa9", 1},
		{"??", "\xc3\xa9", 0},
		{"[\xc3\xa9x]", "\xc3\xa9", 1},
		{"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", 1},
		{"[!a]", "\xf0\x9f\x98\x80", 1},
		{"?", "\xff", 1},
		{"\xff", "\xff", 1},
		{"\xff", "\xc3\xbf", 0},
		{"??", "\xe2\x82", 1},
		{"?", "\xe2\x82\xac", 1},
	};
	static const struct row bytes[] = {
		{"?", "\xc3\xa9", 0},
		{"??", "\xc3\xa9", 1},
		{"[\xc3]\xa9", "\xc3\xa9", 1},
	};
	check_rows(v, ARRAY_LEN(v), 0);
	check_rows(bytes, ARRAY_LEN(bytes), MATCH_GIT);
}

static void test_braces(void)
{
	static const struct row v[] = {
		{"{a,b}", "a", 1},
		{"{a,b}", "b", 1},
		{"{a,b}", "c", 0},
		{"{a,b}", "{a,b}", 0},
		{"x{,y}z", "xz", 1},
		{"x{,y}z", "xyz", 1},
		{"{}", "", 1},
		{"a{}", "a", 1},
		{"{a}", "a", 1},
		{"{a,{b,c}d}", "cd", 1},
		{"{a,{b,c}d}", "c", 0},
		{"{a,b}{c,d}", "bd", 1},
		{"*.{c,h}", "x.h", 1},
		{"*.{c,h}", "x.o", 0},
		{"{a,b/c}", "b/c", 1},
		{"{**,x}/b", "b", 1},
		{"{**,x}/b", "a/c/b", 1},
		{"{**,x}/b", "x/b", 1},
		{"{**,x}/b", "xb", 0},
		{"{a,**/}b", "b", 1},
		{"{a,**/}b", "c/b", 1},
		{"{a/,}**", "a/b/c", 1},
		{"a/{**,x/y}/b", "a/b", 1},
		{"a/{**,x/y}/b", "a/x/y/b", 1},
		{"{[,],x}", ",", 1},
		{"{a\\,b}", "a,b", 1},
		{"a}", "a}", 1},
		{"a,b", "a,b", 1},
		{"{{**,q}/b,c}", "z/b", 1},
		{"{{**,q}/b,c}", "b", 1},
	};
	static const struct row plain[] = {
		{"{a,b}", "{a,b}", 1},
		{"{a,b}", "a", 0},
		{"{", "{", 1},
	};
	check_rows(v, ARRAY_LEN(v), 0);
	check_rows(plain, ARRAY_LEN(plain), MATCH_NO_BRACES);
	check_rows(plain, ARRAY_LEN(plain), MATCH_GIT);
}

static void test_flags(void)
{
	static const struct row icase[] = {
		{"A*.C", "abc.c", 1},
		{"[a-c]", "B", 1},
		{"[!a]", "A", 0},
		{"\xc3\xa9", "\xc3\x89", 0},
	};
	static const struct row period[] = {
		{"*", ".a", 0},
		{".*", ".a", 1},
		{"**", "a/.b", 0},
		{"**/.b", "a/.b", 1},
		{"**/.b", ".x/.b", 0},
		{"?a", ".a", 0},
		{"[.]a", ".a", 0},
		{"a*", "a.b", 1},
		{".github/**", ".github/x", 1},
		{".github/**", ".github/.x", 0},
		{"{.a,b}*", ".ab", 1},
		{"\\.a", ".a", 1},
		{"a/*", "a/.b", 0},
	};
	static const struct row name[] = {
		{"*.c", "a/b.c", 1},
		{"*.c", "b.c", 1},
		{"b", "a/b", 1},
		{"b", "b/a", 0},
		{"a/*.c", "x/a/b.c", 0},
		{"a/*.c", "a/b.c", 1},
		{"?", "a/\xc3\xa9", 1},
	};
	check_rows(icase, ARRAY_LEN(icase), MATCH_ICASE);
	check_rows(period, ARRAY_LEN(period), MATCH_PERIOD);
	check_rows(name, ARRAY_LEN(name), MATCH_BASENAME);
	CHECK(ask("*.c", ".x/a.c", MATCH_BASENAME | MATCH_PERIOD) == 0);
	CHECK(ask(".env", "a/.env", MATCH_BASENAME | MATCH_PERIOD) == 1);
	CHECK(ask("*env", "a/.env", MATCH_BASENAME | MATCH_PERIOD) == 0);
}

static void test_below(void)
{
	CHECK(below("src/*.c", "src", 0) == 1);
	CHECK(below("src/*.c", "sr", 0) == 0);
	CHECK(below("src/*.c", "src/x", 0) == 0);
	CHECK(below("src/*.c", "node_modules", 0) == 0);
	CHECK(below("**/*.c", "any/where", 0) == 1);
	CHECK(below("{a,b}/c", "b", 0) == 1);
	CHECK(below("{a,b}/c", "c", 0) == 0);
	CHECK(below("a", "a", 0) == 0);
	CHECK(below("*.c", "any", MATCH_BASENAME) == 1);
	CHECK(below("**", ".git", MATCH_PERIOD) == 0);
	CHECK(below("*.c", "a/.b", MATCH_BASENAME | MATCH_PERIOD) == 0);
	CHECK(below(".b/*", ".b", MATCH_PERIOD) == 1);
}

static void check_bad(const char *pattern, const char *message)
{
	struct err e = {0};
	struct match *m = match_new(pattern, strlen(pattern), 0, &e);
	CHECK(!m);
	CHECK(e.code == ERR_BAD_PATTERN);
	if (strcmp(e.msg, message) != 0) {
		fprintf(stderr, "%s: '%s', not '%s'\n", pattern, e.msg, message);
		unit_failed++;
	}
	match_free(m);
}

static void test_errors(void)
{
	check_bad("ab[c", "missing ] for the [ at column 3 of 'ab[c'");
	check_bad("\xc3\xa9[c", "missing ] for the [ at column 2 of '\xc3\xa9[c'");
	check_bad("[", "missing ] for the [ at column 1 of '['");
	check_bad("[]", "missing ] for the [ at column 1 of '[]'");
	check_bad("[a-", "missing ] for the [ at column 1 of '[a-'");
	check_bad("a{b,{c}", "missing } for the { at column 2 of 'a{b,{c}'");
	check_bad("a\\", "nothing behind the \\ at column 2 of 'a\\'");
	check_bad("[z-a]", "a range that runs backwards at column 2 of '[z-a]'");
	check_bad("[[:foo:]]",
		"no character class of that name at column 2 of '[[:foo:]]'");
	/* git keeps silent, and nothing matches. */
	CHECK(ask("ab[c", "ab[c", MATCH_GIT) == 0);
	CHECK(ask("a\\", "a\\", MATCH_GIT) == 0);
	CHECK(ask("[[:foo:]]", "f", MATCH_GIT) == 0);
}

/* What a backtracking matcher would need ages for. */
static void test_time(void)
{
	char pattern[4000], path[4000];
	size_t n = 0;
	int64_t start = num_now_ms();
	for (; n < 3000; n += 3)
		memcpy(pattern + n, "*a*", 3);
	memcpy(pattern + n, "b*", 3);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK(ask(pattern, path, 0) == 0);
	for (n = 0; n < 3500; n += 7)
		memcpy(pattern + n, "{a,aa}*", 7);
	memcpy(pattern + n, "c?", 3);
	CHECK(ask(pattern, path, 0) == 0);
	memset(pattern, 'x', sizeof(pattern) - 1);
	for (n = 0; n < 64; n++)
		pattern[n] = '{', pattern[200 - n] = '}';
	pattern[201] = '\0';
	CHECK(ask(pattern, "x", 0) == 0);
	CHECK(num_now_ms() - start < 5000);
}

int main(void)
{
	test_stars();
	test_classes();
	test_utf8();
	test_braces();
	test_flags();
	test_below();
	test_errors();
	test_time();
	return unit_end();
}
