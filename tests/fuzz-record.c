/* SPDX-License-Identifier: MIT */
/* Records of the journal: what is understood is written again byte for byte, and never
 * claims more content than there is. */
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct record r;
	struct buf out = BUF_INIT;
	size_t n = record_length(p, size);
	if (!n || n > size || record_get(&r, p, n, (int64_t)size) < 0)
		return 0;
	for (size_t i = 0; i < r.n; i++)
		if (r.v[i].at < (int64_t)n || r.v[i].at > (int64_t)size ||
			r.v[i].path[0] != '/')
			abort();
	struct record again;
	record_put(&r, &out);
	if (r.total != (int64_t)(out.len + size - n))
		abort();
	if (record_get(&again, out.p, out.len, r.total) < 0 || again.n != r.n)
		abort();
	record_release(&again);
	record_release(&r);
	buf_release(&out);
	return 0;
}
