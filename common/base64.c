/* SPDX-License-Identifier: MIT */
#include "base64.h"

void base64_encode(struct buf *out, const void *v, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = v;
	buf_reserve(out, n / 3 * 4 + 8);
	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t w = (uint32_t)p[i] << 16;
		w |= have > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		w |= have > 2 ? p[i + 2] : 0;
		char four[4] = {digits[w >> 18], digits[w >> 12 & 63],
			have > 1 ? digits[w >> 6 & 63] : '=',
			have > 2 ? digits[w & 63] : '='};
		buf_add(out, four, 4);
	}
}

static int digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

int base64_decode(struct buf *out, const char *p, size_t n)
{
	if (n % 4)
		return -1;
	for (size_t i = 0; i < n; i += 4) {
		bool last = i + 4 == n;
		int pad = last ? (p[i + 3] == '=') + (p[i + 3] == '=' && p[i + 2] == '=')
			       : 0;
		uint32_t w = 0;
		for (int k = 0; k < 4; k++) {
			int d = k >= 4 - pad ? 0 : digit(p[i + (size_t)k]);
			if (d < 0)
				return -1;
			w = w << 6 | (uint32_t)d;
		}
		char b[3] = {(char)(w >> 16), (char)(w >> 8), (char)w};
		if ((pad == 1 && (w & 0xff)) || (pad == 2 && (w & 0xffff)))
			return -1;
		buf_add(out, b, 3 - (size_t)pad);
	}
	return 0;
}
