/* SPDX-License-Identifier: MIT */
/* From the options and variables of a program to the gate that holds for its run. May
 * include: gate, tool. */
#ifndef GUARD_H
#define GUARD_H

#include "tool.h"

struct guard_options {
	const char *rules, *ask, *audit, *actor; /* NULL: not given */
	rules_reader *reader;                    /* of files; NULL: there are none */
	const char *far, *granted;               /* tool_set_far */
};

/* Sets up t->gate for the place that t has opened (or none) and for what argv says.
 * Returns 0, or -1 with err. */
int guard_open(struct tool *t, const struct guard_options *o, int argc, char **argv,
	struct err *e) NODISCARD;

/* Appends the sets that were given, as text for a far end. */
void guard_text(const struct tool *t, struct buf *out);

/* Begins the account, if one is to be kept; line may be NULL. Returns 0, or -1 with err.
 */
int guard_begin(struct tool *t, const struct vec *operands, const char *line,
	struct err *e) NODISCARD;

/* With JSON, adds to the summary what rules left out. */
void guard_summary(struct tool *t);

/* What rules left out, the account's last line, the answers, the memory. */
void guard_close(struct tool *t);

#endif
