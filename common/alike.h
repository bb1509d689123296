/* SPDX-License-Identifier: MIT */
/* Characters as people take them for the same: letters without case and accents, quotes
 * and dashes however they are drawn, blanks of any width, CRs and marks for nothing. May
 * include: text. */
#ifndef ALIKE_H
#define ALIKE_H

#include "text.h"

enum {
	ALIKE_NOTHING = 0,   /* a blank, or a mark on the letter before it */
	ALIKE_WORD = 1 << 8, /* beside a letter, digit or underscore */
	ALIKE_WIDE = 1 << 9, /* alike_ascii alone: not one byte, ask alike_char */
};

/* What each byte is folded to, in its low eight bits, when it is a character. */
extern const uint16_t alike_ascii[256];

/* The character at p, of n > 0 bytes: *to is what it is folded to. Returns its length. */
size_t alike_char(const unsigned char *p, size_t n, unsigned *to);

/* The code point at p, of n > 0 bytes; a byte that is none counts as itself. Returns its
 * length in bytes. */
size_t alike_point(const unsigned char *p, size_t n, uint32_t *c);

/* Is it a blank that is no space or tab (no-break, thin, of no width)? */
bool alike_is_odd_blank(uint32_t c) NODISCARD;

/* Is it a mark that is drawn on the letter before it (U+0300 and the like)? */
bool alike_is_mark(uint32_t c) NODISCARD;

/* What is typed for a typographic quote, dash or dots. Returns it, or 0. */
char alike_typed(uint32_t c) NODISCARD;

#endif
