/* SPDX-License-Identifier: MIT */
/* The parts of pab-tools. May include: tool, toolset. */
#ifndef PAB_TOOLS_H
#define PAB_TOOLS_H

#include "tool.h"
#include "toolset.h"

/* Appends the system prompt for an agent that has a shell. */
void prompt_write(const struct toolset_choice_of *c, struct buf *out);

/* Does the calls that standard input has, a line each, and prints the answers. Returns 0,
 * or -1 with err. */
int calls_do(struct tool *t, const struct toolset_choice_of *c, const char *ledger,
	struct err *e) NODISCARD;

#endif
