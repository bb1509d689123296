/* SPDX-License-Identifier: MIT */
/* Records of jobs: what is understood is written as what is understood again. */
#include "jobrec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jobrec r, again;
	struct buf b = BUF_INIT;
	if (jobrec_parse((const char *)data, size, &r) < 0)
		return 0;
	jobrec_write(&r, &b);
	if (jobrec_parse(b.p, b.len, &again) < 0 || again.argv.n != r.argv.n ||
		strcmp(again.cwd, r.cwd) != 0 || again.pid != r.pid ||
		again.end.limit != r.end.limit)
		abort();
	jobrec_release(&again);
	jobrec_release(&r);
	buf_release(&b);
	return 0;
}
