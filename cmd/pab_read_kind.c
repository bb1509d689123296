/* SPDX-License-Identifier: MIT */
/* What kind of file the first bytes say it is. Formats: PNG (ISO 15948), JPEG (T.81),
 * GIF89a, WebP (RFC 9649). */
#include "pab_read.h"

static unsigned be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static unsigned le16(const unsigned char *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

static unsigned le24(const unsigned char *p)
{
	return (unsigned)p[2] << 16 | (unsigned)p[1] << 8 | p[0];
}

/* The size stands in the first start-of-frame segment; others are stepped over. */
static void jpeg_size(const unsigned char *p, size_t n, struct kind *k)
{
	for (size_t i = 2; i + 9 < n && p[i] == 0xff;) {
		unsigned m = p[i + 1];
		if (m == 0xff) {
			i++;
			continue;
		}
		if (m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc) {
			k->height = be16(p + i + 5);
			k->width = be16(p + i + 7);
			return;
		}
		i += 2 + be16(p + i + 2);
	}
}

static void webp_size(const unsigned char *p, size_t n, struct kind *k)
{
	if (n < 30)
		return;
	if (!memcmp(p + 12, "VP8X", 4)) {
		k->width = le24(p + 24) + 1;
		k->height = le24(p + 27) + 1;
	} else if (!memcmp(p + 12, "VP8L", 4)) {
		k->width = (le16(p + 21) & 0x3fff) + 1;
		k->height = ((le24(p + 22) >> 6) & 0x3fff) + 1;
	} else if (!memcmp(p + 12, "VP8 ", 4)) {
		k->width = le16(p + 26) & 0x3fff;
		k->height = le16(p + 28) & 0x3fff;
	}
}

static bool picture(const unsigned char *p, size_t n, struct kind *k)
{
	if (n >= 24 && !memcmp(p, "\x89PNG\r\n\x1a\n", 8)) {
		*k = (struct kind){"PNG image", "image/png",
			be16(p + 16) << 16 | be16(p + 18),
			be16(p + 20) << 16 | be16(p + 22)};
		return true;
	}
	if (n >= 10 && (!memcmp(p, "GIF87a", 6) || !memcmp(p, "GIF89a", 6))) {
		*k = (struct kind){"GIF image", "image/gif", le16(p + 6), le16(p + 8)};
		return true;
	}
	if (n >= 4 && !memcmp(p, "\xff\xd8\xff", 3)) {
		*k = (struct kind){"JPEG image", "image/jpeg", 0, 0};
		jpeg_size(p, n, k);
		return true;
	}
	if (n >= 16 && !memcmp(p, "RIFF", 4) && !memcmp(p + 8, "WEBP", 4)) {
		*k = (struct kind){"WebP image", "image/webp", 0, 0};
		webp_size(p, n, k);
		return true;
	}
	return false;
}

struct kind kind_of(const unsigned char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *name;
	} known[] = {
		{"\177ELF", 4, "ELF executable"},
		{"%PDF-", 5, "PDF document"},
		{"PK\003\004", 4, "zip archive"},
		{"\037\213", 2, "gzip data"},
		{"\375"
		 "7zXZ",
			5, "xz data"},
		{"\050\265\057\375", 4, "zstd data"},
		{"BZh", 3, "bzip2 data"},
		{"SQLite format 3", 15, "SQLite database"},
		{"!<arch>\n", 8, "ar archive"},
		{"\312\376\272\276", 4, "Java class or Mach-O file"},
		{"\0asm", 4, "WebAssembly module"},
		{"wOF2", 4, "WOFF2 font"},
		{"OggS", 4, "Ogg data"},
	};
	struct kind k = {.name = "data"};
	if (picture(p, n, &k))
		return k;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (n >= known[i].n && !memcmp(p, known[i].magic, known[i].n))
			k.name = known[i].name;
	if (n >= 262 && !memcmp(p + 257, "ustar", 5))
		k.name = "tar archive";
	return k;
}
