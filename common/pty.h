/* SPDX-License-Identifier: MIT */
/* A pseudo-terminal for a command, and the caller's own terminal in step with it. May
 * include: err. */
#ifndef PTY_H
#define PTY_H

#include "err.h"

struct pty {
	int master, slave; /* -1: closed */
	int own;           /* the caller's terminal that was made raw, -1: none was */
};

/* Opens one of the size of the caller's terminal, else of 80 columns and 24 lines; with
 * raw, a terminal on standard input passes every key on until pty_release(). Returns 0,
 * or -1 with err. */
int pty_open(struct pty *p, bool raw, struct err *e) NODISCARD;

/* Gives the pseudo-terminal the size that the caller's terminal has by now. */
void pty_resize(const struct pty *p);

/* Closes both ends and gives the caller's terminal back as it was. */
void pty_release(struct pty *p);

#endif
