/* SPDX-License-Identifier: MIT */
/* Line tags "N:hhhh": the number of a line and four hexadecimal digits of its text, by
 * which an edit names a line and knows whether it still is the one that was read. The
 * digits are FNV-1a of 32 bits, folded to 16 by exclusive or, of the line's bytes without
 * its end (LF or CRLF), as UTF-8 where the file is UTF-16, without a byte order mark. "0"
 * is the top of a file, above its first line. May include: err. */
#ifndef TAG_H
#define TAG_H

#include "err.h"

struct tag {
	int64_t line; /* from 1; 0: the top */
	unsigned hash;
};

/* A line's hash in progress; it starts as TAG_SUM_INIT. */
struct tag_sum {
	uint32_t h;
	bool cr; /* the last byte was a CR, which may belong to the line's end */
};

#define TAG_SUM_INIT                                                                     \
	{                                                                                \
		UINT32_C(0x811c9dc5), false                                              \
	}

/* Adds n bytes of the line. */
void tag_add(struct tag_sum *s, const void *p, size_t n);

/* Ends the line, with an LF or at the end of the file. Returns its hash. */
unsigned tag_end(struct tag_sum *s, bool lf) NODISCARD;

/* Returns the hash of a whole line, its end not among the n bytes. */
unsigned tag_of(const void *p, size_t n) NODISCARD;

/* Reads "N:hhhh" or "0", n bytes. Returns 0, or -1 with a usage error. */
int tag_parse(const char *s, size_t n, struct tag *out, struct err *e) NODISCARD;

/* Reads "A" or "A,B"; with one tag *to is *at. Returns 0, or -1 with a usage error. */
int tag_parse_range(
	const char *s, size_t n, struct tag *at, struct tag *to, struct err *e) NODISCARD;

/* How many bytes at p[0..n) are "N:hhhh|", which pab-read puts in front of a line.
 * Returns 0 when they are not. */
size_t tag_prefix(const char *p, size_t n) NODISCARD;

#endif
