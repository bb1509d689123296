/* SPDX-License-Identifier: MIT */
/* The patterns of permission rules, of paths and of command lines. Of a path: "*" and "?"
 * stay within "/", "**" does not, "**" and a slash are any number of directories, [...]
 * is a class; "X/" and a "**" behind it cover X itself. Of a command: "*" is anything, a
 * run of blanks is one, and " *" at the end may be absent. Both are anchored at both
 * ends, see newlines as any other byte, and count characters of UTF-8. Matching takes
 * time in the length of the pattern times that of the text. May include: err. */
#ifndef RULEPAT_H
#define RULEPAT_H

#include "err.h"

enum { RULEPAT_MAX = 1000 }; /* bytes of a pattern */

struct rulepat_token {
	unsigned char kind, byte;
	uint32_t *set; /* of a class: 256 bits */
};

/* What a pattern of one component is, so that most names need no general match. */
enum rulepat_quick { QUICK_NONE, QUICK_EQUAL, QUICK_PREFIX, QUICK_SUFFIX, QUICK_WITHIN };

struct rulepat {
	struct rulepat_token *v;
	size_t n;
	size_t also;   /* a token before which the text may end too; n: none */
	bool absolute; /* begins with "/": of whole paths alone */
	bool floating; /* begins with "**" and a slash: whatever is above */
	bool covers;   /* ends in a slash and "**": what is below, too */
	/* Of "**" "/NAME", with or without the end that covers: NAME as text. */
	enum rulepat_quick quick;
	struct rulepat *name; /* the same as a pattern; NULL when it has another form */
	char *text;
	size_t len;
};

/* Understands a path's pattern. One without a slash may stand at any depth, one with a
 * slash and no "/" or "**" in front begins at the root of the place. Returns 0, or -1
 * with err: bad_pattern; the pattern then needs no release. */
int rulepat_path(struct rulepat *r, const char *pattern, struct err *e) NODISCARD;

/* Understands a command's pattern. Returns as rulepat_path. */
int rulepat_command(struct rulepat *r, const char *pattern, struct err *e) NODISCARD;

void rulepat_release(struct rulepat *r);

enum rulepat_answer {
	RULEPAT_SELF = 1 << 0,  /* it matches the text */
	RULEPAT_ABOVE = 1 << 1, /* it matches a directory above, behind byte `root` */
	RULEPAT_BELOW = 1 << 2, /* it may match something below */
};

/* Compares a path (n bytes) from its byte `from` on; ancestors that end at or before byte
 * `root` are not looked at. Returns a set of answers. */
unsigned rulepat_match(
	const struct rulepat *r, const char *path, size_t n, size_t from, size_t root);

/* Compares one name with the pattern of a name (r->name is not NULL). Returns whether it
 * matches. */
bool rulepat_match_name(const struct rulepat *r, const char *name, size_t n) NODISCARD;

enum rulepat_text { RULEPAT_NO, RULEPAT_MAYBE, RULEPAT_YES };

/* Compares a command's text, in which a byte 1 stands for what is not known: any text.
 * Returns whether it matches; RULEPAT_MAYBE: it depends on what is not known. */
enum rulepat_text rulepat_match_text(const struct rulepat *r, const char *text) NODISCARD;

#endif
