/* SPDX-License-Identifier: MIT */
/* Permission rules as masks of a sandbox: everything below its directories that rules let
 * nobody read is hidden, what they let nobody write is read-only. What they would ask
 * about is denied, as nobody can be asked between two system calls. Only sandbox.c uses
 * it. May include: sandbox. */
#ifndef SANDMASKS_H
#define SANDMASKS_H

#include "sandbox.h"

enum { SANDMASKS_MOST = 2000 }; /* masks of one command */

/* Adds them, and says in s->rules how well they hold. Returns 0, or -1 with err: too many
 * to be laid. */
int sandmasks_add(struct sandbox *s, const struct sandbox_ask *ask,
	const struct vec *roots, struct err *e) NODISCARD;

#endif
