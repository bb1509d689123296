/* SPDX-License-Identifier: MIT */
/* A name that was found, with what is told about it, and lists of them to be sorted and
 * shown. An entry owns its strings. May include: jout, walk. */
#ifndef ENTRY_H
#define ENTRY_H

#include "err.h"
#include "jout.h"
#include "walk.h"

#include <sys/stat.h>

struct entry {
	char *path;         /* as it is shown, and can be given back */
	char *link;         /* where a link points; NULL for all else */
	unsigned char type; /* DT_REG, DT_DIR, … */
	bool known;         /* st was filled */
	struct stat st;
};

struct entries {
	struct entry *v;
	size_t n, cap;
};

enum entry_sort {
	ENTRY_BY_PATH,  /* bytewise, a directory as its name plus "/" */
	ENTRY_BY_MTIME, /* the newest first, then by path */
	ENTRY_BY_SIZE,  /* the largest first, then by path */
};

/* For an option of type OPT_CALL: "path", "mtime" or "size" into an enum entry_sort.
 * Returns 0, or -1 with a usage error. */
int entry_sort_option(const char *value, void *dst, struct err *e) NODISCARD;

/* The same for "f,d,l" (also p, s, b, or the words of entry_kind) into an unsigned with
 * the bit 1 << DT_… set for each. Returns 0, or -1 with a usage error. */
int entry_kinds_option(const char *value, void *dst, struct err *e) NODISCARD;

/* Returns "file", "dir", "link", "fifo", "socket" or "device". */
const char *entry_kind(unsigned char type);

/* Fills st and link from the directory the walk found it in; what cannot be read stays
 * unknown. */
void entry_look(struct entry *e, const struct walk_entry *found);

/* Appends e, whose strings the list owns from now on. */
void entries_give(struct entries *list, const struct entry *e);

/* Sorts; with reverse, the other way round. */
void entries_sort(struct entries *list, enum entry_sort by, bool reverse);

void entries_release(struct entries *list);

/* Writes the entry as one record. */
void entry_json(const struct entry *e, struct jout *j);

#endif
