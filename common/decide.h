/* SPDX-License-Identifier: MIT */
/* What sets of rules say of an operation on a thing, known by its names: the path as it
 * was given and as it was opened are two sites, of which the stricter decides; a site may
 * have several names (a path of the host, a path of a tree), of which any may match. May
 * include: rules. */
#ifndef DECIDE_H
#define DECIDE_H

#include "rules.h"

/* An absolute path without dots, doubled slashes and a slash at its end ("/" itself is
 * ""), and how much of it is the root of the place, where patterns may begin. */
struct site_name {
	char *path;
	size_t n;
	size_t root;
	bool relative; /* patterns may begin there */
};

enum { SITE_NAMES = 6 };

struct site {
	struct site_name v[SITE_NAMES];
	size_t n;
};

/* Adds a name, which is made plain by its letters alone: ".." goes up, links are not
 * known. root is the path of the root of the place, NULL for none; what does not lie in
 * it has none. relative: patterns may begin there. A name that is there is not added
 * again.
 */
void site_add(struct site *s, const char *path, const char *root, bool relative);

/* Are all names of a among those of b? */
bool site_within(const struct site *a, const struct site *b) NODISCARD;
void site_release(struct site *s);

/* All sets that hold; the strictest of what they say is the answer. */
struct rule_sets {
	struct rules *v;
	size_t n;
};

struct ruling {
	enum rule_action action;
	const struct rules *set; /* what decided: the set, */
	enum op op;              /* the operation in it, */
	const struct rule *rule; /* the rule, NULL for the operation's default */
};

/* An operation looks at the rules of one or two: what shows content needs read, and names
 * that may not be read are not listed. */
struct need {
	enum op op;
	bool hides; /* only what a rule denies counts */
};

/* The needs of an operation. Returns how many, 1 or 2. */
size_t decide_needs(enum op op, struct need out[2]);

/* What the sets say. Returns the strictest verdict. */
struct ruling decide_path(const struct rule_sets *sets, enum op op,
	const struct site *sites, size_t n) NODISCARD;

/* The verdict on a directory is deny: may something below it be allowed? Returns whether
 * a walk may pass through it. */
bool decide_passes(const struct rule_sets *sets, enum op op, const struct site *sites,
	size_t n) NODISCARD;

/* Compares one rule with one name. Returns rulepat_answers. */
unsigned decide_match(const struct rule *r, const struct site_name *name);

/* The stricter of two verdicts, the first of equals. Returns it. */
struct ruling decide_stricter(struct ruling a, struct ruling b);

#endif
