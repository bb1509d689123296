/* SPDX-License-Identifier: MIT */
/* When a file of an in-memory tree was first made. A change replaces the file, so that
 * the time the kernel keeps is that of the last change; the first one notes the time in
 * an extended attribute, which changes and copies carry along. A tmpfs has such
 * attributes since Linux 6.6; before that, a file begins anew with each change. May
 * include: pab. */
#ifndef BIRTH_H
#define BIRTH_H

#include <time.h>

/* Notes the time on the file open as fd. Does nothing where that cannot be. */
void birth_set(int fd, struct timespec when);

/* Notes on the file open as `to`, which is to replace `from`, when that was made, unless
 * it has such a note. */
void birth_keep(int from, int to);

/* What is noted, else what the kernel knows. Returns 0, or -1 when neither is. */
int birth_get(int fd, struct timespec *when) NODISCARD;

#endif
