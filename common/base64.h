/* SPDX-License-Identifier: MIT */
/* Base64; read strictly (RFC 4648, section 4): padded, nothing in between, no bits left
 * over. May include: buf. */
#ifndef BASE64_H
#define BASE64_H

#include "buf.h"

/* Appends n bytes as base64. */
void base64_encode(struct buf *out, const void *p, size_t n);

/* Appends what the n characters at p stand for. Returns 0, or -1 for what is none. */
int base64_decode(struct buf *out, const char *p, size_t n) NODISCARD;

#endif
