/* SPDX-License-Identifier: MIT */
#include "temp.h"

#include "mem.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

void temp_name(const char *name, unsigned slot, char out[TEMP_LEN + 1])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	snprintf(out, TEMP_LEN + 1, ".pab-%016" PRIx64 ".%u~", h, slot % TEMP_SLOTS);
}

bool temp_is(const char *name)
{
	return !strncmp(name, ".pab-", 5) && strspn(name + 5, "0123456789abcdef") == 16 &&
	       name[21] == '.' && name[22] >= '0' && name[22] <= '9' && name[23] == '~' &&
	       !name[24];
}

static bool leads_to(int dirfd, const char *name, const struct stat *st)
{
	struct stat now;
	return fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_ino == st->st_ino && now.st_dev == st->st_dev;
}

/* Removes the file or tree when it is one that a kill left behind: nobody holds its lock.
 */
static void sweep(int dirfd, const char *tmp)
{
	int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(dirfd, tmp, O_RDONLY | flags);
	if (fd < 0 && errno == EACCES)
		fd = openat(dirfd, tmp, O_WRONLY | flags);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
		leads_to(dirfd, tmp, &st) && wipe_at(dirfd, tmp, WIPE_FORCE) < 0)
		errno = 0; /* it stays hidden; the next sweep tries again */
}

void temp_sweep(int dirfd, const char *name)
{
	char tmp[TEMP_LEN + 1];
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		temp_name(name, slot, tmp);
		sweep(dirfd, tmp);
	}
}

void temp_unlink(int dirfd, const char *name, const struct stat *st)
{
	char tmp[TEMP_LEN + 1];
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		temp_name(name, slot, tmp);
		if (leads_to(dirfd, tmp, st))
			unlinkat(dirfd, tmp, 0);
	}
}

int temp_make(int dirfd, const char *name, mode_t mode, char out[TEMP_LEN + 1])
{
	temp_sweep(dirfd, name);
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		struct stat st;
		temp_name(name, slot, out);
		int fd = openat(dirfd, out,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (fd < 0 && errno == EEXIST)
			continue;
		/* Before it was locked, another process may have swept it. */
		if (fd < 0 || (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
				      st.st_nlink == 1)) {
			if (fd < 0)
				out[0] = '\0';
			return fd;
		}
		close(fd);
	}
	out[0] = '\0';
	errno = EBUSY;
	return -1;
}

int temp_mkdir(int dirfd, const char *name, char out[TEMP_LEN + 1])
{
	temp_sweep(dirfd, name);
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		struct stat st;
		temp_name(name, slot, out);
		if (mkdirat(dirfd, out, 0700) < 0) {
			if (errno == EEXIST)
				continue;
			out[0] = '\0';
			return -1;
		}
		int fd = openat(
			dirfd, out, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* Before it was locked, another process may have swept it. */
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
			leads_to(dirfd, out, &st))
			return fd;
		mem_closep(&fd);
	}
	out[0] = '\0';
	errno = EBUSY;
	return -1;
}

int temp_hide(int dirfd, const char *name, char out[TEMP_LEN + 1])
{
	temp_sweep(dirfd, name);
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		temp_name(name, slot, out);
		if (renameat2(dirfd, name, dirfd, out, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	out[0] = '\0';
	return -1;
}

int temp_link(int dirfd, const char *name, char out[TEMP_LEN + 1])
{
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		temp_name(name, slot, out);
		if (linkat(dirfd, name, dirfd, out, 0) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	out[0] = '\0';
	return -1;
}
