/* SPDX-License-Identifier: MIT */
/* Descriptors read and written whole. Nothing here takes a path. May include: buf. */
#ifndef IO_H
#define IO_H

#include "buf.h"

/* Opens /dev/null on those of descriptors 0, 1 and 2 that are closed, so that no file
 * opened later is mistaken for them (descriptor 1 read-only: writes then fail aloud). */
void io_guard_std(void);

/* Opens what is empty to read: /dev/null, or where there is none the end of a pipe that
 * nobody writes to. Returns a descriptor, or -1 with errno. */
int io_empty(void) NODISCARD;

/* Writes all n bytes. Returns 0, or -1 with errno. */
int io_write(int fd, const void *p, size_t n) NODISCARD;

/* Reads until n bytes or the end. Returns how many, or -1 with errno. */
ssize_t io_read(int fd, void *p, size_t n) NODISCARD;

/* As io_read at a file offset, which the descriptor's own position ignores. */
ssize_t io_pread(int fd, void *p, size_t n, off_t offset) NODISCARD;

/* Appends everything up to the end, but at most max bytes. Returns 0, or -1 with errno;
 * EFBIG when there was more than max. */
int io_slurp(int fd, struct buf *out, size_t max) NODISCARD;

/* Copies up to n bytes (-1: to the end) from one descriptor's position to the other's,
 * in the kernel where it can. Returns how many, or -1 with errno. */
int64_t io_copy(int from, int to, int64_t n) NODISCARD;

/* Closes the descriptors from `first` up, or lets them close at the next exec. */
void io_close_from(int first, bool at_exec);

/* Makes room for 1,024 descriptors, before there are threads: a process that has some the
 * kernel lets wait for tens of milliseconds whenever its table grows. */
void io_room(void);

/* Closes every descriptor but the n in keep, which are sorted here; -1 is none. */
void io_close_but(int *keep, size_t n);

#endif
