/* SPDX-License-Identifier: MIT */
/* Lines that stand for text somebody left out, such as "// ... rest of code unchanged":
 * in a file they are a loss. May include: pab. */
#ifndef PLACEHOLDER_H
#define PLACEHOLDER_H

/* Is one line such a placeholder? It must say nothing else: a comment, or words between
 * dots or brackets, that speak of the rest or the existing part of something. Returns
 * true if it is. */
bool placeholder_is(const char *line, size_t n) NODISCARD;

/* The number, from 1, of the first line in n bytes at p that is one, and is no line of
 * what was there before (n_was bytes at was). Returns 0 when there is none. */
size_t placeholder_find(const char *p, size_t n, const char *was, size_t n_was) NODISCARD;

#endif
