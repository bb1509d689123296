/* SPDX-License-Identifier: MIT */
/* From the options and variables of a program to the gate that holds for its run. May
 * include: gate, tool. */
#ifndef GUARD_H
#define GUARD_H

#include "forward.h"
#include "tool.h"

struct guard_options {
	const char *rules, *ask, *audit, *actor; /* NULL: not given */
	rules_reader *reader;                    /* of files; NULL: there are none */
	const char *far, *granted;               /* tool_set_far */
	int needs;
	bool asks; /* rules bind at the far end that ask */
};

/* Sets up t->gate for the place that t has opened (or none) and for what argv says.
 * Returns 0, or -1 with err. */
int guard_open(struct tool *t, const struct guard_options *o, int argc, char **argv,
	struct err *e) NODISCARD;

/* Does what is asked for at a far end; what rules ask there is asked here, and it is done
 * again with what was granted. Returns 0, or -1 with err. */
int guard_forward(struct tool *t, struct forward *w, struct err *e) NODISCARD;

/* Do the rules ask about anything at all? */
bool guard_may_ask(const struct tool *t) NODISCARD;

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
