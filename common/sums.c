/* SPDX-License-Identifier: MIT */
#include "sums.h"

#include "mem.h"

enum { DIGITS = 8, BOM = 3 };

/* Beyond so many differing lines on both sides their order is not looked for. */
enum { MOST_PAIRS = 4 << 20 };

static const struct sums start = SUMS_INIT;

static void end_line(struct sums *s)
{
	buf_printf(&s->lines, "%08x", s->line);
	s->line = start.line;
	s->in_line = false;
}

/* FNV-1a. */
void sums_add(struct sums *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->in_line = true;
		if (p[i] == '\n')
			end_line(s);
		else
			s->line = (s->line ^ (unsigned char)p[i]) * UINT32_C(0x01000193);
	}
}

void sums_end(struct sums *s, const char *hash, struct buf *out)
{
	if (s->in_line)
		end_line(s);
	buf_printf(out, "%s %s", hash, s->lines.len ? s->lines.p : "-");
}

void sums_of(struct buf *out, const char *p, size_t n)
{
	char hash[HASH_HEX + 1];
	struct sums s CLEANUP(sums_release) = SUMS_INIT;
	size_t skip = n >= BOM && !memcmp(p, "\xef\xbb\xbf", BOM) ? BOM : 0;
	hash_bytes(p, n, hash);
	sums_add(&s, p + skip, n - skip);
	sums_end(&s, hash, out);
}

void sums_release(struct sums *s)
{
	buf_release(&s->lines);
}

/* Eight hex digits. Returns 0, or -1. */
static int parse_line(const char *p, uint32_t *out)
{
	static const char digits[] = "0123456789abcdef";
	*out = 0;
	for (int i = 0; i < DIGITS; i++) {
		const char *d = p[i] ? strchr(digits, p[i]) : NULL;
		if (!d)
			return -1;
		*out = *out << 4 | (uint32_t)(d - digits);
	}
	return 0;
}

int seen_parse(struct seen *s, const char *p, size_t n)
{
	if (n < HASH_HEX + 2 || p[HASH_HEX] != ' ' ||
		strspn(p, "0123456789abcdef") != HASH_HEX)
		return -1;
	*s = (struct seen){0};
	memcpy(s->hash, p, HASH_HEX);
	p += HASH_HEX + 1;
	n -= HASH_HEX + 1;
	if (n == 1 && *p == '-')
		return 0;
	if (n % DIGITS)
		return -1;
	s->lines = xcalloc(n / DIGITS, sizeof(*s->lines));
	for (; s->n < n / DIGITS; s->n++)
		if (parse_line(p + s->n * DIGITS, &s->lines[s->n]) < 0) {
			seen_release(s);
			return -1;
		}
	return 0;
}

void seen_release(struct seen *s)
{
	free(s->lines);
	*s = (struct seen){0};
}

/* Marks what is not in the longest common part of a[0..na) and b[0..nb), by the table of
 * lengths from each pair on. */
static void mark_between(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	bool *marks, bool *gone)
{
	size_t w = nb + 1, i = 0, k = 0;
	uint32_t *len CLEANUP(mem_freep) = xcalloc((na + 1) * w, sizeof(*len));
	for (size_t x = na; x-- > 0;)
		for (size_t y = nb; y-- > 0;) {
			uint32_t down = len[(x + 1) * w + y], right = len[x * w + y + 1];
			len[x * w + y] = a[x] == b[y]   ? len[(x + 1) * w + y + 1] + 1
					 : down > right ? down
							: right;
		}
	while (i < na || k < nb) {
		if (i < na && k < nb && a[i] == b[k]) {
			i++;
			k++;
		} else if (k < nb &&
			   (i == na || len[i * w + k + 1] >= len[(i + 1) * w + k])) {
			marks[k++] = true;
		} else {
			i++;
			*gone = true;
		}
	}
}

bool *seen_changed(const struct seen *old, const struct seen *now, bool *gone)
{
	size_t head = 0, tail = 0, least = old->n < now->n ? old->n : now->n;
	bool *marks = xcalloc(now->n + 1, sizeof(*marks));
	while (head < least && old->lines[head] == now->lines[head])
		head++;
	while (tail < least - head &&
		old->lines[old->n - 1 - tail] == now->lines[now->n - 1 - tail])
		tail++;
	size_t na = old->n - head - tail, nb = now->n - head - tail;
	*gone = false;
	if (na && nb && na > MOST_PAIRS / nb)
		memset(marks + head, true, nb);
	else
		mark_between(old->lines ? old->lines + head : NULL, na,
			now->lines ? now->lines + head : NULL, nb, marks + head, gone);
	return marks;
}
