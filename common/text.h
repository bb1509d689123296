/* SPDX-License-Identifier: MIT */
/* What bytes are as text: UTF-8, encodings, line ends, names made printable. Offsets and
 * lengths are bytes unless a comment says code points. May include: buf. */
#ifndef TEXT_H
#define TEXT_H

#include "buf.h"

/* Returns whether the n bytes at p are well-formed UTF-8 (no surrogates, no overlong
 * forms, at most U+10FFFF; Unicode 15 table 3-7). NULs are allowed. */
bool text_is_utf8(const void *p, size_t n) NODISCARD;

/* The length in bytes (1 to 4) of the well-formed UTF-8 character at p[0..n); n > 0.
 * Returns 0 when there is none. */
size_t text_char(const unsigned char *p, size_t n) NODISCARD;

/* How many bytes at the end of p[0..n) begin a character that is cut there. Returns 0 to
 * 3. */
size_t text_tail(const void *p, size_t n) NODISCARD;

/* Code points in p[0..n), a byte that is part of no character counting as one. Returns
 * the number. */
size_t text_columns(const void *p, size_t n);

/* The byte offset at which `columns` code points of p[0..n) end. Returns it, n when
 * there are not that many. */
size_t text_offset_of(const void *p, size_t n, size_t columns);

enum text_encoding {
	TEXT_UTF8,     /* or plain ASCII */
	TEXT_UTF8_BOM, /* UTF-8 behind EF BB BF */
	TEXT_UTF16LE,  /* behind FF FE */
	TEXT_UTF16BE,  /* behind FE FF */
	TEXT_8BIT,     /* text that is not UTF-8: Latin-1 and its kin */
	TEXT_BINARY,   /* holds a NUL in the bytes looked at */
};

/* Guesses from the first bytes of a file; 8,000 of them, as git does, are enough. A
 * character cut by the end of p is not held against UTF-8. Returns the guess. */
enum text_encoding text_guess(const void *p, size_t n);

/* Returns "utf-8", "utf-8-bom", "utf-16le", "utf-16be", "unknown-8bit" or "binary". */
const char *text_encoding_name(enum text_encoding e);

/* Appends UTF-16 (without its mark; big endian if be) as UTF-8; a lone surrogate and a
 * last odd byte become U+FFFD. */
void text_from_utf16(struct buf *out, const unsigned char *p, size_t n, bool be);

/* Appends UTF-8 as UTF-16. Returns 0, or -1 when p is not UTF-8. */
int text_to_utf16(struct buf *out, const char *p, size_t n, bool be) NODISCARD;

/* Appends a name for people: as it is, or $'a\nb' as bash quotes it when it holds
 * control bytes or looks so quoted already; with strict (a terminal, a model), bytes
 * that are not UTF-8 are escaped too. */
void text_name(struct buf *out, const char *name, bool strict);

/* Appends text with control bytes other than tab and newline as \x1b and bytes that are
 * not UTF-8 as \xe9, so that it can be shown to a terminal or a model. */
void text_escape(struct buf *out, const void *p, size_t n);

/* Appends one line (without its end) cut to `columns` code points, marked "…[+1023]"
 * with the number of code points left out. Returns whether it was cut. */
bool text_cut(struct buf *out, const void *p, size_t n, size_t columns);

#endif
