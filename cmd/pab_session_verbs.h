/* SPDX-License-Identifier: MIT */
/* What pab-session can be told to do, and the options it was told it with. May include:
 * pab_session. */
#ifndef PAB_SESSION_VERBS_H
#define PAB_SESSION_VERBS_H

#include "pab_session.h"

/* As given; numbers that were not are -1, texts NULL. */
struct session_opts {
	const char *kind, *root, *cpu;
	struct session_ask ask; /* the lists alone */
	const char *timeout;
	int64_t mem, procs, disk, ttl, max, idle;
	int net, recreate, spec, purge, yes, with_stdin, terminal;
	bool fresh;        /* the workspace is to be its own, and go with it */
	const char *owner; /* whose death ends it; NULL: nobody's */
};

extern struct session_opts session_opts;

/* Is anything said about what a place is to be? */
bool session_asks(void);

/* The session of that id: the one that is there, or made as the options say; running, and
 * locked in s. Returns 0, or -1 with err; s is to be released either way. */
int session_open(
	struct tool *t, struct session *s, const char *id, struct err *e) NODISCARD;

/* Ends the far ends on this host that no record explains, and adds to *n how many.
 * Returns 0, or -1 with err. */
int session_orphans(const char *home, size_t *n, struct err *e) NODISCARD;

/* Bytes of its files; with count also when there are many. Returns them, -1: not known.
 */
int64_t session_disk(const struct session *s, bool count);

/* Opens its record without its lock, just to look. Returns 0, or -1 with err. */
int session_look(
	struct session *s, const char *home, const char *id, struct err *e) NODISCARD;

/* Ends all that runs there, and what was made for it outside of the record. Returns 0, or
 * -1 with err. */
int session_end(struct session *s, struct err *e) NODISCARD;

/* The ids of all records, whole or not, in order. Returns 0, or -1 with err. */
int session_ids(const char *home, struct vec *ids, struct err *e) NODISCARD;

/* The path of the workspace of that id below root (NULL: workspaces in PAB_HOME). Returns
 * new memory, or NULL with err. */
char *session_workspace_path(
	const char *home, const char *root, const char *id, struct err *e) NODISCARD;

/* Makes it, or takes the one that is there. Returns 0, or -1 with err. */
int session_workspace_make(
	struct session *s, const char *home, const char *path, struct err *e) NODISCARD;

/* Removes it while it is empty. */
void session_workspace_undo(struct session *s);

/* The workspace that was made for it. Returns its path, new memory; NULL: there is none.
 */
char *session_workspace_owned(const struct session *s) NODISCARD;

/* Remembers it beyond the session. Returns 0, or -1 with err. */
int session_workspace_keep(struct session *s, const char *home, struct err *e) NODISCARD;

/* Removes it and all that is in it. Returns 0, or -1 with err. */
int session_workspace_purge(struct session *s, const char *home, struct err *e) NODISCARD;

/* The same of a workspace by its path. Returns 0, or -1 with err. */
int session_purge_path(
	const char *id, const char *home, const char *path, struct err *e) NODISCARD;

/* What a far end says of itself; numbers are -1 when they are not known. */
struct session_activity {
	bool runs;    /* somebody listens */
	bool answers; /* and what follows is known */
	int64_t idle_ms, requests, ends;
	struct session_usage use;
};

/* Asks it; with may_rest, it ends if it has nothing to do. */
void session_ask_activity(
	const struct session *s, bool may_rest, struct session_activity *a);

/* Seconds since somebody last asked it for something, running or not. Returns them, -1:
 * it never ran. */
int64_t session_idle(const struct session *s);

/* Seconds that are left of its life. Returns them, NUM_NONE: it has no end; 0: it is
 * over.
 */
int64_t session_left(const struct session *s);

/* Puts it to sleep, unless something runs there. Returns 1 when it sleeps now, 0 when it
 * is busy or slept already, or -1 with err. */
int session_hibernate(struct session *s, struct err *e) NODISCARD;

/* Ends it for good; purge: with what it holds, as is done anyhow when run made it or a
 * purge has begun. Returns 0, or -1 with err. */
int session_close(
	struct session *s, const char *home, bool purge, struct err *e) NODISCARD;

/* Has somebody begun to remove what it holds? Then it is none any more. */
bool session_is_purged(const struct session *s);

/* Removes what it holds; its record is left. Returns 0, or -1 with err. */
int session_purge(struct session *s, const char *home, struct err *e) NODISCARD;

/* Starts it again. Returns 0, or -1 with err: its time is over. */
int session_wake(struct session *s, struct err *e) NODISCARD;

/* All sessions, and what belongs to none: what is over or broken ends, what is idle for
 * so many milliseconds sleeps. Returns 0, or -1 with err. */
int session_gc(struct tool *t, int64_t idle, struct err *e) NODISCARD;

/* One line or record of a session that was changed: "closed", … */
void session_print_done(struct tool *t, const struct session *s, const char *done);

/* One record of a session as it is. */
void session_print(struct tool *t, const struct session *s);

/* Puts a record that cannot be read out of the way, below aside/ in PAB_HOME. Returns 0,
 * or -1 with err. */
int session_set_aside(const char *home, const char *id, struct err *e) NODISCARD;

/* The verbs. Each returns 0, or -1 with err. */
typedef int session_verb(struct tool *t, const char *id, struct err *e);
session_verb session_do_open, session_do_list, session_do_info, session_do_wake,
	session_do_close, session_do_gc, session_do_shutdown, session_do_run,
	session_do_shell, session_do_runtimes;

#endif
