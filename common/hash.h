/* SPDX-License-Identifier: MIT */
/* SHA-256 as sha256sum prints it (FIPS 180-4), by libmd. May include: err. */
#ifndef HASH_H
#define HASH_H

#include "err.h"

enum { HASH_HEX = 64, HASH_SHOWN = 16, HASH_LEAST = 8 };

struct hash; /* a sum in progress */

struct hash *hash_new(void) NODISCARD;
void hash_add(struct hash *h, const void *p, size_t n);

/* Writes the sum in lower-case hex and frees h. */
void hash_finish(struct hash *h, char out[HASH_HEX + 1]);

/* The sum of n bytes at p. */
void hash_bytes(const void *p, size_t n, char out[HASH_HEX + 1]);

/* The sum of a file's bytes from its start; its position is not used. Returns 0, or -1
 * with errno. */
int hash_fd(int fd, char out[HASH_HEX + 1]) NODISCARD;

/* Is `asked` a hash that could be given: 8 to 64 hex digits? Returns 0, or -1 with a
 * usage error. */
int hash_check(const char *asked, struct err *e) NODISCARD;

/* Returns whether asked (checked) is a prefix of the sum, upper case or lower. */
bool hash_is(const char sum[HASH_HEX + 1], const char *asked) NODISCARD;

#endif
