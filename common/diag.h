/* SPDX-License-Identifier: MIT */
/* The ends that are nobody's answer: a bug in pab, or no memory. May include: pab. */
#ifndef DIAG_H
#define DIAG_H

/* Prints one line with the place of the bug and aborts; never returns. */
#define bug(...) diag_bug(__FILE__, __LINE__, __VA_ARGS__)

NORETURN PRINTF(3, 4) void diag_bug(const char *file, int line, const char *fmt, ...);

/* Prints "out of memory" and exits with status 7; never returns. */
NORETURN void diag_oom(void);

/* The name put in front of every line on standard error: "pab-ls". The string is kept,
 * not copied. */
void diag_set_name(const char *name);

/* Returns that name; "pab" before it was set. */
const char *diag_name(void);

#endif
