/* SPDX-License-Identifier: MIT */
/* The parts of the kind docker: a container whose first process is the far end. May
 * include: pab_session, pab_session_runtime. */
#ifndef PAB_SESSION_DOCKER_H
#define PAB_SESSION_DOCKER_H

#include "pab_session.h"
#include "pab_session_runtime.h"

/* What the profile is filled with. */
struct profile {
	const struct session *session;
	const struct runtime *runtime;
	const char *image;
	const char *place; /* the absolute path of the record */
	const char *home;  /* of all records */
	const char *helper;
	const char *digest; /* of what was asked for */
	bool rootless, remapped;
	int64_t cpus; /* that the engine has; 0: it does not tell */
};

/* A mount "HOST:PATH[:ro]" taken apart; host and path are new memory. Returns 0, or -1
 * with err. */
int profile_mount(
	const char *text, char **host, char **path, bool *ro, struct err *e) NODISCARD;

/* The body of the call that creates the container. */
void profile_write(const struct profile *p, struct buf *out);

/* The body of the call that changes its limits. */
void profile_write_limits(const struct session_ask *ask, int64_t cpus, struct buf *out);

/* Where the record of a session is. Returns its absolute path, new memory, or NULL. */
char *docker_place(const struct session *s);

/* Where all records are, of which that is one. Returns new memory. */
char *docker_home(const char *place);

/* What the container is called. Returns new memory. */
char *docker_name(const struct session *s, const char *home);

/* The calls of the kind that look at what is there. */
int docker_usage(const struct session *s, struct session_usage *u, struct err *e);
int docker_reconcile(const char *home, size_t *n, struct err *e);

/* The engine of the session: the one of its record, else the one that is found, which is
 * recorded. Returns it, or NULL with err. */
struct engine *docker_engine(const struct session *s, struct err *e);

/* The container. Returns 1 with *out, 0 when the engine says that there is none, -1 with
 * err. */
int docker_inspect(
	struct engine *g, const char *name, struct jin **out, struct err *e) NODISCARD;

/* The member of a member as text; "" when anything is missing on the way. */
const char *docker_text(const jin_node *n, const char *a, const char *b, const char *c);

/* Ends and removes it; that it is not there is as good. Returns 0, or -1 with err. */
int docker_destroy(struct engine *g, const char *name, struct err *e) NODISCARD;

#endif
