/* SPDX-License-Identifier: MIT */
/* What a session's files take. */
#include "pab_session_verbs.h"

#include "mem.h"
#include "state.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	QUICK_ENTRIES = 2000, /* as many are looked at where it must be quick */
	QUICK_DEPTH = 64,
	OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

/* Adds up a small tree; fd is taken over. Returns whether it was one. */
static bool count_small(int fd, int depth, int *entries, int64_t *bytes)
{
	DIR *d = fd < 0 || depth > QUICK_DEPTH ? NULL : fdopendir(fd);
	bool small = d != NULL;
	if (!d)
		mem_closep(&fd);
	for (struct dirent *de; small && (de = readdir(d));) {
		struct stat st;
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (++*entries > QUICK_ENTRIES)
			small = false;
		else if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		else if (S_ISREG(st.st_mode))
			*bytes += st.st_size;
		else if (S_ISDIR(st.st_mode))
			small = count_small(openat(dirfd(d), de->d_name, OPEN_DIR),
				depth + 1, entries, bytes);
	}
	if (d)
		closedir(d);
	return small;
}

static int64_t state_bytes(const struct session *s)
{
	struct state_usage u;
	struct err ignored;
	char *path CLEANUP(mem_freep) = NULL;
	int fd CLEANUP(mem_closep) = state_open(s->id, false, &path, &ignored);
	return fd < 0 || state_read_usage(fd, false, &u, &ignored) < 0 ? -1 : u.bytes;
}

int64_t session_disk(const struct session *s, bool count)
{
	const char *path = session_asked(s, ASK_WORKSPACE);
	int64_t bytes = 0, files = 0;
	int entries = 0;
	if (s->kind == &session_state)
		return state_bytes(s);
	if (!path)
		return -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!count)
		return count_small(fd, 0, &entries, &bytes) ? bytes : -1;
	if (wipe_count(fd, ".", NULL, &bytes, &files) < 0)
		errno = 0; /* what could be counted was */
	close(fd);
	return bytes;
}
