/* SPDX-License-Identifier: MIT */
/* What a terminal would be left with: control sequences (ECMA-48) taken out, and of a
 * line that was written over and over, as progress is, the last version. A stream: what
 * comes is passed on as soon as nothing can change it. Bytes with a NUL among them are no
 * text, and from there on pass as they are. May include: buf. */
#ifndef FOLD_H
#define FOLD_H

#include "buf.h"

struct fold {
	bool terminal; /* the lines end with CR LF, as a terminal's do: LF comes out */
	/* What was taken out so far. */
	int64_t sequences, overwritten;
	/* The rest is fold.c's. */
	int state;
	size_t length; /* of a string sequence, which must end some time */
	bool returned; /* a CR came, and nothing after it yet */
	bool binary;
	struct buf line; /* what a CR or BS may still take back */
};

/* Starts one; its owner calls fold_release(). */
void fold_init(struct fold *f, bool terminal);
void fold_release(struct fold *f);

/* Takes n bytes and appends to out what is settled. */
void fold_add(struct fold *f, const void *p, size_t n, struct buf *out);

/* Nothing more comes: appends what was held back. */
void fold_end(struct fold *f, struct buf *out);

/* Was anything taken out? Returns whether. */
static inline bool fold_changed(const struct fold *f)
{
	return f->sequences || f->overwritten;
}

/* How many of the n bytes at p can be folded on their own, with nothing torn that would
 * be whole with the bytes after them: a character, a sequence, a CR and what follows it.
 * Returns at most n. */
size_t fold_whole(const void *p, size_t n) NODISCARD;

#endif
