/* SPDX-License-Identifier: MIT */
/* The process between pab-exec and the command. Only spawn.c uses it. May include:
 * spawn. */
#ifndef KEEPER_H
#define KEEPER_H

#include "spawn.h"

/* What pab-exec says on the socket: end it all, with grace, or now. Its end of the socket
 * closing says the former. */
enum keeper_word {
	KEEPER_TERM = 't',
	KEEPER_KILL = 'k',
	KEEPER_IDLE = 'i', /* as KEEPER_TERM, because it was idle */
};

/* Milliseconds after which what SIGKILL has not ended is left. */
enum { KEEPER_GIVES_UP = 5000 };

/* What comes back, in packets: an int, the errno of what could not be started, or 0 when
 * a job was; at the end a struct spawn_end. */

/* The body of the keeper, called in the forked child with every signal blocked: starts
 * the command, keeps it, reports on ctl. Never returns. */
NORETURN void keeper_run(const struct spawn *what, int ctl);

#endif
