/* SPDX-License-Identifier: MIT */
/* The names of pab's temporary files: made from the name that is being changed, so that
 * the next change of it finds and removes one left behind by a kill. May include: pab. */
#ifndef TEMP_H
#define TEMP_H

enum { TEMP_LEN = 24, TEMP_SLOTS = 10 };

/* Writes the temporary name for `name` (one component) into out: ".pab-" 16 hex digits
 * "." slot "~". slot is below TEMP_SLOTS. */
void temp_name(const char *name, unsigned slot, char out[TEMP_LEN + 1]);

/* Returns whether name is one of these; no tool shows or searches such a file. */
bool temp_is(const char *name) NODISCARD;

#endif
