/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <ctype.h>

size_t text_char(const unsigned char *p, size_t n)
{
	unsigned c = p[0];
	if (c < 0x80)
		return 1;
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || n < len)
		return 0;
	/* The second byte carries the exceptions: overlong, surrogate, too large. */
	unsigned lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* How many bytes at p are plain ASCII, eight at a time. */
static size_t ascii_run(const unsigned char *p, size_t n)
{
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t w;
		memcpy(&w, p + i, 8);
		if (w & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

bool text_is_utf8(const void *v, size_t n)
{
	const unsigned char *p = v;
	for (size_t i = 0; i < n;) {
		i += ascii_run(p + i, n - i);
		if (i == n)
			break;
		size_t len = text_char(p + i, n - i);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

size_t text_tail(const void *v, size_t n)
{
	const unsigned char *p = v;
	for (size_t back = 1; back < 4 && back <= n; back++) {
		unsigned c = p[n - back];
		if ((c & 0xc0) == 0x80)
			continue;
		size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
		return c >= 0xc2 && c <= 0xf4 && len > back ? back : 0;
	}
	return 0;
}

size_t text_columns(const void *v, size_t n)
{
	const unsigned char *p = v;
	size_t columns = 0;
	for (size_t i = 0; i < n; columns++) {
		size_t len = text_char(p + i, n - i);
		i += len ? len : 1;
	}
	return columns;
}

size_t text_offset_of(const void *v, size_t n, size_t columns)
{
	const unsigned char *p = v;
	size_t i = 0;
	for (; i < n && columns; columns--) {
		size_t len = text_char(p + i, n - i);
		i += len ? len : 1;
	}
	return i;
}

enum text_encoding text_guess(const void *v, size_t n)
{
	const unsigned char *p = v;
	if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		return memchr(p, 0, n) ? TEXT_BINARY : TEXT_UTF8_BOM;
	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return TEXT_UTF16LE;
	if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return TEXT_UTF16BE;
	if (n && memchr(p, 0, n))
		return TEXT_BINARY;
	return text_is_utf8(p, n - text_tail(p, n)) ? TEXT_UTF8 : TEXT_8BIT;
}

const char *text_encoding_name(enum text_encoding e)
{
	static const char *const names[] = {
		"utf-8", "utf-8-bom", "utf-16le", "utf-16be", "unknown-8bit", "binary"};
	return names[e];
}

static void add_char(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	char b[4];
	int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (int i = n - 1; i > 0; i--, c >>= 6)
		b[i] = (char)(0x80 | (c & 0x3f));
	b[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	buf_add(out, b, (size_t)n);
}

void text_from_utf16(struct buf *out, const unsigned char *p, size_t n, bool be)
{
	uint32_t high = 0;
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = (uint32_t)p[i + !be] << 8 | p[i + be];
		if (high && (c & 0xfc00) == 0xdc00) {
			add_char(out, 0x10000 + ((high & 0x3ff) << 10) + (c & 0x3ff));
			high = 0;
			continue;
		}
		if (high)
			add_char(out, 0xfffd);
		high = (c & 0xfc00) == 0xd800 ? c : 0;
		if (!high)
			add_char(out, (c & 0xfc00) == 0xdc00 ? 0xfffd : c);
	}
	if (high || n % 2)
		add_char(out, 0xfffd);
}

static void add_unit(struct buf *out, uint32_t c, bool be)
{
	char b[2];
	b[be] = (char)(c & 0xff);
	b[!be] = (char)(c >> 8);
	buf_add(out, b, 2);
}

int text_to_utf16(struct buf *out, const char *s, size_t n, bool be)
{
	const unsigned char *p = (const unsigned char *)s;
	for (size_t i = 0; i < n;) {
		size_t len = text_char(p + i, n - i);
		if (!len)
			return -1;
		uint32_t c = len == 1 ? p[i] : p[i] & (0x7fU >> len);
		for (size_t k = 1; k < len; k++)
			c = c << 6 | (p[i + k] & 0x3f);
		if (c >= 0x10000) {
			add_unit(out, 0xd800 + ((c - 0x10000) >> 10), be);
			c = 0xdc00 + (c & 0x3ff);
		}
		add_unit(out, c, be);
		i += len;
	}
	return 0;
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* Is there one among n bytes? Eight of them at a time: a difference that borrows from the
 * bit above finds a byte below another. */
static bool has_control(const char *p, size_t n)
{
	const uint64_t ones = UINT64_MAX / 0xff, high = ones * 0x80;
	uint64_t bad = 0, w;
	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		uint64_t del = w ^ ones * 0x7f;
		bad |= ((w - ones * 0x20) & ~w) | ((del - ones) & ~del);
	}
	for (; n; p++, n--)
		bad |= is_control((unsigned char)*p) ? high : 0;
	return bad & high;
}

static bool needs_quotes(const char *name, size_t n, bool strict)
{
	return (name[0] == '$' && name[1] == '\'') || has_control(name, n) ||
	       (strict && !text_is_utf8(name, n));
}

void text_name(struct buf *out, const char *name, bool strict)
{
	size_t n = strlen(name);
	if (!needs_quotes(name, n, strict)) {
		buf_add(out, name, n);
		return;
	}
	static const char special[] = "\a\b\t\n\v\f\r", letter[] = "abtnvfr";
	buf_puts(out, "$'");
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)name[i];
		size_t len = text_char((const unsigned char *)name + i, n - i);
		const char *at = strchr(special, c);
		if (at)
			buf_printf(out, "\\%c", letter[at - special]);
		else if (c == '\'' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (is_control(c) || !len)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add(out, name + i, len);
		i += len ? len : 1;
	}
	buf_addc(out, '\'');
}

void text_escape(struct buf *out, const void *v, size_t n)
{
	const unsigned char *p = v;
	for (size_t i = 0; i < n;) {
		size_t len = text_char(p + i, n - i);
		bool c1 = len == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0;
		if (!len || c1 || (is_control(p[i]) && p[i] != '\t' && p[i] != '\n')) {
			for (size_t k = 0; k < (len ? len : 1); k++)
				buf_printf(out, "\\x%02x", p[i + k]);
		} else {
			buf_add(out, p + i, len);
		}
		i += len ? len : 1;
	}
}

bool text_cut(struct buf *out, const void *p, size_t n, size_t columns)
{
	size_t keep = n <= columns ? n : text_offset_of(p, n, columns);
	buf_add(out, p, keep);
	if (keep == n)
		return false;
	buf_printf(out, "…[+%zu]", text_columns((const char *)p + keep, n - keep));
	return true;
}
