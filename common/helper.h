/* SPDX-License-Identifier: MIT */
/* The static executable that is sent into containers or mounted there: pab-serve, called
 * by its hash so that what is there is never another build. May include: err, hash. */
#ifndef HELPER_H
#define HELPER_H

#include "buf.h"
#include "err.h"
#include "hash.h"

/* Reads it from beside this program or libexec: its bytes are appended to out (NULL: not
 * wanted), and sum is their hash. Returns 0, or -1 with err. */
int helper_read(struct buf *out, char sum[HASH_HEX + 1], struct err *e) NODISCARD;

/* A copy of it below the home directory that nobody changes any more: helpers/HASH/
 * pab-serve, made when it is not there. Returns its absolute path, new memory, or NULL
 * with err. */
char *helper_keep(const char *home, char sum[HASH_HEX + 1], struct err *e) NODISCARD;

/* The engines' name of the architecture it is for, "amd64". */
const char *helper_arch(void);

#endif
