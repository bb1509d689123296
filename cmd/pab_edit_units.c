/* SPDX-License-Identifier: MIT */
#include "pab_edit_units.h"

#include "text.h"

struct units units_of(const char *p, size_t n)
{
	enum text_encoding enc = text_guess(p, n < 8000 ? n : 8000);
	bool wide = enc == TEXT_UTF16LE || enc == TEXT_UTF16BE;
	return (struct units){p, n, wide ? 2 : 1, enc == TEXT_UTF16BE,
		wide                   ? 2
		: enc == TEXT_UTF8_BOM ? 3
				       : 0};
}

unsigned unit_at(const struct units *u, size_t i)
{
	const unsigned char *p = (const unsigned char *)u->p + i;
	return u->unit == 1 ? p[0]
	       : u->be      ? (unsigned)p[0] << 8 | p[1]
			    : (unsigned)p[1] << 8 | p[0];
}

size_t next_lf(const struct units *u, size_t i)
{
	while (i < u->n) {
		const char *lf = memchr(u->p + i, '\n', u->n - i);
		if (!lf)
			break;
		size_t at = (size_t)(lf - u->p);
		at -= at % u->unit;
		if (at + u->unit <= u->n && unit_at(u, at) == '\n')
			return at;
		i = at + u->unit;
	}
	return u->n;
}

bool cr_before(const struct units *u, size_t i)
{
	return i >= u->unit && unit_at(u, i - u->unit) == '\r';
}

bool line_begins(const struct units *u, size_t i)
{
	return i == u->top || (i >= u->unit && unit_at(u, i - u->unit) == '\n');
}

bool line_ends(const struct units *u, size_t i)
{
	if (i + u->unit > u->n)
		return true;
	unsigned c = unit_at(u, i);
	return c == '\n' ||
	       (c == '\r' && i + 2 * u->unit <= u->n && unit_at(u, i + u->unit) == '\n');
}

int64_t count_lfs(const struct units *u, size_t from, size_t to)
{
	struct units part = {u->p, to, u->unit, u->be, 0};
	int64_t n = 0;
	for (size_t lf = next_lf(&part, from); lf < to;
		lf = next_lf(&part, lf + part.unit))
		n++;
	return n;
}

int units_encode(const struct units *u, const char *p, size_t n, struct buf *out)
{
	if (u->unit == 2)
		return text_to_utf16(out, p, n, u->be);
	buf_add(out, p, n);
	return 0;
}

void units_decode(const struct units *u, size_t from, size_t to, struct buf *out)
{
	if (u->unit == 2)
		text_from_utf16(
			out, (const unsigned char *)u->p + from, to - from, u->be);
	else
		buf_add(out, u->p + from, to - from);
}
