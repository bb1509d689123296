/* SPDX-License-Identifier: MIT */
/* Scans bytes for what a need (need.h) says, many at a time: two rare bytes at a distance
 * where there is one sequence, else three neighbouring bytes of each. AVX2 where the
 * processor has it, else SSE2 or NEON, else plain C; all find the same. A sift never
 * changes once made: threads share it. May include: need. */
#ifndef SIFT_H
#define SIFT_H

#include "need.h"

struct sift;

enum sift_with {
	SIFT_BEST, /* what this processor has */
	SIFT_BASE, /* SSE2 or NEON, which each processor of the kind has */
	SIFT_PLAIN,
};

/* Returns a scan for the need, or NULL when what it says is too common to be worth it. */
struct sift *sift_new(const struct needed *need, enum sift_with with) NODISCARD;

void sift_free(struct sift *s);

/* A place where a sequence begins that lies in p[from..n); none ends before the probe of
 * this one, so every match in p[from..n) ends behind the place. Returns it, or n when
 * there is none. */
size_t sift_next(const struct sift *s, const char *p, size_t n, size_t from) NODISCARD;

/* How many bytes before the place that sift_next() returns a match may begin. Returns
 * them, SIZE_MAX where that is not known. */
size_t sift_before(const struct sift *s) NODISCARD;

/* How many of p[0..n) are newlines. Returns the number. */
size_t sift_newlines(const char *p, size_t n) NODISCARD;

#endif
