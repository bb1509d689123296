/* SPDX-License-Identifier: MIT */
/* How much a command may take: bound for all of it together by a control group where
 * there can be one, else for each of its processes by the kernel's resource limits; and
 * which of the two it is. May include: cgroup, err. */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "cgroup.h"
#include "err.h"

enum bound {
	BOUND_MEM,   /* bytes */
	BOUND_CPU,   /* milliseconds of processor time */
	BOUND_PROCS, /* processes and threads */
	BOUND_FSIZE, /* bytes of a file */
	BOUND_NOFILE,
	BOUND_CORE, /* bytes */
	BOUNDS,
};

enum bound_by {
	BOUND_NOT,
	BOUND_CGROUP,
	BOUND_RLIMIT,
};

struct bounds {
	int64_t v[BOUNDS]; /* -1: none was asked */
	enum bound_by by[BOUNDS];
	int64_t rlimit[BOUNDS]; /* what bounds_apply sets, -1: nothing */
};

/* None is asked. */
void bounds_init(struct bounds *b);

/* Returns "mem", "cpu", …: the option's name. */
const char *bound_name(enum bound which);

/* Returns "cgroup" or "rlimit". */
const char *bound_by_name(enum bound_by by);

/* Sets in the group, if that was made, what it can hold and chooses for the rest. Returns
 * 0, or -1 with err for what cannot be held here. */
int bounds_prepare(struct bounds *b, struct cgroup *g, struct err *e) NODISCARD;

/* In the new process: sets the resource limits. Calls nothing but system calls. Returns
 * 0, or -1 with errno. */
int bounds_apply(const struct bounds *b) NODISCARD;

#endif
