/* SPDX-License-Identifier: MIT */
#include "num.h"

#include "unit.h"

enum { REFUSED = -77 };

typedef int parse(const char *s, int64_t *out);

struct row {
	const char *text;
	int64_t want; /* REFUSED: and *out stays as it was */
};

static void check_rows(const char *what, parse *fn, const struct row *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t got = REFUSED;
		int r = fn(v[i].text, &got);
		if (got == v[i].want && r == (got == REFUSED ? -1 : 0))
			continue;
		fprintf(stderr, "%s '%s' is %lld, not %lld\n", what, v[i].text,
			(long long)got, (long long)v[i].want);
		unit_failed++;
	}
}

static int any_int(const char *s, int64_t *out)
{
	return num_int(s, INT64_MIN, INT64_MAX, out);
}

static int small_int(const char *s, int64_t *out)
{
	return num_int(s, -3, 9, out);
}

static void test_int(void)
{
	static const struct row any[] = {
		{"0", 0},
		{"-0", 0},
		{"+5", 5},
		{"-5", -5},
		{"007", 7},
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
		{"9223372036854775808", REFUSED},
		{"-9223372036854775809", REFUSED},
		{"99999999999999999999999", REFUSED},
		{"", REFUSED},
		{" 1", REFUSED},
		{"1 ", REFUSED},
		{"1x", REFUSED},
		{"x", REFUSED},
		{"-", REFUSED},
		{"+", REFUSED},
		{"--1", REFUSED},
		{"+-1", REFUSED},
		{"0x10", REFUSED},
		{"1e3", REFUSED},
		{"1.0", REFUSED},
		{"1,000", REFUSED},
		{"\n1", REFUSED},
		{"1\n", REFUSED},
		{"\xd9\xa1", REFUSED},
	};
	static const struct row small[] = {
		{"-3", -3}, {"9", 9}, {"-4", REFUSED}, {"10", REFUSED}};
	check_rows("int", any_int, any, ARRAY_LEN(any));
	check_rows("int", small_int, small, ARRAY_LEN(small));
}

static void test_size(void)
{
	static const struct row v[] = {
		{"0", 0},
		{"4096", 4096},
		{"4k", 4096},
		{"4K", 4096},
		{"4KiB", 4096},
		{"4kB", 4096},
		{"4Ki", 4096},
		{"5B", 5},
		{"1M", 1048576},
		{"1m", 1048576},
		{"2G", INT64_C(2) << 30},
		{"1T", INT64_C(1) << 40},
		{"8388607T", INT64_MAX - ((INT64_C(1) << 40) - 1)},
		{"8388608T", REFUSED},
		{"9223372036854775807", INT64_MAX},
		{"9223372036854775808", REFUSED},
		{"", REFUSED},
		{"k", REFUSED},
		{"-1", REFUSED},
		{"+1", REFUSED},
		{"1.5k", REFUSED},
		{"1kk", REFUSED},
		{"1P", REFUSED},
		{"1iB", REFUSED},
		{"1kBB", REFUSED},
		{" 1", REFUSED},
		{"1 k", REFUSED},
	};
	check_rows("size", num_size, v, ARRAY_LEN(v));
}

static void test_time(void)
{
	static const struct row v[] = {
		{"0", 0},
		{"1", 1000},
		{"30", 30000},
		{"500ms", 500},
		{"2s", 2000},
		{"1.5", 1500},
		{"1.5s", 1500},
		{"0.001", 1},
		{"0.0009", 0},
		{"2m", 120000},
		{"0.5m", 30000},
		{"1.25h", 4500000},
		{"1h", 3600000},
		{"none", NUM_NONE},
		{"1.999999999", 1999},
		{"1.5ms", 1},
		{"", REFUSED},
		{"-1", REFUSED},
		{".5", REFUSED},
		{"1.", REFUSED},
		{"1.s", REFUSED},
		{"1d", REFUSED},
		{"1 s", REFUSED},
		{"1s ", REFUSED},
		{"1ss", REFUSED},
		{"None", REFUSED},
		{"inf", REFUSED},
		{"9223372036854775s", INT64_C(9223372036854775000)},
		{"9223372036854775.807", REFUSED},
		{"9223372036854775.999s", REFUSED},
		{"9223372036854775807ms", REFUSED},
		{"9223372036854775806ms", INT64_MAX - 1},
		{"9223372036854776", REFUSED},
		{"99999999999999999h", REFUSED},
		{"99999999999999999999", REFUSED},
	};
	check_rows("time", num_time, v, ARRAY_LEN(v));
}

static void test_commas(void)
{
	static const struct {
		int64_t n;
		const char *text;
	} v[] = {{0, "0"}, {7, "7"}, {999, "999"}, {1000, "1,000"}, {-1, "-1"},
		{-999, "-999"}, {-1000, "-1,000"}, {123456, "123,456"},
		{4981223, "4,981,223"}, {INT64_MAX, "9,223,372,036,854,775,807"},
		{INT64_MIN, "-9,223,372,036,854,775,808"}};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char out[32];
		CHECK(!strcmp(num_commas(out, v[i].n), v[i].text));
	}
}

int main(void)
{
	test_int();
	test_size();
	test_time();
	test_commas();
	CHECK(num_now_ms() > 0 && num_now_ms() <= num_now_ms());
	return unit_end();
}
