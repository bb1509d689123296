/* SPDX-License-Identifier: MIT */
/* The parts of pab-serve: one process that polls, connections that take and give frames,
 * requests of which each is a forked child that runs one tool. May include: caller,
 * frame, vec. */
#ifndef PAB_SERVE_H
#define PAB_SERVE_H

#include "frame.h"
#include "vec.h"

#include <poll.h>
#include <sys/resource.h>

enum {
	SERVE_REQUESTS = 64, /* of one connection at a time */
	SERVE_CHILDREN = 512,
	SERVE_CONNS = 1024,
	SERVE_PIPE = 1 << 20,      /* bytes that pipes hold, where the system lets them */
	SERVE_BACKLOG = 512 << 10, /* bytes to be sent above which no output is taken */
	SERVE_DEAF = 2 << 20,      /* and above which nothing is heard: no output alone
				      gets there, only who asks and does not read */
	SERVE_RULES_END = 036,
	SERVE_PATIENCE = 3000, /* ms from SIGTERM to SIGKILL for a request */
};

/* What comes from the client for descriptor 0, or for a file of the caller's. */
struct input {
	int fd;           /* our end of the pipe; -1: none, or closed */
	struct buf b;     /* came and was not yet written */
	size_t at;        /* of b: written so far */
	uint32_t allowed; /* bytes that may still come */
	bool asked;       /* the tool reads it */
	bool ended;       /* no more comes */
	int slot;         /* its place in the poll set, -1 none */
};

/* What the tool prints on descriptor 1 or 2. */
struct output {
	int fd;
	uint32_t credit; /* bytes that may be sent */
	int slot;
};

struct request {
	struct request *next;
	uint32_t id;
	size_t size; /* bytes of all its items */
	struct vec argv, env;
	int needs; /* where the tool writes what was not granted; -1: no rules hold */
	struct buf rules, granted; /* that hold for it; see tool_set_far() */
	char *shown; /* what the backend is called over there; NULL: nothing special */
	char *mount; /* where it stands in the tree over there; NULL: it is the tree */
	unsigned flags;
	mode_t mask;
	size_t n_files;
	pid_t pid; /* 0: not started */
	int status;
	bool reaped;
	int64_t kill_at; /* when SIGTERM was not enough; NUM_NONE: it may go on */
	int ask;         /* the tool writes numbers of channels there */
	int ask_slot;
	struct input in[1 + FRAME_FILES]; /* standard input, then channels 3, 4, … */
	struct output out[2];
	int terminal; /* our end of its terminal; -1: it has none */
};

struct conn {
	struct conn *next;
	int in, out; /* the same for a socket */
	int in_slot, out_slot;
	struct buf rx, tx;
	size_t tx_at; /* of tx: sent so far */
	bool greeted;
	bool ending; /* nothing more is taken; it closes when tx is sent */
	bool broken; /* nothing can be sent any more */
	struct request *requests;
	size_t n_requests;
};

struct serve {
	struct conn *conns;
	struct request *orphans; /* their connection is gone, they are ending */
	size_t n_conns, n_children;
	int listener; /* -1: none */
	int listener_slot;
	int signals; /* a signalfd */
	bool alone;  /* first process of a place: peers from inside are refused */
	bool stopping;
	struct buf rules; /* that hold for every request, as rules_text() wrote them */
	int64_t until;    /* when it ends, in seconds since 1970; NUM_NONE: when told */
	int64_t disk;     /* bytes its tree may hold; NUM_NONE: any number */
	int tree;         /* which; -1: no matter */
	int64_t held, count_again; /* bytes there, and when they are counted again */
	int socket_dir;            /* where its socket is, -1: it has none */
	char *socket_name;
	int64_t active, marked; /* when a request last began or ended, and when its
				   socket was given that time; as num_now_ms() */
	struct rlimit files;    /* as it was: what tools and commands get */
	struct pollfd *fds;
	size_t n_fds, cap_fds;
};

/* Runs the tool called name ("pab-read" or "read"). Returns its exit status, -1 when
 * there is none. */
int serve_tool(const char *name, int argc, char **argv) NODISCARD;

/* Is there a tool of that name? Returns whether. */
bool serve_has_tool(const char *name) NODISCARD;

/* Rules for all who act here: a preset's name, or text whose lines end in
 * SERVE_RULES_END. Appends them as rules_text() does. Returns 0, or -1 with err. */
int serve_rules(const char *rules, struct buf *out, struct err *e) NODISCARD;

/* Serves until it is told to stop; with one connection (in and out not -1), until that
 * ends. Returns the exit status. */
int serve_run(struct serve *s, int in, int out) NODISCARD;

/* Makes the socket, in place of a stale one. Returns 0, or -1 with err. */
int serve_listen(struct serve *s, const char *path, struct err *e) NODISCARD;

/* Which tree may hold so much. Returns 0, or -1 with err. */
int serve_disk_open(
	struct serve *s, const char *cwd, const char *backend, struct err *e) NODISCARD;

/* May the tool be run, as far as that goes? Returns 0, or -1 with err: too_large. */
int serve_disk_check(struct serve *s, const char *tool, struct err *e) NODISCARD;

/* A request begins or ends. */
void serve_active(struct serve *s);

/* Appends what is done here; with may_rest, it ends when that is nothing. */
void serve_activity(struct serve *s, bool may_rest, struct buf *out);

/* May the peer of this connection be served? Returns whether. */
bool serve_admits(const struct serve *s, int fd) NODISCARD;

/* Adds a descriptor to the poll set. Returns its slot. */
int serve_watch(struct serve *s, int fd, short events);

/* Returns what poll saw there; slot may be -1. */
short serve_saw(const struct serve *s, int slot);

/* Adds a connection, which owns its descriptors. Returns it, NULL when there are too
 * many. */
struct conn *conn_new(struct serve *s, int in, int out) NODISCARD;

/* Takes n bytes that came: whole frames are acted on, the rest waits. */
void conn_take(struct serve *s, struct conn *c, const void *p, size_t n);

/* Puts its descriptors and those of its requests into the poll set. */
void conn_watch(struct serve *s, struct conn *c);

/* Does what poll saw. */
void conn_work(struct serve *s, struct conn *c);

/* Is there nothing more to do for it? Returns whether. */
bool conn_is_over(const struct conn *c) NODISCARD;

/* Frees it; its requests are told to end and go to s->orphans. */
void conn_free(struct serve *s, struct conn *c);

/* Returns the request with that id, NULL: none. */
struct request *request_find(const struct conn *c, uint32_t id);

/* Takes one item of the command line or environment. Returns 0, or -1 with err. */
int request_item(struct request *r, enum frame_item item, const char *p, size_t n,
	struct err *e) NODISCARD;

/* Starts what was put together: forks the child that becomes the tool. Returns 0, or -1
 * with err. */
int request_start(struct serve *s, struct request *r, struct err *e) NODISCARD;

/* The same parts as a connection's, for one request of it. */
void request_watch(struct serve *s, const struct conn *c, struct request *r);
void request_work(struct serve *s, struct conn *c, struct request *r);

/* Takes input that came for a channel, or its end (p NULL). Returns 0, or -1 with err:
 * more than was asked for, or no such channel. */
int request_input(struct request *r, uint8_t channel, const char *p, size_t n,
	struct err *e) NODISCARD;

/* More output of a channel may be sent. Returns 0, or -1 with err. */
int request_credit(
	struct request *r, uint8_t channel, uint32_t n, struct err *e) NODISCARD;

/* Its terminal, if it has one, gets that size: rows and columns, 2 bytes each. */
void request_resize(const struct request *r, const char *four);

/* The child ended; sends what is left of its output. Returns true when all was sent and
 * it can be freed. */
bool request_finish(struct conn *c, struct request *r) NODISCARD;

/* Asks the child to end, and lets it be killed when it does not. */
void request_end(struct request *r);

void request_free(struct serve *s, struct request *r);

/* Returns a new one. */
struct request *request_new(uint32_t id) NODISCARD;

#endif
