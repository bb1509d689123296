/* SPDX-License-Identifier: MIT */
/* The parts of pab-doctor: what it tries against (bait), in which places, and the account
 * of what held. May include: tool. */
#ifndef PAB_DOCTOR_H
#define PAB_DOCTOR_H

#include "buf.h"
#include "tool.h"

/* VERDICT_OPEN: it could be done, and the place does not promise otherwise. */
enum verdict { VERDICT_HELD, VERDICT_BROKEN, VERDICT_UNTRIED, VERDICT_OPEN, N_VERDICTS };

struct doctor {
	struct tool *t;
	char *top;     /* a directory of its own; below it are */
	char *dir;     /* the directory of the places */
	char *outside; /* one that none may reach, with a secret in it */
	char *secret;
	char *records; /* PAB_HOME */
	char mark[48]; /* a name that is nowhere else */
	pid_t victim;  /* a process that none may reach; -1: it could not be started */
	int listeners[6];
	unsigned port4, port6, udp;
	int64_t n[N_VERDICTS];
	bool missing;   /* a place could not be made */
	bool container; /* it has a tree of its own, where paths mean something else */
};

/* Makes the bait; its owner calls bait_release(). Returns 0, or -1 with err. */
int bait_make(struct doctor *d, struct err *e) NODISCARD;
void bait_release(struct doctor *d);

/* Makes the directory as it was, for the next place. Returns 0, or -1 with err. */
int bait_renew(struct doctor *d, struct err *e) NODISCARD;

/* Is the secret as it was, and nothing beside it? */
bool bait_is_whole(const struct doctor *d) NODISCARD;

/* Did the mark come to be in the directory? Removes it. */
bool bait_left(const struct doctor *d, const char *dir) NODISCARD;

/* Runs the program pab-NAME (the first word) in the directory, with input as its standard
 * input, and appends all that it prints. Returns its exit status, 128+N for a signal, -1
 * when it could not be run. */
int doctor_run(const struct doctor *d, const char *const *argv, const char *input,
	struct buf *out);

/* Says what a place lacks; the latter also that it is amiss. */
void doctor_notice(struct doctor *d, const char *place, const char *what);
void doctor_missing(struct doctor *d, const char *place, const char *what);

/* Prints one result and counts it. */
void doctor_say(struct doctor *d, const char *place, const char *name, const char *what,
	enum verdict verdict, const char *why);

/* Tries every file tool on what is outside of the backend. */
void doctor_files(struct doctor *d, const char *place, const char *spec);

/* Tries commands in the backend. */
void doctor_commands(struct doctor *d, const char *place, const char *spec);

/* Tries a container of each engine that answers, if `wants` says so of "docker" or
 * "podman"; when it was asked for, that there is none is amiss. */
void doctor_containers(struct doctor *d, bool (*wants)(const char *), bool asked);

#endif
