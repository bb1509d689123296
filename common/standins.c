/* SPDX-License-Identifier: MIT */
#include "standins.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* A file is known by its date, which it has before its name. A directory has its name
 * first, and gets another date from whoever takes it for a real one meanwhile and puts
 * something into it: one that is empty and nobody's to write in does not mean anything.
 */
bool standins_is(const struct stat *st)
{
	bool dated = st->st_mtim.tv_sec == 0 && st->st_mtim.tv_nsec == 0;
	return !(st->st_mode & 0222) &&
	       ((S_ISDIR(st->st_mode) && st->st_nlink <= 2) ||
		       (S_ISREG(st->st_mode) && st->st_size < 3 && dated));
}

static const struct timespec then[2] = {{0, 0}, {0, 0}};

/* A file that has its date before it has its name. Returns its descriptor, or -1 with
 * errno. */
static int make_file(const struct standin_spot *at)
{
	char link[32];
	size_t n = strlen(at->content);
	int fd = openat(at->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0444);
	if (fd < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((!n || write(fd, at->content, n) == (ssize_t)n) && futimens(fd, then) == 0 &&
		linkat(AT_FDCWD, link, at->dir, at->name, AT_SYMLINK_FOLLOW) == 0)
		return fd;
	int number = errno;
	close(fd);
	errno = number;
	return -1;
}

/* Makes what stands in for the name. Returns its descriptor, or -1 with errno. */
static int make(const struct standin_spot *at)
{
	int fd = at->is_dir ? -1 : make_file(at);
	if (fd >= 0 || (!at->is_dir && errno == EEXIST))
		return fd;
	if (at->is_dir && mkdirat(at->dir, at->name, 0555) < 0)
		return -1;
	fd = at->is_dir ? openat(at->dir, at->name,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			: openat(at->dir, at->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
				  0444);
	size_t n = strlen(at->content);
	if (fd < 0 || ((!n || write(fd, at->content, n) == (ssize_t)n) &&
			      futimens(fd, then) == 0))
		return fd;
	int number = errno;
	(void)unlinkat(at->dir, at->name, at->is_dir ? AT_REMOVEDIR : 0);
	close(fd);
	errno = number;
	return -1;
}

/* A further name of the file that stands in for others, which is locked already, costs a
 * third of a new file. Returns whether there is one now. */
static bool link_to(
	const struct standins *s, const struct standin_spot *at, struct stat *st)
{
	const struct standin *h = NULL;
	char link[32];
	for (size_t i = 0; i < s->n && !h; i++)
		if (s->v[i].fd >= 0 && !s->v[i].is_dir && s->v[i].is_empty)
			h = &s->v[i];
	if (!h || at->is_dir || *at->content)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", h->fd); /* that very file */
	if (linkat(AT_FDCWD, link, at->dir, at->name, AT_SYMLINK_FOLLOW) < 0)
		return false;
	*st = (struct stat){.st_dev = h->dev, .st_ino = h->ino, .st_mode = S_IFREG};
	return true;
}

static bool is_held(const struct standins *s, const struct stat *st)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].ino == st->st_ino && s->v[i].dev == st->st_dev)
			return true;
	return false;
}

/* Opens, makes if need be, and locks it. Returns a descriptor, -1 for a file that is
 * locked already; -2 with errno EEXIST when something else has the name by now, or why
 * there can be none. */
static int hold(const struct standins *s, const struct standin_spot *at, struct stat *st)
{
	enum { AGAIN = 100 };
	for (int i = 0; i < AGAIN; i++) {
		struct stat now;
		if (link_to(s, at, st))
			return -1;
		int fd = make(at);
		if (fd < 0 && errno != EEXIST)
			return -2;
		if (fd < 0)
			fd = openat(at->dir, at->name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || fstat(fd, st) < 0 || !standins_is(st)) {
			if (fd >= 0)
				close(fd);
			errno = EEXIST;
			return -2;
		}
		if (is_held(s, st))
			return close(fd), -1;
		if (flock(fd, LOCK_SH) == 0 &&
			fstatat(at->dir, at->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
			now.st_ino == st->st_ino && now.st_dev == st->st_dev)
			return fd;
		close(fd); /* its last user has just removed it */
	}
	errno = EBUSY;
	return -2;
}

int standins_add(
	struct standins *s, int at, const char *path, const struct standin_spot *what)
{
	char *copy CLEANUP(mem_freep) = xstrdup(path);
	char *slash = strrchr(copy, '/');
	struct standin_spot spot = *what;
	struct stat st;
	if (slash)
		*slash = '\0';
	spot.name = slash ? slash + 1 : copy;
	spot.dir = openat(
		at, slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = spot.dir < 0 ? -2 : hold(s, &spot, &st);
	if (fd == -2) {
		int number = errno;
		mem_closep(&spot.dir);
		errno = number;
		return -1;
	}
	s->v = xrealloc_n(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = (struct standin){.dir = spot.dir,
		.fd = fd,
		.name = xstrdup(spot.name),
		.is_dir = S_ISDIR(st.st_mode),
		.is_empty = st.st_size == 0,
		.dev = st.st_dev,
		.ino = st.st_ino};
	return 0;
}

/* Takes one away, if it is still the same. */
static void drop_one(const struct standin *h)
{
	struct stat now;
	if (fstatat(h->dir, h->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_ino == h->ino && now.st_dev == h->dev && standins_is(&now))
		(void)unlinkat(h->dir, h->name, h->is_dir ? AT_REMOVEDIR : 0);
}

/* May those of one lock go, as nobody else needs them? */
static bool is_last_user(const struct standins *s, const struct standin *h)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].fd >= 0 && s->v[i].ino == h->ino && s->v[i].dev == h->dev)
			return flock(s->v[i].fd, LOCK_EX | LOCK_NB) == 0;
	return false;
}

void standins_drop(struct standins *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (is_last_user(s, &s->v[i]))
			drop_one(&s->v[i]);
	for (size_t i = s->n; i-- > 0;) {
		mem_closep(&s->v[i].fd);
		close(s->v[i].dir);
		free(s->v[i].name);
	}
	free(s->v);
	s->v = NULL;
	s->n = 0;
}
