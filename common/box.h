/* SPDX-License-Identifier: MIT */
/* What the helper inside a sandbox, `pab-serve --box` (cmd/pab-box.c), says to the keeper
 * outside: packets on a socket it was given as descriptor BOX_REPORT. The command never
 * has that socket. May include: pab. */
#ifndef BOX_H
#define BOX_H

enum {
	BOX_REPORT = 3, /* the socket */
	BOX_STDERR = 4, /* what the command's standard error is to be; until then it is
			   a pipe on which whoever makes the sandbox says why it cannot */
	BOX_NAMES = 240,
};

enum box_kind {
	BOX_STANDS = 1, /* the sandbox does; the command is about to start */
	BOX_RUNS,       /* it has started */
	BOX_FAILED,     /* the command cannot be executed: value is errno */
	BOX_REFUSED,    /* what was asked cannot be held: text says why */
	BOX_ENDED,      /* the command did: value is what waitpid gave */
};

/* The helper's main(), where this very program holds it, so that its command line need
 * not be executed; NULL elsewhere. */
extern int (*box_here)(int argc, char **argv);

struct box_word {
	enum box_kind kind;
	int value;
	char text[BOX_NAMES];
};

#endif
