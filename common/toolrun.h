/* SPDX-License-Identifier: MIT */
/* A program of pab's run for a call, with what it prints and what it tells. It gets the
 * caller's environment and a signal when the caller dies. May include: buf, vec. */
#ifndef TOOLRUN_H
#define TOOLRUN_H

#include "buf.h"
#include "err.h"
#include "vec.h"

/* How it went. Starts as all zero; its owner calls ran_release(). */
struct ran {
	struct buf text;  /* standard output */
	struct buf facts; /* standard error: "NAME VALUE" lines (out.h) */
	int status;       /* as a shell has it: 128 + the signal that ended it */
};

/* A program's main(), linked into this one under a name of its own. */
typedef int tool_main(int argc, char **argv);

struct tool_inside {
	const char *name; /* "pab-read" */
	tool_main *main;
};

/* From now on tool_run() executes this very file for a program of the table, which is
 * ended by one without a name; its main() begins with tool_inside_main(). */
void tool_run_inside(const struct tool_inside *table);

/* This process is for one call: the next run of a program of the table is done in it. */
void tool_run_here(void);

/* The main() of the program that this process was started as, or NULL. */
tool_main *tool_inside_main(const struct tool_inside *table, const char *name) NODISCARD;

/* Runs argv, whose first word is looked up beside this program, with n bytes of input and
 * PAB_OUTPUT=form. Returns 0, or -1 with err. */
int tool_run(const struct vec *argv, const char *input, size_t n, const char *form,
	struct ran *r, struct err *e) NODISCARD;

/* The value of a fact, the last of that name, and its length. Returns NULL when it was
 * not told. */
const char *ran_fact(const struct ran *r, const char *name, size_t *n);

/* The next fact of that name behind where the last one was (NULL: the first). Returns
 * NULL when there is none. */
const char *ran_next(const struct ran *r, const char *name, const char *last, size_t *n);

void ran_release(struct ran *r);

#endif
