/* SPDX-License-Identifier: MIT */
/* What a model was shown of files: their sums (sums.h), by which a change that it does
 * not know of is seen before it edits. A file of lines, the last of a path counts:
 *
 *	PATH HASH LINES		PATH with bytes up to blank, "%" and DEL as %hh
 *	PATH gone
 *
 * or memory that only this program and its children share. May include: err, sums. */
#ifndef LEDGER_H
#define LEDGER_H

#include "err.h"
#include "sums.h"

struct ledger {
	int fd;
	char *file; /* where it is; NULL: in memory */
};

/* Opens the file, which is made, or with NULL memory. Returns 0, or -1 with err. */
int ledger_open(struct ledger *l, const char *file, struct err *e) NODISCARD;
void ledger_close(struct ledger *l);

/* Waits until no other process has the path, and keeps it until it is let go or this one
 * ends. Two paths may share a lock, so that one process holds one at a time. */
void ledger_hold(const struct ledger *l, const char *path);
void ledger_let(const struct ledger *l, const char *path);

/* What was seen of the path. Returns 1 with *s to be released, or 0. */
int ledger_get(const struct ledger *l, const char *path, struct seen *s) NODISCARD;

/* Writes down sums as text (NULL: the path is forgotten). Returns 0, or -1 with err. */
int ledger_put(const struct ledger *l, const char *path, const char *sums, size_t n,
	struct err *e) NODISCARD;

/* Finds the last line of a path among n bytes. Returns 1 with *s to be released, or 0. */
int ledger_find(const char *p, size_t n, const char *path, struct seen *s) NODISCARD;

/* What is known of a path, and of all below it, is known of another from now on. Returns
 * 0, or -1 with err. */
int ledger_move(const struct ledger *l, const char *from, const char *to,
	struct err *e) NODISCARD;

/* Appends a path as it stands in a line, and understands n bytes of such. The latter
 * returns new memory. */
void ledger_word(struct buf *b, const char *path);
char *ledger_path(const char *p, size_t n) NODISCARD;

#endif
