/* SPDX-License-Identifier: MIT */
/* What is known of one background command, and the file it is kept in: "key=value"
 * fields, each ended by a NUL, since arguments may hold anything else. May include:
 * spawn, vec. */
#ifndef JOBREC_H
#define JOBREC_H

#include "buf.h"
#include "spawn.h"
#include "vec.h"

/* Starts as all zero; its owner calls jobrec_release(). */
struct jobrec {
	struct vec argv;
	char *cwd;
	bool split;
	pid_t pid;      /* of the process that keeps it */
	uint64_t start; /* when that was started, after the boot */
	char boot[40];  /* which boot */
	int64_t began_s, began_ns;
	int64_t timeout, grace; /* milliseconds, NUM_NONE */
	bool over;              /* what follows is known */
	int64_t ended_s;
	int caught; /* the signal its keeper was told to end it by */
	struct spawn_end end;
};

void jobrec_release(struct jobrec *r);

/* Appends the record. */
void jobrec_write(const struct jobrec *r, struct buf *out);

/* Understands n bytes; unknown keys are passed over. Returns 0 and r to be released, or
 * -1 and r needs no release. */
int jobrec_parse(const char *p, size_t n, struct jobrec *r) NODISCARD;

#endif
