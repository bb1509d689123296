/* SPDX-License-Identifier: MIT */
/* pab's temporary files. Their names are made from the name that is being changed, so
 * that the next change of it finds and removes one left behind by a kill: whoever makes
 * one holds its lock (flock) for as long as it is in use. May include: wipe. */
#ifndef TEMP_H
#define TEMP_H

#include <sys/stat.h>

enum { TEMP_LEN = 24, TEMP_SLOTS = 10 };

/* Writes the temporary name for `name` (one component) into out: ".pab-" 16 hex digits
 * "." slot "~". slot is below TEMP_SLOTS. */
void temp_name(const char *name, unsigned slot, char out[TEMP_LEN + 1]);

/* Returns whether name is one of these; no tool shows or searches such a file. */
bool temp_is(const char *name) NODISCARD;

/* Makes a file under a free temporary name for `name`, open for reading and writing and
 * locked; what was left behind under such names is removed. Returns the descriptor and
 * the name in out, or -1 with errno and out "": EBUSY when others use all slots. */
int temp_make(int dirfd, const char *name, mode_t mode, char out[TEMP_LEN + 1]) NODISCARD;

/* Makes a directory (0700) under a free temporary name for `name`, in which a file or
 * tree can be put together; locked as a file is. Returns a descriptor to read it, or -1
 * with errno and out "". */
int temp_mkdir(int dirfd, const char *name, char out[TEMP_LEN + 1]) NODISCARD;

/* Renames `name` itself to a free temporary name, which nobody locks: it is to be
 * removed. Returns 0, or -1 with errno and out "". */
int temp_hide(int dirfd, const char *name, char out[TEMP_LEN + 1]) NODISCARD;

/* Gives the file `name` a temporary name as well. Returns 0, or -1 with errno and out
 * "". */
int temp_link(int dirfd, const char *name, char out[TEMP_LEN + 1]) NODISCARD;

/* Removes the temporary names for `name` that nobody uses any more. */
void temp_sweep(int dirfd, const char *name);

/* Removes those that lead to the file itself, whose status is st and whose lock the
 * caller holds: a kill left them. */
void temp_unlink(int dirfd, const char *name, const struct stat *st);

#endif
