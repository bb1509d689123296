/* SPDX-License-Identifier: MIT */
/* A ledger that anybody may have written: what is found in it is whole. */
#include "ledger.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen a = {0}, b = {0};
	bool gone;
	size_t half = size / 2;
	char *p CLEANUP(mem_freep) = xmalloc(size + 1);
	if (size)
		memcpy(p, data, size);
	int one = ledger_find(p, half, "a", &a);
	int two = ledger_find(p + half, size - half, "a b", &b);
	if (one && two) {
		bool *marks CLEANUP(mem_freep) = seen_changed(&a, &b, &gone);
		size_t marked = 0;
		for (size_t i = 0; i < b.n; i++)
			marked += marks[i];
		if (!a.n && marked != b.n)
			abort();
	}
	if ((a.n && !a.lines) || (one && strlen(a.hash) != HASH_HEX))
		abort();
	seen_release(&a);
	seen_release(&b);
	return 0;
}
