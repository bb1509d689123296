/* SPDX-License-Identifier: MIT */
/* A whole command line done at a far end: the words, the files and variables of the
 * caller's that they name, and what the tool must know of the terminal are sent; what
 * comes back is printed. May include: keep, opt, out. */
#ifndef FORWARD_H
#define FORWARD_H

#include "keep.h"
#include "opt.h"
#include "out.h"

struct forward {
	const char *tool;    /* "pab-ls" */
	const char *backend; /* the spec; dial_place() knows it */
	const char *shown; /* what it is called, and where it stands in a tree that is */
	const char *mount; /* called so ("/docs"); NULL: it is the tree */
	const char *home;  /* as for home_open() */
	int argc;
	char **argv;
	const struct opt *own, *shared;
	bool stop; /* of its struct tool_spec, as operands */
	enum opt_kind operands;
	bool input; /* it reads standard input also without "-" or --stdin */
	tool_translate *translate; /* of its struct tool_spec */
	const char *rules; /* that hold, as rules_text() wrote them; "" for none */
	const struct vec *granted; /* of what they ask */
	bool may_ask;              /* they do */
	bool commands;             /* the output is a command's, and comes as it is */
	struct gate *gate;         /* takes what is sent, as the content of an answer */
	struct buf needs;          /* filled: what was not granted */
	bool kept;                 /* standard input is, and can be sent again */
	bool takes_input;          /* filled: it was to be sent */
	int *files;                /* with may_ask: those of the caller's, kept */
	size_t n_files;
	struct out *out;
};

/* Does it. With may_ask, what is printed is kept until the end, and dropped when
 * something was not granted: then 2 is returned. Returns 0 with the tool's exit status in
 * w->out, 1 when standard output took no more (the error is remembered there), or -1 with
 * err when it could not be done. */
int forward_run(struct forward *w, struct err *e) NODISCARD;

/* Frees what it filled. */
void forward_release(struct forward *w);

#endif
