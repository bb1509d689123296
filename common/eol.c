/* SPDX-License-Identifier: MIT */
#include "eol.h"

struct eol_counts eol_count(const void *v, size_t n)
{
	const char *p = v, *end = p + n;
	struct eol_counts c = {0};
	for (const char *lf = p; n && (lf = memchr(lf, '\n', (size_t)(end - lf))); lf++) {
		if (lf > p && lf[-1] == '\r')
			c.crlf++;
		else
			c.lf++;
	}
	return c;
}

const char *eol_uniform(const struct eol_counts *c)
{
	if (c->lf && !c->crlf)
		return "LF";
	return c->crlf && !c->lf ? "CRLF" : NULL;
}

void eol_convert(struct buf *out, const char *p, size_t n, bool crlf)
{
	for (size_t i = 0; i < n;) {
		const char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf ? (size_t)(lf - (p + i)) : n - i;
		size_t text = lf && len && p[i + len - 1] == '\r' ? len - 1 : len;
		buf_add(out, p + i, text);
		if (lf)
			buf_puts(out, crlf ? "\r\n" : "\n");
		i += len + (lf != NULL);
	}
}

size_t eol_lines(const void *p, size_t n)
{
	struct eol_counts c = eol_count(p, n);
	const char *s = p;
	return c.lf + c.crlf + (n && s[n - 1] != '\n');
}
