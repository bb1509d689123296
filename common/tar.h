/* SPDX-License-Identifier: MIT */
/* A tar archive (ustar) in memory, to be sent to an engine. May include: buf. */
#ifndef TAR_H
#define TAR_H

#include "buf.h"

/* Appends a directory (its name ends in "/") or a file of n bytes; names have at most 99
 * bytes. */
void tar_add(struct buf *b, const char *name, unsigned mode, const void *data, size_t n);

/* Appends the end of the archive. */
void tar_end(struct buf *b);

#endif
