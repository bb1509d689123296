/* SPDX-License-Identifier: MIT */
/* Who may answer without a terminal: keys in files that no place can see, of which only
 * sums are kept, in "approvers" below the home directory (home.h). May include: home,
 * vec. */
#ifndef APPROVER_H
#define APPROVER_H

#include "home.h"
#include "vec.h"

/* Makes a key in a new file and remembers its sum. Returns 0, or -1 with err. */
int approver_make(const char *home, const char *file, struct err *e) NODISCARD;

/* Is the file one that was made so, private and unchanged? Returns 0, or -1 with err. */
int approver_check(const char *home, const char *file, struct err *e) NODISCARD;

/* Adds the paths of all key files to the list. Reads only what is there. */
void approver_files(const char *home, struct vec *files);

#endif
