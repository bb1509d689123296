/* SPDX-License-Identifier: MIT */
#include "roots.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

void roots_init_open(struct roots *rs)
{
	*rs = (struct roots){.v = xcalloc(1, sizeof(*rs->v)), .n = 1};
	rs->v[0].fd = AT_FDCWD;
}

int roots_add(struct roots *rs, const char *dir)
{
	struct root r = {.fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct stat st;
	if (r.fd < 0)
		return -1;
	r.path = dir[0] == '/' ? xstrdup(dir) : realpath(dir, NULL);
	if (!r.path || fstat(r.fd, &st) < 0) {
		free(r.path);
		close(r.fd);
		return -1;
	}
	size_t n = strlen(r.path);
	while (n > 1 && r.path[n - 1] == '/')
		r.path[--n] = '\0';
	r.dev = st.st_dev;
	r.ino = st.st_ino;
	rs->confined = true;
	rs->v = xrealloc_n(rs->v, rs->n + 1, sizeof(*rs->v));
	rs->v[rs->n++] = r;
	return 0;
}

void roots_release(struct roots *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		if (rs->v[i].fd >= 0)
			close(rs->v[i].fd);
		free(rs->v[i].path);
	}
	free(rs->v);
	*rs = (struct roots){0};
}

/* Which root the directory is. Returns its number, or -1. */
static int which_root(const struct roots *rs, unsigned group, const struct stat *st)
{
	for (size_t i = 0; i < rs->n; i++)
		if (st->st_ino == rs->v[i].ino && st->st_dev == rs->v[i].dev &&
			rs->v[i].group == group)
			return (int)i;
	return -1;
}

/* Looks for a root among the leading parts of path, the longest first, none shorter than
 * `least` bytes. *n is the length of that part; without a root, of the longest part that
 * exists. Returns the root's number, or -1. */
static int find_part(
	const struct roots *rs, unsigned group, const char *path, size_t least, size_t *n)
{
	char *part CLEANUP(mem_freep) = xstrdup(path);
	size_t at = strlen(part);
	for (*n = 0; at >= least;) {
		struct stat st;
		part[at] = '\0';
		if (stat(at ? part : "/", &st) == 0) {
			int i = which_root(rs, group, &st);
			*n = i >= 0 || !*n ? at : *n;
			if (i >= 0)
				return i;
		}
		if (!at)
			break;
		while (at && part[at - 1] != '/')
			at--;
		while (at && part[at - 1] == '/')
			at--;
	}
	return -1;
}

int roots_find(const struct roots *rs, unsigned group, const char *path, size_t least,
	char **rel)
{
	size_t n, m;
	int i = find_part(rs, group, path, least, &n);
	const char *rest = path + n + strspn(path + n, "/");
	if (i >= 0) {
		*rel = xstrdup(rest);
		return i;
	}
	/* A link on the way may lead to somewhere below a root. */
	char *part CLEANUP(mem_freep) = xmemdup0(path, n);
	char *real CLEANUP(mem_freep) = n ? realpath(part, NULL) : NULL;
	if (real && (i = find_part(rs, group, real, 0, &m)) >= 0) {
		m += strspn(real + m, "/");
		*rel = xasprintf("%s%s%s", real + m, path[n] ? "/" : "", rest);
		return i;
	}
	errno = EXDEV;
	return -1;
}

char *roots_real(int fd)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path));
	return n > 0 && n < (ssize_t)sizeof(path) && *path == '/'
		       ? xmemdup0(path, (size_t)n)
		       : NULL;
}
