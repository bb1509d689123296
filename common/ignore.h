/* SPDX-License-Identifier: MIT */
/* Ignore rules as git means them (gitignore(5)): .gitignore and .ignore of each
 * directory, .git/info/exclude; the last matching pattern of the nearest file decides,
 * .ignore before .gitignore. Levels form a chain from a directory to its ancestors; each
 * level is immutable once read, and a child keeps only a pointer to its parent, which
 * must live longer. May include: match. */
#ifndef IGNORE_H
#define IGNORE_H

#include "match.h"

struct ignore; /* the rules of one directory, and the way to those above */

/* Which of the files a directory may hold; a walk knows from the listing. */
enum ignore_files {
	IGNORE_GITIGNORE = 1 << 0,
	IGNORE_DOTIGNORE = 1 << 1,
	IGNORE_GIT = 1 << 2, /* .git/info/exclude */
	IGNORE_ALL = 7,
};

/* The file that the entry `name` of a directory is or leads to. Returns one of the enum,
 * or 0. */
unsigned ignore_file(const char *name) NODISCARD;

/* Reads the rules of the directory fd, whose path below the chain's topmost directory is
 * `path` ("" for the topmost), from those of its files that `which` names. Links are not
 * followed, as in git. Returns the new level, or `above` itself (which may be NULL) when
 * the directory has no rules, so that deep trees cost nothing. */
struct ignore *ignore_read(
	int fd, const char *path, unsigned which, struct ignore *above) NODISCARD;

/* A level with the patterns of one in-memory file of n bytes, for tests and fuzzing.
 * Returns the new level. */
struct ignore *ignore_parse(
	const char *text, size_t n, const char *path, struct ignore *above) NODISCARD;

/* Is the entry at `path` (below the topmost directory) ignored? Only the entry itself is
 * looked at: a walk does not enter ignored directories. Returns true if it is. */
bool ignore_match(const struct ignore *ig, const char *path, bool is_dir) NODISCARD;

/* Frees the level alone, not those above it; does nothing when ig is also `above`. */
void ignore_free(struct ignore *ig, struct ignore *above);

#endif
