/* SPDX-License-Identifier: MIT */
/* How a file is changed (DESIGN section 6). The target is locked (flock), and the name is
 * checked to still lead to it; the new content goes into a temporary file beside it that
 * gets the owner, mode, ACL and extended attributes and is then renamed over it. Where
 * that would lose something (several hard links, another user's file, a mount point, a
 * directory we cannot write to) the file is written in place, and the result says it was
 * not atomic.
 *
 *	begin -> read -> stage or remove -> txn_publish -> end
 *
 * What makes one or several of them happen, or none, is txn.h, which also keeps what was
 * there before. Several are begun in the order of change_compare() so that two
 * transactions cannot wait for each other. May include: place, temp, buf. */
#ifndef CHANGE_H
#define CHANGE_H

#include "buf.h"
#include "place.h"
#include "temp.h"

enum change_flags {
	CHANGE_CREATE = 1 << 0,      /* the file need not exist; stage makes parents */
	CHANGE_NEW = 1 << 1,         /* the file must not exist */
	CHANGE_ATOMIC = 1 << 2,      /* refuse what cannot be done by replacing */
	CHANGE_BREAK_LINKS = 1 << 3, /* replace a file with several hard links */
	CHANGE_NO_SYNC = 1 << 4,     /* no fsync: PAB_FSYNC=off */
};

/* The largest file that is changed, in bytes: it is held in memory. */
#define CHANGE_MAX ((int64_t)4 << 30)

/* And the most that a tool takes in of what is to be changed. */
#define CHANGE_INPUT_MAX ((size_t)1 << 30)

struct change {
	const struct place *place;
	const struct target *target;
	const char *home; /* where pab's records are; NULL: the default */
	unsigned flags;
	enum op op;
	struct spot spot; /* dirfd -1: not begun, or its directory does not exist yet */
	int fd;           /* the target, locked; -1: it does not exist */
	struct stat st;   /* of the target */
	int tmpfd;
	char tmp[TEMP_LEN + 1]; /* "": none beside the target */
	struct buf content;     /* staged to be written in place */
	int mode;               /* its new permission bits; -1: kept */
	unsigned is;            /* the mode that it gets; 0: it is to be removed */
	int64_t size;           /* of what was staged */
	uint64_t print;         /* its fingerprint (print.h) */
	int like;               /* whose owner, mode, times it gets; -1: as was */
	bool in_place;
	bool remove;
	bool torn; /* writing in place failed half way */
	bool held; /* signals wait until the end */
};

/* Locks the target. Waits at most 10 s for another writer, then fails with busy. The
 * place, target and home must outlive the change. Returns 0, or -1 with err. */
int change_begin(struct change *c, const struct place *p, enum op op,
	const struct target *t, unsigned flags, const char *home,
	struct err *e) NODISCARD;

/* Appends the file's content; nothing when it does not exist. Returns 0, or -1 with
 * err. */
int change_read(struct change *c, struct buf *out, struct err *e) NODISCARD;

/* Prepares the new content: n bytes at p, or with mode not -1 also new permission bits
 * (07777). Nothing is visible yet; until change_end, signals that would end the program
 * wait. Returns 0; 1 when too many others make the file just now, and the caller begins
 * again; -1 with err. */
int change_stage(
	struct change *c, const void *p, size_t n, int mode, struct err *e) NODISCARD;

/* Prepares that the file goes. Returns 0, or -1 with err. */
int change_remove(struct change *c, struct err *e) NODISCARD;

/* Makes it so; for txn.h alone, which has kept what a file written in place needs.
 * Returns 0; 1 when the name leads to something else by now, and the caller begins again;
 * -1 with err. */
int change_publish(struct change *c, struct err *e) NODISCARD;

/* Removes what is left beside the target, unlocks, closes. Safe after any failure. */
void change_end(struct change *c);

/* Used by change_end: removes the temporary file. And by both halves: are they the same
 * file? */
void change_drop(struct change *c);
bool change_same(const struct stat *a, const struct stat *b) NODISCARD;

/* Adds CHANGE_NO_SYNC to *flags when value (the option's; NULL: PAB_FSYNC's) is "off".
 * Returns 0, or -1 with a usage error when it is neither "on" nor "off". */
int change_sync(const char *value, unsigned *flags, struct err *e) NODISCARD;

/* Sorts paths of several changes the same way in every process: by directory (device and
 * inode), then name. For qsort of struct spot. */
int change_compare(const void *a, const void *b);

#endif
