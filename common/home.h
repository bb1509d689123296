/* SPDX-License-Identifier: MIT */
/* The directory of pab's durable records: PAB_HOME, else $XDG_STATE_HOME/pab, else
 * ~/.local/state/pab. Directories are 0700 and must belong to the caller. May include:
 * err. */
#ifndef HOME_H
#define HOME_H

#include "err.h"

/* Where the home directory is: `home` when not NULL. Returns new memory, NULL when
 * nothing says where. */
char *home_path(const char *home) NODISCARD;

/* Opens the subdirectory (one component) of the home directory, which is `home` when not
 * NULL; with make, both are made. Returns a descriptor, or -1 with err. */
int home_open(const char *home, const char *sub, bool make, struct err *e) NODISCARD;

#endif
