/* SPDX-License-Identifier: MIT */
/* Questions that wait for a person and the answers to them, as files in "approvals" below
 * the home directory (home.h): one for each operation of a tool on a target with a
 * content, which together are its key. An answer holds once, for exactly that, until it
 * expires. And the rules that a person made of an answer, in "always". May include: home,
 * rules. */
#ifndef APPROVAL_H
#define APPROVAL_H

#include "home.h"
#include "rules.h"

enum { APPROVAL_KEY = 64, APPROVAL_ID = 32 };

/* How long a question waits, and an answer holds when nothing else is said; seconds. */
enum { APPROVAL_WAITS = 24 * 3600, APPROVAL_HOLDS = 3600 };

enum approval_state { APPROVAL_ASKED, APPROVAL_YES, APPROVAL_NO };

/* Owns its strings. */
struct approval {
	char key[APPROVAL_KEY + 1];
	char id[APPROVAL_ID + 1];
	enum approval_state state;
	int64_t made, expires; /* seconds since 1970 */
	char *op, *tool, *target, *world, *dir, *actor, *why;
};

void approval_release(struct approval *a);

/* The key of what a, whose strings are filled, and content (hex) are. */
void approval_key(struct approval *a, const char *content);

/* Is there an answer to the key? Takes it: 1 yes, 2 no, 0 none. -1 with err. What was
 * taken must be settled. */
int approval_claim(const char *home, const char *key, struct err *e) NODISCARD;

/* Answers that were taken: used up, or back for the next run. */
void approval_settle(const char *home, const char *key, bool used);

/* Writes the question down, or finds that it waits already: a->id is filled. Returns 0,
 * or -1 with err. */
int approval_ask(const char *home, struct approval *a, struct err *e) NODISCARD;

/* All that wait and are not expired, the oldest first; what is expired is removed. *list
 * is new memory. Returns 0, or -1 with err. */
int approval_list(
	const char *home, struct approval **list, size_t *n, struct err *e) NODISCARD;

/* Answers the one whose id begins with the text (8 digits at least): for so many seconds.
 * *a is filled. Returns 0, or -1 with err. */
int approval_answer(const char *home, const char *id, bool yes, int64_t holds,
	struct approval *a, struct err *e) NODISCARD;

/* Reads the rules that persons made for a world ("host", or a tree's spec); none is an
 * empty set. Returns 0, or -1 with err. */
int approval_always(
	const char *home, const char *world, struct rules *r, struct err *e) NODISCARD;

/* Adds one: this operation on this target is allowed from now on. Returns 0, or -1 with
 * err. */
int approval_add_rule(const char *home, const char *world, enum op op, const char *target,
	struct err *e) NODISCARD;

#endif
