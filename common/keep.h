/* SPDX-License-Identifier: MIT */
/* What a run is given besides its arguments, standard input and files of the caller's,
 * kept in memory: it can be read again, and the answer of a person holds for it alone.
 * May include: gate. */
#ifndef KEEP_H
#define KEEP_H

#include "buf.h"
#include "gate.h"

/* Makes of what came on standard input what a far end understands, which reads no JSON.
 * Returns 0, or -1 with err. */
typedef int tool_translate(struct buf *b, struct err *e);

/* Puts in place of standard input what it had, at most 1 GiB, translated if translate is
 * not NULL. Returns 0, or -1 with err. */
int keep_input(struct gate *g, tool_translate *translate, struct err *e) NODISCARD;

/* Reads the file of that name, at most 1 GiB. Returns a descriptor that has what it had,
 * of which the caller of this is the owner, or -1 with err. */
int keep_file(struct gate *g, const char *name, struct err *e) NODISCARD;

#endif
