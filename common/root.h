/* SPDX-License-Identifier: MIT */
/* Paths opened beneath a root descriptor by the kernel. The fast path is one
 * openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS); where that answers EXDEV or ELOOP, or
 * does not exist, links are read one by one, re-expressed relative to a root and opened
 * beneath again (at most 40), which gives the same answers. A link or ".." that lands in
 * any root of the set works; one that does not is EXDEV. May include: roots.
 *
 * rel arguments are NUL-terminated and relative to root number i of the set; "" means the
 * root itself. Descriptors returned are the caller's, with O_CLOEXEC. */
#ifndef ROOT_H
#define ROOT_H

#include "roots.h"

#include <limits.h>
#include <sys/stat.h>

/* Does openat2(2) work here? False: the component walk is used. Returns whether. */
bool root_in_kernel(void) NODISCARD;

/* open(2) beneath. Returns a descriptor, or -1 with errno; EXDEV: outside. */
int root_open(const struct roots *rs, size_t i, const char *rel, int flags,
	mode_t mode) NODISCARD;

/* stat(2), or lstat(2) without follow, beneath. Returns 0, or -1 with errno. */
int root_stat(const struct roots *rs, size_t i, const char *rel, bool follow,
	struct stat *st) NODISCARD;

/* Where a name stands: a directory's descriptor (O_PATH) and one component, which may
 * not exist yet; "." when the path is the root itself. */
struct spot {
	int dirfd;
	char name[NAME_MAX + 1];
};

/* Resolves all of rel but its last component, and with follow the last one too while it
 * is a link. Returns 0, or -1 with errno; the caller closes dirfd. */
int root_spot(const struct roots *rs, size_t i, const char *rel, bool follow,
	struct spot *out) NODISCARD;

/* Makes the directories that are missing above rel's last component (mode 0777 less the
 * umask). None is made when rel goes up again behind the first that is missing or names
 * no file in it: that is ENOENT, as for open(2). Returns how many it made, or -1 with
 * errno. */
int root_mkparents(const struct roots *rs, size_t i, const char *rel) NODISCARD;

#endif
