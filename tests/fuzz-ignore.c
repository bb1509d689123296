/* SPDX-License-Identifier: MIT */
/* A path, a newline, an ignore file, read as two levels. */
#include "ignore.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nl = size ? memchr(text, '\n', size) : NULL;
	size_t n = nl ? (size_t)(nl - text) : 0;
	char *name = xmemdup0(text, n);
	char *path = xasprintf("d/%s", name);
	size_t rest = nl ? size - n - 1 : size;
	struct ignore *top = ignore_parse(text + size - rest, rest, "", NULL);
	struct ignore *sub = ignore_parse(text + size - rest, rest, "d", top);
	bool as_file = ignore_match(sub, path, false);
	bool as_dir = ignore_match(sub, path, true);
	/* Without a rule for directories alone, both are the same. */
	if (as_file != as_dir && !memchr(text + size - rest, '/', rest))
		abort();
	ignore_free(sub, top);
	ignore_free(top, NULL);
	free(path);
	free(name);
	return 0;
}
