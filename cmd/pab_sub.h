/* SPDX-License-Identifier: MIT */
/* The heart of pab-sub: the lines of a content in which a pattern matches, with the
 * matches replaced. */
#ifndef PAB_SUB_H
#define PAB_SUB_H

#include "buf.h"
#include "find.h"

struct sub; /* a pattern and what replaces it */

/* What became of one content. */
struct sub_result {
	struct buf text;
	int64_t places;
	int64_t *lines; /* of the new content, where the replacements start; ascending */
	size_t n_lines, cap;
	int64_t undecided; /* lines that were too much to decide */
};

#define SUB_RESULT_INIT                                                                  \
	{                                                                                \
		.text = BUF_INIT                                                         \
	}

/* Compiles both; flags are re_flags. In `with`, $1, ${1}, ${name} and $0 are what the
 * groups matched and $$ is a dollar; with RE_FIXED it is plain. Returns it, or NULL with
 * err. */
struct sub *sub_new(const char *pattern, const char *with, unsigned flags,
	int64_t deadline, struct err *e) NODISCARD;
void sub_free(struct sub *s);

/* Does it match anywhere in the n bytes at p? Returns what was found. */
enum find_result sub_matches(struct sub *s, const char *p, size_t n) NODISCARD;

/* Fills r anew. Line by line, as pab-grep matches; a new line end is as that of the line
 * it comes into. Returns FIND_HIT, FIND_NONE, or FIND_TIMEOUT. */
enum find_result sub_apply(
	struct sub *s, const char *p, size_t n, struct sub_result *r) NODISCARD;

void sub_result_release(struct sub_result *r);

#endif
