/* SPDX-License-Identifier: MIT */
/* What rules say of a command: a line for the shell is as strict as the strictest of its
 * commands, wherever they stand; what runs another command (sh -c, xargs, env, sudo, find
 * -exec, ...) is looked through; files that words and redirections name are compared with
 * the rules of read and write. A courtesy: the sandbox is the boundary. May include:
 * decide, place, shline. */
#ifndef COMMAND_H
#define COMMAND_H

#include "decide.h"
#include "place.h"
#include "shline.h"

struct command_ruling {
	struct ruling ruling; /* the strictest */
	const char *unsure;   /* why it is ask at best; NULL: it was understood */
	char *path; /* what a word names and a rule denies or asks about; NULL: none */
};

/* In the directory cwd (absolute) of the place: the argument vector, or a line. Returns
 * the ruling; whoever called frees path. */
struct command_ruling command_decide(const struct rule_sets *sets, const struct place *p,
	const char *cwd, const struct vec *argv, const char *line);

/* The text by which a command is asked about and approved. Returns new memory. */
char *command_text(const struct vec *argv, const char *line) NODISCARD;

#endif
