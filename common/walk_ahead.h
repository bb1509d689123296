/* SPDX-License-Identifier: MIT */
/* Threads that list the directories a walk will come to, in the order in which it will. A
 * bounded number of listings is kept; what the walk needs and nobody has begun it lists
 * itself, so a walk never waits for less than it could do. May include: walk_frame. */
#ifndef WALK_AHEAD_H
#define WALK_AHEAD_H

#include "walk_frame.h"

struct ahead;

/* Starts as many threads as there are other processors. Returns NULL when there are none:
 * the other calls then do nothing. */
struct ahead *ahead_new(const struct frame_rules *rules) NODISCARD;

/* Ends the threads. */
void ahead_free(struct ahead *a);

/* Lets the directories in f be listed, the next few of them. */
void ahead_offer(struct ahead *a, struct frame *f);

/* The directory of the entry, listed; the frame is the caller's now. Returns NULL when
 * the caller has to open it. */
struct frame *ahead_take(
	struct ahead *a, struct name *e, struct frame_scratch *scratch) NODISCARD;

/* Forgets what was listed ahead in f from entry number `from` on; later it may be offered
 * again. */
void ahead_drop(struct ahead *a, struct frame *f, size_t from);

/* The same of one entry. */
void ahead_drop_one(struct ahead *a, struct name *e);

/* Forgets all of f's and frees it, or keeps its memory for another. a may be NULL.
 */
void ahead_release(struct ahead *a, struct frame *f);

#endif
