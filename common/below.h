/* SPDX-License-Identifier: MIT */
/* Rules about all that stands in a tree which is removed, moved or copied as one. May
 * include: place. */
#ifndef BELOW_H
#define BELOW_H

#include "place.h"

/* May the operation be done on everything below the target, if it is a directory?
 * Returns 0, or -1 with err: how many names may not be touched, none of them named. */
int below_admit(const struct place *p, enum op op, const struct target *t,
	struct err *e) NODISCARD;

/* The same for what will stand below `to` once what is below `from` was copied there. */
int below_admit_as(const struct place *p, const struct target *from,
	const struct place *to_place, enum op op, const struct target *to,
	struct err *e) NODISCARD;

#endif
