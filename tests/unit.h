/* SPDX-License-Identifier: MIT */
/* What unit tests need: CHECK(cond) logs the place of what does not hold and goes on;
 * main ends with `return unit_end();`. */
#ifndef UNIT_H
#define UNIT_H

static int unit_failed;

#define CHECK(cond)                                                                      \
	do {                                                                             \
		if (!(cond)) {                                                           \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,          \
				__LINE__, #cond);                                        \
			unit_failed++;                                                   \
		}                                                                        \
	} while (0)

/* Returns main's exit status: 1 when any check failed. */
static inline int unit_end(void)
{
	return unit_failed != 0;
}

#endif
