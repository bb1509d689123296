/* SPDX-License-Identifier: MIT */
/* The parts of pab-session: records of places, and the kinds of place there are. A
 * place's directory, places/ID below PAB_HOME (0700), holds files of one line: kind,
 * backend (what its far end acts in), shown (for people), transport and build (dial.h);
 * ask has what open was asked for, a line each; run/ holds its socket. May include: dial,
 * tool. */
#ifndef PAB_SESSION_H
#define PAB_SESSION_H

#include "dial.h"
#include "tool.h"

/* The options of open; what a place was asked to be. */
enum session_option {
	ASK_WORKSPACE,   /* DIR, absolute in a record; one of its own is made before
			    describe() for every kind that takes one, but for local */
	ASK_MOUNT,       /* HOST:PATH[:ro], any number */
	ASK_RUNTIME,     /* the name of a runtime */
	ASK_IMAGE,       /* the name of an image */
	ASK_NET,         /* "host" */
	ASK_ALLOW_WRITE, /* a protected name that may be written, any number */
	ASK_ENV,         /* NAME=VALUE, any number */
	ASK_RULES,       /* a preset, or the rules' text, its lines ended by RS (036) */
	ASK_MEM,         /* bytes; this and what follows are digits alone */
	ASK_CPU,         /* thousandths of a processor */
	ASK_PROCS,
	ASK_DISK, /* bytes of the workspace */
	ASK_TTL,  /* seconds */
	ASK_N,
};

enum { SESSION_RULES_END = 036 };

struct session_ask {
	struct vec v[ASK_N]; /* the values given, in order; none: not asked for */
};

struct session_kind;

struct session {
	const char *id; /* not owned */
	int dir;        /* its directory, locked until session_release(); -1: none */
	enum session_record_is {
		RECORD_WHOLE,
		RECORD_HALF, /* its maker or its end was killed; there is nothing in it */
		RECORD_BY_HAND, /* a transport alone, which somebody wrote */
		RECORD_UNKNOWN, /* of a kind that is not known here */
		RECORD_BROKEN,
	} is;
	const struct session_kind *kind;
	char *shown, *backend;
	int64_t opened; /* when, in seconds since 1970 */
	struct session_ask ask;
};

/* What a place takes at the moment; -1: not known. */
struct session_usage {
	int64_t memory, memory_limit; /* bytes */
	int64_t cpu_us;               /* of processor time since it was started */
	int64_t procs;
};

/* A kind of place. All calls have the record locked; each may be made again after a kill
 * at any moment, and none takes an engine that does not answer for a place that is gone.
 * Each returns 0, or -1 with err. */
struct session_kind {
	const char *name;
	unsigned takes; /* the options it takes: a bit (1 << ASK_...) each */

	/* From id and ask: shown and backend, new memory; checks what can be checked and
	 * makes what it asks for absolute. Changes nothing outside. */
	int (*describe)(struct session *s, struct err *e);

	/* Makes what is missing, and starts it; its socket listens afterwards. */
	int (*start)(struct session *s, struct err *e);

	/* Ends all that runs there; the files stay, and start() brings it back. */
	int (*stop)(struct session *s, struct err *e);

	/* Stops it and removes what start() made outside of the record; NULL: that is
	 * nothing. The workspace stays. */
	int (*remove)(struct session *s, struct err *e);

	/* The calls from here on may be NULL, which is as if they said what stands in
	 * brackets. */

	/* Removes what it holds, after remove(); a workspace is seen to elsewhere. [0:
	 * nothing] */
	int (*purge)(struct session *s, struct err *e);

	/* What it takes, told without starting it by who bounds it, which may take a
	 * second; what its far end says stands for what stays -1. [0: nothing known] */
	int (*usage)(const struct session *s, struct session_usage *u, struct err *e);

	/* What was asked for becomes `want`, which differs from s->ask in limits alone
	 * (ASK_MEM to ASK_TTL): in the living place, or so that the start() that follows
	 * brings it. s->ask is changed and recorded by the caller. [-1, unsupported: it
	 * has to be made anew] */
	int (*apply)(struct session *s, const struct session_ask *want, struct err *e);

	/* The command line of its far end, in the new process; `own` is the directory of
	 * its record. [pab-serve, on its backend] */
	int (*serve)(const struct session *s, const char *own, struct vec *argv,
		struct err *e);

	/* Ends and removes what bears the mark of the records in home (as in home.h) and
	 * that no record explains, with that id locked; adds to *n how many there were.
	 * [0: nothing] */
	int (*reconcile)(const char *home, size_t *n, struct err *e);
};

extern const struct session_kind session_local, session_state, session_sandbox,
	session_docker;

/* The kind of that name, or NULL. */
const struct session_kind *session_kind(const char *name);

/* The i-th kind there is, or NULL behind the last. */
const struct session_kind *session_kind_at(size_t i);

/* The names of the kinds there are, "local, state", into out. */
void session_kinds(char *out, size_t n);

/* Returns the option's name, "workspace". */
const char *session_option_name(enum session_option o);

/* The option's value, the last if it was given several times, or NULL. */
const char *session_asked(const struct session *s, enum session_option o);

/* The number that is the option's value. Returns it, -1: not asked for. */
int64_t session_number(const struct session *s, enum session_option o);

struct rules;

/* The rules that bind in it, if there are any. Returns 0, or -1: there are none. */
int session_rules(const struct session *s, struct rules *r) NODISCARD;

/* Appends the words of a pab-serve's command line that hold the place to what was asked
 * for, whatever its kind: behind --backend and the like. */
void session_serve_words(const struct session *s, struct vec *argv);

/* Does its kind take all that is asked for? Returns 0, or -1 with a usage error. */
int session_check_takes(const struct session *s, struct err *e) NODISCARD;

/* The lines of the file ask, of which the last has no end. Returns 0, or -1 with err. */
int session_ask_put(
	const struct session_ask *a, struct buf *out, struct err *e) NODISCARD;

/* Reads that file. Returns 0, or -1: it is not there or not understood. */
int session_ask_get(int dir, struct session_ask *a) NODISCARD;

/* Returns the options that differ, a bit (1 << ASK_...) each. */
unsigned session_differ(const struct session_ask *a, const struct session_ask *b);

/* How its directory is opened and locked. */
struct session_how {
	bool make; /* when it is not there, as long as there are fewer than max (-1: any
		      number) */
	bool at_once; /* or it is busy */
	bool unlocked;
	int64_t max;
};

/* Opens and locks it; s->is is what was found. Returns 0, or -1 with err: not_found,
 * busy. */
int session_lock(struct session *s, const char *home, const char *id,
	const struct session_how *how, struct err *e) NODISCARD;

/* The same for one whose record is whole. Returns 0, or -1 with err. */
int session_get(
	struct session *s, const char *home, const char *id, struct err *e) NODISCARD;

void session_release(struct session *s);

/* Writes one of its files, at once or not at all. Returns 0, or -1 with err. */
int session_write(
	struct session *s, const char *file, const char *line, struct err *e) NODISCARD;

/* Writes kind, shown, backend, opened, ask, build and transport; this makes it a session.
 * Returns 0, or -1 with err. */
int session_record(struct session *s, struct err *e) NODISCARD;

/* Writes ask alone. Returns 0, or -1 with err. */
int session_record_ask(struct session *s, struct err *e) NODISCARD;

/* Removes its directory; what it gave access to stays. Returns 0, or -1 with err. */
int session_forget(struct session *s, const char *home, struct err *e) NODISCARD;

/* Connects to its socket. Returns a descriptor, or -1 with errno. */
int session_connect(const struct session *s) NODISCARD;

/* A far end in a process of its own on this host. Starts it, unless it listens, and waits
 * until it does. Returns 0, or -1 with err. */
int session_spawn(struct session *s, struct err *e) NODISCARD;

/* Is what runs there to be bound in memory, processors or processes? */
bool session_is_bound(const struct session *s);

struct bounds;
struct cgroup;

/* Makes the group and chooses the limits of its far end. Returns 0, or -1 with err: what
 * is asked for cannot be held here. */
int session_bounds_make(const struct session *s, struct bounds *b, struct cgroup *g,
	struct err *e) NODISCARD;

/* In the process that becomes it: enters the group, whose descriptors in keep (one a kind
 * of group, -1 none) stay open beyond exec. Returns 0, or -1 with errno. */
int session_bounds_enter(
	const struct bounds *b, const struct cgroup *g, int *keep) NODISCARD;

/* Whoever started it has no more to do with the group. */
void session_bounds_let_go(struct cgroup *g);

/* Removes the groups that nobody keeps. */
void session_bounds_sweep(void);

/* Ends that process and all it runs, if it runs. Returns 0, or -1 with err. */
int session_kill(struct session *s, struct err *e) NODISCARD;

/* The same, and the control group that it had, if any, goes. Returns 0, or -1 with err.
 */
int session_stop_plain(struct session *s, struct err *e) NODISCARD;

/* A far end that does nothing is ended, and the next one has the new limits. Returns 0,
 * or -1 with err: it is busy. */
int session_apply_plain(
	struct session *s, const struct session_ask *want, struct err *e) NODISCARD;

#endif
