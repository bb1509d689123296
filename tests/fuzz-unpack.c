/* SPDX-License-Identifier: MIT */
/* Streams of packed files: whatever comes, nothing is made outside of the directory, and
 * nothing in it has a set-user-ID bit. */
#include "pack.h"

#include "mem.h"
#include "wipe.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[] = "/dev/shm/fuzz-unpack-XXXXXX";

static void leave(void)
{
	(void)wipe_at(AT_FDCWD, top, WIPE_FORCE);
}

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)path;
	(void)at;
	if (type != FTW_SL && st->st_mode & 07000)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	struct vec names CLEANUP(vec_release) = {0};
	struct stat st;
	struct err e;
	if (!made && (!mkdtemp(top) || atexit(leave) != 0))
		abort();
	made = true;
	int base CLEANUP(mem_closep) = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base < 0 || mkdirat(base, "in", 0700) < 0)
		abort();
	int dir CLEANUP(mem_closep) =
		openat(base, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd CLEANUP(mem_closep) = memfd_create("stream", MFD_CLOEXEC);
	if (dir < 0 || fd < 0 || write(fd, data, size) != (ssize_t)size ||
		lseek(fd, 0, SEEK_SET) < 0)
		abort();
	int r = pack_read(fd, dir, &names, &e);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (fstatat(dir, names.v[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			abort();
	if (nftw(top, look, 8, FTW_PHYS) != 0 || wipe_at(base, "in", WIPE_FORCE) < 0)
		abort();
	/* Nothing else beside it. */
	if (fstat(base, &st) < 0 || st.st_nlink != 2)
		abort();
	return 0;
}
