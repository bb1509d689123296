/* SPDX-License-Identifier: MIT */
/* editpack_read on any bytes: what is understood is written again as edits that are read
 * as the same. */
#include "editpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edits a = {0}, b = {0};
	struct err e = {0};
	struct buf text CLEANUP(buf_release) = BUF_INIT,
			again CLEANUP(buf_release) = BUF_INIT;
	buf_add(&text, data, size);
	if (editpack_is(text.p, text.len) &&
		editpack_read(text.p, text.len, &a, &e) == 0) {
		editpack_write(&a, &again);
		if (editpack_read(again.p, again.len, &b, &e) < 0 || a.n != b.n ||
			a.paths.n != b.paths.n)
			abort();
		for (size_t i = 0; i < a.n; i++)
			if (a.v[i].n_old != b.v[i].n_old || a.v[i].file != b.v[i].file ||
				memcmp(a.v[i].old, b.v[i].old, a.v[i].n_old) != 0)
				abort();
	} else if (e.code && e.code != ERR_BAD_INPUT) {
		abort();
	}
	edits_release(&a);
	edits_release(&b);
	return 0;
}
