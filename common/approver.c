/* SPDX-License-Identifier: MIT */
#include "approver.h"

#include "hash.h"
#include "io.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY = 64 }; /* hex digits of 256 bits */

/* Remembers that a key of this sum is in the file. Returns 0, or -1 with err. */
static int remember(const char *home, const char *sum, const char *path, struct err *e)
{
	int dir CLEANUP(mem_closep) = home_open(home, "approvers", true, e);
	if (dir < 0)
		return -1;
	int fd CLEANUP(mem_closep) =
		openat(dir, sum, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && io_write(fd, path, strlen(path)) == 0 && fsync(fd) == 0)
		return 0;
	return err_sys(e, NULL, errno);
}

int approver_make(const char *home, const char *file, struct err *e)
{
	unsigned char random[KEY / 2];
	char key[KEY + 2], sum[HASH_HEX + 1];
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(e, NULL, errno);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(key + 2 * i, 3, "%02x", random[i]);
	int fd CLEANUP(mem_closep) =
		open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, file, errno);
	hash_bytes(key, KEY, sum);
	char *path CLEANUP(mem_freep) = realpath(file, NULL);
	key[KEY] = '\n';
	if (path && io_write(fd, key, KEY + 1) == 0 && fsync(fd) == 0)
		return remember(home, sum, path, e);
	return err_sys(e, file, errno);
}

int approver_check(const char *home, const char *file, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct stat st;
	char sum[HASH_HEX + 1];
	int fd CLEANUP(mem_closep) =
		open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, file, errno);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return err_set(e, ERR_DENIED, file,
			"no private file of yours (mode 0600), so no key");
	if (io_slurp(fd, &b, 4096) < 0)
		return err_sys(e, file, errno);
	hash_bytes(b.p, b.len < KEY ? b.len : KEY, sum);
	int dir CLEANUP(mem_closep) = home_open(home, "approvers", true, e);
	if (dir < 0)
		return -1;
	if (b.len == KEY + 1 && fstatat(dir, sum, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode))
		return 0;
	return err_set(e, ERR_DENIED, file, "no key that pab-rules made here");
}

void approver_files(const char *home, struct vec *files)
{
	struct err ignored;
	struct dirent *d;
	int fd = home_open(home, "approvers", false, &ignored);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		mem_closep(&fd);
		return;
	}
	while ((d = readdir(dir))) {
		struct buf b CLEANUP(buf_release) = BUF_INIT;
		int one CLEANUP(mem_closep) =
			openat(dirfd(dir), d->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (one >= 0 && d->d_name[0] != '.' && io_slurp(one, &b, PATH_MAX) == 0 &&
			b.p[0] == '/')
			vec_add(files, b.p);
	}
	closedir(dir);
}
