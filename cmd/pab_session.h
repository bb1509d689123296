/* SPDX-License-Identifier: MIT */
/* The parts of pab-session: records of places, and the plain kind of place. A place's
 * directory, places/ID below PAB_HOME (0700), holds files of one line: kind, backend
 * (what its far end acts in), shown (for people), transport and build (dial.h); run/
 * holds its socket. May include: dial, tool. */
#ifndef PAB_SESSION_H
#define PAB_SESSION_H

#include "dial.h"
#include "tool.h"

struct session {
	const char *id; /* not owned */
	int dir;        /* its directory, locked until session_release(); -1: none */
	bool fresh;     /* it had no record yet */
	char *kind, *shown, *backend;
};

/* Opens and locks the session's directory; with make, an empty one is made where there is
 * none. Returns 0, or -1 with err: not_found. */
int session_lock(struct session *s, const char *home, const char *id, bool make,
	struct err *e) NODISCARD;

void session_release(struct session *s);

/* Writes one of its files, at once or not at all. Returns 0, or -1 with err. */
int session_write(
	struct session *s, const char *file, const char *line, struct err *e) NODISCARD;

/* Writes kind, shown, backend, build and transport; this is what makes it a session.
 * Returns 0, or -1 with err. */
int session_record(struct session *s, struct err *e) NODISCARD;

/* Removes its directory; what it gave access to stays. Returns 0, or -1 with err. */
int session_forget(struct session *s, const char *home, struct err *e) NODISCARD;

/* Connects to its socket. Returns a descriptor, or -1 with errno. */
int session_connect(const struct session *s) NODISCARD;

/* Starts the far end in a process of its own and waits until it listens. Returns 0, or -1
 * with err. */
int session_start(struct session *s, struct err *e) NODISCARD;

/* Ends the far end and all that runs there, if it runs. Returns 0, or -1 with err. */
int session_stop(struct session *s, struct err *e) NODISCARD;

#endif
