/* SPDX-License-Identifier: MIT */
/* Strict numbers: the whole string, in range, one wording of the error. May include:
 * pab. */
#ifndef NUM_H
#define NUM_H

/* "Without end" in durations and limits. */
#define NUM_NONE INT64_MAX

/* A decimal integer with an optional sign from min to max. Returns 0, or -1 when s is
 * anything else (empty, blanks, trailing bytes, out of range) and *out is untouched. */
int num_int(const char *s, int64_t min, int64_t max, int64_t *out) NODISCARD;

/* A size in bytes: digits and an optional k, M, G or T (powers of 1024; a B or iB may
 * follow). Returns 0, or -1 and *out untouched. */
int num_size(const char *s, int64_t *out) NODISCARD;

/* A duration: digits, an optional fraction and ms, s (default), m or h; "none" is
 * NUM_NONE. *out is in milliseconds. Returns 0, or -1 and *out untouched. */
int num_time(const char *s, int64_t *out) NODISCARD;

/* Writes n with commas, "4,981,223", into out (32 bytes). Returns out. */
const char *num_commas(char out[32], int64_t n);

/* Monotonic time in milliseconds, for deadlines. Returns it. */
int64_t num_now_ms(void);

#endif
