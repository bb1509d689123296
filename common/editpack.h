/* SPDX-License-Identifier: MIT */
/* Edits on their way to a far end, which reads no JSON: what was understood here, as
 * bytes. May include: edits. */
#ifndef EDITPACK_H
#define EDITPACK_H

#include "buf.h"
#include "edits.h"

/* Appends the edits; the first byte is none that blocks or JSON begin with. */
void editpack_write(const struct edits *es, struct buf *out);

/* Are the n bytes at p such? Returns whether. */
bool editpack_is(const char *p, size_t n) NODISCARD;

/* Understands them; they may come from anybody. es is all zero before. Returns 0, or -1
 * with err (bad_input). */
int editpack_read(const char *p, size_t n, struct edits *es, struct err *e) NODISCARD;

#endif
