/* SPDX-License-Identifier: MIT */
/* re, repat and find: what compiles and what is said when not; the three ways of finding
 * lines against each other on random patterns and texts (seed printed, SEED repeats it,
 * ROUNDS sets how many); bounds in time. */
#include "find.h"
#include "mem.h"
#include "num.h"
#include "repat.h"
#include "unit.h"

static struct re *make(const char *pattern, unsigned flags, struct err *e)
{
	struct re_pattern p = {pattern, strlen(pattern)};
	*e = (struct err){0};
	return re_new(&p, 1, flags, e);
}

/* The message for a pattern that must not compile. */
static const char *refusal(const char *pattern, unsigned flags)
{
	static struct err e;
	struct re *re = make(pattern, flags, &e);
	CHECK(!re && e.code == ERR_BAD_PATTERN);
	re_free(re);
	return e.msg;
}

static bool begins(const char *s, const char *with)
{
	bool ok = !strncmp(s, with, strlen(with));
	if (!ok)
		printf("want: %s\n got: %s\n", with, s);
	return ok;
}

static void test_errors(void)
{
	CHECK(begins(refusal("foo(bar", 0),
		"missing ) at column 8 of 'foo(bar'; for plain text use -F"));
	CHECK(begins(refusal("a)b", 0), ") without ( at column 2 of 'a)b'"));
	CHECK(begins(refusal("**", 0), "nothing to repeat at column 1 of '**'"));
	CHECK(begins(refusal("é[a", 0), "missing ] at column 4 of 'é[a'"));
	CHECK(begins(refusal("a\\", 0), "nothing after \\ at column 3"));
	CHECK(begins(refusal("a)(b", RE_WORD), ") without ( at column 2 of 'a)(b'"));
	CHECK(begins(refusal("(?<=a+)b", 0), "look-behind of no fixed length"));
	CHECK(begins(refusal("\xff(", 0), "bytes that are not UTF-8 at column 1"));
	CHECK(begins(refusal("a\\Cb", 0), "\\C, which is not available at column 4"));
	CHECK(begins(refusal("(*UCP)a", RE_WORD), "(*VERB) at column 1"));
	/* A long pattern is shown around the fault only. */
	CHECK(begins(
		refusal("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa(", 0),
		"missing ) at column 60 of '…aaaaaaaaaaaaaaaaaaaa"));
}

/* How many lines of text match; the lines' first bytes in `which` when not NULL. */
static int count(const char *pattern, unsigned flags, const char *text, char *which)
{
	struct err e;
	struct re *re = make(pattern, flags, &e);
	struct find_line l;
	int n = 0;
	CHECK(re);
	if (!re)
		return -1;
	struct find *f = find_new(re, NUM_NONE);
	for (size_t at = 0; find_next(f, text, strlen(text), at, &l) == FIND_HIT;
		at = l.next) {
		if (which)
			which[n] = text[l.start];
		n++;
	}
	if (which)
		which[n] = 0;
	find_free(f);
	re_free(re);
	return n;
}

static void test_lines(void)
{
	CHECK(count("o$", 0, "foo\r\nfoo\nfo\rx\n", NULL) == 2);
	CHECK(count("^$", 0, "a\n\nb\n\n", NULL) == 2);
	CHECK(count("", 0, "a\n\nb", NULL) == 3);
	CHECK(count("", 0, "", NULL) == 0);
	CHECK(count("a\\s+b", 0, "a\nb\na b\n", NULL) == 1);
	CHECK(count("a[^x]b", 0, "a\nb\na-b\n", NULL) == 1);
	CHECK(count("a\nb", 0, "a\nb\na b\n", NULL) == 3);
	CHECK(count("o\\r", 0, "foo\r\nfoo\n", NULL) == 1);
	CHECK(count("(?s)a.b", 0, "a\nb\n", NULL) == 0);
	CHECK(count("^b", 0, "a\nb", NULL) == 1);
	CHECK(count("\\Ab", 0, "a\nb\n", NULL) == 1);
	CHECK(count("a\\z", 0, "a\nba\nab", NULL) == 2);
	CHECK(count("^", 0, "a\n\xff\xff\n", NULL) == 2);
	CHECK(count("", RE_WORD, "_\n\xbf\xbfo\n", NULL) == 1);
	CHECK(count("(?<!\\n)b", 0, "a\nb\n", NULL) == 1);
}

static void test_flags(void)
{
	char which[16];
	CHECK(count("FOO", RE_ICASE, "foo\nFoO\n", NULL) == 2);
	CHECK(count("foo", RE_SMART_CASE, "foo\nFoO\n", NULL) == 2);
	CHECK(count("Foo", RE_SMART_CASE, "foo\nFoo\n", NULL) == 1);
	CHECK(count("\\Woo\\S", RE_SMART_CASE, "-OOo\n", NULL) == 1);
	CHECK(count("É", RE_SMART_CASE, "é\n", NULL) == 0);
	CHECK(count("a.b", RE_FIXED, "a.b\naxb\n", NULL) == 1);
	CHECK(count("a.b\nx", RE_FIXED, "a.b\naxb\n", NULL) == 2);
	CHECK(count("\\Q(", RE_FIXED | RE_ICASE, "\\q(\n", NULL) == 1);
	CHECK(count("foo", RE_WORD, "foo\nfoob\n_foo\na foo b\nfoo-\néfoo\n", which) ==
		3);
	CHECK(!strcmp(which, "faf"));
	CHECK(count("a|ab", RE_LINE, "ab\na\nabc\n", NULL) == 2);
	CHECK(count("a|ab", RE_LINE, "ab\r\na\r\nabc", NULL) == 2);
	CHECK(count("(a)\\1\n(b)\\1", 0, "aa\nbb\nab\n", NULL) == 2);
	CHECK(count("\\Qa(b\nc", 0, "a(b\nc\n", NULL) == 2);
	CHECK(count("(?x)a #b\nc", 0, "ac\na\n", NULL) == 2);
	CHECK(count("(?x)a #b", RE_WORD, "ac\na\n", NULL) == 1);
	CHECK(count("(?<x>a)\n(?<x>b)", 0, "a\nb\nc\n", NULL) == 2);
}

static void test_again(void)
{
	struct err e;
	struct re *re = make("[0-9]*", 0, &e);
	struct find *f = find_new(re, NUM_NONE);
	size_t s, n;
	CHECK(find_match(f, "a12b3", 5, 0, &s, &n) == FIND_HIT && s == 0 && n == 0);
	CHECK(find_again(f, "a12b3", 5, &s, &n) == FIND_HIT && s == 1 && n == 3);
	CHECK(find_again(f, "a12b3", 5, &s, &n) == FIND_HIT && s == 4 && n == 5);
	CHECK(find_again(f, "a12b3", 5, &s, &n) == FIND_NONE && s == 4 && n == 5);
	find_free(f);
	re_free(re);
}

static void test_no_pattern(void)
{
	struct err e = {0};
	struct re *re = re_new(NULL, 0, 0, &e);
	struct find *f = find_new(re, NUM_NONE);
	struct find_line l;
	CHECK(find_next(f, "a\n", 2, 0, &l) == FIND_NONE);
	find_free(f);
	re_free(re);
}

/* Is the rewritten pattern what it should be? NULL: there must be none. */
static bool rewrites(const char *pattern, const char *want)
{
	struct buf b = BUF_INIT;
	bool can = repat_for_buffer(pattern, strlen(pattern), &b);
	bool ok = want ? can && !strcmp(b.p, want) : !can;
	if (!ok)
		printf("%s: %s\n", pattern, can ? b.p : "(none)");
	buf_release(&b);
	return ok;
}

static void test_rewriting(void)
{
	static const char *const none[] = {"a++", "a*+", "(?>a)", "(?=a)", "(?<=a)",
		"(?<!a)", "(?s)a", "(?x)a", "(?|a|b)", "(?1)", "(?R)", "(*UCP)a", "\\Aa",
		"a\\Z", "a\\z", "\\Ga", "a\\Kb", "\\R", "\\X", "\\Qa", "[\\s]",
		"[[:space:]]", "[\\t-\\r]", "[\\x00-x]", "[a", "a\\", "[[:<:]]a", "\\N",
		"a\\nb", "[\t-\r]"};
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		CHECK(rewrites(none[i], NULL));
	CHECK(rewrites("a+?b{2,3}?(?i)c", "a+?b{2,3}?(?i)c"));
	CHECK(rewrites("\\s\\W\\D\\S\\w", "[^\\S\\n][^\\w\\n][^\\d\\n]\\S\\w"));
	CHECK(rewrites("[^]a][^-a][^a]", "[^\\n\\]a][^\\n\\-a][^\\na]"));
	CHECK(rewrites("[]a-z][-a]", "[\\]a-z][\\-a]"));
	CHECK(rewrites("a$|^b", "a(?=\\r?$)|^b"));
	CHECK(rewrites("\\P{Lu}+\\pN", "[^\\p{Lu}\\n]+\\pN"));
	CHECK(rewrites("(?<n>a)(?P<m>b)", "(?<n>a)(?P<m>b)"));
	CHECK(rewrites("\\+\\$[+$]+", "\\+\\$[+$]+"));
}

static uint64_t state;

static unsigned dice(unsigned sides)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % sides;
}

static void random_text(struct buf *b)
{
	static const char *const parts[] = {"a", "b", "ab", "\n", "\r\n", "\r", " ", "\t",
		"A", "_", "1", "é", "\xff", "\xc3", "x", "-", "]", "\n\n", "foo", "Σ",
		""};
	buf_clear(b);
	for (unsigned i = dice(30); i > 0; i--)
		buf_puts(b, parts[dice(ARRAY_LEN(parts))]);
}

static void random_pattern(struct buf *b)
{
	static const char *const parts[] = {"a", "b", "ab", "foo", ".", "\\w", "\\W",
		"\\s", "\\S", "\\d", "\\D", "[^a]", "[ab]", "[^\\s]", "[\\s]", "[^]a]",
		"[]a]", "[-a]", "[^-a]", "[[:alpha:]]", "[^[:space:]]", "[[:space:]]",
		"\\b", "\\B", "^", "$", "*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}",
		"++", "|", "(", ")", "(?:", ")", "(?=", "(?!", "(?<=", "(?<!", "(?>",
		"(?i)", "(?s)", "\\1", "é", "\\x41", "\\xe9", "\\x0a", "\\r", "\\n",
		"\\t", "\\.", "\\]", "\\p{L}", "\\P{L}", "\\h", "\\H", "\\v", "\\V",
		"\\R", "\\A", "\\z", "\\Z", "-", "_", "(?<n>", "\\p{Cc}",
		"[^\\x41-\\xff]", "[\\t-a]", "(?-i:", "}", "]"};
	buf_clear(b);
	for (unsigned i = 1 + dice(7); i > 0; i--)
		buf_puts(b, parts[dice(ARRAY_LEN(parts))]);
}

/* One pattern on one text, both ways. Returns whether they agree. */
static bool agree(const struct re *re, const struct buf *text)
{
	struct find *quick = find_new(re, NUM_NONE), *plain = find_new(re, NUM_NONE);
	size_t a = 0, b = 0;
	enum find_result ra, rb;
	bool same;
	find_plainly(plain);
	do {
		struct find_line la = {0}, lb = {0};
		ra = find_next(quick, text->p, text->len, a, &la);
		rb = find_next(plain, text->p, text->len, b, &lb);
		same = ra == rb && (ra == FIND_NONE || !memcmp(&la, &lb, sizeof(la)));
		a = la.next;
		b = lb.next;
	} while (same && ra != FIND_NONE);
	find_free(quick);
	find_free(plain);
	return same;
}

static void show(const char *what, const struct buf *b)
{
	printf("%s: \"", what);
	for (size_t i = 0; i < b->len; i++)
		printf((unsigned char)b->p[i] - 0x20u < 0x5f ? "%c" : "\\x%02x",
			(unsigned char)b->p[i]);
	printf("\"\n");
}

static void test_random(void)
{
	const char *seed = getenv("SEED"), *rounds = getenv("ROUNDS");
	int64_t n = 20000, s = num_now_ms(), tried = 0, scanned = 0;
	CHECK(!seed || num_int(seed, 0, INT64_MAX, &s) == 0);
	CHECK(!rounds || num_int(rounds, 0, INT64_MAX, &n) == 0);
	state = (uint64_t)s;
	struct buf pattern = BUF_INIT, text = BUF_INIT;
	for (int64_t i = 0; i < n && unit_failed < 5; i++) {
		struct err e;
		random_pattern(&pattern);
		struct re *re = make(pattern.p, 1u << dice(5), &e);
		for (int k = 0; re && k < 8; k++) {
			random_text(&text);
			bool ok = agree(re, &text);
			CHECK(ok);
			if (ok)
				continue;
			show("pattern", &pattern);
			show("text", &text);
		}
		tried += re != NULL;
		scanned += re && re->scan;
		re_free(re);
	}
	printf("seed %lld: %lld patterns, %lld of them searched for in whole buffers\n",
		(long long)s, (long long)tried, (long long)scanned);
	CHECK(n < 1000 || scanned > tried / 8);
	buf_release(&pattern);
	buf_release(&text);
}

/* A line of n bytes c and "xcd", and a line "ab". */
static void long_line(struct buf *b, char c, size_t n)
{
	buf_clear(b);
	buf_reserve(b, n + 7);
	for (size_t i = 0; i < n; i++)
		buf_addc(b, c);
	buf_puts(b, "xcd\nab\n");
}

static void test_bounds(void)
{
	struct buf b = BUF_INIT;
	struct err e;
	struct find_line l;
	int64_t before = num_now_ms();
	long_line(&b, 'a', 1 << 20);
	struct re *re = make("(a|b)+d", 0, &e);
	struct find *f = find_new(re, NUM_NONE);
	find_plainly(f); /* a scan for [ab]d would spare it the work */
	CHECK(find_next(f, b.p, b.len, 0, &l) == FIND_LIMIT && l.next == (1 << 20) + 4);
	CHECK(find_next(f, b.p, b.len, l.next, &l) == FIND_NONE);
	CHECK(num_now_ms() - before < 5000);
	find_free(f);
	re_free(re);
	/* No limit of PCRE2 is hit here, the work is only square: the deadline holds. */
	re = make("a[^c]*b", 0, &e);
	long_line(&b, 'a', 32 << 20);
	before = num_now_ms();
	f = find_new(re, before + 300);
	find_plainly(f);
	CHECK(find_next(f, b.p, b.len, 0, &l) == FIND_TIMEOUT);
	CHECK(num_now_ms() - before < 3000);
	find_free(f);
	re_free(re);
	re = make("(a+)+$", 0, &e);
	f = find_new(re, NUM_NONE);
	CHECK(find_next(f, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\na\n", 45, 0,
		      &l) == FIND_LIMIT);
	CHECK(find_next(f, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\na\n", 45, l.next,
		      &l) == FIND_HIT);
	find_free(f);
	re_free(re);
	buf_release(&b);
}

int main(void)
{
	test_errors();
	test_lines();
	test_flags();
	test_again();
	test_no_pattern();
	test_rewriting();
	test_random();
	test_bounds();
	return unit_end();
}
