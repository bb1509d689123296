/* SPDX-License-Identifier: MIT */
/* pab-read's ranges: what is understood is a range. */
#include "pab_read.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s CLEANUP(mem_freep) = xmemdup0(data, size);
	struct range r = {77, 78};
	struct err e = {0};
	if (range_parse(s, &r, &e) < 0) {
		if (e.code != ERR_USAGE || r.first != 77 || r.last != 78)
			abort();
	} else if (r.first < 0 ? r.last != INT64_MAX : !r.first || r.last < r.first) {
		abort();
	}
	return 0;
}
