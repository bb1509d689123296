/* SPDX-License-Identifier: MIT */
/* What a file has besides its bytes, carried over to the one that replaces it. May
 * include: pab. */
#ifndef CARRY_H
#define CARRY_H

#include <sys/stat.h>

/* Gives the file open as `to` the owner, group, extended attributes (ACLs are some of
 * them) and mode of the one open as `from`, whose status is st. Returns 0, or -1 when any
 * of it cannot be carried over. */
int carry_over(int from, const struct stat *st, int to) NODISCARD;

#endif
