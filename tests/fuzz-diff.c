/* SPDX-License-Identifier: MIT */
/* The length of a, a, b: the hunks applied to a give b, and every line of them that is
 * said to be in a stands there. */
#include "diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t line_length(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);
	return lf ? (size_t)(lf - p) + 1 : n;
}

static size_t skip_lines(const char *p, size_t n, size_t lines)
{
	size_t at = 0;
	while (lines--)
		at += line_length(p + at, n - at);
	return at;
}

/* Applies the diff d to a, front to back. */
static void apply(const struct buf *d, const char *a, size_t na, struct buf *out)
{
	static const char no_newline[] = "\\ No newline at end of file\n";
	size_t at = 0;
	/* The two lines of names come first. */
	for (size_t i = skip_lines(d->p, d->len, 2); i < d->len;) {
		const char *line = d->p + i;
		size_t n = line_length(line, d->len - i);
		i += n;
		if (!strncmp(line, "@@ -", 4)) {
			char *end;
			size_t first = strtoul(line + 4, &end, 10);
			bool none = !strncmp(end, ",0 ", 3);
			size_t to = skip_lines(a, na, none ? first : first - 1);
			if (to < at)
				abort();
			buf_add(out, a + at, to - at);
			at = to;
			continue;
		}
		size_t m = n - 1;
		if (!strncmp(d->p + i, no_newline, sizeof(no_newline) - 1)) {
			m--;
			i += sizeof(no_newline) - 1;
		}
		if (*line != '+' && (at + m > na || memcmp(a + at, line + 1, m) != 0))
			abort();
		if (*line != '-')
			buf_add(out, line + 1, m);
		at += *line == '+' ? 0 : m;
	}
	buf_add(out, a + at, na - at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct buf d = BUF_INIT, got = BUF_INIT;
	size_t na = data[0] * (size - 1) / 255;
	const char *a = (const char *)data + 1, *b = a + na;
	size_t nb = size - 1 - na;
	diff_unified(&d, "f", a, na, b, nb);
	apply(&d, a, na, &got);
	if (got.len != nb || memcmp(got.p, b, nb) != 0)
		abort();
	if (!d.len != (na == nb && !memcmp(a, b, na)))
		abort();
	buf_release(&d);
	buf_release(&got);
	return 0;
}
