/* SPDX-License-Identifier: MIT */
/* Files, links and trees as one stream of bytes, for a copy between two places of which
 * one is far away. An entry is a line
 *
 *	KIND MODE SECONDS NANOSECONDS SIZE LENGTH\n
 *
 * (KIND f, d or l; MODE in octal; SIZE of the content; LENGTH of the name), the name
 *below where it is unpacked, the content (a link's is where it leads) and, of a file, its
 * fingerprint as 16 hex digits. A directory comes before what is in it. The last line is
 * "end". Owner, ACL and attributes are not in it. May include: place. */
#ifndef PACK_H
#define PACK_H

#include "place.h"
#include "vec.h"

/* Writes what the target is, called name; a directory only with tree. Returns 0, or -1
 * with err; then *broken is whether the stream is of no use any more. */
int pack_write(int fd, const struct place *p, const struct target *t, const char *name,
	bool tree, bool *broken, struct err *e) NODISCARD;

/* Writes the last line. Returns 0, or -1 with errno. */
int pack_end(int fd) NODISCARD;

/* Makes in the empty directory dir what the stream holds, and appends the names that are
 * not below another to top. The stream is hostile: names stay below dir, and no file gets
 * a set-user-ID or set-group-ID bit. Returns 0, or -1 with err. */
int pack_read(int fd, int dir, struct vec *top, struct err *e) NODISCARD;

#endif
