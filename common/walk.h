/* SPDX-License-Identifier: MIT */
/* A directory tree walked by descriptor in path order (bytewise, a directory as its name
 * plus "/", as git sorts), beneath the directory it starts in: links are entries and are
 * never followed. A walk takes a list of mounts, so that a tree put together from several
 * descriptors is walked as one: a mount shows in its parent's listing, hides what stands
 * under its name, and is entered through its own descriptor. pab's own temporary files
 * (temp.h) are never seen. What rules deny is left out as if it were not there, and
 * counted (sieve.h). May include: ignore, sieve, temp, vec. */
#ifndef WALK_H
#define WALK_H

#include "ignore.h"
#include "sieve.h"

#include <dirent.h>

/* A directory that is open; entries of it are opened relative to fd. Counted, because
 * threads that work on its files may outlast the walk's stay in it; the walk itself keeps
 * only a few dozen of a deep tree open. */
struct walk_dir {
	int fd;        /* -1: there is no such directory, only mounts below it */
	unsigned refs; /* changed by the two calls alone, atomically */
	int ends;      /* what walk_dir_ends() found: 1 yes, -1 no, 0 not asked yet */
};

/* Holds the directory open. Returns d. */
struct walk_dir *walk_dir_ref(struct walk_dir *d);

/* Lets it go; the last to do so closes it. */
void walk_dir_unref(struct walk_dir *d);

/* Does a read that is short of what was asked for end a regular file there? So it is on
 * the usual local file systems; on /proc, FUSE or a network only a read of nothing does.
 * Asks the kernel once. Returns whether it does. */
bool walk_dir_ends(struct walk_dir *d) NODISCARD;

/* A descriptor mounted at a path below the start ("lib/x"; no "." or ".."). -1: what
 * should stand there cannot be opened; it hides what is under it and looks empty. */
struct walk_mount {
	const char *at;
	int fd;
};

enum walk_flags {
	WALK_HIDDEN = 1 << 0,    /* enter and show names that begin with a dot */
	WALK_NO_IGNORE = 1 << 1, /* do not read ignore files */
	WALK_KEEP_GIT = 1 << 2,  /* show .git, which else is left out, not counted */
	WALK_AHEAD = 1 << 3,     /* threads may list directories ahead of the walk */
};

struct walk_entry {
	const char *path;     /* below the start: "src/a.c"; valid until the next call */
	const char *name;     /* the last component of path */
	struct walk_dir *dir; /* name is relative to dir->fd */
	unsigned char type;   /* DT_REG, DT_DIR, DT_LNK, …; never DT_UNKNOWN */
	int depth;            /* 1 for what is directly in the start */
	bool mounted; /* a mount or on the way to one: not to be found in dir->fd */
	int mount;    /* the descriptor mounted there, the walk's; else -1 */
};

struct walk_counts {
	int64_t ignored;    /* entries left out by ignore rules, a directory as one */
	int64_t hidden;     /* entries left out because of their dot */
	int64_t unreadable; /* directories that could not be opened or read */
	int64_t entries;    /* seen, skipped ones included */
	int64_t denied;     /* entries that rules deny, a directory as one */
	int64_t asks;       /* entries that a rule would ask about one by one */
};

struct walk;

/* Ignore rules from above the start, not owned: the nearest level, and the start's path
 * below the topmost ("src/lib"; "" when the start is the topmost itself). The permission
 * rules are the walk's from then on; NULL: none. */
struct walk_above {
	struct ignore *ignore;
	const char *path;
	struct sieve *sieve;
};

/* Starts at the directory fd, which the walk owns from now on. above may be NULL; mounts
 * must outlive the walk. max_depth 0 is without end. Most callers want start_walk().
 * Returns the walk. */
struct walk *walk_new(int fd, const struct walk_mount *mounts, size_t n_mounts,
	const struct walk_above *above, unsigned flags, int max_depth) NODISCARD;

/* The next entry, a directory before what is in it. Returns 1, or 0 at the end. */
int walk_next(struct walk *w, struct walk_entry *out) NODISCARD;

/* Does not enter the directory that walk_next returned last. */
void walk_prune(struct walk *w);

/* What was left out so far. Returns a pointer into the walk. */
const struct walk_counts *walk_counts(const struct walk *w);

void walk_free(struct walk *w);

#endif
