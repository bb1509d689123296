/* SPDX-License-Identifier: MIT */
/* A whole command line done at a far end: the words, the files and variables of the
 * caller's that they name, and what the tool must know of the terminal are sent; what
 * comes back is printed. May include: opt, out. */
#ifndef FORWARD_H
#define FORWARD_H

#include "opt.h"
#include "out.h"

/* Makes of what came on standard input what a far end understands, which reads no JSON.
 * Returns 0, or -1 with err. */
typedef int tool_translate(struct buf *b, struct err *e);

struct forward {
	const char *tool;    /* "pab-ls" */
	const char *backend; /* the spec; dial_place() knows it */
	const char *home;    /* as for home_open() */
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
	struct buf needs;          /* filled: what was not granted */
	struct out *out;
};

/* Does it. With may_ask, what is printed is kept until the end, and dropped when
 * something was not granted: then 2 is returned. Returns 0 with the tool's exit status in
 * w->out, 1 when standard output took no more (the error is remembered there), or -1 with
 * err when it could not be done. */
int forward_run(struct forward *w, struct err *e) NODISCARD;

#endif
