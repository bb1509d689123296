/* SPDX-License-Identifier: MIT */
/* Matching lines found in a buffer. A line matches when its bytes without "\n" or "\r\n"
 * match standing alone; when they do not and there was a "\r", with it. How lines are
 * found is this module's own affair: plain text by memmem, most expressions by searching
 * many lines at once and looking at the line of each candidate alone, the rest line by
 * line. All three give the same lines.
 *
 * A struct find is one thread's. Work is bounded: a line that hits PCRE2's match limit is
 * FIND_LIMIT, and the deadline is looked at inside a long line too. May include: num,
 * re. */
#ifndef FIND_H
#define FIND_H

#include "re.h"

enum find_result {
	FIND_NONE,
	FIND_HIT,
	FIND_LIMIT, /* this line, or from here on, was too much to decide */
	FIND_TIMEOUT,
};

struct find;

/* A line and the first match in it; all are offsets into the buffer. */
struct find_line {
	size_t start;
	size_t end;     /* before the line end */
	size_t next;    /* behind the line end */
	size_t subject; /* end of what was matched: end, or the "\r" after it */
	size_t m_start, m_end;
};

/* A find for re, which must live longer; deadline as num_now_ms() counts, NUM_NONE for
 * none. Returns it. */
struct find *find_new(const struct re *re, int64_t deadline) NODISCARD;

void find_free(struct find *f);

/* Looks at lines one by one from now on: the slow way, for tests. */
void find_plainly(struct find *f);

/* The line that begins at `start` in p[0..n); the match is not filled in. */
void find_bounds(const char *p, size_t n, size_t start, struct find_line *out);

/* The first line from offset `from`, which must be a line's start, that matches or is
 * FIND_LIMIT; *out is filled for both. Returns what was found. */
enum find_result find_next(struct find *f, const char *p, size_t n, size_t from,
	struct find_line *out) NODISCARD;

/* The first match in p[0..n), taken as it stands, that starts at `from` or later; *start
 * and *end are filled when there is one. Returns what was found. */
enum find_result find_match(struct find *f, const char *p, size_t n, size_t from,
	size_t *start, size_t *end) NODISCARD;

/* The next match behind one that was found at [start, end), as find_match; empty matches
 * are passed over. Returns what was found. */
enum find_result find_again(
	struct find *f, const char *p, size_t n, size_t *start, size_t *end) NODISCARD;

#endif
