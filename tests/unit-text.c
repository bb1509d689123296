/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "unit.h"

/* Unicode's table 3-7, byte by byte: what every code point and every ill-formed start is.
 */
static void test_utf8(void)
{
	struct buf b = BUF_INIT;
	for (uint32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
		unsigned char u[2][2] = {
			{(unsigned char)(c & 255), (unsigned char)(c >> 8)}, {0}};
		bool surrogate = c >= 0xd800 && c < 0xe000;
		size_t n = 2;
		if (c >= 0x10000) {
			uint32_t hi = 0xd800 + ((c - 0x10000) >> 10),
				 lo = 0xdc00 + (c & 0x3ff);
			u[0][0] = (unsigned char)(hi & 255),
			u[0][1] = (unsigned char)(hi >> 8);
			u[1][0] = (unsigned char)(lo & 255),
			u[1][1] = (unsigned char)(lo >> 8);
			n = 4;
		}
		buf_clear(&b);
		text_from_utf16(&b, u[0], n, false);
		CHECK(b.len == (c < 0x80 ? 1u : c < 0x800 ? 2u : c < 0x10000 ? 3u : 4u));
		CHECK(text_char((unsigned char *)b.p, b.len) == b.len);
		CHECK(text_is_utf8(b.p, b.len) && text_columns(b.p, b.len) == 1);
		CHECK(b.len < 2 || !text_is_utf8(b.p, b.len - 1));
		if (surrogate)
			CHECK(!strcmp(b.p, "\xef\xbf\xbd"));
		struct buf back = BUF_INIT;
		CHECK(text_to_utf16(&back, b.p, b.len, false) == 0);
		CHECK(surrogate || (back.len == n && !memcmp(back.p, u, n)));
		buf_release(&back);
	}
	buf_release(&b);
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2",
		"\xc2x", "\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe",
		"\xff", "\xf0\x90\x80", "abcdefgh\xff", "abcdefghijk\xe2\x82"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!text_is_utf8(bad[i], strlen(bad[i])));
	CHECK(text_is_utf8("", 0) && text_is_utf8("a\0b", 3));
	CHECK(text_columns("\xff\xe2\x82\xac\xe2\x82", 6) == 4);
	CHECK(text_offset_of("\xff\xe2\x82\xac\xe2\x82", 6, 2) == 4);
	CHECK(text_offset_of("abc", 3, 9) == 3 && text_offset_of("abc", 3, 0) == 0);
}

static void test_guess(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum text_encoding want;
	} v[] = {
		{"", 0, TEXT_UTF8},
		{"abc\n", 4, TEXT_UTF8},
		{"\xc3\xa9", 2, TEXT_UTF8},
		{"\xef\xbb\xbf"
		 "a",
			4, TEXT_UTF8_BOM},
		{"\xef\xbb\xbf", 3, TEXT_UTF8_BOM},
		{"\xff\xfe"
		 "a\0",
			4, TEXT_UTF16LE},
		{"\xfe\xff\0a", 4, TEXT_UTF16BE},
		{"\xff\xfe", 2, TEXT_UTF16LE},
		{"caf\xe9 au lait", 12, TEXT_8BIT},
		{"a\0b", 3, TEXT_BINARY},
		{"\xef\xbb\xbf\0", 4, TEXT_BINARY},
		{"\xff", 1, TEXT_8BIT},
		{"\x80", 1, TEXT_8BIT},
		/* A character cut by the end of what was looked at. */
		{"abc\xe2\x82", 5, TEXT_UTF8},
		{"abc\xf0\x9f\x98", 6, TEXT_UTF8},
		{"abc\xc3", 4, TEXT_UTF8},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (text_guess(v[i].bytes, v[i].n) != v[i].want) {
			fprintf(stderr, "guess %zu is %s\n", i,
				text_encoding_name(text_guess(v[i].bytes, v[i].n)));
			unit_failed++;
		}
	CHECK(!strcmp(text_encoding_name(TEXT_UTF16BE), "utf-16be"));
	CHECK(!strcmp(text_encoding_name(TEXT_8BIT), "unknown-8bit"));
}

static void test_utf16(void)
{
	struct buf b = BUF_INIT;
	text_from_utf16(&b,
		(const unsigned char *)"\xd8\x3d\xde\x00"
				       "a",
		5, true);
	CHECK(!strcmp(b.p, "\xf0\x9f\x98\x80\xef\xbf\xbd"));
	buf_clear(&b);
	text_from_utf16(&b, (const unsigned char *)"\xd8\x3d\xd8\x3d\xde\x00", 6, true);
	CHECK(!strcmp(b.p, "\xef\xbf\xbd\xf0\x9f\x98\x80"));
	buf_clear(&b);
	text_from_utf16(
		&b, (const unsigned char *)"\xde\x00\0a\xd8\x3d\0b\xd8\x3d", 10, true);
	CHECK(!strcmp(b.p, "\xef\xbf\xbd"
			   "a\xef\xbf\xbd"
			   "b\xef\xbf\xbd"));
	buf_clear(&b);
	CHECK(text_to_utf16(&b, "\xf0\x9f\x98\x80x", 5, true) == 0 && b.len == 6);
	CHECK(!memcmp(b.p, "\xd8\x3d\xde\x00\0x", 6));
	CHECK(text_to_utf16(&b, "\xff", 1, true) == -1);
	buf_release(&b);
}

static void name_is(const char *name, bool strict, const char *want)
{
	struct buf b = BUF_INIT;
	text_name(&b, name, strict);
	if (strcmp(b.p, want) != 0) {
		fprintf(stderr, "name: '%s', not '%s'\n", b.p, want);
		unit_failed++;
	}
	buf_release(&b);
}

static void test_name(void)
{
	name_is("a b'c\\d", false, "a b'c\\d");
	name_is("a\nb", false, "$'a\\nb'");
	name_is("\a\b\t\n\v\f\r\x1b\x7f", false, "$'\\a\\b\\t\\n\\v\\f\\r\\x1b\\x7f'");
	name_is("a\n'\\", false, "$'a\\n\\'\\\\'");
	name_is("$'x'", false, "$'$\\'x\\''");
	name_is("$x", false, "$x");
	name_is("caf\xe9", false, "caf\xe9");
	name_is("caf\xe9", true, "$'caf\\xe9'");
	name_is("caf\xc3\xa9", true, "caf\xc3\xa9");
	name_is("\n\xc3\xa9\xe9", false, "$'\\n\xc3\xa9\\xe9'");
	name_is("", true, "");
}

static void test_escape(void)
{
	struct buf b = BUF_INIT;
	static const char text[] = "a\tb\nc\r\x1b[31m\x7f\0\xe9\xc3\xa9\xc2\x9b"
				   "31m\xc2\xa0";
	text_escape(&b, text, sizeof(text) - 1);
	CHECK(!strcmp(b.p, "a\tb\nc\\x0d\\x1b[31m\\x7f\\x00\\xe9\xc3\xa9\\xc2\\x9b"
			   "31m"
			   "\xc2\xa0"));
	buf_release(&b);
}

static void cut_is(const char *text, size_t columns, const char *want)
{
	struct buf b = BUF_INIT;
	bool cut = text_cut(&b, text, strlen(text), columns);
	CHECK(!strcmp(b.p, want) && cut == (strcmp(text, want) != 0));
	buf_release(&b);
}

static void test_cut(void)
{
	cut_is("abc", 3, "abc");
	cut_is("abcd", 3, "abc\xe2\x80\xa6[+1]");
	cut_is("", 0, "");
	cut_is("a", 0, "\xe2\x80\xa6[+1]");
	cut_is("\xc3\xa9\xc3\xa9\xc3\xa9", 3, "\xc3\xa9\xc3\xa9\xc3\xa9");
	cut_is("\xc3\xa9\xc3\xa9\xff\xc3\xa9", 2, "\xc3\xa9\xc3\xa9\xe2\x80\xa6[+2]");
}

int main(void)
{
	test_utf8();
	test_guess();
	test_utf16();
	test_name();
	test_escape();
	test_cut();
	return unit_end();
}
