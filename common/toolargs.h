/* SPDX-License-Identifier: MIT */
/* From a call's arguments, checked against the table, to a command line of pab's. Nothing
 * of them goes through a shell. May include: jin, toolset. */
#ifndef TOOLARGS_H
#define TOOLARGS_H

#include "buf.h"
#include "jin.h"
#include "toolset.h"

/* Starts as all zero; its owner calls call_release(). */
struct call {
	const struct toolset_tool *tool;
	struct vec argv;
	struct buf input; /* what its standard input is */
	char *path;       /* the file it is about; NULL: there is none */
	/* Which lines an edit touches: tagged ones, or as many as the texts have. */
	int64_t first, last;
	int64_t old_lines, new_lines; /* line ends in the texts */
};

/* Fills *c for the tool of that name, which must be among those that are given; args may
 * be NULL. Returns 0, or -1 with a usage error that says what it takes. */
int call_make(struct call *c, const struct toolset_choice_of *given, const char *name,
	const jin_node *args, struct err *e) NODISCARD;

void call_release(struct call *c);

#endif
