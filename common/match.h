/* SPDX-License-Identifier: MIT */
/* Glob patterns, one meaning everywhere: "*" and "?" do not match "/", "[a-z]" "[!a]"
 * "[^a]" "[[:alpha:]]" classes, "{a,b}" alternatives (nested, empty ones allowed), "**"
 * as a whole component any number of directories, "\" takes the next byte as it is. "?"
 * and a class match one UTF-8 character. A pattern is compiled once and matched against
 * many paths; matching takes time linear in the path for a given number of stars, never
 * exponential. May include: err. */
#ifndef MATCH_H
#define MATCH_H

#include "err.h"

enum match_flags {
	MATCH_NO_BRACES = 1 << 0, /* "{" is plain */
	MATCH_ICASE = 1 << 1,     /* ASCII letters of either case are equal */
	MATCH_PERIOD = 1 << 2,    /* a leading dot of a component needs a dot */
	MATCH_BASENAME = 1 << 3,  /* a pattern without "/" matches the last component */
	MATCH_GIT = 1 << 4,       /* as git's ignore files do: no braces, "?" is one byte,
				     and what makes no sense matches nothing */
};

struct match;

/* Compiles the pattern (n bytes). Returns it, or NULL with a bad_pattern error that
 * names the column. */
struct match *match_new(
	const char *pattern, size_t n, unsigned flags, struct err *e) NODISCARD;

/* Does the whole path match? Returns true if it does. */
bool match_path(const struct match *m, const char *path) NODISCARD;

/* Could anything below the directory `path` match? False lets a walk leave it out; true
 * promises nothing. */
bool match_below(const struct match *m, const char *path) NODISCARD;

/* The byte that every matching path ends in. Returns it, or -1 when there is none. */
int match_last(const struct match *m) NODISCARD;

void match_free(struct match *m);

#endif
