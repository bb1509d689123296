/* SPDX-License-Identifier: MIT */
/* Where the records of changes are: below PAB_HOME, `pending` has those of changes that
 * are under way, each locked by the program that makes it, and `journal` those that are
 * complete, for pab-undo. Directories are 0700, records 0600. Kept for 7 days and 1 GiB
 * together, a quarter of that each (64 MiB in memory); whoever adds to it sweeps. A
 * record's name is its time and its id. May include: home, record, vec. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "home.h"
#include "record.h"
#include "vec.h"

enum { JOURNAL_ID = 8, JOURNAL_NAME = 19 + 1 + JOURNAL_ID };

/* A record that is being made. */
struct journal {
	const char *home;
	char name[JOURNAL_NAME + 1];
	int pending;   /* the directory; -1: not begun */
	int fd;        /* the record, locked; -1: not written */
	bool copies;   /* its directory of copies was made */
	int64_t most;  /* what the contents of one record may be */
	int64_t total; /* bytes of it; whoever makes copies adds theirs */
};

#define JOURNAL_INIT                                                                     \
	{                                                                                \
		.pending = -1, .fd = -1                                                  \
	}

/* Chooses a name below home (may be NULL, as in home.h), which must outlive j. Returns 0,
 * or -1 with err. */
int journal_begin(struct journal *j, const char *home, struct err *e) NODISCARD;

/* Opens the directory for copies of what was there, making it. *path (new memory, may be
 * NULL) is its path. Returns a descriptor, or -1 with err. */
int journal_copies(struct journal *j, char **path, struct err *e) NODISCARD;

/* Writes the record, whose time it fills in, with the contents that its files' fd and
 * bytes give; with sync it is on disk then. From now on a kill has it looked at by the
 * next program. Returns 0; 1 when a file changes meanwhile; -1 with err. */
int journal_write(
	struct journal *j, struct record *r, bool sync, struct err *e) NODISCARD;

/* The change is complete: the record is kept, or forgotten when r->kept is false. */
void journal_commit(struct journal *j, const struct record *r);

/* The change was not made, or was taken back: nothing remains. Safe at any moment. */
void journal_drop(struct journal *j);

/* Lets go of the record, which stays for the next program to look at. */
void journal_leave(struct journal *j);

/* The names of the records of a directory ("journal" or "pending"), oldest first; with
 * unnamed, also those that have no name of a record yet but a longer one. None when there
 * is no such directory. */
void journal_list(const char *home, const char *dir, bool unnamed, struct vec *names);

/* Reads a record. *fd, for its contents, is the caller's. Returns 0, or -1 when it is
 * gone or damaged. */
int journal_load(const char *home, const char *dir, const char *name, struct record *r,
	int *fd) NODISCARD;

/* Appends the image of a file of the record open as fd. Returns 0, or -1 with errno. */
int journal_image(int fd, const struct record_file *f, struct buf *out) NODISCARD;

/* The id in a record's name. Returns a pointer into it. */
const char *journal_id(const char *name);

/* Removes a record and what was copied for it. */
void journal_forget(const char *home, const char *dir, const char *name);

/* Removes what is too old or too much. */
void journal_sweep(const char *home);

#endif
