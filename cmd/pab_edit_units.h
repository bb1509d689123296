/* SPDX-License-Identifier: MIT */
/* A file's bytes in units of one (UTF-8 and its kin) or two (UTF-16 behind its mark). */
#ifndef PAB_EDIT_UNITS_H
#define PAB_EDIT_UNITS_H

#include "buf.h"

struct units {
	const char *p;
	size_t n;    /* bytes */
	size_t unit; /* 1 or 2 */
	bool be;
	size_t top; /* where the first line begins, behind a byte order mark */
};

/* The units of a file's content. */
struct units units_of(const char *p, size_t n);

unsigned unit_at(const struct units *u, size_t i);

/* The next LF at or after i. Returns its offset, or n. */
size_t next_lf(const struct units *u, size_t i);

/* Stands a CR right before i? */
bool cr_before(const struct units *u, size_t i);

/* Begins a line at i? Ends one there, at its line end or at the end of the file? */
bool line_begins(const struct units *u, size_t i);
bool line_ends(const struct units *u, size_t i);

int64_t count_lfs(const struct units *u, size_t from, size_t to);

/* Appends text of the request in the file's encoding. Returns 0, or -1 when it cannot be
 * said in it. */
int units_encode(
	const struct units *u, const char *p, size_t n, struct buf *out) NODISCARD;

/* Appends the bytes from..to as UTF-8, or as they are when they are no UTF-16. */
void units_decode(const struct units *u, size_t from, size_t to, struct buf *out);

#endif
