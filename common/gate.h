/* SPDX-License-Identifier: MIT */
/* What stands between a program and what it does: the sets of rules that hold, the
 * answers of a person, and the account that is kept. One for a run of a program; every
 * place it opens shares it. Without rules and audit there is none. May include: decide.
 */
#ifndef GATE_H
#define GATE_H

#include "decide.h"
#include "vec.h"

struct gate {
	struct rule_sets sets;
	size_t n_given;    /* the first of them; what follows are pab's own */
	const char *tool;  /* whose run it is */
	const char *home;  /* PAB_HOME; NULL: the default */
	const char *asker; /* PAB_ASK: the program that answers; NULL: none */
	const char *actor; /* PAB_ACTOR; NULL: none */
	char *world; /* where targets mean what they say: "host", or a tree's spec */
	char *dir;   /* the caller's directory */
	bool asks;   /* rules that bind where it is done ask about something */
	bool far;    /* whoever asked for this run asks the person, too */
	struct vec granted; /* "OP TARGET": answered with yes in this run */
	struct vec claimed; /* keys of the answers that this run has taken */
	struct buf needs;   /* far: what was not granted, the same, a line each */
	struct hash *sum; /* of all that the run was given, in progress; NULL: see key */
	char content[65]; /* that sum */
	int64_t hidden;   /* names that walks left out, as rules deny them */
	int64_t unasked;  /* the same, as rules ask about each of them */
	bool waits;       /* something is to be asked: answers taken are given back */
	struct audit *audit; /* NULL: no account is kept */
};

/* Adds what was given to the run besides its arguments, as the content of a file to be
 * written: an answer holds for exactly that. Before the first question. */
void gate_content(struct gate *g, const void *p, size_t n);

/* Says yes to exactly this, once: "write /srv/x" as it stands in needs. */
void gate_grant(struct gate *g, const char *what);

/* May the operation be done on the thing with these names, shown as `show`? Asks when the
 * rules say so. passes: a directory through which a walk may lead is fine. Returns 0, or
 * -1 with err: denied, ask. */
int gate_path(struct gate *g, enum op op, const struct site *sites, size_t n,
	const char *show, bool passes, struct err *e) NODISCARD;

/* Is the thing denied? Asks nobody and counts nothing. Returns true if it is. */
bool gate_hides(
	const struct gate *g, enum op op, const struct site *sites, size_t n) NODISCARD;

/* Turns a verdict on a target (as approvals name it) into an answer. Returns as
 * gate_path. */
int gate_answer(struct gate *g, const struct ruling *v, enum op op, const char *target,
	const char *show, struct err *e) NODISCARD;

/* The end of a run: answers that it took are used up, or given back when it waits for
 * another. Frees what the gate owns. */
void gate_release(struct gate *g);

/* The sum of all that the run was given, in hex; nothing can be added behind. Returns it.
 */
const char *gate_sum(struct gate *g);

#endif
