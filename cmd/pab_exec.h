/* SPDX-License-Identifier: MIT */
/* The parts of pab-exec: its environment, what it shows, what it says when a command
 * cannot be started. May include: capture, spawn, tool. */
#ifndef PAB_EXEC_H
#define PAB_EXEC_H

#include "capture.h"
#include "spawn.h"
#include "tool.h"

/* What decides the command's environment. */
struct exec_env {
	const struct vec *set;  /* --env: NAME=VALUE, last word */
	const struct vec *pass; /* --pass: NAME, also of what is otherwise left out */
	bool clean;             /* start from the few that a command cannot do without */
	const char *pwd;        /* the working directory when it is not the caller's */
};

/* Fills out with the environment. Returns 0, or -1 with a usage error. */
int exec_env(const struct exec_env *w, struct vec *out, struct err *e) NODISCARD;

/* One stream of the command's output on its way to be shown: in text as it comes, else
 * collected in `own`. */
struct view {
	struct capture cap;
	struct buf own; /* what is to be shown and was not written yet */
	int fd;         /* where it is written, -1: collected */
	bool escape;    /* for a terminal or a model */
	int64_t columns;
	size_t shown; /* of cap.head */
	int64_t cut;  /* lines that were too long */
	bool gap;     /* something was left out */
	int broken;   /* errno of a write that failed */
};

void view_init(struct view *v, const struct tool *t, int fd);
void view_release(struct view *v);

/* Takes n bytes of output, shows what can be shown. */
void view_add(struct view *v, const void *p, size_t n);

/* The output is over: the mark and the tail. */
void view_end(struct view *v);

/* One output of the command: our end of its pipe, and where it goes. */
struct stream {
	int fd; /* -1 when it has ended */
	int to;
	bool copy;  /* splice does not work there */
	int broken; /* errno of a write that failed */
	struct view view;
};

/* One run of a command, from the options to the report. */
struct run {
	struct tool *t;
	bool split, raw;
	struct vec argv, env;
	int cwd; /* -1: the caller's */
	char *cwd_path;
	int64_t timeout, grace;
	struct stream out[2];
	size_t n_out;
	struct spawned sp;
};

/* Starts the command, with our standard input or none; without any time it only notes
 * that the time is out. Returns 0, or -1 with err. */
int run_start(struct run *r, bool with_stdin, struct err *e) NODISCARD;

/* Passes its output on until it and all it started have ended. */
void run_pump(struct run *r);

/* Shows the rest of the output, then how it ended. Returns the exit status. */
int run_report(struct run *r);

/* Fills e with why the command could not be started (number is errno): what it was, a
 * near name. Returns the exit status, 126 or 127. */
int exec_why_not(
	const char *cmd, int number, int cwd, const struct vec *env, struct err *e);

#endif
