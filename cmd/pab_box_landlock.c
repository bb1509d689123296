/* SPDX-License-Identifier: MIT */
/* Landlock: the second lock on files, and where there are no namespaces the first. */
#include "pab_box.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The rights by version; headers of 2022 end at the second. */
enum {
	READS = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
		LANDLOCK_ACCESS_FS_READ_DIR,
	FS_1 = (1 << 13) - 1,
	FS_REFER = 1 << 13,     /* 2 */
	FS_TRUNCATE = 1 << 14,  /* 3 */
	FS_IOCTL_DEV = 1 << 15, /* 5 */
	ON_FILES = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
		   LANDLOCK_ACCESS_FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
	SCOPES = 1 << 0 | 1 << 1, /* 6: abstract sockets, signals */
};

/* The kernel's struct landlock_ruleset_attr as version 6 has it. */
struct attr {
	uint64_t fs, net, scoped;
};

static uint64_t rights_of(int version)
{
	uint64_t fs = FS_1;
	fs |= version >= 2 ? FS_REFER : 0;
	fs |= version >= 3 ? FS_TRUNCATE : 0;
	fs |= version >= 5 ? FS_IOCTL_DEV : 0;
	return fs;
}

/* Allows the rights on and below a path; what is not there is passed over. Returns 0, or
 * -1 with errno. */
static int allow(int set, const char *path, uint64_t rights)
{
	struct stat st;
	int fd CLEANUP(mem_closep) = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == EACCES ? 0 : -1;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= ON_FILES;
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights, .parent_fd = fd};
	return (int)syscall(
		SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int allow_all(int set, const struct vec *paths, uint64_t rights)
{
	for (size_t i = 0; i < paths->n; i++)
		if (allow(set, paths->v[i], rights) < 0)
			return -1;
	return 0;
}

int box_landlock(const struct box *b, struct err *e)
{
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	/* Inside namespaces it is the second lock; elsewhere the only one. */
	if (version < 1 && b->masked)
		return 0;
	if (version < 1)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"neither namespaces nor Landlock are to be had here");
	struct attr attr = {
		.fs = rights_of((int)version), .scoped = version >= 6 ? SCOPES : 0};
	size_t size = version >= 6   ? sizeof(attr)
		      : version >= 4 ? offsetof(struct attr, scoped)
				     : offsetof(struct attr, net);
	int set CLEANUP(mem_closep) =
		(int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (set < 0 || allow_all(set, &b->ro, READS) < 0 ||
		allow_all(set, &b->rw, attr.fs) < 0 ||
		syscall(SYS_landlock_restrict_self, set, 0) < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL, "Landlock: %s", strerror(errno));
	return 0;
}
