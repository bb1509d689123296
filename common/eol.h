/* SPDX-License-Identifier: MIT */
/* Line ends in a run of bytes: LF or CRLF; a CR alone is no line end. May include: buf.
 */
#ifndef EOL_H
#define EOL_H

#include "buf.h"

struct eol_counts {
	size_t lf; /* not behind a CR */
	size_t crlf;
};

struct eol_counts eol_count(const void *p, size_t n);

/* Returns "LF" or "CRLF" when all line ends are that, NULL when there are none or both.
 */
const char *eol_uniform(const struct eol_counts *c);

/* Appends p with every line end as LF, or as CRLF. */
void eol_convert(struct buf *out, const char *p, size_t n, bool crlf);

/* Lines as people count them: line ends, and one more when bytes follow the last. */
size_t eol_lines(const void *p, size_t n);

#endif
