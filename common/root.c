/* SPDX-License-Identifier: MIT */
#include "root.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_LINKS = 40, MAX_RETRIES = 64 };

bool root_in_kernel(void)
{
	struct open_how probe = {.flags = O_PATH | O_CLOEXEC};
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, ".", &probe, sizeof(probe));
	bool there = fd >= 0 || (errno != ENOSYS && errno != EPERM);
	mem_closep(&fd);
	return there;
}

/* openat2 as a call; ENOSYS once it is known not to work here. Container seccomp
 * profiles older than the call answer EPERM. */
static int beneath(int fd, const char *rel, int flags, mode_t mode)
{
	static atomic_bool missing;
	struct open_how how = {
		.flags = (uint64_t)flags,
		.mode = flags & (O_CREAT | __O_TMPFILE) ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	for (int i = 0; !missing && i < MAX_RETRIES; i++) {
		int got = (int)syscall(SYS_openat2, fd, rel, &how, sizeof(how));
		if (got >= 0 || (errno != EAGAIN && errno != ENOSYS && errno != EPERM))
			return got;
		if (errno == EAGAIN)
			continue;
		int why = errno;
		if (root_in_kernel()) {
			errno = why;
			return -1;
		}
		missing = true;
	}
	errno = missing ? ENOSYS : EXDEV;
	return -1;
}

/* The slow walk: where it stands, and what is still to be walked. */
struct way {
	const struct roots *rs;
	size_t root;
	int fd;     /* the directory reached; O_PATH, owned */
	char *done; /* its path below the root, without links or dots */
	char *todo;
	int links;
};

static void way_release(struct way *w)
{
	int saved = errno;
	if (w->fd >= 0)
		close(w->fd);
	free(w->done);
	free(w->todo);
	errno = saved;
}

static int enter(int fd, const char *name)
{
	return openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Stands at the root again, then walks down done, which has no links. */
static int reopen(struct way *w)
{
	int fd = openat(w->rs->v[w->root].fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (char *p = w->done; fd >= 0 && *p;) {
		size_t n = strcspn(p, "/");
		char *name CLEANUP(mem_freep) = xmemdup0(p, n);
		int next = enter(fd, name);
		mem_closep(&fd);
		fd = next;
		p += n + (p[n] == '/');
	}
	if (fd < 0)
		return -1;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
	return 0;
}

/* Goes on at an absolute path, which must lead into a root. */
static int jump(struct way *w, const char *path, size_t least)
{
	const struct root *from = &w->rs->v[w->root];
	char *todo;
	int i = (int)w->root;
	if (from->is_tree && least)
		errno = EXDEV; /* above the top */
	if (from->is_tree)
		todo = least ? NULL : xstrdup(path + strspn(path, "/"));
	else
		i = roots_find(w->rs, from->group, path, least, &todo);
	if (i < 0 || !todo)
		return -1;
	free(w->todo);
	free(w->done);
	w->todo = todo;
	w->done = xstrdup("");
	w->root = (size_t)i;
	return reopen(w);
}

static int go_up(struct way *w, const char *rest)
{
	if (!*w->done) {
		const char *root = w->rs->v[w->root].path;
		char *path CLEANUP(mem_freep) = xasprintf("%s/../%s", root, rest);
		return jump(w, path, strlen(root) + 3);
	}
	char *slash = strrchr(w->done, '/');
	*(slash ? slash : w->done) = '\0';
	char *todo = xstrdup(rest);
	free(w->todo);
	w->todo = todo;
	return reopen(w);
}

static int go_link(struct way *w, const char *name, const char *rest)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(w->fd, name, target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	if (++w->links > MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	char *path = xasprintf("%s%s%s", target, *rest ? "/" : "", rest);
	if (target[0] == '/') {
		int r = jump(w, path, 0);
		free(path);
		return r;
	}
	free(w->todo);
	w->todo = path;
	return 0;
}

/* Did a link take the place of what was a directory or file a moment ago? */
static bool became_link(int fd, const char *name)
{
	struct stat st;
	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

static int go_down(struct way *w, const char *name, const char *rest)
{
	int fd = enter(w->fd, name);
	/* A link that was swapped in just now is read by the next step. */
	if (fd < 0 && errno == ENOTDIR && became_link(w->fd, name) &&
		w->links++ < MAX_LINKS)
		return 0;
	if (fd < 0)
		return -1;
	close(w->fd);
	w->fd = fd;
	char *done = xasprintf("%s%s%s", w->done, *w->done ? "/" : "", name);
	char *todo = xstrdup(rest);
	free(w->done);
	free(w->todo);
	w->done = done;
	w->todo = todo;
	return 0;
}

/* One step. Returns 1 when *name is the last component and is no link to be followed, 0
 * to go on, -1 with errno. */
static int step(struct way *w, bool follow, char name[NAME_MAX + 1])
{
	const char *p = w->todo + strspn(w->todo, "/");
	size_t n = strcspn(p, "/");
	const char *rest = p + n + strspn(p + n, "/");
	bool last = !p[n];
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!n || (n == 1 && *p == '.')) {
		if (*rest) {
			memmove(w->todo, rest, strlen(rest) + 1);
			return 0;
		}
		memcpy(name, ".", 2);
		return 1;
	}
	memcpy(name, p, n);
	name[n] = '\0';
	if (!strcmp(name, ".."))
		return go_up(w, rest);
	if (last && !follow)
		return 1;
	char *after CLEANUP(mem_freep) = xstrdup(p[n] && !*rest ? "." : rest);
	if (go_link(w, name, after) == 0)
		return 0;
	if (errno != EINVAL)
		return last && errno == ENOENT ? 1 : -1;
	return last ? 1 : go_down(w, name, after);
}

static int slow_spot(
	const struct roots *rs, size_t i, const char *rel, bool follow, struct spot *out)
{
	struct way w CLEANUP(way_release) = {rs, i, -1, xstrdup(""), xstrdup(rel), 0};
	if (strlen(rel) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int r = reopen(&w);
	while (r == 0)
		r = step(&w, follow, out->name);
	if (r < 0)
		return -1;
	out->dirfd = w.fd;
	w.fd = -1;
	return 0;
}

/* A confined set after the fast path said no: every answer comes from the slow walk. */
static int slow_open(
	const struct roots *rs, size_t i, const char *rel, int flags, mode_t mode)
{
	for (int tries = 0; tries < MAX_RETRIES; tries++) {
		struct spot s;
		if (slow_spot(rs, i, rel, !(flags & O_NOFOLLOW), &s) < 0)
			return -1;
		int fd = openat(s.dirfd, s.name, flags | O_NOFOLLOW, mode);
		if (fd < 0 && errno == ENOTDIR && !(flags & O_NOFOLLOW))
			errno = became_link(s.dirfd, s.name) ? ELOOP : ENOTDIR;
		mem_closep(&s.dirfd);
		if (fd >= 0 && flags & O_PATH && !(flags & O_NOFOLLOW)) {
			struct stat st; /* O_PATH opens a link itself: swapped in? */
			if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
				close(fd);
				continue;
			}
		}
		if (fd >= 0 || errno != ELOOP || flags & O_NOFOLLOW)
			return fd;
	}
	errno = ELOOP;
	return -1;
}

int root_open(const struct roots *rs, size_t i, const char *rel, int flags, mode_t mode)
{
	flags |= flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY;
	if (!*rel)
		rel = ".";
	if (!rs->confined)
		return openat(AT_FDCWD, rel, flags, mode);
	int fd = beneath(rs->v[i].fd, rel, flags, mode);
	if (fd >= 0 || (errno != EXDEV && errno != ELOOP && errno != ENOSYS))
		return fd;
	return slow_open(rs, i, rel, flags, mode);
}

int root_stat(
	const struct roots *rs, size_t i, const char *rel, bool follow, struct stat *st)
{
	if (!rs->confined)
		return fstatat(
			AT_FDCWD, *rel ? rel : ".", st, follow ? 0 : AT_SYMLINK_NOFOLLOW);
	int fd CLEANUP(mem_closep) =
		root_open(rs, i, rel, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
	return fd < 0 ? -1 : fstat(fd, st);
}

/* Splits rel into directory and last component. Returns 0, or -1 when it ends in a
 * slash, "." or "..", so that its last component is no name. */
static int split(const char *rel, char **dir, const char **name)
{
	const char *slash = strrchr(rel, '/');
	*name = slash ? slash + 1 : rel;
	if (!**name || !strcmp(*name, ".") || !strcmp(*name, ".."))
		return -1;
	*dir = !slash         ? xstrdup(".")
	       : slash == rel ? xstrdup("/")
			      : xmemdup0(rel, (size_t)(slash - rel));
	return 0;
}

/* Without confinement the kernel walks the directories; only the last link is ours. */
static int open_spot(const char *rel, bool follow, struct spot *out)
{
	char *path CLEANUP(mem_freep) = xstrdup(rel);
	int fd = AT_FDCWD;
	for (int links = 0; links <= MAX_LINKS; links++) {
		char *dir CLEANUP(mem_freep) = NULL;
		const char *name = ".";
		if (split(path, &dir, &name) < 0) {
			dir = xstrdup(path);
			name = ".";
		}
		int next = openat(fd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			mem_closep(&fd);
		if (next < 0)
			return -1;
		fd = next;
		if (strlen(name) > NAME_MAX) {
			mem_closep(&fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		char target[PATH_MAX];
		ssize_t n =
			follow ? readlinkat(fd, name, target, sizeof(target) - 1) : -1;
		if (n < 0) {
			out->dirfd = fd;
			memcpy(out->name, name, strlen(name) + 1);
			return 0;
		}
		target[n] = '\0';
		free(path);
		path = xstrdup(target);
	}
	mem_closep(&fd);
	errno = ELOOP;
	return -1;
}

int root_spot(
	const struct roots *rs, size_t i, const char *rel, bool follow, struct spot *out)
{
	char *dir CLEANUP(mem_freep) = NULL;
	const char *name;
	char probe[1];
	if (!*rel)
		rel = ".";
	if (strlen(rel) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!rs->confined)
		return open_spot(rel, follow, out);
	if (split(rel, &dir, &name) < 0 || strlen(name) > NAME_MAX)
		return slow_spot(rs, i, rel, follow, out);
	int fd = beneath(rs->v[i].fd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0 && errno != EXDEV && errno != ELOOP && errno != ENOSYS)
		return -1;
	if (fd < 0)
		return slow_spot(rs, i, rel, follow, out);
	if (follow && readlinkat(fd, name, probe, sizeof(probe)) >= 0) {
		mem_closep(&fd);
		return slow_spot(rs, i, rel, follow, out);
	}
	out->dirfd = fd;
	memcpy(out->name, name, strlen(name) + 1);
	return 0;
}

/* Does path, which begins below a directory that is missing, name a file there? Not when
 * it goes up again or ends in a slash. */
static bool is_plain(const char *path)
{
	for (;; path++) {
		size_t n = strcspn(path, "/");
		bool last = !path[n];
		if ((n == 2 && !memcmp(path, "..", 2)) ||
			(last && (!n || (n == 1 && *path == '.'))))
			return false;
		if (last)
			return true;
		path += n;
	}
}

int root_mkparents(const struct roots *rs, size_t i, const char *rel)
{
	int made = 0;
	char *path CLEANUP(mem_freep) = xstrdup(rel);
	for (char *p = path + strspn(path, "/"); (p = strchr(p, '/')); *p++ = '/') {
		struct stat st;
		struct spot s;
		*p = '\0';
		if (root_stat(rs, i, path, true, &st) == 0)
			continue;
		if (errno != ENOENT || (!made && !is_plain(p + 1)) ||
			root_spot(rs, i, path, true, &s) < 0)
			return -1;
		int r = mkdirat(s.dirfd, s.name, 0777);
		mem_closep(&s.dirfd);
		if (r < 0 && errno != EEXIST)
			return -1;
		made += r == 0;
	}
	return made;
}
