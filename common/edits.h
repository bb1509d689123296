/* SPDX-License-Identifier: MIT */
/* A request of several edits in several files, however it was written: on the command
 * line, as blocks (blocks.h) or as JSON (editjson.h). Owns its strings; a struct edits
 * starts as all zero. May include: err, tag, vec. */
#ifndef EDITS_H
#define EDITS_H

#include "tag.h"
#include "vec.h"

enum edit_kind {
	EDIT_TEXT,   /* old, anywhere, becomes new */
	EDIT_BLOCK,  /* whole lines old become the lines new */
	EDIT_AT,     /* the lines from at to to become the lines new */
	EDIT_AFTER,  /* the lines new go below the line at */
	EDIT_BEFORE, /* and above it */
	EDIT_DELETE, /* the lines from at to to go */
};

#define EDIT_EVERY SIZE_MAX

struct edit {
	enum edit_kind kind;
	size_t file; /* among the paths; EDIT_EVERY: each file that is named elsewhere */
	size_t line; /* of the request, where it begins; 0: it has none */
	char *old, *new; /* lines are joined by LF, without one at the end */
	size_t n_old, n_new;
	bool none;       /* new has no line at all, not even a blank one */
	bool all, words; /* of EDIT_TEXT and EDIT_BLOCK */
	struct tag at, to;
};

struct edits {
	struct edit *v;
	size_t n, cap;
	struct vec paths; /* each once, in the order in which they were named */
};

/* Appends an edit, all zero but file, which is EDIT_EVERY. Returns it; the next call may
 * move it. */
struct edit *edits_add(struct edits *es);

/* Returns the number of a path, which is added when it is new. */
size_t edits_path(struct edits *es, const char *path);

/* Sets the new text as lines: one LF at the end ends the last line. */
void edit_lines(struct edit *ed, const char *p, size_t n);

/* Does the edit name its lines by tags? Returns true if it does. */
bool edit_is_tagged(const struct edit *ed) NODISCARD;

/* Is there something to do in each edit? Returns 0, or -1 with a usage error (an empty
 * old text, or one that equals the new) that names the edit when there are several. */
int edits_check(const struct edits *es, struct err *e) NODISCARD;

/* Puts "edit 3 (line 14): " in front of the message when there are several edits, i being
 * the one that failed. Returns -1. */
int edits_blame(const struct edits *es, size_t i, struct err *e);

void edits_release(struct edits *es);

#endif
