/* SPDX-License-Identifier: MIT */
/* The account of PAB_AUDIT: a line of JSON before a program acts and one after it, with
 * one id, each appended whole whoever else appends. Contents and the values of
 * environment variables are never in it. May include: gate, jout. */
#ifndef AUDIT_H
#define AUDIT_H

#include "gate.h"

struct audit;

/* What a run is about to do. */
struct audit_begin {
	const char *backend;
	char *const *operands; /* paths and patterns, or the command and its arguments */
	size_t n;
	size_t hidden;    /* the number of one that is content; n: none */
	const char *line; /* a line for the shell; NULL: none */
};

/* Appends the first line to the file. Returns 0, or -1 with err, and then nothing may be
 * done. */
int audit_open(struct gate *g, const char *file, const struct audit_begin *b,
	struct err *e) NODISCARD;

/* Remembers what was not simply allowed, for the last line. a may be NULL. */
void audit_note(struct audit *a, enum op op, const char *target, const char *answer);

/* Appends the last line. Returns 0, or -1 with err; a is freed. */
int audit_close(struct audit *a, int status, struct err *e) NODISCARD;

#endif
