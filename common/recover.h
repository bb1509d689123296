/* SPDX-License-Identifier: MIT */
/* Changes that a kill interrupted, found by their records: one of which every file is as
 * the change leaves it is complete and goes into the journal; else those of its files
 * that were changed get back what they had. A file that somebody changed since stays as
 * it is. May include: journal, place. */
#ifndef RECOVER_H
#define RECOVER_H

#include "journal.h"
#include "place.h"

/* A record whose contents are at hand. */
struct kept {
	const char *home, *name;
	const struct record *r;
	int fd;
};

/* Is the file as the change left it? Returns true if it is. */
bool recover_is_after(const struct record_file *f) NODISCARD;

/* Appends what the file had before; *like is the copy that has its facts too (the
 * caller's to close), -1: there is none. Returns 0, or -1 with err. */
int recover_content(const struct kept *k, size_t i, struct buf *out, int *like,
	struct err *e) NODISCARD;

/* Takes back what was done of the record. No lock of its files may be held. Returns how
 * many files that were, or -1 with the first err; the others are taken back all the same.
 */
int recover_take_back(const struct kept *k, struct err *e) NODISCARD;

/* Is there a record that nobody works on? Returns true if there is. */
bool recover_pending(const char *home) NODISCARD;

/* Told of each record that was rolled back; e: what could not be, NULL: all was. */
typedef void recover_say(void *ctx, const struct record *r, const struct err *e);

/* Looks after all records below home that nobody works on; say may be NULL. Returns how
 * many it rolled back. */
int recover_home(const char *home, recover_say *say, void *ctx);

/* The same below home and where the in-memory trees of the place have theirs. */
void recover_place(const struct place *p, const char *home, recover_say *say, void *ctx);

#endif
