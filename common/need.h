/* SPDX-License-Identifier: MIT */
/* What every match of a regular expression holds: one of a few sequences of byte sets,
 * found by looking at the pattern before PCRE2 does. "foo", "foo|bar", "(?i)foo",
 * "[A-Z]+_SUSPEND", "[a-z]{20,}_[0-9]" and "\p{Greek}" all come out in that one form, and
 * sift.h scans for it. Every answer errs on the safe side: a sequence may match more than
 * the expression does, never less, and what is not understood here needs nothing. May
 * include: nothing. */
#ifndef NEED_H
#define NEED_H

enum {
	NEED_LENGTH = 16, /* bytes of a sequence */
	NEED_MOST = 64,   /* sequences of a need */
	NEED_SETS = 64,   /* different sets of more than one byte */
};

struct need_set {
	uint64_t bits[4];
};

/* One byte after the other: a number below 256 is that byte, others are sets[n - 256]. */
struct need_seq {
	uint16_t at[NEED_LENGTH];
	unsigned n;
};

struct needed {
	struct need_seq v[NEED_MOST];
	size_t n; /* 0: nothing is known */
	struct need_set sets[NEED_SETS];
	size_t n_sets;
	bool leads; /* every match begins with one of them */
	/* Not 0: the sequence, the only one, is the last byte of a run of bytes of its
	 * first set, at least so many, and what is between that and the run again. */
	unsigned again;
	bool spread; /* between may be more than one byte, all of the second set */
};

/* Adds the bytes from one to the other, both included. */
static inline void need_include(struct need_set *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		s->bits[c / 64] |= UINT64_C(1) << c % 64;
}

/* How often, of 65,536 bytes of source text, one is in the set. Returns at least 1. */
unsigned need_weight(const struct needed *need, unsigned set);

/* Is the byte in the set? Returns true if it is. */
static inline bool need_holds(const struct needed *need, unsigned set, unsigned char c)
{
	return set < 256 ? set == c : need->sets[set - 256].bits[c / 64] >> c % 64 & 1;
}

/* One alternative of an expression, as re.h has it. */
struct need_text {
	const char *p;
	size_t n;
	bool icase;
};

/* Fills *need with what every match of one of the n patterns (UTF-8, in PCRE2's syntax)
 * holds. Returns whether anything is known. */
bool need_find(struct needed *need, const struct need_text *patterns, size_t n) NODISCARD;

/* Fills *need with the first bytes of the n, at least one, that every match is. */
void need_bytes(struct needed *need, const char *p, size_t n);

#endif
