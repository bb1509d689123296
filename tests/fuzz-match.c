/* SPDX-License-Identifier: MIT */
/* A flag byte, a pattern, a newline, a path: neither crashes, and a path that matches is
 * one that its own directory may hold. */
#include "match.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_dirs(const struct match *m, char *path)
{
	for (char *p = path; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (p > path && !match_below(m, path))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	unsigned flags = data[0] & 31;
	const char *text = (const char *)data + 1;
	const char *nl = memchr(text, '\n', size - 1);
	size_t n = nl ? (size_t)(nl - text) : size - 1;
	char *path = nl ? xmemdup0(nl + 1, size - 2 - n) : xstrdup("a/b.c");
	struct err e = {0};
	struct match *m = match_new(text, n, flags, &e);
	if (!m && (flags & MATCH_GIT || e.code != ERR_BAD_PATTERN))
		abort();
	if (m && match_path(m, path))
		check_dirs(m, path);
	match_free(m);
	free(path);
	return 0;
}
