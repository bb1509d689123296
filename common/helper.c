/* SPDX-License-Identifier: MIT */
#include "helper.h"

#include "dial.h"
#include "home.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HELPER_MAX = 64 << 20 };

const char *helper_arch(void)
{
#if defined(__aarch64__)
	return "arm64";
#else
	return "amd64";
#endif
}

int helper_read(struct buf *out, char sum[HASH_HEX + 1], struct err *e)
{
	struct buf own CLEANUP(buf_release) = BUF_INIT;
	struct buf *b = out ? out : &own;
	size_t before = b->len;
	char *path CLEANUP(mem_freep) = dial_beside("pab-serve");
	if (!path)
		return err_set(e, ERR_BACKEND, NULL,
			"there is no pab-serve beside this program or in its libexec");
	int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, b, HELPER_MAX) < 0)
		return err_sys(e, path, errno);
	hash_bytes(b->p + before, b->len - before, sum);
	return 0;
}

/* Is what stands there the whole of it? */
static bool is_there(const char *path, size_t size)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       (st.st_mode & 07777) == 0555 && st.st_size == (off_t)size;
}

/* Written under another name, synced, then renamed. Returns 0, or -1 with errno. */
static int put(const char *path, const struct buf *b)
{
	char *fresh CLEANUP(mem_freep) = xasprintf("%s.%ld", path, (long)getpid());
	(void)unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500);
	if (fd < 0)
		return -1;
	bool good = io_write(fd, b->p, b->len) == 0 && fchmod(fd, 0555) == 0 &&
		    fsync(fd) == 0;
	if (close(fd) == 0 && good && rename(fresh, path) == 0)
		return 0;
	int number = errno;
	(void)unlink(fresh);
	errno = number;
	return -1;
}

char *helper_keep(const char *home, char sum[HASH_HEX + 1], struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (helper_read(&b, sum, e) < 0)
		return NULL;
	int dir CLEANUP(mem_closep) = home_open(home, "helpers", true, e);
	if (dir < 0)
		return NULL;
	char *base CLEANUP(mem_freep) = home_path(home);
	char *real CLEANUP(mem_freep) = realpath(base, NULL);
	char *path = xasprintf("%s/helpers/%.16s/pab-serve", real ? real : base, sum);
	char *parent CLEANUP(mem_freep) = xmemdup0(path, strlen(path) - 10);
	if (is_there(path, b.len))
		return path;
	if ((mkdir(parent, 0755) < 0 && errno != EEXIST) || put(path, &b) < 0) {
		err_sys(e, path, errno);
		free(path);
		return NULL;
	}
	return path;
}
