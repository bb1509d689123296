/* SPDX-License-Identifier: MIT */
/* A control group of a command's own, where the caller may make one: below its own group
 * or beside it. With version 2 everything in it is ended by one write, whatever forks
 * meanwhile; memory and the number of processes are bound by version 2, or by version 1
 * where its controllers are still in use. A group is locked for as long as somebody keeps
 * it; one that nobody keeps any more is ended and removed by the next. May include: pab.
 */
#ifndef CGROUP_H
#define CGROUP_H

enum cgroup_kind {
	CGROUP_V2,
	CGROUP_MEM,   /* version 1, memory */
	CGROUP_PROCS, /* version 1, pids */
	CGROUP_CPU,   /* version 1, cpu */
	CGROUP_KINDS,
};

struct cgroup {
	struct {
		int parent, dir; /* -1: there is none */
	} at[CGROUP_KINDS];
	char name[32];
};

/* Nothing yet: every descriptor -1. */
void cgroup_init(struct cgroup *g);

/* Makes the group, with controllers for memory and processes when asked. What cannot be
 * made is left out. */
void cgroup_make(struct cgroup *g, bool mem, bool procs);

/* Adds the controller of processors to a group that was made, where that can be. */
void cgroup_make_cpu(struct cgroup *g);

/* Ends what is in the group at once, and removes it; what cannot be is left. Everything
 * in it should be dead and reaped before. */
void cgroup_remove(struct cgroup *g);

/* Gives the group of version 2 up: nothing will be started in it. */
void cgroup_drop(struct cgroup *g, enum cgroup_kind kind);

/* Binds the memory, the number of processes or the processors (thousandths of one) of all
 * in the group. Returns whether it does. */
bool cgroup_limit(struct cgroup *g, enum cgroup_kind what, int64_t value) NODISCARD;

/* Did the bound of that kind ever stop or end something? Returns whether. */
bool cgroup_hit(const struct cgroup *g, enum cgroup_kind what) NODISCARD;

/* Puts the calling process in, but for version 2 only when v2 is set (a child is better
 * started there, see cgroup_vfork). Calls nothing but system calls. Returns 0, or -1 with
 * errno. */
int cgroup_join(const struct cgroup *g, bool v2) NODISCARD;

/* As vfork() into the group of version 2: calls child(ctx), which must not return, in the
 * new process. Returns its number, or -1 with errno where that cannot be. */
pid_t cgroup_vfork(const struct cgroup *g, void (*child)(void *), void *ctx) NODISCARD;

/* Kills everything in the group. Returns whether the kernel does that here. */
bool cgroup_kill(const struct cgroup *g);

/* Processor time of all that was ever in the group, in microseconds. Returns it, -1 when
 * it is not known. */
int64_t cgroup_cpu(const struct cgroup *g) NODISCARD;

#endif
