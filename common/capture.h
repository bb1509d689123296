/* SPDX-License-Identifier: MIT */
/* Output kept in constant memory: its head (a quarter of the limit) and its tail (the
 * rest), folded for being looked at; the whole of it, as it came, in the store once it is
 * more than that. The head can be shown while the output still comes. May include: buf,
 * fold, store. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "buf.h"
#include "fold.h"
#include "store.h"

struct capture {
	int64_t limit;    /* bytes to keep here; NUM_NONE: all */
	const char *home; /* for the store; NULL as in home.h */
	struct buf head, tail;
	bool full;    /* the head is; what comes goes to the tail */
	bool by_line; /* what is in head ends with a line, or it has no line at all */
	int64_t bytes, lines; /* all that came; a last line without its end counts */
	int last;             /* the last byte that came */
	int64_t shown; /* bytes after folding, whether head and tail hold them or not */
	int64_t newlines;
	bool folds; /* by `fold`, into `folded` */
	struct fold fold;
	struct buf folded;
	/* the store */
	bool whole;     /* asked to keep everything */
	struct buf raw; /* what came so far, while that is not asked */
	int fd;
	char id[STORE_ID_MAX + 1];
	int64_t stored;
	struct err why; /* what kept the store from all of it */
};

/* Starts one; its owner calls capture_release(). */
void capture_init(struct capture *c, int64_t limit, const char *home);
void capture_release(struct capture *c);

/* Has what comes folded (fold.h); before anything came. */
void capture_fold(struct capture *c, bool terminal);

/* Takes what came. A store that fails is remembered in why, never lost output here. */
void capture_add(struct capture *c, const void *p, size_t n);

/* Nothing more comes. */
void capture_end(struct capture *c);

/* How much of head can be shown by now: whole lines that will be shown whatever comes.
 * Returns that, from the start of head. */
size_t capture_settled(const struct capture *c) NODISCARD;

/* Without a limit, forgets the first n bytes of head, which were shown. */
void capture_forget(struct capture *c, size_t n);

/* Puts everything that came into the store, although it was not too much: a line was cut
 * or folded. Only after capture_end. */
void capture_keep(struct capture *c);

/* Is there more than head and tail? Returns whether; the tail then begins with a line, or
 * at least with a character. Only after capture_end. */
bool capture_gap(struct capture *c) NODISCARD;

/* Appends where all of it is: "all of it: @out:4f2a", or why it is not. */
void capture_where(const struct capture *c, struct buf *out);

/* Appends the line that stands in the gap, without its newline:
 * "[pab: 48,102 lines, 4,981,223 bytes left out; all of it: @out:4f2a]". */
void capture_mark(const struct capture *c, struct buf *out);

#endif
