/* SPDX-License-Identifier: MIT */
#include "carry.h"

#include "mem.h"

#include <errno.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The names of fd's attributes, NUL after each. Returns their length, 0 also where the
 * file system has none, -1 with errno. */
static ssize_t names_of(int fd, char **names)
{
	for (int tries = 0; tries < 8; tries++) {
		ssize_t n = flistxattr(fd, NULL, 0);
		if (n <= 0)
			return n < 0 && errno != ENOTSUP ? -1 : 0;
		free(*names);
		*names = xmalloc((size_t)n);
		n = flistxattr(fd, *names, (size_t)n);
		if (n >= 0 || errno != ERANGE)
			return n;
	}
	return -1;
}

static int carry_one(int from, int to, const char *name)
{
	char value[65536], have[65536]; /* XATTR_SIZE_MAX */
	ssize_t n = fgetxattr(from, name, value, sizeof(value));
	if (n < 0)
		return errno == ENODATA ? 0 : -1;
	if (fsetxattr(to, name, value, (size_t)n, 0) == 0)
		return 0;
	/* A label that only the system sets, and has set alike, is carried over. */
	return fgetxattr(to, name, have, sizeof(have)) == n &&
			       !memcmp(value, have, (size_t)n)
		       ? 0
		       : -1;
}

static bool has(const char *names, ssize_t n, const char *name)
{
	for (const char *p = names; p < names + n; p += strlen(p) + 1)
		if (!strcmp(p, name))
			return true;
	return false;
}

static int carry_attributes(int from, int to)
{
	char *want CLEANUP(mem_freep) = NULL, *got CLEANUP(mem_freep) = NULL;
	ssize_t n = names_of(from, &want);
	ssize_t m = names_of(to, &got);
	if (n < 0 || m < 0)
		return -1;
	for (const char *p = want; p && p < want + n; p += strlen(p) + 1)
		if (carry_one(from, to, p) < 0)
			return -1;
	/* A directory's default ACL gives the new file what the old one has not. */
	for (const char *p = got; p && p < got + m; p += strlen(p) + 1)
		if (!has(want, n, p) && !strncmp(p, "system.posix_acl", 16) &&
			fremovexattr(to, p) < 0)
			return -1;
	return 0;
}

int carry_over(int from, const struct stat *st, int to)
{
	struct stat now;
	if (fstat(to, &now) < 0)
		return -1;
	if ((now.st_uid != st->st_uid || now.st_gid != st->st_gid) &&
		fchown(to, st->st_uid, st->st_gid) < 0)
		return -1;
	return carry_attributes(from, to) < 0 ? -1 : fchmod(to, st->st_mode & 07777);
}

int carry_most(int from, const struct stat *st, int to)
{
	char *want CLEANUP(mem_freep) = NULL;
	mode_t mode = st->st_mode & 07777;
	if (carry_over(from, st, to) == 0)
		return 0;
	if (fchown(to, st->st_uid, st->st_gid) < 0 &&
		fchown(to, (uid_t)-1, st->st_gid) < 0)
		mode &= 0777; /* set-id bits mean the owner */
	int lost = 0;
	ssize_t n = names_of(from, &want);
	for (const char *p = want; p && p < want + n; p += strlen(p) + 1)
		if (carry_one(from, to, p) < 0 &&
			(!strncmp(p, "user.", 5) || !strncmp(p, "system.posix_acl", 16)))
			lost = 1;
	return fchmod(to, mode) < 0 ? -1 : lost;
}
