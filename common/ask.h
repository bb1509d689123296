/* SPDX-License-Identifier: MIT */
/* A question to a person: at the terminal when there is one, else to the program of
 * PAB_ASK, else it is written down and waits (approval.h). May include: gate. */
#ifndef ASK_H
#define ASK_H

#include "gate.h"

struct question {
	struct gate *gate;
	enum op op;
	const char *target; /* as approvals name it */
	const char *show;   /* as it was typed; NULL for a command */
	const char *why;    /* the description of the rule, "" without one */
	char request[33];   /* filled when it waits */
};

enum ask_answer {
	ASK_YES,
	ASK_NO,
	ASK_PENDING,
	ASK_FAILED, /* err is filled */
};

/* Returns the answer. */
enum ask_answer ask_person(struct question *q, struct err *e) NODISCARD;

#endif
