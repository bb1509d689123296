/* SPDX-License-Identifier: MIT */
/* Folding: the same whatever pieces it comes in, never more than came, and nothing left
 * to fold the second time. */
#include "fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fold_all(const uint8_t *p, size_t n, size_t piece, struct buf *out)
{
	struct fold f;
	fold_init(&f, n % 2);
	for (size_t i = 0; i < n; i += piece)
		fold_add(&f, p + i, n - i < piece ? n - i : piece, out);
	fold_end(&f, out);
	if (!f.terminal && !fold_changed(&f) &&
		(out->len != n || (n && memcmp(out->p, p, n))))
		abort();
	fold_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one = BUF_INIT, many = BUF_INIT;
	fold_all(data, size, size ? size : 1, &one);
	fold_all(data, size, 1 + size % 7, &many);
	if (one.len != many.len || memcmp(one.p, many.p, one.len) != 0 || one.len > size)
		abort();
	if (fold_whole(data, size) > size)
		abort();
	buf_release(&one);
	buf_release(&many);
	return 0;
}
