/* SPDX-License-Identifier: MIT */
/* How a command ended, and how long it took, in words. May include: pab. */
#ifndef ENDED_H
#define ENDED_H

/* "350 ms", "12.3 s", "125 s". Returns out. */
const char *ended_duration(char out[32], int64_t ms);

/* The same of a limit, which is shown as it was given. Returns out. */
const char *ended_limit(char out[32], int64_t ms);

/* "SIGKILL". Returns out. */
const char *ended_signal(char out[32], int number);

/* "3 processes". Returns out. */
const char *ended_processes(char out[32], int64_t n);

#endif
