/* SPDX-License-Identifier: MIT */
#include "jin.h"

#include "mem.h"
#include "unit.h"

static bool takes(const char *p, size_t n)
{
	struct err e = {0};
	/* Just as long as it is, so that a byte read behind the end is found. */
	char *copy CLEANUP(mem_freep) = xmalloc(n ? n : 1);
	memcpy(copy, p, n);
	struct jin *j = jin_parse(copy, n, &e);
	CHECK(j || (e.code == ERR_BAD_INPUT && e.msg[0]));
	jin_free(j);
	return j != NULL;
}

static void test_valid(void)
{
	static const char *const good[] = {"{}", "[]", "null", "true", "\"\"", "0", "-0",
		"10", "-1.5e+30", "1E2", "0.5", " [ 1 , \"x\" ]\r\n\t",
		"{\"a\":{\"a\":[{\"a\":1}]}}", "\"\\u0041\\ud83d\\ude00\\n\\\\u0000\"",
		"\"caf\xc3\xa9\"", "[1.25,\"01\"]", "{\"\":1}", "\"\\\\\"", "\"a\x7f\""};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(takes(good[i], strlen(good[i])));
}

static void test_invalid(void)
{
	static const char *const bad[] = {"", " ", "{", "}", "[1,]", "{\"a\":1,}",
		"{\"a\"}", "{a:1}", "'a'", "01", "1.", ".5", "+1", "-", "1e", "1e+",
		"0x1", "NaN", "tru", "nul", "\"", "\"\\", "\"\\u\"", "\"\\u12\"",
		"\"\\uzzzz\"", "\"\\x\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\udc00\"",
		"\"\\u0000\"", "\"a\nb\"", "\"\x01\"", "\x0b[]", "[] []", "{} x", "[]]",
		"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
		"\"\xc3", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
		"[{\"b\":[{\"a\":1,\"b\":2,\"a\":3}]}]", "// c\n[]", "[1 2]", "--1",
		"1-1", "1.2.3"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		bool taken = takes(bad[i], strlen(bad[i]));
		CHECK(!taken);
		if (taken)
			fprintf(stderr, "taken: %s\n", bad[i]);
	}
	CHECK(!takes("[]\0", 3));
	CHECK(!takes("\"a\0b\"", 5));
}

static void test_place(void)
{
	struct err e = {0};
	static const char text[] = "{\n \"a\": [1, 2,\n x]}";
	CHECK(!jin_parse(text, strlen(text), &e));
	CHECK(strstr(e.msg, "line 3, column 2"));
	CHECK(!jin_parse("{}\n\n  7", 7, &e));
	CHECK(strstr(e.msg, "behind the value at line 3, column 3"));
	CHECK(!jin_parse("\"a\xff\"", 4, &e));
	CHECK(strstr(e.msg, "UTF-8 at line 1, column 3"));
}

static void test_depth(void)
{
	char text[4096];
	memset(text, '[', 2000);
	memset(text + 2000, ']', 2000);
	CHECK(!takes(text, 4000));
	CHECK(!takes(text, 2000));
	CHECK(takes(text + 1900, 200));
	CHECK(!takes(text + 1899, 202));
}

static void test_getters(void)
{
	struct err e = {0};
	static const char text[] =
		"{\"s\":\"v\",\"t\":true,\"f\":false,\"n\":null,\"l\":[1,2]}";
	struct jin *j = jin_parse(text, strlen(text), &e);
	const jin_node *r = j ? jin_root(j) : NULL;
	CHECK(r && jin_is_object(r) && !jin_is_array(r));
	CHECK(!strcmp(jin_string(jin_get(r, "s")), "v"));
	CHECK(!jin_string(jin_get(r, "l")));
	CHECK(jin_bool(jin_get(r, "t")) == 1 && jin_bool(jin_get(r, "f")) == 0);
	CHECK(jin_bool(jin_get(r, "n")) == -1 && jin_bool(jin_get(r, "s")) == -1);
	CHECK(!jin_get(r, "S") && !jin_get(r, "x"));
	CHECK(!strcmp(jin_key(jin_first(r)), "s"));
	int n = 0;
	for (const jin_node *l = jin_first(jin_get(r, "l")); l; l = jin_next(l))
		n++;
	CHECK(n == 2 && jin_is_array(jin_get(r, "l")));
	jin_free(j);
	jin_free(NULL);
}

int main(void)
{
	test_valid();
	test_invalid();
	test_place();
	test_depth();
	test_getters();
	return unit_end();
}
