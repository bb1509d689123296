/* SPDX-License-Identifier: MIT */
/* A set of permission rules (pab-rules(5)): for each operation rules of which the first
 * that matches decides, and an action where none does. Rules are read from JSON on the
 * caller's side alone (rules_read); between two pabs they travel as text. A set owns its
 * strings. May include: buf, rulepat. */
#ifndef RULES_H
#define RULES_H

#include "buf.h"
#include "rulepat.h"

enum op {
	OP_READ,
	OP_LS,
	OP_GLOB,
	OP_GREP,
	OP_WRITE,
	OP_EDIT,
	OP_EXECUTE,
	OP_COUNT, /* how many there are */
};

/* In the order of severity. */
enum rule_action { RULE_ALLOW, RULE_ASK, RULE_DENY };

struct rule {
	enum rule_action action;
	char *pattern, *why; /* why: its description, "" without one */
	struct rulepat pat;
};

struct op_rules {
	enum rule_action fallback;
	struct rule *v;
	size_t n, cap;
};

struct rules {
	char *name; /* of the preset or file */
	enum rule_action fallback;
	struct op_rules op[OP_COUNT];
};

enum { RULES_MOST = 10000 }; /* rules of one set */

/* Begins a set in which every operation has this action. */
void rules_init(struct rules *r, const char *name, enum rule_action fallback);

/* Appends a rule; why may be NULL. Returns 0, or -1 with err: bad_pattern. */
int rules_add(struct rules *r, enum op op, enum rule_action action, const char *pattern,
	const char *why, struct err *e) NODISCARD;

/* The same in front of all others of the operation. */
int rules_add_first(struct rules *r, enum op op, enum rule_action action,
	const char *pattern, const char *why, struct err *e) NODISCARD;

/* A pattern that matches this path alone. Returns new memory. */
char *rules_literal(const char *path) NODISCARD;

void rules_release(struct rules *r);

/* Fills the set with a preset: "default", "permissive", "readonly", "strict" or "review".
 * Returns 0, or -1 when there is none of that name; the set then needs no release. */
int rules_preset(struct rules *r, const char *name) NODISCARD;

/* Appends the rules of a list ("secrets", "system", "dangerous") or, of that operation,
 * of a preset. Returns 0, or -1 when there is none of that name. */
int rules_add_list(struct rules *r, enum op op, const char *name) NODISCARD;

/* Appends the set as text: lines of printable ASCII, tabs between fields,
 * the last one "end". */
void rules_text(const struct rules *r, struct buf *out);

/* Understands one set of text at *p, which ends before `end`, and goes past it. Returns
 * 0, or -1 with err: bad_input; the set then needs no release. */
int rules_parse(
	struct rules *r, const char **p, const char *end, struct err *e) NODISCARD;

/* Reads a file of the caller's, as pab-rules(5) describes it. Returns 0, or -1 with err:
 * usage, and the set needs no release. */
typedef int rules_reader(struct rules *r, const char *file, struct err *e);
int rules_read(struct rules *r, const char *file, struct err *e) NODISCARD;

/* "read" … "execute", and back; "allow", "ask", "deny", and back. Return a literal; 0, or
 * -1 for no such name. */
const char *rules_op_name(enum op op);
int rules_op(const char *name, enum op *op) NODISCARD;
const char *rules_action_name(enum rule_action a);
int rules_action(const char *name, enum rule_action *a) NODISCARD;

#endif
