/* SPDX-License-Identifier: MIT */
/* A glob pattern as a small program whose jumps all lead forward, so that all its states
 * can be followed at once; for match.c alone. A glob owns its arrays; its owner calls
 * glob_release(). May include: match. */
#ifndef GLOB_H
#define GLOB_H

#include "match.h"

enum glob_kind {
	GLOB_LIT,   /* the character c */
	GLOB_ANY,   /* one character, not "/" */
	GLOB_CLASS, /* one character, not "/", in class number c */
	GLOB_STAR,  /* any characters, not "/" */
	GLOB_DEEP,  /* any characters */
	GLOB_SPLIT, /* goes on behind it and at `to` */
	GLOB_JUMP,  /* goes on at `to` */
	GLOB_NEVER, /* matches nothing */
	GLOB_END,   /* the path must end here; the last op, and only that */
};

enum {
	GLOB_MAX_OPS = 4096,
	GLOB_NOT_UTF8 = 0x110000, /* added to a byte that is part of no character */
};

struct glob_op {
	enum glob_kind kind;
	uint32_t c;
	size_t to;
};

struct glob_range {
	uint32_t lo, hi;
};

struct glob_class {
	bool negated;
	size_t n;
	struct glob_range *v;
};

struct glob {
	struct glob_op *ops;
	size_t n;
	struct glob_class *classes;
	size_t n_classes;
};

/* Reads the pattern of n bytes; flags are match_flags. Returns 0, or -1 with a
 * bad_pattern error; g then needs no release. */
int glob_read(struct glob *g, const char *pattern, size_t n, unsigned flags,
	struct err *e) NODISCARD;

void glob_release(struct glob *g);

/* The character at *p (before end), which is moved behind it. Returns its number; with
 * MATCH_GIT a character is a byte. */
uint32_t glob_char(unsigned flags, const char **p, const char *end);

#endif
