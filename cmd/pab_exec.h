/* SPDX-License-Identifier: MIT */
/* The parts of pab-exec: its environment, what it shows, what it says when a command
 * cannot be started, jobs. May include: capture, job, pty, spawn, tool. */
#ifndef PAB_EXEC_H
#define PAB_EXEC_H

#include "capture.h"
#include "job.h"
#include "pty.h"
#include "sandbox.h"
#include "spawn.h"
#include "tool.h"

/* What decides the command's environment. */
struct exec_env {
	const struct vec *set;  /* --env: NAME=VALUE, last word */
	const struct vec *pass; /* --pass: NAME, also of what is otherwise left out */
	bool clean;             /* start from the few that a command cannot do without */
	const char *pwd;        /* the working directory when it is not the caller's */
	bool terminal;          /* it has one: TERM says which */
	bool boxed;             /* for a sandbox: a few, and /tmp for what is temporary */
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

/* terminal: what comes was written for one. */
void view_init(struct view *v, const struct tool *t, int fd, bool terminal);
void view_release(struct view *v);

/* Takes n bytes of output, shows what can be shown. */
void view_add(struct view *v, const void *p, size_t n);

/* The output is over: the mark and the tail. */
void view_end(struct view *v);

/* One output of the command: our end of its pipe, and where it goes. */
struct stream {
	int fd; /* -1 when it has ended */
	int to;
	bool copy; /* splice does not work there */
	bool kept; /* for a job, bounded by job_trim() */
	int64_t size, room;
	int64_t passed; /* bytes that splice moved */
	int broken;     /* errno of a write that failed */
	struct view view;
};

/* Our standard input on its way to the command's terminal. */
struct feed {
	char p[1024];
	size_t n;
	bool over;
};

/* One run of a command, from the options to the report. */
struct run {
	struct tool *t;
	bool split, raw, terminal, with_stdin, leave;
	struct vec argv, env;
	int cwd; /* -1: the caller's */
	char *cwd_path;
	int64_t timeout, grace, idle;
	struct bounds bounds;
	struct cgroup cgroup;
	bool boxed, net; /* in a sandbox, with the host's network */
	const struct vec *allow_write;
	size_t root; /* of the place, where it runs */
	struct sandbox box;
	struct job *job; /* NULL: it is none */
	struct stream out[2];
	size_t n_out;
	struct pty pty;
	struct feed feed;
	int64_t heard; /* when it last wrote something */
	bool idled;    /* and that was too long ago */
	struct spawned sp;
	bool over; /* all of it has ended */
};

/* Starts the command, with our standard input or none; without any time it only notes
 * that the time is out. Returns 0, or -1 with err. */
int run_start(struct run *r, struct err *e) NODISCARD;

/* Passes its output on until it and all it started have ended. */
void run_pump(struct run *r);

/* As run_pump, until it is known whether the command was started. */
void run_until_started(struct run *r);

/* Leaves the command to a process of its own, as a job, and prints its id. Returns 0, or
 * -1 with err for what kept it from being started. */
int run_job(struct run *r, struct err *e) NODISCARD;

/* Shows the rest of the output, then how it ended. Returns the exit status. */
int run_report(struct run *r);

/* Fills e with why the command could not be started (number is errno): what it was, a
 * near name. Returns the exit status, 126 or 127. */
int exec_why_not(
	const char *cmd, int number, int cwd, const struct vec *env, struct err *e);

#endif
