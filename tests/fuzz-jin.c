/* SPDX-License-Identifier: MIT */
/* A document for pab-state import: refused, or its export is a document that imports to
 * the same export. Whatever it says, nothing is made beside the target directory. */
#include "buf.h"
#include "mem.h"
#include "pab_state.h"
#include "wipe.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void drain(void *ctx)
{
	(void)ctx;
}

/* Makes the document below top/tree and exports that. Returns 0, or -1 for one that is
 * refused. */
static int round_trip(int top, const char *p, size_t n, struct buf *out)
{
	struct doc d;
	struct err e = {0};
	struct doc_counts c = {0};
	struct jout j;
	char *exact CLEANUP(mem_freep) = xmalloc(n ? n : 1);
	memcpy(exact, p, n);
	if (doc_load(&d, exact, n, &e) < 0) {
		if (!e.msg[0] || !strstr(e.msg, "nothing was imported"))
			abort();
		return -1;
	}
	if (mkdirat(top, "tree", 0700) < 0)
		abort();
	int fd CLEANUP(mem_closep) =
		openat(top, "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = doc_make(&d, fd, &e);
	jout_init(&j, out);
	if (r == 0 &&
		(doc_export(&j, fd, drain, NULL, &c, &e) < 0 || c.others ||
			c.empty_dirs || c.bytes != d.bytes || c.files != (int64_t)d.n))
		abort();
	doc_release(&d);
	if (wipe_at(top, "tree", 0) < 0)
		abort();
	return r;
}

/* Nothing but what was there before. */
static void check_beside(int top)
{
	int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		abort();
	for (struct dirent *de; (de = readdir(d));)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
			abort();
	closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf one CLEANUP(buf_release) = BUF_INIT,
		       two CLEANUP(buf_release) = BUF_INIT;
	char path[] = "/dev/shm/test-fuzz-jin.XXXXXX";
	if (!mkdtemp(path))
		abort();
	int top CLEANUP(mem_closep) = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (round_trip(top, (const char *)data, n, &one) == 0 &&
		(round_trip(top, one.p, one.len, &two) < 0 || one.len != two.len ||
			memcmp(one.p, two.p, one.len) != 0))
		abort();
	check_beside(top);
	if (rmdir(path) < 0)
		abort();
	return 0;
}
