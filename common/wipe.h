/* SPDX-License-Identifier: MIT */
/* Directory trees of any depth, counted and removed by descriptor with two of these and
 * no recursion: links are removed, never followed; nothing mounted below is entered. May
 * include: mem, vec. */
#ifndef WIPE_H
#define WIPE_H

/* Names that are passed over. Returns true for one of them. */
typedef bool wipe_skip(const char *name);

enum wipe_flags {
	WIPE_FORCE = 1 << 0, /* directories of ours get the mode that lets us */
};

/* Removes the name in the directory fd and all that is below it. Goes on past what cannot
 * be removed. Returns 0 (also when there was nothing), or -1 with the first errno: EBUSY
 * where something is mounted. */
int wipe_at(int fd, const char *name, unsigned flags) NODISCARD;

/* Adds up what a tree takes: bytes of its regular files, and its files and links; "." is
 * the directory fd itself, also where something is mounted there. Names that skip returns
 * true for do not count (NULL: all do). Returns 0, or -1 with the first errno and the
 * rest counted: EBUSY where something is mounted. */
int wipe_count(int fd, const char *name, wipe_skip *skip, int64_t *bytes,
	int64_t *files) NODISCARD;

/* Has the directory no entries but such? Returns true if so; its position is not used. */
bool wipe_is_empty(int fd, wipe_skip *skip) NODISCARD;

#endif
