/* SPDX-License-Identifier: MIT */
/* What pab-cp and pab-mv do alike: SRC ... DST, also between two backends. May include:
 * copy, tool. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "copy.h"
#include "txn.h"

/* The options' values; the program's own table stores them here. */
struct transfer_options {
	const char *from, *to; /* --from and --to; NULL: the tool's backend */
	struct txn_options txn;
	int force; /* -f: replace files */
	/* pab-cp, between places of which one is far away: SRCs are written to standard
	 * output, or read from standard input, as one stream (pack.h). */
	int pack, unpack;
};

/* Does one SRC. c is filled but for what copy_look and copy_make add; flags are
 * copy_flags; x keeps what is replaced. Returns 0, or -1 with err. */
typedef int transfer_one(struct copy *c, struct txn *x, unsigned flags, struct err *e);

/* How a program calls it. */
struct transfer_verb {
	const char *done, *action; /* "copied", "copy" */
	transfer_one *one;
};

/* Opens the places and calls verb->one for every SRC; DST/NAME is the target when DST is
 * a directory. flags are passed on, with those that the options mean. Prints errors and
 * goes on; prints a line or a record after each success. */
void transfer_run(struct tool *t, const struct transfer_options *o, unsigned flags,
	const struct transfer_verb *verb);

/* Does one of the ends lie far away? */
bool transfer_is_far(struct tool *t, const struct transfer_options *o) NODISCARD;

/* Copies by two of these programs with a pipe between, each acting in its place. argc and
 * argv are the command line. */
void transfer_far(
	struct tool *t, const struct transfer_options *o, int argc, char **argv);

/* The first of those two. */
void transfer_pack(struct tool *t, bool tree);

/* An operand without the slashes at its end. Returns new memory. */
char *transfer_bare(const char *operand) NODISCARD;

#endif
