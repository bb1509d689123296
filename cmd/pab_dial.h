/* SPDX-License-Identifier: MIT */
/* The parts of pab-dial: a far end put into a container that pab did not make, and its
 * one stream shared by any number of callers. May include: dial, engine, frame. */
#ifndef PAB_DIAL_H
#define PAB_DIAL_H

#include "dial.h"
#include "engine.h"
#include "frame.h"

enum {
	MUX_REQUESTS = 60,  /* at a time; a far end takes 64 of one stream */
	MUX_DEAF = 1 << 20, /* bytes to be sent there above which no caller is heard */
	MUX_CLIENTS = 500,  /* callers at a time */
	MUX_SILENCE = 1000, /* ms without an answer after which the engine is asked */
};

/* What was found out of a container. */
struct container {
	struct engine *engine;
	char *name;    /* as it was called */
	char *id;      /* the engine's */
	char *session; /* the id of our session that it is of; NULL: none */
	struct engine_exec *exec;
};

/* Finds it, puts the far end into it, starts that. For one of our own only session is
 * filled. Returns 0, or -1 with err: what is in the way. */
int reach_container(
	struct container *c, const char *name, const char *home, struct err *e) NODISCARD;

/* Can it answer? Returns 0, or -1 with err: it is paused, stopped, gone. */
int reach_check(struct container *c, struct err *e) NODISCARD;

void reach_release(struct container *c);

struct mux;

/* Waits for the far end's hello. Returns 0, or -1 with err: why it said no word. */
int reach_hello(struct container *c, struct mux *m, struct err *e) NODISCARD;

/* A caller. */
struct client {
	struct client *next;
	int in, out; /* the same for a socket */
	struct buf rx, tx;
	size_t tx_at;
	bool greeted, ending, broken;
	size_t pings; /* that it waits for */
	int in_slot, out_slot;
};

/* A request under way: what its caller calls it, and what the far end does. */
struct link {
	struct link *next;
	struct client *client;
	uint32_t theirs, ours;
	bool started;
};

struct mux {
	struct client *clients;
	struct link *links;
	size_t n_clients, n_links;
	uint32_t last_id;
	struct buf rx, tx; /* of the far end's stream */
	size_t tx_at;
	bool greeted;     /* the far end said hello */
	int64_t asked_at; /* something was asked and nothing came since; NUM_NONE: no */
};

/* Starts with the hello. */
void mux_init(struct mux *m);
void mux_release(struct mux *m);

/* Adds a caller, whose descriptors it owns. Returns it. */
struct client *mux_add(struct mux *m, int in, int out);

/* May this caller be heard now? Returns whether. */
bool mux_hears(const struct mux *m, const struct client *c) NODISCARD;

/* Takes n bytes that came from a caller; what breaks the rules ends its stream alone. */
void mux_take_client(struct mux *m, struct client *c, const void *p, size_t n);

/* Takes what came from the far end, which is in m->rx. Returns 0, or -1 with err. */
int mux_take_far(struct mux *m, struct err *e) NODISCARD;

/* Every caller that waits gets the error; what it asked for is given up. */
void mux_fail(struct mux *m, const struct err *e);

/* Frees a caller; what it asked for is told to end. */
void mux_drop(struct mux *m, struct client *c);

/* Serves callers until the far end is gone, the one caller (listener -1) is, or nobody
 * came for `idle` milliseconds; closes the listener. Returns the exit status. */
int hold_run(struct container *c, struct mux *m, int listener, int64_t idle) NODISCARD;

#endif
