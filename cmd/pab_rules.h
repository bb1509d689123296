/* SPDX-License-Identifier: MIT */
/* The parts of pab-rules: answers to what waits, what rules say, what is wrong with a
 * file of them. May include: tool. */
#ifndef PAB_RULES_H
#define PAB_RULES_H

#include "tool.h"

/* What the options say. */
struct rules_options {
	int always;
	int64_t holds; /* milliseconds */
	const char *key;
};

/* Each does one word's work with the operands behind it and prints; errors, too. */
void do_pending(struct tool *t);
void do_answer(struct tool *t, const struct rules_options *o, bool yes);
void do_key(struct tool *t);
void do_show(struct tool *t);
void do_test(struct tool *t);
void do_check(struct tool *t, rules_reader *reader);

#endif
