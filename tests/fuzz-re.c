/* SPDX-License-Identifier: MIT */
/* A pattern (up to the first NUL; the byte before it all gives the flags) and a text: no
 * crash, and whole-buffer search finds the lines that looking at each alone finds. */
#include "find.h"
#include "num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void compare(const struct re *re, const char *text, size_t n)
{
	int64_t deadline = num_now_ms() + 2000;
	struct find *quick = find_new(re, deadline), *plain = find_new(re, deadline);
	struct find_line a = {0}, b = {0};
	enum find_result ra, rb;
	find_plainly(plain);
	do {
		ra = find_next(quick, text, n, a.next, &a);
		rb = find_next(plain, text, n, b.next, &b);
		if (ra == FIND_TIMEOUT || rb == FIND_TIMEOUT)
			break;
		if (ra != rb || (ra != FIND_NONE && a.start != b.start))
			abort();
	} while (ra != FIND_NONE);
	find_free(quick);
	find_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e;
	const uint8_t *nul = n ? memchr(data + 1, 0, n - 1) : NULL;
	if (!nul || nul - data > 200)
		return 0;
	struct re_pattern p = {(const char *)data + 1, (size_t)(nul - data) - 1};
	struct re *re = re_new(&p, 1, data[0] & 0x1f, &e);
	if (re)
		compare(re, (const char *)nul + 1, n - (size_t)(nul + 1 - data));
	re_free(re);
	return 0;
}
