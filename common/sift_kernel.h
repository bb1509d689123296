/* SPDX-License-Identifier: MIT */
/* What sift.c and its kernels share. May include: sift. */
#ifndef SIFT_KERNEL_H
#define SIFT_KERNEL_H

#include "sift.h"

enum { SIFT_WINDOW = 3 };

enum sift_kind {
	SIFT_PAIR,  /* two bytes, each after a mask */
	SIFT_ONE,   /* neighbouring bytes, each of a set */
	SIFT_TEDDY, /* neighbouring bytes, each of sets of up to eight buckets */
};

/* What a kernel looks for at q: a pair at q[off], or a window at q[0..width). */
struct sift_probe {
	enum sift_kind kind;
	unsigned char value[2], mask[2];
	size_t off[2];
	unsigned width;
	/* The buckets whose set holds a byte: exactly, and as lo[b & 15] & hi[b >> 4],
	 * which may be too many. SIFT_ONE takes any bit for a yes. */
	unsigned char table[SIFT_WINDOW][256];
	_Alignas(16) unsigned char lo[SIFT_WINDOW][16], hi[SIFT_WINDOW][16];
};

/* Looks from q on, while q[0..reach) lies before end. Returns the first place where the
 * probe may match, else where it stopped looking. */
typedef const char *sift_kernel(
	const struct sift_probe *p, const char *q, const char *end, size_t reach);

sift_kernel sift_base_pair, sift_base_one, sift_base_teddy;
sift_kernel sift_wide_pair, sift_wide_one, sift_wide_teddy;

/* Counts newlines while whole vectors last, from *p on, which it takes along. Returns how
 * many. */
typedef size_t sift_counter(const char **p, const char *end);

sift_counter sift_base_count, sift_wide_count;

/* Are there kernels of that kind here, and does the processor run them? */
bool sift_has_base(void) NODISCARD;
bool sift_has_lookup(void) NODISCARD; /* base has kernels for windows, too */
bool sift_has_wide(void) NODISCARD;

#endif
