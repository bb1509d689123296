/* SPDX-License-Identifier: MIT */
#include "tag.h"

enum { HEX = 4 };

static uint32_t mix(uint32_t h, unsigned char c)
{
	return (h ^ c) * UINT32_C(0x01000193);
}

void tag_add(struct tag_sum *s, const void *v, size_t n)
{
	const unsigned char *p = v;
	uint32_t h = s->h;
	if (!n)
		return;
	if (s->cr)
		h = mix(h, '\r');
	s->cr = p[n - 1] == '\r';
	for (const unsigned char *end = p + n - s->cr; p < end; p++)
		h = mix(h, *p);
	s->h = h;
}

unsigned tag_end(struct tag_sum *s, bool lf)
{
	uint32_t h = s->cr && !lf ? mix(s->h, '\r') : s->h;
	*s = (struct tag_sum)TAG_SUM_INIT;
	return (h >> 16) ^ (h & 0xffff);
}

unsigned tag_of(const void *p, size_t n)
{
	struct tag_sum s = TAG_SUM_INIT;
	tag_add(&s, p, n);
	return tag_end(&s, false);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Reads "N:hhhh" at the start of n bytes. Returns its length, or 0. */
static size_t read_tag(const char *s, size_t n, struct tag *out)
{
	int64_t line = 0;
	unsigned hash = 0;
	size_t i = 0;
	for (; i < n && i < 18 && s[i] >= '0' && s[i] <= '9'; i++)
		line = line * 10 + (s[i] - '0');
	if (!line || s[0] == '0' || i >= n || s[i] != ':' || n - i < 1 + HEX)
		return 0;
	i++;
	for (size_t end = i + HEX; i < end; i++) {
		int d = hex_digit(s[i]);
		if (d < 0)
			return 0;
		hash = hash << 4 | (unsigned)d;
	}
	*out = (struct tag){line, hash};
	return i;
}

int tag_parse(const char *s, size_t n, struct tag *out, struct err *e)
{
	struct tag t = {0};
	if (n == 1 && *s == '0') {
		*out = t;
		return 0;
	}
	size_t len = n ? read_tag(s, n, &t) : 0;
	if (!len || len != n)
		return err_set(e, ERR_USAGE, NULL,
			"a line tag is N:hhhh as pab-read --tags prints it%s",
			len && s[len] == '|' ? "; leave out the | and what follows"
					     : ", or 0 for the top of the file");
	*out = t;
	return 0;
}

int tag_parse_range(
	const char *s, size_t n, struct tag *at, struct tag *to, struct err *e)
{
	const char *comma = memchr(s, ',', n);
	size_t first = comma ? (size_t)(comma - s) : n;
	struct tag a, b;
	if (tag_parse(s, first, &a, e) < 0)
		return -1;
	b = a;
	if (comma && tag_parse(comma + 1, n - first - 1, &b, e) < 0)
		return -1;
	*at = a;
	*to = b;
	return 0;
}

size_t tag_prefix(const char *p, size_t n)
{
	struct tag t;
	size_t len = n ? read_tag(p, n, &t) : 0;
	return len && len < n && p[len] == '|' ? len + 1 : 0;
}
