/* SPDX-License-Identifier: MIT */
/* A fingerprint of bytes: 64 bits, at the speed of memory. It tells that something
 * changed; it is no proof against somebody who wants two contents to look alike. May
 * include: pab. */
#ifndef PRINT_H
#define PRINT_H

/* A sum in progress; all zero is the beginning. */
struct print {
	uint64_t h, n;
	unsigned char tail[8]; /* bytes that do not make a word yet: n % 8 of them */
};

void print_add(struct print *p, const void *v, size_t n);

/* Returns the fingerprint of what was added. */
uint64_t print_end(const struct print *p) NODISCARD;

/* Returns the fingerprint of n bytes. */
uint64_t print_bytes(const void *v, size_t n) NODISCARD;

/* The same of all bytes of the file, whose position is not used. *size is how many there
 * are. Returns 0, or -1 with errno. */
int print_fd(int fd, int64_t *size, uint64_t *out) NODISCARD;

#endif
