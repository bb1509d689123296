/* SPDX-License-Identifier: MIT */
/* Regular expressions: PCRE2 with JIT, always UTF and safe on bytes that are not UTF-8,
 * bounded in time and memory. A struct re is compiled once and never changes, so threads
 * share it; what a thread needs to match is in find.h. May include: err, repat, text. */
#ifndef RE_H
#define RE_H

#include "err.h"

enum re_flags {
	RE_ICASE = 1 << 0,
	RE_SMART_CASE = 1 << 1, /* RE_ICASE unless a pattern holds a capital */
	RE_FIXED = 1 << 2,      /* plain text, not expressions */
	RE_WORD = 1 << 3,       /* no letter, mark, digit or _ before and after */
	RE_LINE = 1 << 4,       /* from the start of a line to its end */
	RE_MULTILINE = 1 << 5,  /* a match may span lines */
};

struct pcre2_real_code_8;
struct sift;

struct re {
	struct pcre2_real_code_8 *code; /* NULL when literal is all there is to it */
	struct pcre2_real_code_8
		*scan; /* for a whole buffer: repat_for_buffer; or NULL */
	char *literal; /* the whole pattern is these bytes; or NULL */
	size_t literal_len;
	struct sift *sift; /* finds where a match can be, in lines; or NULL */
	bool jit;          /* code and scan have been compiled to machine code */
	bool multiline;
	bool never; /* no pattern at all: nothing matches */
};

/* One alternative; it may hold NULs. */
struct re_pattern {
	const char *p;
	size_t n;
};

/* Compiles n patterns, of which one has to match; without RE_MULTILINE a newline in a
 * pattern separates alternatives. Back references count groups within their own pattern.
 * Returns the expression, or NULL with a bad_pattern error that names the column (code
 * points, from 1) and what is wrong there. */
struct re *re_new(const struct re_pattern *patterns, size_t n, unsigned flags,
	struct err *e) NODISCARD;

void re_free(struct re *re);

#endif
