/* SPDX-License-Identifier: MIT */
/* How much all that runs in a plain place may take: by a control group around its far
 * end, else by what the kernel holds each process to. The far end keeps the group's lock,
 * and so the group, for as long as it lives. */
#include "pab_session.h"

#include "bounds.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>

bool session_is_bound(const struct session *s)
{
	return session_asked(s, ASK_MEM) || session_asked(s, ASK_CPU) ||
	       session_asked(s, ASK_PROCS);
}

int session_bounds_make(
	const struct session *s, struct bounds *b, struct cgroup *g, struct err *e)
{
	int64_t cpu = session_number(s, ASK_CPU);
	bounds_init(b);
	cgroup_init(g);
	if (!session_is_bound(s))
		return 0;
	b->v[BOUND_MEM] = session_number(s, ASK_MEM);
	b->v[BOUND_PROCS] = session_number(s, ASK_PROCS);
	if (b->v[BOUND_PROCS] >= 0)
		b->v[BOUND_PROCS]++; /* the far end itself */
	cgroup_make(g, b->v[BOUND_MEM] >= 0, b->v[BOUND_PROCS] >= 0);
	if (cpu >= 0)
		cgroup_make_cpu(g);
	if (bounds_prepare(b, g, e) < 0) {
		cgroup_remove(g);
		return -1;
	}
	if (cpu < 0 || cgroup_limit(g, CGROUP_CPU, cpu))
		return 0;
	cgroup_remove(g);
	return err_set(e, ERR_UNSUPPORTED, NULL,
		"--cpu cannot be held here: no control group of processors can be made");
}

int session_bounds_enter(const struct bounds *b, const struct cgroup *g, int *keep)
{
	if (cgroup_join(g, true) < 0 || bounds_apply(b) < 0)
		return -1;
	for (int i = 0; i < CGROUP_KINDS; i++) {
		keep[i] = g->at[i].dir;
		if (keep[i] >= 0 && fcntl(keep[i], F_SETFD, 0) < 0)
			return -1;
	}
	return 0;
}

void session_bounds_let_go(struct cgroup *g)
{
	for (int i = 0; i < CGROUP_KINDS; i++) {
		mem_closep(&g->at[i].dir);
		mem_closep(&g->at[i].parent);
	}
}

void session_bounds_sweep(void)
{
	struct cgroup g;
	cgroup_init(&g);
	cgroup_make(&g, true, true);
	cgroup_make_cpu(&g);
	cgroup_remove(&g); /* and with it those that nobody keeps */
}
