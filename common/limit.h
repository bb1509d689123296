/* SPDX-License-Identifier: MIT */
/* How much a result may show: DESIGN section 4. May include: err. */
#ifndef LIMIT_H
#define LIMIT_H

#include "err.h"

struct limits {
	int64_t bytes;   /* of one result */
	int64_t lines;   /* of one read */
	int64_t columns; /* code points of one line */
	int64_t rows;    /* hits or names listed */
	int64_t timeout; /* milliseconds; NUM_NONE: without end */
};

/* Changes those fields of *l that s names: "bytes=28000,lines=500,timeout=30". Returns 0,
 * or -1 with a usage error and *l untouched. */
int limits_parse(struct limits *l, const char *s, struct err *e) NODISCARD;

/* Lifts all limits but the timeout. */
void limits_lift(struct limits *l);

#endif
