/* SPDX-License-Identifier: MIT */
/* A directory that a walk is in or will be in: what its listing says, put in order.
 * frame_fill() needs nothing that changes, so threads list directories ahead of the walk.
 * May include: buf, walk. */
#ifndef WALK_FRAME_H
#define WALK_FRAME_H

#include "buf.h"
#include "walk.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FRAME_OPEN (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

enum { REAL = -1, VIRTUAL = -2 }; /* else the number of a mount */

enum frame_state {
	FRAME_QUEUED,  /* to be listed ahead */
	FRAME_RUNNING, /* a thread lists it */
	FRAME_READY,
};

struct frame;

struct name {
	uint64_t first; /* its first bytes as a number, by which it is sorted */
	size_t at;      /* in the frame's names */
	int mount;      /* REAL, VIRTUAL or a mount */
	unsigned char type;
	bool passed;         /* a directory that is entered and not shown */
	struct frame *ahead; /* the directory of that name, listed ahead; or NULL */
};

struct frame {
	struct walk_dir *dir; /* NULL while closed to spare descriptors */
	dev_t dev;            /* of a closed one, to know it again */
	ino_t ino;
	struct ignore *above, *ignore;
	struct sieve_dir *sieve;
	struct buf names; /* NUL-terminated, one behind the other */
	struct name *v;
	size_t n, cap, next;
	struct buf path; /* below the topmost rules */
	int depth;       /* of the entries in it */
	bool pinned;     /* never closed: a mount or nothing real is below or here */
	struct walk_counts counts;
	/* Listed ahead: under the lock of walk_ahead.c, but for what the thread that
	 * lists it makes. */
	enum frame_state state;
	struct walk_dir *parent; /* where `name` is opened; NULL once that is done */
	const char *name;
	int error; /* why it could not be opened; 0: it could */
	struct frame *before, *behind;
	size_t offered; /* entries up to here were queued, or need not be */
};

/* What a walk was told; it never changes. */
struct frame_rules {
	struct sieve *sieve; /* NULL: no rules; else nothing is listed ahead */
	const struct walk_mount *mounts;
	size_t n_mounts;
	size_t prefix; /* length of the start's path below the topmost rules */
	unsigned flags;
	int max_depth;
};

/* What one thread needs to list directories. */
struct frame_scratch {
	struct buf path;
	char listing[32768] __attribute__((aligned(16)));
};

/* Wraps a descriptor (-1: there is no directory). Returns it, held once. */
struct walk_dir *frame_dir(int fd) NODISCARD;

/* A frame for the directory at `path` (below the topmost rules), not listed yet: `used`,
 * which frame_clear() has emptied, or with NULL a new one. Returns it. */
struct frame *frame_new(
	struct frame *used, const char *path, struct ignore *above, int depth) NODISCARD;

/* Lists f->dir. */
void frame_fill(
	struct frame *f, const struct frame_rules *rules, struct frame_scratch *scratch);

/* Returns the name of an entry. */
static inline const char *frame_name(const struct frame *f, const struct name *e)
{
	return f->names.p + e->at;
}

/* Returns what of a path below the topmost rules is below the start; len is that of a
 * directory's path. */
static inline const char *frame_below(
	const struct frame_rules *rules, const char *path, size_t len)
{
	return path +
	       (len > rules->prefix && rules->prefix ? rules->prefix + 1 : rules->prefix);
}

/* Lets go of all that it holds but memory. */
void frame_clear(struct frame *f);

void frame_free(struct frame *f);

#endif
