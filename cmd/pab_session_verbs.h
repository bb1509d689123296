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
	int64_t mem, procs, disk, ttl, max, idle, timeout;
	int net, recreate, spec, purge, yes, with_stdin;
};

extern struct session_opts session_opts;

/* Is anything said about what a place is to be? */
bool session_asks(void);

/* The session of that id: the one that is there, or made as the options say; running, and
 * locked in s. Returns 0, or -1 with err; s is to be released either way. */
int session_open(
	struct tool *t, struct session *s, const char *id, struct err *e) NODISCARD;

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

/* One record of a session, in the state named. */
void session_print(struct tool *t, const struct session *s, const char *state);

/* The verbs. Each returns 0, or -1 with err. */
typedef int session_verb(struct tool *t, const char *id, struct err *e);
session_verb session_do_open, session_do_list, session_do_info, session_do_wake,
	session_do_close;

#endif
