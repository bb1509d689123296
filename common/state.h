/* SPDX-License-Identifier: MIT */
/* In-memory trees: directories on a tmpfs of the caller's own, /run/user/UID where that
 * is one, else /dev/shm/pab-UID; 0700, owner checked. Below pab/state/ there is a
 * directory NAME each, with the tree itself in tree/, pab's records about it in home/,
 * and its quota and usage in the file `usage`. May include: err. */
#ifndef STATE_H
#define STATE_H

#include "err.h"

/* A quota is this until pab-state sets another. */
enum { STATE_NAME_MAX = 64, STATE_MAX_BYTES = 256 << 20, STATE_MAX_FILES = 100000 };

/* What a tree may hold and does hold. Bytes are the sum of its files' sizes; files are
 * files and links. */
struct state_usage {
	int64_t bytes, files;
	int64_t max_bytes, max_files;
};

/* Is it a name: [A-Za-z0-9][A-Za-z0-9._-]*, at most 64 bytes? Returns 0, or -1 with a
 * usage error. */
int state_name(const char *name, struct err *e) NODISCARD;

/* Opens the directory that holds the trees, making it. *path (new memory) is its path.
 * Returns a descriptor, or -1 with err. */
int state_base(char **path, struct err *e) NODISCARD;

/* Opens the named tree's directory (that with tree/ in it); with make, makes it. *path
 * (new memory) is its path. Returns a descriptor, or -1 with err: not_found. */
int state_open(const char *name, bool make, char **path, struct err *e) NODISCARD;

/* A change of what a tree holds, under the lock of its usage from state_begin() to
 * state_end(): the file is renamed or removed in between, so that what was counted is
 * what is there, however many write at once. A kill in between has the next one count
 * anew. */
struct state_charge {
	int lock; /* -1: none is held */
	struct state_usage u;
	int64_t bytes, files; /* added at the end */
};

/* Begins a change by so many bytes and files of the tree whose directory is fd. What
 * would go over the quota is counted anew by looking at the tree, then refused. Returns
 * 0, or -1 with err (too_large) and no lock held. */
int state_begin(int fd, int64_t bytes, int64_t files, struct state_charge *c,
	struct err *e) NODISCARD;

/* Ends it; done is whether the change was made. */
void state_end(struct state_charge *c, bool done);

/* Reads the usage, counted anew when count is true. Returns 0, or -1 with err. */
int state_read_usage(int fd, bool count, struct state_usage *u, struct err *e) NODISCARD;

/* Sets the quota; -1 leaves a bound as it is. Returns 0, or -1 with err. */
int state_set_quota(
	int fd, int64_t max_bytes, int64_t max_files, struct err *e) NODISCARD;

#endif
