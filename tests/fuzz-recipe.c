/* SPDX-License-Identifier: MIT */
/* A recipe: any bytes are refused, or become a Dockerfile in which every line is one that
 * was meant: no line of the recipe's own making starts an instruction. */
#include "pab_session_runtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct runtime r = {0};
	struct err e = {0};
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	if (recipe_parse(&r, (const char *)data, size, &e) == 0 && r.base) {
		recipe_write(&r, &out);
		size_t lines = 0;
		for (size_t i = 0; i < out.len; i++) {
			lines += out.p[i] == '\n';
			if (out.p[i] == '\n' && i && out.p[i - 1] == '\\')
				abort();
			if (out.p[i] == '\0' || out.p[i] == '\r')
				abort();
		}
		if (lines > r.setup.n + r.env.n + 4 || strncmp(out.p, "FROM ", 5) != 0)
			abort();
	} else if (!r.image && !e.code) {
		abort();
	}
	runtime_release(&r);
	return 0;
}
