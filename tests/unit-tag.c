/* SPDX-License-Identifier: MIT */
#include "tag.h"

#include "unit.h"

/* FNV-1a of 32 bits as its authors print it (draft-eastlake-fnv, test vectors), folded.
 */
static void test_hash(void)
{
	static const struct {
		const char *line;
		uint32_t fnv;
	} v[] = {{"", 0x811c9dc5}, {"a", 0xe40c292c}, {"b", 0xe70c2de5},
		{"foobar", 0xbf9cf968}, {"chongo was here!\n", 0xd49930d5}};
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		CHECK(tag_of(v[i].line, strlen(v[i].line)) ==
			((v[i].fnv >> 16) ^ (v[i].fnv & 0xffff)));
}

/* In pieces it is the same, and a CR before the LF is no part of it. */
static void test_pieces(void)
{
	static const char line[] = "a\rb\r\rc\r";
	size_t n = sizeof(line) - 1;
	for (size_t i = 0; i <= n; i++)
		for (size_t k = i; k <= n; k++) {
			struct tag_sum s = TAG_SUM_INIT;
			tag_add(&s, line, i);
			tag_add(&s, line + i, k - i);
			tag_add(&s, line + k, n - k);
			struct tag_sum again = s;
			CHECK(tag_end(&s, true) == tag_of(line, n - 1));
			CHECK(tag_end(&again, false) == tag_of(line, n));
			CHECK(tag_end(&s, true) == tag_of("", 0));
		}
}

static void test_parse(void)
{
	struct tag t = {7, 7}, to = {7, 7};
	struct err e;
	CHECK(tag_parse("12:9f3c", 7, &t, &e) == 0 && t.line == 12 && t.hash == 0x9f3c);
	CHECK(tag_parse("1:ABCD", 6, &t, &e) == 0 && t.hash == 0xabcd);
	CHECK(tag_parse("0", 1, &t, &e) == 0 && t.line == 0);
	static const char *const bad[] = {"", "12", "12:", "12:9f3", "12:9f3cc",
		"12:9f3g", "0:9f3c", "012:9f3c", "-1:9f3c", " 1:9f3c", "1:9f3c ",
		"1:9f3c|x", "00", "99999999999999999999:9f3c", "1,2"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		t = (struct tag){7, 7};
		CHECK(tag_parse(bad[i], strlen(bad[i]), &t, &e) < 0 &&
			e.code == ERR_USAGE);
		CHECK(t.line == 7 && t.hash == 7);
	}
	CHECK(tag_parse_range("1:aaaa,2:bbbb", 13, &t, &to, &e) == 0);
	CHECK(t.line == 1 && to.line == 2 && to.hash == 0xbbbb);
	CHECK(tag_parse_range("3:cccc", 6, &t, &to, &e) == 0 && to.line == 3);
	CHECK(tag_parse_range("1:aaaa,", 7, &t, &to, &e) < 0);
	CHECK(tag_parse_range("1:aaaa,2:bbbb,3:cccc", 20, &t, &to, &e) < 0);
	CHECK(tag_prefix("1:aaaa|x", 8) == 7 && tag_prefix("1:aaaa", 6) == 0);
	CHECK(tag_prefix("1:aaa|x", 7) == 0 && tag_prefix("", 0) == 0);
}

int main(void)
{
	test_hash();
	test_pieces();
	test_parse();
	return unit_end();
}
