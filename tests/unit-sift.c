/* SPDX-License-Identifier: MIT */
/* need and sift: what is understood of patterns; the same places whatever the processor
 * has; and that no line which PCRE2 matches is without one, on random patterns and texts
 * (SEED repeats a run, ROUNDS sets how many patterns: make bench-differ). */
#include "buf.h"
#include "find.h"
#include "mem.h"
#include "need.h"
#include "num.h"
#include "part.h"
#include "sift.h"
#include "unit.h"

static uint64_t state;

static unsigned dice(unsigned sides)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % sides;
}

/* What a pattern needs, as text: sequences by blanks, sets as [first..n]. */
static bool needs(const char *pattern, bool icase, const char *want)
{
	struct need_text t = {pattern, strlen(pattern), icase};
	struct needed *need = xmalloc(sizeof(*need));
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	bool known = need_find(need, &t, 1);
	for (size_t i = 0; i < need->n; i++) {
		buf_puts(&b, i ? " " : "");
		for (unsigned k = 0; k < need->v[i].n; k++) {
			unsigned set = need->v[i].at[k], n = 0;
			for (unsigned c = 0; c < 256; c++)
				n += need_holds(need, set, (unsigned char)c);
			if (set < 256)
				buf_addc(&b, (char)set);
			else
				buf_printf(&b, "<%u>", n);
		}
	}
	free(need);
	bool ok = known == (*want != 0) && !strcmp(b.p, want);
	if (!ok)
		printf("%s: %s, not %s\n", pattern, b.p, want);
	return ok;
}

static void test_needs(void)
{
	CHECK(needs("foo", false, "foo"));
	CHECK(needs("foo|bar", false, "foo bar"));
	CHECK(needs("x(foo|ba[rz])y", false, "xfooy xba<2>y"));
	CHECK(needs("a\\.b\\x41?", false, "a.b"));
	CHECK(needs("fo", true, "<2><2>"));
	CHECK(needs("ok", true, "<2><2> <2>\xe2\x84\xaa"));
	CHECK(needs("(?i)a(?-i)b", false, "<2>b"));
	CHECK(needs("[A-Z]+_X", false, "<26>_X"));
	CHECK(needs("[a-z]{20,}_[0-9]", false, "<26><26><26><26>_<10>"));
	CHECK(needs("a*b+c?d", false, "bcd bd"));
	CHECK(needs("(?:ab){2}", false, "abab"));
	CHECK(needs("a.b", false, "b") || needs("a.b", false, "a"));
	CHECK(needs("(?=x)q(?<!y)", false, "q"));
	CHECK(needs("\\p{Greek}", false, "<51>"));
	CHECK(needs("\xc3\xa9t", false, "\xc3\xa9t"));
	CHECK(needs("\\Gab", false, "")); /* where the search begins, wherever that is */
	CHECK(needs("a?", false, ""));
	CHECK(needs("a|", false, ""));
	CHECK(needs("(?x)a b", false, ""));
	CHECK(needs("\\Qa.b", false, ""));
	CHECK(needs("(*UCP)ab", false, ""));
	CHECK(needs("a{,2}b", false, ""));
}

static void random_text(struct buf *b, unsigned most)
{
	static const char *const parts[] = {"a", "b", "ab", "\n", "\r\n", " ", "A", "B",
		"_", "1", "k", "S", "\xe2\x84\xaa", "\xc5\xbf", "é", "É", "\xff", "\xc3",
		"foo", "FOO", "bar", "Σ", "-", ".", "xyz", "aaaa", "ab ab", "a a",
		"foo  foo", "ab ab", "\t", "é é", "-xyz", "bas\xe2\x84\xaa", "SKab",
		"aKſasb", "akſaSB"};
	buf_clear(b);
	for (unsigned i = dice(most); i > 0; i--)
		buf_puts(b, parts[dice(ARRAY_LEN(parts))]);
}

static void random_pattern(struct buf *b)
{
	static const char *const parts[] = {"a", "b", "ab", "foo", "bar", "k", "s", "ks",
		"bask", "skab", "aksasb", ".", "\\w", "\\d", "\\s", "[^a]", "[ab]",
		"[a-f]", "[[:alpha:]]", "\\b", "^", "$", "*", "+", "?", "{2}", "{1,3}",
		"{2,}", "{0}", "|", "(", ")", "(?:", ")", "(?i)", "(?-i)",
		"(?i:", "(?=", "(?!", "(?<=", "(?>", "(?|", "\\1", "é", "\\x61",
		"\\x{e9}", "\\p{L}", "\\p{Lu}", "\\P{L}", "\\.", "_", "-", "[k-t]",
		"[^[:alpha:]]", "\\R", "\\X", "\\K", "\\G", "\\A", "xyz", "*+", "??",
		"(?<n>", "\\101", "\\0", "[]a]", "[^]a]", "{", "}", "\\N", "(?s)",
		"(?#x)", "Σ", "[éa]", "[é]"};
	buf_clear(b);
	for (unsigned i = 1 + dice(9); i > 0; i--)
		buf_puts(b, parts[dice(ARRAY_LEN(parts))]);
}

/* A run, something between, and the run again; or nearly. */
static void random_again(struct buf *b)
{
	static const char *const first[] = {"", "\\b"};
	static const char *const sets[] = {
		"\\w", "[a-z]", "[ab]", "[a-zA-Z0-9_]", "[kS]"};
	static const char *const times[] = {"+", "{2,}", "{1}", "{3}", "{2,4}", "+?",
		"++", "{2,}?", "{40,}", "{0,}", "*"};
	static const char *const between[] = {
		" ", "\\s", "\\s+", " +", "-", "a", "_+", "1", ".", " ?"};
	static const char *const last[] = {"", "\\b", "b", "{2}"};
	buf_clear(b);
	buf_printf(b, "%s(%s%s)%s\\1%s", first[dice(ARRAY_LEN(first))],
		sets[dice(ARRAY_LEN(sets))], times[dice(ARRAY_LEN(times))],
		between[dice(ARRAY_LEN(between))], last[dice(ARRAY_LEN(last))]);
}

/* Do all kinds of scan give the same places? */
static bool alike(const struct needed *need, const struct buf *text)
{
	struct sift *s[] = {sift_new(need, SIFT_BEST), sift_new(need, SIFT_BASE),
		sift_new(need, SIFT_PLAIN)};
	bool ok = true;
	for (size_t at = 0; s[0] && at < text->len && ok; at++) {
		size_t want = sift_next(s[2], text->p, text->len, at);
		for (int i = 0; i < 2; i++)
			ok &= sift_next(s[i], text->p, text->len, at) == want;
		at = want;
	}
	for (int i = 0; i < 3; i++)
		sift_free(s[i]);
	return ok;
}

/* Are the lines found through the scan those that PCRE2 finds one by one? */
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

static void one_pattern(
	const struct buf *pattern, const struct re *re, bool icase, bool *known)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	struct needed *need = xmalloc(sizeof(*need));
	struct need_text t = {pattern->p, pattern->len, icase};
	*known = need_find(need, &t, 1);
	for (int k = 0; k < 4; k++) {
		random_text(&text, k ? 40 : 200);
		bool ok = agree(re, &text);
		CHECK(ok);
		bool same = !*known || alike(need, &text);
		CHECK(same);
		if (ok && same)
			continue;
		printf("pattern %s\n text", pattern->p);
		for (size_t i = 0; i < text.len; i++)
			printf(" %02x", (unsigned char)text.p[i]);
		puts("");
	}
	free(need);
}

static void test_random(void)
{
	const char *seed = getenv("SEED"), *rounds = getenv("ROUNDS");
	int64_t n = 20000, s = num_now_ms(), tried = 0, sifted = 0;
	CHECK(!seed || num_int(seed, 0, INT64_MAX, &s) == 0);
	CHECK(!rounds || num_int(rounds, 0, INT64_MAX, &n) == 0);
	state = (uint64_t)s;
	struct buf pattern CLEANUP(buf_release) = BUF_INIT;
	for (int64_t i = 0; i < n && unit_failed < 5; i++) {
		struct err e;
		bool icase = dice(3) == 0, known = false;
		if (dice(8))
			random_pattern(&pattern);
		else
			random_again(&pattern);
		struct re_pattern p = {pattern.p, pattern.len};
		struct re *re = re_new(&p, 1, icase ? RE_ICASE : 0, &e);
		if (!re)
			continue;
		one_pattern(&pattern, re, icase, &known);
		tried++;
		sifted += known;
		re_free(re);
	}
	printf("seed %lld: %lld patterns on 4 texts each, something is known of %lld\n",
		(long long)s, (long long)tried, (long long)sifted);
	CHECK(n < 1000 || sifted > tried / 4);
}

/* One place, at every distance from both ends of texts of every length. */
static void test_ends(void)
{
	char text[300];
	struct need_text t = {"q_z", 3, false};
	struct needed *need = xmalloc(sizeof(*need));
	CHECK(need_find(need, &t, 1));
	for (enum sift_with with = SIFT_BEST; with <= SIFT_PLAIN; with++) {
		struct sift *s = sift_new(need, with);
		size_t wrong = 0;
		for (size_t n = 0; n <= sizeof(text); n++) {
			memset(text, 'q', sizeof(text));
			wrong += sift_next(s, text, n, 0) != n;
			for (size_t at = 0; at + 3 <= n; at++) {
				memcpy(text + at, "q_z", 3);
				wrong += sift_next(s, text, n, 0) != at;
				memset(text + at, 'q', 3);
			}
		}
		CHECK(wrong == 0);
		sift_free(s);
	}
	free(need);
}

static void test_newlines(void)
{
	char text[300];
	size_t wrong = 0;
	for (size_t every = 1; every < 40; every++) {
		size_t lines = 0;
		for (size_t n = 0; n < sizeof(text); n++) {
			memset(text + n, '\n', sizeof(text) - n); /* behind the end */
			wrong += sift_newlines(text, n) != lines;
			text[n] = n % every ? 'x' : '\n';
			lines += text[n] == '\n';
		}
	}
	CHECK(wrong == 0);
}

int main(void)
{
	test_needs();
	test_ends();
	test_newlines();
	test_random();
	return unit_end();
}
