/* SPDX-License-Identifier: MIT */
#include "wipe.h"

#include "mem.h"
#include "vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

/* A directory on the way down to where the pass is. Only the lowest is open: the way up
 * is
 * "..", checked to lead to where the pass came from. */
struct level {
	char *name;
	dev_t dev;
	ino_t ino;
	struct vec subs; /* directories in it that are still to be entered */
};

struct pass {
	struct level *v;
	size_t n, cap;
	int fd;    /* the lowest; -1: none */
	int first; /* the first errno, 0: none */
	bool wipe; /* remove; else count */
	bool force;
	wipe_skip *skip;
	int64_t bytes, files;
};

static void note(struct pass *p, int number)
{
	if (!p->first)
		p->first = number;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* The names in the directory, read whole before any is removed. */
static int names_in(int fd, struct vec *out)
{
	int dup_fd = openat(fd, ".", OPEN_DIR);
	DIR *d = dup_fd < 0 ? NULL : fdopendir(dup_fd);
	if (!d) {
		mem_closep(&dup_fd);
		return -1;
	}
	errno = 0;
	for (struct dirent *de; (de = readdir(d));)
		if (!is_dots(de->d_name))
			vec_add(out, de->d_name);
	int why = errno;
	closedir(d);
	errno = why;
	return why ? -1 : 0;
}

/* One entry. Returns 1 when it is a directory, which is to be entered. */
static int take(struct pass *p, int fd, const char *name)
{
	struct stat st;
	if (p->wipe) {
		if (unlinkat(fd, name, 0) == 0 || errno == ENOENT)
			return 0;
		/* POSIX says EPERM for a directory, Linux EISDIR. */
		int why = errno;
		if (why == EISDIR ||
			(why == EPERM &&
				fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				S_ISDIR(st.st_mode)))
			return 1;
		note(p, why);
		return 0;
	}
	if (p->skip && p->n && p->skip(name))
		return 0;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			note(p, errno);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return 1;
	p->bytes += S_ISREG(st.st_mode) ? st.st_size : 0;
	p->files++;
	return 0;
}

/* Is something mounted on the directory open as fd? */
static bool is_mount(const struct pass *p, int fd, const struct stat *st)
{
	struct statx sx;
	if (p->n && st->st_dev != p->v[0].dev)
		return true;
	return statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &sx) == 0 &&
	       sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* Goes into the directory and does all in it but what is below. Returns 0, or -1 with
 * errno. */
static int enter(struct pass *p, int fd, const char *name)
{
	struct vec names = {0};
	struct stat st;
	int dir = openat(fd, name, OPEN_DIR);
	if (dir < 0 && errno == EACCES && p->force && fchmodat(fd, name, 0700, 0) == 0)
		dir = openat(fd, name, OPEN_DIR);
	if (dir < 0)
		return -1;
	if (p->force && fchmod(dir, 0700) < 0)
		errno = 0; /* another's: what comes of it is seen below */
	bool itself = !p->n && !strcmp(name, ".");
	bool mounted = fstat(dir, &st) == 0 && !itself && is_mount(p, dir, &st);
	if (mounted || names_in(dir, &names) < 0) {
		int why = mounted ? EBUSY : errno;
		vec_release(&names);
		close(dir);
		errno = why;
		return -1;
	}
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->v = xrealloc_n(p->v, p->cap, sizeof(*p->v));
	}
	p->v[p->n++] =
		(struct level){.name = xstrdup(name), .dev = st.st_dev, .ino = st.st_ino};
	for (size_t i = 0; i < names.n; i++)
		if (take(p, dir, names.v[i]) == 1)
			vec_add(&p->v[p->n - 1].subs, names.v[i]);
	vec_release(&names);
	mem_closep(&p->fd);
	p->fd = dir;
	return 0;
}

/* Goes up out of the lowest directory, to the one above or to `base`, and removes it.
 * Returns 0, or -1 with errno when the way up is lost. */
static int leave(struct pass *p, int base)
{
	struct level *l = &p->v[--p->n];
	struct stat st;
	int r = 0;
	int up = p->n ? openat(p->fd, "..", OPEN_DIR) : -1;
	if (p->n && (up < 0 || fstat(up, &st) < 0 || st.st_dev != l[-1].dev ||
			    st.st_ino != l[-1].ino)) {
		/* Somebody moved it: what is left elsewhere is not ours to look for. */
		note(p, up < 0 ? errno : EBUSY);
		r = -1;
	}
	if (r == 0 && p->wipe && unlinkat(p->n ? up : base, l->name, AT_REMOVEDIR) < 0 &&
		errno != ENOENT)
		note(p, errno);
	mem_closep(&p->fd);
	p->fd = up;
	free(l->name);
	vec_release(&l->subs);
	return r;
}

static void pass_release(struct pass *p)
{
	while (p->n) {
		free(p->v[--p->n].name);
		vec_release(&p->v[p->n].subs);
	}
	free(p->v);
	mem_closep(&p->fd);
}

/* Does the name in the directory fd and all below. Returns 0, or -1 with errno. */
static int run(struct pass *p, int fd, const char *name)
{
	if (take(p, fd, name) == 1 && enter(p, fd, name) < 0 && errno != ENOENT)
		note(p, errno);
	while (p->n) {
		struct vec *subs = &p->v[p->n - 1].subs;
		if (!subs->n) {
			if (leave(p, fd) < 0)
				break;
			continue;
		}
		char *sub CLEANUP(mem_freep) = subs->v[--subs->n];
		subs->v[subs->n] = NULL;
		int why = enter(p, p->fd, sub) < 0 ? errno : 0;
		/* One that may not be looked into may still be empty. */
		if (why == EACCES && p->wipe && unlinkat(p->fd, sub, AT_REMOVEDIR) == 0)
			why = 0;
		if (why && why != ENOENT)
			note(p, why);
	}
	pass_release(p);
	errno = p->first;
	return p->first ? -1 : 0;
}

int wipe_at(int fd, const char *name, unsigned flags)
{
	struct pass p = {.fd = -1, .wipe = true, .force = flags & WIPE_FORCE};
	return run(&p, fd, name);
}

int wipe_count(int fd, const char *name, wipe_skip *skip, int64_t *bytes, int64_t *files)
{
	struct pass p = {.fd = -1, .skip = skip};
	int r = run(&p, fd, name);
	*bytes += p.bytes;
	*files += p.files;
	return r;
}

bool wipe_is_empty(int fd, wipe_skip *skip)
{
	struct vec names = {0};
	bool empty = names_in(fd, &names) == 0;
	for (size_t i = 0; i < names.n; i++)
		empty = empty && skip(names.v[i]);
	vec_release(&names);
	return empty;
}
