/* SPDX-License-Identifier: MIT */
/* What the parts of command share: command.c (one command and the rules of execute),
 * commandwrap.c (commands that run others), commandpath.c (files that are named). May
 * include: command. */
#ifndef COMMANDCTX_H
#define COMMANDCTX_H

#include "command.h"

#include "vec.h"

enum { COMMAND_DEPTH = 20 };

struct command_ctx {
	const struct rule_sets *sets;
	const struct place *place;
	struct vec cwds; /* where it may be: "cd" adds one */
	unsigned depth;
	size_t decided, free; /* commands that a rule is needed for, and that none is */
	struct command_ruling *out;
};

/* The strictest so far and this. */
void command_worse(struct command_ctx *c, struct ruling r, const char *path);
void command_unsure(struct command_ctx *c, const char *why);

/* A whole line, and one simple command: n words from number `from`. */
void command_line(struct command_ctx *c, const char *line);
void command_simple(struct command_ctx *c, const struct sh_command *cmd, size_t from);

/* commandwrap: looks at what the command runs. Returns whether the command itself is
 * nothing but that, so that it needs no rule of its own. */
bool command_unwrap(struct command_ctx *c, const struct sh_command *cmd, size_t from);

/* commandpath: files that the words from number `from` and the redirections name. */
void command_files(struct command_ctx *c, const struct sh_command *cmd, size_t from);

/* The last component of a command's name. */
const char *command_base(const char *name);

#endif
