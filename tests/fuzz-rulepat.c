/* SPDX-License-Identifier: MIT */
/* A pattern and a path, separated by a NUL: the answer is that of a plain backtracking
 * match, and the quick match of names is that of the general one. */
#include "mem.h"
#include "rulepat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without classes, which are left to the unit test. */
static bool plain(const char *p, const char *s, bool start, int *budget)
{
	if (--*budget < 0)
		return false;
	if (!*p)
		return !*s;
	if (start && !strncmp(p, "**/", 3)) {
		if (plain(p + 3, s, true, budget))
			return true;
		for (; *s; s++)
			if (*s == '/' && plain(p + 3, s + 1, true, budget))
				return true;
		return false;
	}
	if (*p == '*') {
		bool all = p[1] == '*';
		p += strspn(p, "*");
		for (;; s++) {
			if (plain(p, s, false, budget))
				return true;
			if (!*s || (*s == '/' && !all))
				return false;
		}
	}
	if (*p == '?')
		return *s && *s != '/' && plain(p + 1, s + 1, false, budget);
	return *p == *s && plain(p + 1, s + 1, *p == '/', budget);
}

/* What is no UTF-8 may be divided into characters in several ways. */
static bool is_ascii(const uint8_t *data, size_t size)
{
	size_t i = 0;
	while (i < size && data[i] < 0x80)
		i++;
	return i == size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup0(data, size);
	const char *path = text + strlen(text) + (strlen(text) < size);
	struct rulepat r;
	struct err e = {0};
	int budget = 20000;
	size_t n = strlen(text);
	bool simple = is_ascii(data, size) && n && n < 60 && strlen(path) < 60 &&
		      !strpbrk(text, "[{}") && !strstr(text, "//") &&
		      text[n - 1] != '/' && (n < 3 || strcmp(text + n - 3, "/**") != 0) &&
		      strncmp(text, "./", 2) != 0 && strchr(text, '/');
	if (rulepat_path(&r, text, &e) < 0) {
		if (e.code != ERR_BAD_PATTERN)
			abort();
		free(text);
		return 0;
	}
	bool got = rulepat_match(&r, path, strlen(path), 0, strlen(path)) & RULEPAT_SELF;
	bool want = simple && plain(text, path, true, &budget);
	if (simple && budget > 0 && got != want)
		abort();
	if (r.name && !strchr(path, '/') && *path) {
		bool quick = rulepat_match_name(&r, path, strlen(path));
		if (quick != !!(rulepat_match(r.name, path, strlen(path), 0, 1000) &
				     RULEPAT_SELF))
			abort();
	}
	rulepat_release(&r);
	free(text);
	return 0;
}
