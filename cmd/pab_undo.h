/* SPDX-License-Identifier: MIT */
/* The parts of pab-undo: list (which changes there are), show (what one did), back
 * (taking one back). */
#ifndef PAB_UNDO_H
#define PAB_UNDO_H

#include "recover.h"
#include "txn.h"

/* One change in the journal. */
struct undo_item {
	const char *home; /* not owned; NULL: the default */
	char *name;
	struct record r;
	bool here;   /* all its files are in this tree */
	bool undone; /* it was taken back */
};

struct undo_list {
	struct undo_item *v; /* the oldest first */
	size_t n;
	char **homes;
	size_t n_homes;
};

/* list: reads all records of the place's journals. */
void undo_load(struct tool *t, struct undo_list *l);
void undo_release(struct undo_list *l);

/* A path of this host as an operand of the place: relative where that is possible.
 * Returns new memory, or NULL when it lies outside. */
char *undo_operand(const struct place *p, const char *path) NODISCARD;

/* Prints what is in this tree, the newest first. */
void undo_print(struct tool *t, const struct undo_list *l);

/* Finds the change whose id begins so. Returns it, or NULL with err. */
struct undo_item *undo_find(struct undo_list *l, const char *id, struct err *e) NODISCARD;

/* show: prints the diff of what it did. Returns 0, or -1 with err. */
int undo_show(struct tool *t, const struct undo_item *it, struct err *e) NODISCARD;

/* back: takes it back, all or nothing, and prints what was done; with dry, only looks.
 * Returns 0, or -1 with err. */
int undo_back(struct tool *t, struct txn *x, const struct undo_list *l,
	struct undo_item *it, unsigned flags, bool dry, struct err *e) NODISCARD;

#endif
