/* SPDX-License-Identifier: MIT */
/* Where the tools act: what PAB_BACKEND says, as a set of routes. Every open names its
 * operation and passes place_admit(), so that rules, audit and journal are one function
 * each. May include: err, root. */
#ifndef PLACE_H
#define PLACE_H

#include "err.h"
#include "root.h"

enum op {
	OP_READ,
	OP_LS,
	OP_GLOB,
	OP_GREP,
	OP_WRITE,
	OP_EDIT,
	OP_EXECUTE,
};

enum place_kind {
	PLACE_HOST,  /* no backend named: whatever the caller may open */
	PLACE_LOCAL, /* a directory, and those of PAB_ALLOW, confined */
};

struct place {
	enum place_kind kind;
	char *spec;         /* as it was named; "" for PLACE_HOST */
	struct roots roots; /* number 0 is the root; the others were allowed */
	char *cwd;        /* where relative operands start: below root 0, or a host path;
			     "" is the root or the current directory itself */
	bool cwd_outside; /* the current directory is not in the place */
};

/* One operand, resolved as far as names go. Owns its strings. */
struct target {
	size_t root;         /* which root */
	char *rel;           /* relative to it; "." is the root itself */
	char *show;          /* as it is printed, and can be given back */
	const char *operand; /* as it was typed; not owned */
};

/* Understands spec (NULL or "": PLACE_HOST), allow (directories separated by colons,
 * may be NULL) and cwd (may be NULL). Returns 0, or -1 with err; the place then needs
 * no release. */
int place_open(struct place *p, const char *spec, const char *allow, const char *cwd,
	struct err *e) NODISCARD;

void place_release(struct place *p);

/* Resolves an operand; "" is ".". Returns 0, or -1 with err (outside the root); t then
 * needs no release. */
int place_target(const struct place *p, const char *operand, struct target *t,
	struct err *e) NODISCARD;

/* A target below a directory's: the same root, rel and show extended by the path, which
 * has no "..". */
void target_below(const struct target *dir, const char *path, struct target *t);

void target_release(struct target *t);

/* Appends to show the name of something below it: "a" + "b" is "a/b", "." + "b" is "b",
 * and "./-b" where a bare name would be taken for an option or a special operand.
 * Returns new memory. */
char *target_show(const char *show, const char *below) NODISCARD;

/* May this operation be done on this target? The one place for rules and audit. Returns
 * 0, or -1 with err. */
int place_admit(const struct place *p, enum op op, const struct target *t,
	struct err *e) NODISCARD;

/* Opens a regular file for reading; anything else is refused without opening it. *st is
 * filled. Returns a descriptor, or -1 with err, near names in it. */
int place_open_file(const struct place *p, enum op op, const struct target *t,
	struct stat *st, struct err *e) NODISCARD;

/* Opens a directory to list or walk it. Returns a descriptor, or -1 with err. */
int place_open_dir(const struct place *p, enum op op, const struct target *t,
	struct err *e) NODISCARD;

/* What stands there; with follow, behind a link. Returns 0, or -1 with err. */
int place_stat(const struct place *p, enum op op, const struct target *t, bool follow,
	struct stat *st, struct err *e) NODISCARD;

/* The directory and name to be changed, links followed; with parents, missing
 * directories are made. Returns 0, or -1 with err. */
int place_spot(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e) NODISCARD;

/* Fills err from errno for a failed call on the target, with what would help: near names
 * for a missing file, the root and the nearest path inside it for one outside. Returns
 * -1. */
int place_error(const struct place *p, const struct target *t, int number, struct err *e);

/* What a mode is in words: "a directory", "a FIFO". Returns a literal. */
const char *place_kind_name(mode_t mode);

#endif
