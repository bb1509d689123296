/* SPDX-License-Identifier: MIT */
/* One call of a tool, done: the program run and, with a ledger, a change that the model
 * does not know of looked for first. May include: ledger, toolargs. */
#ifndef TOOLCALL_H
#define TOOLCALL_H

#include "ledger.h"
#include "toolargs.h"

/* What a model is given. Starts as all zero; its owner calls answer_release(). */
struct answer {
	struct buf text;  /* UTF-8, never empty */
	struct buf image; /* base64; empty: there is none */
	char media[32];   /* its type */
	bool error;       /* the call did not do what was asked */
	bool truncated;   /* there is more than the text shows */
	int status;       /* of the program */
	char code[32];    /* of the error: "stale"; "" without one */
	char job[32];     /* what was started in the background; "" */
};

/* Does the call. l may be NULL. */
void call_do(const struct call *c, const struct ledger *l, struct answer *a);

/* The answer to a call that could not be made. */
void answer_error(struct answer *a, const struct err *e);

void answer_release(struct answer *a);

#endif
