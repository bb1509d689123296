/* SPDX-License-Identifier: MIT */
/* The parts of pab-job: what is asked, the record shown, output read. May include: job,
 * tool. */
#ifndef PAB_JOB_H
#define PAB_JOB_H

#include "job.h"
#include "tool.h"

enum { JOB_TIMED_OUT = 124 };

/* What the options say. */
struct asked {
	int64_t offset; /* -1: none */
	int64_t lines;
	int64_t timeout; /* milliseconds, NUM_NONE; -1: none was given */
	const char *reader, *wait_for;
	int fresh, follow, raw, now;
};

/* A job that was opened, with its record. */
struct known {
	struct job job;
	struct jobrec rec;
	enum job_state state;
};

/* Opens the job and reads its record. Returns 0, or -1 with err. */
int known_open(
	struct known *k, const char *home, const char *id, struct err *e) NODISCARD;
void known_release(struct known *k);

/* Reads the record again. Returns whether the job still runs. */
bool known_runs(struct known *k) NODISCARD;

/* Waits until the job has ended, or until num_now_ms() is `until`. Returns whether it
 * has. */
bool known_wait(struct known *k, int64_t until) NODISCARD;

/* Milliseconds that it has run. Returns them. */
int64_t known_age(const struct known *k);

/* Appends how it is in words: "running", "exit 3 after 12 s". */
void known_say(const struct known *k, struct buf *out);

/* Appends the command as one line. */
void known_command(const struct known *k, struct out *o);

/* Begins a record with what is known of the job; the caller ends it. */
void known_record(const struct known *k, struct jout *j);

/* Shows all jobs, or those asked for. Returns 0, or -1 with err. */
int job_show_list(struct tool *t, struct err *e) NODISCARD;

/* Reads what a job wrote: `name` is an id, perhaps with ".out" or ".err". Returns 0, or
 * -1 with err. */
int job_show_output(
	struct tool *t, const char *name, const struct asked *a, struct err *e) NODISCARD;

/* One TCP port somebody listens on. */
struct port {
	char address[64];
	int number;
};

/* Finds those of the process and its descendants; at most max of them, by number. Returns
 * how many there are. */
size_t ports_find(pid_t root, struct port *out, size_t max);

/* Understands one line of /proc/PID/net/tcp or tcp6. Returns whether it is a socket that
 * listens; *inode and *out are filled then. */
bool port_parse(const char *line, uint64_t *inode, struct port *out) NODISCARD;

#endif
