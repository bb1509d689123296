/* SPDX-License-Identifier: MIT */
/* Changes of several files as one: all of them happen or none does, also when the program
 * is killed at any moment, and what was there before is kept for pab-undo. Before the
 * first file changes, a record of all is written (journal.h), in which every file has its
 * content from before; if a change fails, or if a program finds the record of one that
 * was killed, the files get that back (recover.h); when all is done, the record moves
 * into the journal. A single file that is replaced needs no record to be whole: it is
 * written for pab-undo alone, and not waited for.
 *
 *	start -> (add ... run) | (begin, stage of each change -> publish) -> release
 *
 * May include: change, journal, tool. */
#ifndef TXN_H
#define TXN_H

#include "change.h"
#include "journal.h"
#include "tool.h"

/* The options' values; a program's own table has TXN_OPTIONS of them. */
struct txn_options {
	const char *journal, *fsync;
};

#define TXN_OPTIONS(o)                                                                   \
	{                                                                                \
		0, "journal", "on|off", OPT_STR, OPT_PLAIN, &(o).journal, 0,             \
			"keep what pab-undo needs (PAB_JOURNAL; default on)", OPT_ALSO,  \
			NULL                                                             \
	}

/* One file of a transaction that txn_run() runs. */
struct txn_file {
	struct target target;
	struct change change;
	void *own; /* the caller's */
	enum op op;
	unsigned flags;  /* change_flags */
	size_t order;    /* in which they were added */
	struct spot key; /* puts the locks in one order for everyone */
	struct stat st;  /* st_nlink 0: there is no such file yet */
	bool begun;
};

struct txn {
	struct tool *t;
	const char *actor, *undoes;
	bool keep;          /* for pab-undo */
	bool torn;          /* what was done could not be taken back */
	struct txn_file *v; /* in the order of their keys */
	size_t n, cap;
};

/* Takes the options, else their variables. Returns 0, or -1 with err. */
int txn_start(struct txn *x, struct tool *t, const struct txn_options *o,
	struct err *e) NODISCARD;

void txn_release(struct txn *x);

/* Makes all n staged changes, or none. Afterwards their locks may be gone. Returns 0; 1
 * when a name leads to something else by now and the caller begins again; -1 with err. */
int txn_publish(
	struct txn *x, struct change *const *v, size_t n, struct err *e) NODISCARD;

/* Adds the file; the target is the transaction's from now on, also on failure. Returns it
 * (valid until the next is added); NULL with err, where e->code is ERR_NONE for one that
 * was added before, by this or another name. */
struct txn_file *txn_add(struct txn *x, struct target *t, enum op op, unsigned flags,
	void *own, struct err *e) NODISCARD;

/* Reads the file of a change that was begun, and stages what becomes of it. May be called
 * again for the same file. Returns 0; 1 to begin again; -1 with err. */
typedef int txn_stage(void *ctx, struct txn_file *f, struct err *e);

/* Begins all, stages all and, unless dry, publishes. What fails says "; nothing was
 * changed" when there are several. Returns 0, or -1 with err: that of the file which was
 * added first. */
int txn_run(
	struct txn *x, txn_stage *stage, void *ctx, bool dry, struct err *e) NODISCARD;

/* One act that is all or nothing by itself (a rename, a removal): what it removes or
 * replaces is kept in its record. */
struct txn_act {
	struct journal j;
	struct record r;
	char why[300]; /* why nothing is kept; "": it is */
	char home[48]; /* of an in-memory tree */
};

/* Before the name goes or is replaced: keeps a copy of what stands there, a file, link or
 * tree of status st. With from, what comes there is moved from that target; then st may
 * be NULL, as nothing stands there. is is the mode of what will stand there, 0: nothing;
 * fd (or -1) is open on it, for its fingerprint. Nothing fails: what cannot be kept is
 * said by txn_acted(). */
void txn_act(struct txn *x, struct txn_act *a, const struct place *p,
	const struct target *t, const struct stat *st, unsigned is, int fd);
void txn_act_move(struct txn *x, struct txn_act *a, const struct place *to,
	const struct target *dst, const struct stat *st, const struct place *from,
	const struct target *src, unsigned is);

/* Notes that what x->undoes names was taken back, where no change of files says so. */
void txn_mark(struct txn *x, const struct place *p, const struct target *t);

/* Afterwards; done is whether it was done. */
void txn_acted(struct txn *x, struct txn_act *a, const struct target *t, bool done);

#endif
