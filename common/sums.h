/* SPDX-License-Identifier: MIT */
/* What a file held when somebody saw it: its SHA-256 and 32 bits of each of its lines, by
 * which it is known later whether it changed, and where. As text it is the hash in hex, a
 * blank, and eight hex digits a line ("-" when there is none). May include: buf, hash. */
#ifndef SUMS_H
#define SUMS_H

#include "buf.h"
#include "hash.h"

/* Larger files have none. */
enum { SUMS_MOST = 8 << 20 };

/* Those of the lines in progress. */
struct sums {
	struct buf lines;
	uint32_t line;
	bool in_line;
};

#define SUMS_INIT                                                                        \
	{                                                                                \
		.lines = BUF_INIT, .line = UINT32_C(0x811c9dc5)                          \
	}

/* Adds text of the file, which is UTF-8 without a byte order mark, whatever is in it. */
void sums_add(struct sums *s, const char *p, size_t n);

/* Appends the sums as text; hash is that of the file's bytes. */
void sums_end(struct sums *s, const char *hash, struct buf *out);

/* The same of a file's n bytes at p at once. */
void sums_of(struct buf *out, const char *p, size_t n);

void sums_release(struct sums *s);

/* Sums that were read; lines is new memory, hash ends with NUL. */
struct seen {
	char hash[HASH_HEX + 1];
	uint32_t *lines;
	size_t n;
};

/* Understands n bytes of text. Returns 0, or -1 and s needs no release. */
int seen_parse(struct seen *s, const char *p, size_t n) NODISCARD;
void seen_release(struct seen *s);

/* Which lines of now are new or other than those of old: marks[i] for line i + 1, now->n
 * of them, new memory. *gone: lines of old went, and nothing came in their place. */
bool *seen_changed(const struct seen *old, const struct seen *now, bool *gone) NODISCARD;

#endif
