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

/* The same as far as it goes, for a copy. Set-id bits go with an owner that cannot be
 * kept. Returns 0; 1 when an ACL or an attribute of the user's could not be kept; -1 with
 * errno when the mode could not. */
int carry_most(int from, const struct stat *st, int to) NODISCARD;

#endif
