/* SPDX-License-Identifier: MIT */
#include "alike.h"

#define L(c) (ALIKE_WORD | (c))
#define W8                                                                               \
	ALIKE_WIDE, ALIKE_WIDE, ALIKE_WIDE, ALIKE_WIDE, ALIKE_WIDE, ALIKE_WIDE,          \
		ALIKE_WIDE, ALIKE_WIDE
#define W32 W8, W8, W8, W8

const uint16_t alike_ascii[256] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
	0, 0x0a, 0, 0, 0, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
	0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0, 0x21, 0x22, 0x23, 0x24, 0x25,
	0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, L(0x30), L(0x31),
	L(0x32), L(0x33), L(0x34), L(0x35), L(0x36), L(0x37), L(0x38), L(0x39), 0x3a,
	0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, L(0x61), L(0x62), L(0x63), L(0x64), L(0x65),
	L(0x66), L(0x67), L(0x68), L(0x69), L(0x6a), L(0x6b), L(0x6c), L(0x6d), L(0x6e),
	L(0x6f), L(0x70), L(0x71), L(0x72), L(0x73), L(0x74), L(0x75), L(0x76), L(0x77),
	L(0x78), L(0x79), L(0x7a), 0x5b, 0x5c, 0x5d, 0x5e, L(0x5f), 0x60, L(0x61),
	L(0x62), L(0x63), L(0x64), L(0x65), L(0x66), L(0x67), L(0x68), L(0x69), L(0x6a),
	L(0x6b), L(0x6c), L(0x6d), L(0x6e), L(0x6f), L(0x70), L(0x71), L(0x72), L(0x73),
	L(0x74), L(0x75), L(0x76), L(0x77), L(0x78), L(0x79), L(0x7a), 0x7b, 0x7c, 0x7d,
	0x7e, 0x7f, W32, W32, W32, W32};

/* The letters that U+00C0 to U+017F and U+1E00 to U+1EFF are made of, as far as they
 * decompose (Unicode 15); a dot for the others. */
static const char latin[] =
	"aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
	"aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll."
	"...nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";
static const char latin_more[] =
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
	"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
	"wwwwwwwwwwxxxxyyzzzzzzhtwy......aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

size_t alike_point(const unsigned char *p, size_t n, uint32_t *c)
{
	size_t len = text_char(p, n);
	*c = p[0];
	if (len > 1) {
		*c = p[0] & (0x7fU >> len);
		for (size_t i = 1; i < len; i++)
			*c = *c << 6 | (p[i] & 0x3f);
	}
	return len ? len : 1;
}

bool alike_is_odd_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xfeff;
}

bool alike_is_mark(uint32_t c)
{
	return (c >= 0x300 && c < 0x370) || (c >= 0x1ab0 && c < 0x1b00) ||
	       (c >= 0x1dc0 && c < 0x1e00) || c == 0x3099 || c == 0x309a;
}

char alike_typed(uint32_t c)
{
	if (c >= 0x2018 && c <= 0x201b)
		return '\'';
	if ((c >= 0x201c && c <= 0x201f) || c == 0xab || c == 0xbb)
		return '"';
	if (c == 0x2032 || c == 0xb4)
		return '\'';
	if (c >= 0x2010 && c <= 0x2015)
		return '-';
	return c == 0x2026 ? '.' : c == 0x2212 ? '-' : 0;
}

size_t alike_char(const unsigned char *p, size_t n, unsigned *to)
{
	uint32_t c;
	*to = alike_ascii[*p];
	if (*to != ALIKE_WIDE)
		return 1;
	size_t len = alike_point(p, n, &c);
	char typed = len > 1 ? alike_typed(c) : 0, base = '.';
	if (c >= 0xc0 && c < 0x180)
		base = latin[c - 0xc0];
	else if (c >= 0x1e00 && c < 0x1f00)
		base = latin_more[c - 0x1e00];
	if (alike_is_odd_blank(c) || alike_is_mark(c))
		*to = ALIKE_NOTHING;
	else if (len > 1 && base != '.')
		*to = ALIKE_WORD | (unsigned char)base;
	else if (typed)
		*to = (unsigned char)typed;
	else
		*to = ALIKE_WORD | (c ^ (c >> 8)) % 255 | 1;
	return len;
}
