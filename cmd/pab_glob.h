/* SPDX-License-Identifier: MIT */
/* The patterns of one pab-glob. May include: match. */
#ifndef PAB_GLOB_H
#define PAB_GLOB_H

#include "match.h"

struct pattern {
	struct match *match;
	char *text;     /* what is matched, below the start */
	char *start;    /* the directories it names first, when it is absolute or begins
			   with ".."; NULL: it is looked for below each PATH */
	bool dirs_only; /* ends in a slash */
};

enum pattern_flags {
	PATTERN_HIDDEN = 1 << 0, /* wildcards match a leading dot */
	PATTERN_ICASE = 1 << 1,
};

/* Reads one pattern as it was typed. Returns 0, or -1 with err; p then needs no
 * release. */
int pattern_init(
	struct pattern *p, const char *typed, unsigned flags, struct err *e) NODISCARD;

void pattern_release(struct pattern *p);

/* Does the pattern name .git itself? Returns whether it does. */
bool pattern_names_git(const struct pattern *p) NODISCARD;

/* Is path a directory that the pattern names without a wildcard, and goes on from?
 * Returns whether it is. */
bool pattern_passes(const struct pattern *p, const char *path) NODISCARD;

#endif
