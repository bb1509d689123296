/* SPDX-License-Identifier: MIT */
/* Files that are written in place: before the first byte, the old and the new content are
 * saved and synced below PAB_HOME/inplace, one record DEVICE-INODE each, dropped when the
 * write is complete. A record found later belongs to a write that was interrupted; it is
 * rolled back only when the file still is what such a write leaves (every byte the old
 * one or the new one), so that a reused inode is never mistaken. May include: home. */
#ifndef UNDO_H
#define UNDO_H

#include "err.h"

#include <sys/stat.h>

/* Saves the bytes of the file open as fd (status st) and the n bytes at p that are about
 * to replace them, synced. Returns 0, or -1 with err. */
int undo_save(const char *home, int fd, const struct stat *st, const void *p, size_t n,
	struct err *e) NODISCARD;

/* Writes the saved old bytes back into the file open for reading and writing as fd,
 * synced, and drops the record. Returns 1 when it did, 0 when there was nothing to roll
 * back (no record, a complete write, a file changed since), -1 with err. */
int undo_restore(
	const char *home, int fd, const struct stat *st, struct err *e) NODISCARD;

/* As undo_restore for a write that was complete: puts the old bytes back whatever the
 * file holds. The caller holds the file's lock since undo_save. Returns 0, or -1 with
 * err. */
int undo_force(const char *home, int fd, const struct stat *st, struct err *e) NODISCARD;

/* Is there a record for this file? Returns true if there is. */
bool undo_pending(const char *home, const struct stat *st) NODISCARD;

/* The write is complete: forgets the record. */
void undo_drop(const char *home, const struct stat *st);

#endif
