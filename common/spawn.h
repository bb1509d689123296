/* SPDX-License-Identifier: MIT */
/* A command run so that nothing of it survives: between the caller and the command stands
 * a keeper, a process of its own that ends every descendant of the command when the
 * command ends, when its time is out, when it is told to, and when the caller dies, by
 * whatever signal. Dies the keeper, the caller does that. May include: bounds, err, tree.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include "bounds.h"
#include "box.h"
#include "err.h"

/* A way to run it in a sandbox (box.h). */
struct spawn_box {
	char *const *argv; /* a command line that ends in the command's */
	/* How many processes stand between the keeper and the command; 0: it becomes the
	 * command, 1: the helper reports the end, 2: in a namespace of processes that
	 * dies as a whole. */
	int around;
	bool here; /* the helper is called in the new process, if this program holds it */
};

/* What to run. Descriptors stay the caller's; argv and env end with NULL. */
struct spawn {
	char *const *argv; /* argv[0] is looked up in env's PATH */
	char *const *env;
	int cwd;         /* a directory, or -1 for the current one */
	int std[3];      /* what becomes descriptors 0, 1 and 2 of the command */
	int64_t timeout; /* milliseconds, NUM_NONE: no end */
	int64_t grace;   /* milliseconds from SIGTERM to SIGKILL */
	const struct bounds *bounds; /* prepared, or NULL */
	struct cgroup *cgroup;       /* NULL: none; spawn_poll removes it in the end */
	bool terminal;               /* std[0] becomes its controlling terminal */
	bool leave; /* what still runs when the command has ended is left alone */
	const struct spawn_box *box; /* tried in turn until one stands */
	size_t n_box;                /* 0: no sandbox */
	bool job; /* the start is told (spawned.started), a second signal ends the command
		     at once, and not the caller */
};

/* Which bound ended the command, or was hit by it. */
enum spawn_limit {
	LIMIT_NONE,
	LIMIT_TIMEOUT,
	LIMIT_IDLE,
	LIMIT_MEM,
	LIMIT_CPU,
	LIMIT_PROCS,
	LIMIT_FSIZE,
};

/* Returns the option that sets it: "timeout", "idle-timeout", "mem"; NULL for none. */
const char *spawn_limit_name(enum spawn_limit limit);

/* How it went. */
struct spawn_end {
	int error;      /* errno of the exec that failed, 0: it ran */
	int status;     /* as waitpid gives it; only when known */
	bool known;     /* false: the keeper was killed, nobody knows */
	bool timed_out; /* the time was out, or it was idle for too long */
	enum spawn_limit limit;
	int box;              /* which sandbox it ran in; -1: in none */
	bool refused;         /* there is none, as text says; it did not run */
	char text[BOX_NAMES]; /* or why the first one could not be made */
	bool by_group;        /* its control group made the end sure */
	int64_t kept;         /* processes that were left alone */
	int64_t stopped;      /* processes that had to be ended */
	bool left;            /* some could not be ended */
	char names[240];      /* the first of them */
	int64_t wall_us, user_us, system_us, max_rss; /* of all of it; bytes */
};

/* One that runs. */
struct spawned {
	pid_t keeper;
	int ctl;       /* to the keeper */
	int64_t until; /* when the keeper must have reported */
	int64_t wake;  /* when spawn_poll comes back whatever happens; NUM_NONE: never */
	bool started;  /* of a job: the command runs, or ran */
	struct cgroup *cgroup;
	struct spawn_end end;
};

/* Starts it and takes over SIGCHLD, SIGINT, SIGTERM and SIGHUP (those that were ignored
 * stay so): the first of the latter ends the command, a second one the caller, too. One
 * at a time. Returns 0, or -1 with err. */
int spawn_start(struct spawned *s, const struct spawn *what, struct err *e) NODISCARD;

struct pollfd;

/* poll() for any of the n descriptors, for as long as it takes; fds[0] is filled in here.
 * Looks after signals and the keeper. Returns true when all is over and s->end is filled:
 * every descendant is gone, left or given up. */
bool spawn_poll(struct spawned *s, struct pollfd *fds, size_t n) NODISCARD;

/* The command was idle for too long: ends it. */
void spawn_idle(struct spawned *s);

/* Returns the signal that ended the command by way of the caller, 0: none came. */
int spawn_caught(void);

#endif
