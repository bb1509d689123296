/* SPDX-License-Identifier: MIT */
#include "jout.h"

#include "unit.h"

static struct buf b = BUF_INIT;

static void is(const char *want)
{
	if (strcmp(b.p, want) != 0) {
		fprintf(stderr, "want: %s\n got: %s\n", want, b.p);
		unit_failed++;
	}
	buf_clear(&b);
}

static void test_nesting(void)
{
	struct jout j;
	jout_init(&j, &b);
	jout_record(&j, "file");
	jout_array(&j, "a");
	jout_end_array(&j);
	jout_object(&j, "o");
	jout_end_object(&j);
	jout_array(&j, "v");
	jout_int(&j, NULL, 1);
	jout_object(&j, NULL);
	jout_int(&j, "x", 2);
	jout_array(&j, "y");
	jout_str(&j, NULL, "z");
	jout_null(&j, NULL);
	jout_end_array(&j);
	jout_bool(&j, "t", true);
	jout_end_object(&j);
	jout_bool(&j, NULL, false);
	jout_end_array(&j);
	jout_null(&j, "n");
	jout_end_object(&j);
	is("{\"type\":\"file\",\"a\":[],\"o\":{},\"v\":[1,{\"x\":2,\"y\":[\"z\",null],"
	   "\"t\":true},false],\"n\":null}\n");
	jout_record(&j, "summary");
	jout_end_object(&j);
	jout_record(&j, "x");
	jout_end_object(&j);
	is("{\"type\":\"summary\"}\n{\"type\":\"x\"}\n");
	jout_object(&j, NULL);
	for (int i = 0; i < 29; i++)
		jout_array(&j, i ? NULL : "d");
	for (int i = 0; i < 29; i++)
		jout_end_array(&j);
	jout_end_object(&j);
	CHECK(b.len == 2 + 4 + 58 + 1);
	buf_clear(&b);
}

static void test_values(void)
{
	struct jout j;
	jout_init(&j, &b);
	jout_array(&j, NULL);
	jout_int(&j, NULL, INT64_MAX);
	jout_int(&j, NULL, INT64_MIN);
	jout_int(&j, NULL, INT64_C(9007199254740993));
	jout_str(&j, NULL, "");
	jout_str(&j, NULL, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9");
	jout_bytes(&j, NULL, "a\0b", 3);
	jout_bytes(&j, NULL, "\xff", 1);
	jout_bytes(&j, NULL, "\xed\xa0\x80", 3);
	jout_end_array(&j);
	is("[9223372036854775807,-9223372036854775808,9007199254740993,\"\","
	   "\"a\\\"b\\\\c/\\u0008\\u000c\\n\\r\\t\\u0001\\u001f\\u007f\xc3\xa9\",\"a\\u0000b\","
	   "{\"b64\":\"/w==\"},{\"b64\":\"7aCA\"}]\n");
	jout_object(&j, NULL);
	jout_bytes(&j, "k", "\xc3\xa9", 2);
	jout_bytes(&j, "k", "\xe9", 1);
	jout_base64(&j, "e", "", 0);
	jout_base64(&j, "f", "f", 1);
	jout_base64(&j, "g", "fo", 2);
	jout_base64(&j, "h", "foobar", 6);
	jout_base64(&j, "i", "\xfb\xff\xfe", 3);
	jout_end_object(&j);
	is("{\"k\":\"\xc3\xa9\",\"k_b64\":\"6Q==\",\"e\":\"\",\"f\":\"Zg==\",\"g\":\"Zm8=\","
	   "\"h\":\"Zm9vYmFy\",\"i\":\"+//+\"}\n");
}

static void test_time(void)
{
	static const struct {
		int64_t sec;
		long nsec;
		const char *want;
	} v[] = {{0, 0, "\"1970-01-01T00:00:00.000000000Z\""},
		{1700000000, 123456789, "\"2023-11-14T22:13:20.123456789Z\""},
		{-1, 999999999, "\"1969-12-31T23:59:59.999999999Z\""},
		{INT64_C(253402300799), 5, "\"9999-12-31T23:59:59.000000005Z\""},
		{INT64_C(-62135596800), 0, "\"0001-01-01T00:00:00.000000000Z\""},
		{INT64_C(253402300800), 0, "null"}, {INT64_MAX, 0, "null"},
		{INT64_MIN, 0, "null"}};
	struct jout j;
	jout_init(&j, &b);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char want[64];
		snprintf(want, sizeof(want), "[%s]\n", v[i].want);
		jout_array(&j, NULL);
		jout_time(&j, NULL, v[i].sec, v[i].nsec);
		jout_end_array(&j);
		is(want);
	}
}

/* Every string of up to two bytes is one line of valid JSON, on standard output for jq.
 */
static void print_all(void)
{
	struct jout j;
	jout_init(&j, &b);
	for (unsigned c = 0; c < 65536; c += c < 256 ? 1 : 37) {
		char s[2] = {(char)(c & 255), (char)(c >> 8)};
		jout_record(&j, "entry");
		jout_int(&j, "n", c);
		jout_bytes(&j, "s", s, c < 256 ? 1 : 2);
		jout_end_object(&j);
	}
	fwrite(b.p, 1, b.len, stdout);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	test_nesting();
	test_values();
	test_time();
	if (argc > 1 && !strcmp(argv[1], "print"))
		print_all();
	buf_release(&b);
	return unit_end();
}
