/* SPDX-License-Identifier: MIT */
/* One string as limits, number, size and duration: a number survives being printed, and
 * what is refused changes nothing. */
#include "limit.h"
#include "mem.h"
#include "num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_limits(const char *s)
{
	const struct limits before = {1, 2, 3, 4, 5};
	struct limits l = before, again = before;
	struct err e = {0};
	int r = limits_parse(&l, s, &e);
	if (r < 0 && (memcmp(&l, &before, sizeof(l)) != 0 || e.code != ERR_USAGE))
		abort();
	if (r < 0)
		return;
	if (l.bytes < 0 || l.lines < 0 || l.columns < 0 || l.rows < 0 || l.timeout < 0)
		abort();
	/* Written out, it is understood the same. */
	char out[200], time[40] = "none";
	if (l.timeout != NUM_NONE)
		snprintf(time, sizeof(time), "%lldms", (long long)l.timeout);
	snprintf(out, sizeof(out),
		"bytes=%lld,lines=%lld,columns=%lld,rows=%lld,timeout=%s",
		(long long)l.bytes, (long long)l.lines, (long long)l.columns,
		(long long)l.rows, time);
	if (limits_parse(&again, out, &e) < 0 || memcmp(&l, &again, sizeof(l)) != 0)
		abort();
}

static void check_numbers(const char *s)
{
	int64_t n = 77, again = 0, bytes = 77, time = 77;
	char out[40];
	if (num_int(s, INT64_MIN, INT64_MAX, &n) == 0) {
		snprintf(out, sizeof(out), "%lld", (long long)n);
		if (num_int(out, n, n, &again) < 0 || again != n)
			abort();
		if (strspn(s, "+-0123456789") != strlen(s))
			abort();
	} else if (n != 77) {
		abort();
	}
	if (num_size(s, &bytes) < 0 ? bytes != 77 : bytes < 0)
		abort();
	if (num_time(s, &time) < 0 ? time != 77 : time < 0)
		abort();
	if (time == NUM_NONE && strcmp(s, "none") != 0)
		abort();
	num_commas(out, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s CLEANUP(mem_freep) = xmemdup0(data, size);
	check_limits(s);
	check_numbers(s);
	return 0;
}
