/* SPDX-License-Identifier: MIT */
/* gc: what is over ends, what is idle sleeps, what a kill left goes; after it there is
 * nothing that no record explains. */
#include "pab_session_verbs.h"

#include "mem.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <unistd.h>

/* Was it made by a run that is no more? */
static bool is_abandoned(const struct session *s)
{
	long pid;
	unsigned long long start;
	char *owner CLEANUP(mem_freep) = dial_read(s->dir, "owner");
	return owner && sscanf(owner, "%ld %llu", &pid, &start) == 2 &&
	       tree_start((pid_t)pid) != start;
}

/* Has nobody used it for so long? Milliseconds; NUM_NONE: never. */
static bool is_idle(const struct session *s, int64_t limit)
{
	int64_t idle = limit == NUM_NONE ? -1 : session_idle(s);
	return idle >= 0 && idle * 1000 >= limit;
}

/* A record with something amiss. Returns 0, or -1 with err. */
static int repair(struct tool *t, struct session *s, struct err *e)
{
	if (s->is == RECORD_HALF) {
		session_workspace_undo(s);
		return session_forget(s, t->home, e);
	}
	if (s->is != RECORD_BROKEN)
		return 0;
	/* Whoever still listens there cannot be reached any more. */
	if (session_kill(s, e) < 0 || session_workspace_keep(s, t->home, e) < 0 ||
		session_set_aside(t->home, s->id, e) < 0)
		return -1;
	out_notice(&t->out,
		"the record of session %s cannot be read; it is below aside/ now", s->id);
	return 0;
}

/* One session. Returns 0, or -1 with err. */
static int collect(struct tool *t, const char *id, int64_t idle, struct err *e)
{
	static const struct session_how at_once = {.at_once = true, .max = -1};
	struct session s CLEANUP(session_release) = {.dir = -1};
	if (session_lock(&s, t->home, id, &at_once, e) < 0)
		return e->code == ERR_BUSY || e->code == ERR_NOT_FOUND ? 0 : -1;
	if (s.is != RECORD_WHOLE)
		return repair(t, &s, e);
	if (is_abandoned(&s) || session_is_purged(&s) || !session_left(&s)) {
		if (session_close(&s, t->home, false, e) < 0)
			return -1;
		session_print_done(t, &s, "closed");
		return 0;
	}
	int r = is_idle(&s, idle) ? session_hibernate(&s, e) : 0;
	if (r > 0)
		session_print_done(t, &s, "asleep");
	return r < 0 ? -1 : 0;
}

int session_gc(struct tool *t, int64_t idle, struct err *e)
{
	struct vec ids CLEANUP(vec_release) = {0};
	size_t orphans = 0;
	if (session_ids(t->home, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++)
		if (collect(t, ids.v[i], idle, e) < 0)
			out_error(&t->out, e);
	const struct session_kind *kind;
	for (size_t i = 0; (kind = session_kind_at(i)); i++)
		if (kind->reconcile && kind->reconcile(t->home, &orphans, e) < 0)
			out_error(&t->out, e);
	if (orphans)
		out_notice(&t->out, "ended %zu place%s that no record explained", orphans,
			orphans == 1 ? "" : "s");
	return 0;
}

int session_do_gc(struct tool *t, const char *id, struct err *e)
{
	(void)id;
	return session_gc(t, session_opts.idle < 0 ? NUM_NONE : session_opts.idle, e);
}
