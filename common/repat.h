/* SPDX-License-Identifier: MIT */
/* The text of a regular expression, looked at before PCRE2 compiles it: is it plain text,
 * does it hold a capital, may a whole buffer be searched for it at once? Every answer
 * errs on the safe side; a pattern that is not understood here is still searched for,
 * line by line. May include: buf. */
#ifndef REPAT_H
#define REPAT_H

#include "buf.h"

/* Appends the n bytes at p as a pattern that matches exactly them. */
void repat_quote(struct buf *out, const char *p, size_t n);

/* Appends the text that the pattern stands for when it is plain text ("a\.b" is "a.b").
 * Returns whether it is; out is then complete, and spoilt otherwise. */
bool repat_literal(const char *p, size_t n, struct buf *out) NODISCARD;

/* Appends the pattern without its escapes (\W, \p{Lu}), so that what is left can be
 * looked at for capitals. */
void repat_letters(const char *p, size_t n, struct buf *out);

/* Appends a pattern which, searched for in many lines at once (multi-line, dot without
 * newline), finds a match that starts in every line that p matches when that line stands
 * alone, without its "\n" or "\r\n". It may find more: what it finds is a candidate.
 * Nothing in it that repeats can run over a line end, so a search stays linear where p's
 * own would be. Returns whether there is such a pattern; out is spoilt otherwise. */
bool repat_for_buffer(const char *p, size_t n, struct buf *out) NODISCARD;

#endif
