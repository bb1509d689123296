/* SPDX-License-Identifier: MIT */
/* The keeper's side of a sandbox: it is launched, the next one when it does not stand,
 * and what its helper reports (box.h) is taken. Only keeper.c uses it. May include:
 * launch.
 */
#ifndef KEEPBOX_H
#define KEEPBOX_H

#include "launch.h"

struct keepbox {
	const struct spawn_box *how; /* the one that was launched; NULL: none */
	size_t next;                 /* the one after it */
	int report, said;            /* our ends, -1: closed */
	bool stands, runs, ended, refused;
	int status;     /* of the command, when it ended */
	int error;      /* errno of its exec, 0: none failed */
	char text[240]; /* why it was refused, or why the first one does not stand */
};

/* All is off. */
void keepbox_init(struct keepbox *b);

/* Launches the next sandbox. Returns as launch(). */
pid_t keepbox_start(
	struct keepbox *b, const struct spawn *what, int ctl, bool *in_group) NODISCARD;

/* Takes what was reported; at the end also what was said. Returns whether anything new
 * is known. */
bool keepbox_hear(struct keepbox *b);

/* What made the sandbox is gone. Returns whether another one is to be tried. */
bool keepbox_again(struct keepbox *b, const struct spawn *what) NODISCARD;

#endif
