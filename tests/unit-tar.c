/* SPDX-License-Identifier: MIT */
#include "tar.h"

#include "unit.h"

static unsigned sum_of(const char *head)
{
	unsigned sum = 0;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head[i];
	return sum;
}

int main(void)
{
	struct buf b = BUF_INIT;
	tar_add(&b, "dir/", 0755, NULL, 0);
	tar_add(&b, "dir/file", 0644, "hello", 5);
	CHECK(b.len == 3 * (size_t)512);
	CHECK(b.p[156] == '5' && b.p[512 + 156] == '0');
	CHECK(!strcmp(b.p + 512, "dir/file") && !memcmp(b.p + 1024, "hello", 6));
	CHECK(strtoul(b.p + 512 + 124, NULL, 8) == 5);
	CHECK(strtoul(b.p + 148, NULL, 8) == sum_of(b.p));
	CHECK(strtoul(b.p + 512 + 148, NULL, 8) == sum_of(b.p + 512));
	static const char block[512] = "x";
	tar_add(&b, "whole", 0644, block, sizeof(block));
	CHECK(b.len == 5 * (size_t)512);
	tar_end(&b);
	CHECK(b.len == 7 * (size_t)512 && !b.p[6 * (size_t)512]);
	buf_release(&b);
	return unit_end();
}
