/* SPDX-License-Identifier: MIT */
/* Background commands: for each a private directory below the home directory (home.h)
 * with its record and what it wrote, "out" and "err". The process that keeps the command
 * holds a lock on the directory; without that it is dead, and so is the command. May
 * include: err, home, jobrec. */
#ifndef JOB_H
#define JOB_H

#include "err.h"
#include "jobrec.h"

enum { JOB_ID_MAX = 16 };

/* Of one output so much is kept: the first quarter and the end. */
#define JOB_OUTPUT ((int64_t)256 << 20)

struct job {
	char id[JOB_ID_MAX];
	int all, dir; /* the directory of all jobs, and its own; -1: none */
};

enum job_state {
	JOB_RUNS,
	JOB_OVER,
	JOB_LOST, /* its keeper was killed, and took the command with it */
};

/* Makes the directory of a new one, locked, below home (may be NULL, as in home.h), after
 * a sweep. Ids are never used twice. Returns 0, or -1 with err. */
int job_make(const char *home, struct job *j, struct err *e) NODISCARD;

/* Opens the one of that id ("k3"). Returns 0, or -1 with err: not_found (expired, or
 * never there), usage for what is no id. */
int job_open(const char *home, const char *id, struct job *j, struct err *e) NODISCARD;

void job_release(struct job *j);

/* Appends the ids of all, the oldest first. Returns 0, or -1 with err. */
int job_list(const char *home, struct vec *ids, struct err *e) NODISCARD;

/* Writes the record, at once and whole. Returns 0, or -1 with errno. */
int job_write(const struct job *j, const struct jobrec *r) NODISCARD;

/* Reads the record; *state is how it is. Returns 0 and r to be released, or -1 with err.
 */
int job_read(const struct job *j, struct jobrec *r, enum job_state *state,
	struct err *e) NODISCARD;

/* Fills in which process keeps the job: the calling one. */
void job_is_mine(struct jobrec *r);

/* Sends a signal to the process that keeps the job, never to another that has its number
 * by now. Returns 0, or -1 with errno (ESRCH: it is gone). */
int job_signal(const struct jobrec *r, int sig) NODISCARD;

/* Opens "out" or "err". Returns a descriptor, or -1 with errno. */
int job_output(const struct job *j, const char *name, int flags) NODISCARD;

/* What is gone from the middle of an output: from *from up to *to. Returns whether
 * anything is. */
bool job_gap(int fd, int64_t *from, int64_t *to) NODISCARD;

/* Keeps an output of that size within its bound, by giving up its middle. Returns how
 * much more may be written. */
int64_t job_trim(int fd, int64_t size);

/* Removes it. Returns 0, or -1 with errno. */
int job_remove(const struct job *j) NODISCARD;

/* Removes what ended more than a day ago, and the oldest of what takes more than 1 GiB
 * together. Returns how many were removed. */
size_t job_sweep(const char *home);

/* Is the operand "@job:" and anything? Returns true if it is; a file of that name is
 * "./@job:…". */
bool job_is(const char *operand) NODISCARD;

/* Splits "k3.err" into id and output. Returns 0, or -1 with a usage error. */
int job_name(const char *name, char id[JOB_ID_MAX], const char **output,
	struct err *e) NODISCARD;

/* Opens what "@job:ID[.out|.err]" names for reading: what was written so far, a line in
 * the place of what is gone. Returns a descriptor, or -1 with err. */
int job_open_output(const char *home, const char *operand, struct err *e) NODISCARD;

#endif
