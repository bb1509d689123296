/* SPDX-License-Identifier: MIT */
/* The heart of pab-edit: finding one text in a file's bytes and replacing it, with line
 * ends matched and kept. */
#ifndef PAB_EDIT_H
#define PAB_EDIT_H

#include "buf.h"
#include "err.h"

/* What is to be replaced by what; bytes of the caller's. */
struct replacement {
	const char *old;
	size_t n_old;
	const char *new;
	size_t n_new;
	bool all;   /* every place, else it must be the only one */
	bool words; /* only where no letter, digit or "_" touches it */
};

/* Places as line numbers, 1-based. */
struct places {
	int64_t *line;
	size_t n, cap;
};

void places_release(struct places *ps);

/* Appends "line 12" or "lines 12, 80, 141", each once, at most ten and how many more. */
void places_text(struct buf *out, const struct places *ps);

/* Appends to out what the n bytes at p become; at, with the lines of the new content at
 * which the replacements start. LF in old matches CRLF too; new line ends are those of
 * the lines they replace or stand beside. UTF-16 behind its mark is searched as text.
 * Returns 0, or -1 with err: no_match, ambiguous (the lines in its message), bad_input
 * when the request cannot be said in the file's encoding. */
int replace_text(const struct replacement *r, const char *p, size_t n, const char *show,
	struct buf *out, struct places *at, struct err *e) NODISCARD;

#endif
