/* SPDX-License-Identifier: MIT */
/* Where in a file a text that is not there could have been meant: the place at which
 * most of its lines, or of the words in them, stand in the same order. One pass over the
 * file in memory of the text's size. May include: alike. */
#ifndef NEAREST_H
#define NEAREST_H

/* A line without its LF. */
struct line {
	const char *p;
	size_t n;
};

/* Splits at LF into at most max lines, what follows the last LF being one too. Returns
 * how many there are. */
size_t nearest_split(const char *p, size_t n, struct line *out, size_t max);

/* The number, from 0, of the line in the n bytes at p where the m lines of the text have
 * their place. Returns -1 when no place is like them. */
int64_t nearest_find(
	const struct line *text, size_t m, const char *p, size_t n) NODISCARD;

/* Are two lines the same, folded (alike.h)? */
bool nearest_same(const struct line *a, const struct line *b) NODISCARD;

/* The offset of line number i, from 0, in the n bytes at p. Returns n when there are not
 * that many. */
size_t nearest_offset(const char *p, size_t n, int64_t i);

#endif
