/* SPDX-License-Identifier: MIT */
/* A file, link or tree copied from one place to another, or within one: modes, times and
 * attributes kept, links as links, mount points of a composite crossed as if there were
 * none. What cannot be copied, or has no room, is refused before anything is made. The
 * copy is put together in a hidden directory beside its name and compared with its source
 * before it gets that name, so that a kill leaves nothing half done.
 *
 *	look -> make -> (still) -> publish -> end
 *
 * May include: place, temp. */
#ifndef COPY_H
#define COPY_H

#include "place.h"
#include "temp.h"

struct copy {
	const struct place *from, *to;
	const struct target *src, *dst;
	struct stat st;         /* of the source */
	struct spot spot;       /* where dst stands; dirfd -1: not begun */
	char tmp[TEMP_LEN + 1]; /* the hidden directory; "": none */
	int tmpfd;              /* it, locked; else -1 */
	int lock;               /* a source file that is to be moved, locked; else -1 */
	uint64_t print;         /* of the source tree as it was looked at */
	int64_t files, dirs, links, bytes;
	int64_t lost; /* files whose ACL or attributes could not be kept */
};

#define COPY_INIT                                                                        \
	{                                                                                \
		.spot = {.dirfd = -1}, .tmpfd = -1, .lock = -1                           \
	}

enum copy_flags {
	COPY_TREE = 1 << 0,    /* directories, too */
	COPY_REPLACE = 1 << 1, /* a file that is there is replaced; never a directory */
	COPY_NO_SYNC = 1 << 2,
	COPY_MOVE = 1 << 3, /* the source is to be removed: hold on to it */
};

/* Looks what is to be copied and where: kinds, room, whether they are one and the same.
 * Nothing is made. Returns 0, or -1 with err. */
int copy_look(struct copy *c, unsigned flags, struct err *e) NODISCARD;

/* The part of it that a rename needs, too: what is at both ends, and that neither is the
 * other or below it. Returns 0, or -1 with err. */
int copy_check(struct copy *c, unsigned flags, struct err *e) NODISCARD;

/* Makes the copy under its temporary name. Returns 0, or -1 with err. */
int copy_make(struct copy *c, unsigned flags, struct err *e) NODISCARD;

/* Opens the copy that was made, when it is a regular file. Returns a descriptor, or -1.
 */
int copy_made(const struct copy *c) NODISCARD;

/* Is the source as it was looked at? Returns 0, or -1 with err. */
int copy_still(struct copy *c, struct err *e) NODISCARD;

/* The same of a tree that has another name by now and is open as fd: c, a struct copy.
 * Returns whether it is. */
bool copy_is_same(void *c, int fd) NODISCARD;

/* Gives it its name. Returns 0, or -1 with err. */
int copy_publish(struct copy *c, unsigned flags, struct err *e) NODISCARD;

/* Removes what has no name yet, closes. */
void copy_end(struct copy *c);

/* rename(2) that refuses what is there, unless replace is true, also where the file
 * system cannot do that in one step. Returns 0, or -1 with errno. */
int copy_rename(
	int from, const char *name, int dir, const char *to, bool replace) NODISCARD;

#endif
