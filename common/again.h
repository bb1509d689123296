/* SPDX-License-Identifier: MIT */
/* What a back reference makes every match hold, of patterns such as "\b(\w+) \1\b": a run
 * of bytes of a set, something between, and the run again. May include: need. */
#ifndef AGAIN_H
#define AGAIN_H

#include "need.h"

/* Understands a pattern (n bytes, UTF-8, in PCRE2's syntax, letters by their case) of
 * that form. Returns whether it is one; then *need says so. */
bool again_read(struct needed *need, const char *p, size_t n) NODISCARD;

/* May the run whose last byte is *q, in [begin, end), come again? What lies between
 * begins behind q. Returns true also where that would take long to say. */
bool again_at(const struct needed *need, const char *begin, const char *q,
	const char *end) NODISCARD;

#endif
