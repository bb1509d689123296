/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include "mem.h"
#include "unit.h"
#include "vec.h"

/* What buf.h promises of every buf at every moment. */
static void check(const struct buf *b)
{
	CHECK(b->p && b->p[b->len] == '\0');
	CHECK(b->cap ? b->len < b->cap : b->p == buf_empty && !b->len);
}

static void test_growing(void)
{
	struct buf b = BUF_INIT;
	check(&b);
	for (unsigned i = 0; i < 100000; i++) {
		buf_addc(&b, (char)(i % 251));
		if (i % 997 == 0)
			check(&b);
	}
	CHECK(b.len == 100000);
	for (unsigned i = 0; i < b.len; i++)
		if (b.p[i] != (char)(i % 251))
			CHECK(!"content kept while growing");
	buf_trim(&b, 3);
	check(&b);
	CHECK(b.len == 3 && !memcmp(b.p, "\0\1\2", 4));
	buf_clear(&b);
	check(&b);
	buf_release(&b);
	check(&b);
	buf_release(&b);
}

static void test_empty(void)
{
	struct buf b = BUF_INIT;
	buf_add(&b, NULL, 0);
	buf_puts(&b, "");
	buf_clear(&b);
	buf_trim(&b, 0);
	check(&b);
	CHECK(!b.cap);
	buf_reserve(&b, 0);
	check(&b);
	char *s = buf_take(&b);
	CHECK(!strcmp(s, ""));
	free(s);
	check(&b);
	buf_release(&b);
}

static void test_printf(void)
{
	struct buf b = BUF_INIT;
	for (int n = 0; n < 300; n++) {
		buf_clear(&b);
		buf_printf(&b, "%*d|", n, 7);
		check(&b);
		CHECK(b.len == (size_t)(n < 1 ? 1 : n) + 1 && b.p[b.len - 1] == '|');
		buf_printf(&b, "%s", "");
		buf_printf(&b, "%c%s", '\0', "x");
		check(&b);
		CHECK(!memcmp(b.p + b.len - 3, "|\0x", 4));
	}
	char *s = buf_take(&b);
	CHECK(s[298] == '7' && s[299] == '|');
	free(s);
	check(&b);
}

static void test_reserve(void)
{
	struct buf b = BUF_INIT;
	buf_puts(&b, "abc");
	buf_reserve(&b, 5000);
	check(&b);
	CHECK(b.cap > 5003 && !strcmp(b.p, "abc"));
	char *before = b.p;
	for (int i = 0; i < 5000; i++)
		buf_addc(&b, 'x');
	CHECK(b.p == before);
	check(&b);
	buf_release(&b);
}

static void test_vec(void)
{
	struct vec v = {0};
	for (int i = 0; i < 1000; i++) {
		vec_give(&v, xasprintf("%d", i));
		CHECK(!v.v[v.n]);
	}
	vec_add(&v, "last");
	CHECK(v.n == 1001 && !v.v[1001] && !strcmp(v.v[999], "999"));
	vec_release(&v);
	CHECK(!v.v && !v.n);
	vec_release(&v);
}

int main(void)
{
	test_growing();
	test_empty();
	test_printf();
	test_reserve();
	test_vec();
	return unit_end();
}
