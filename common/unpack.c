/* SPDX-License-Identifier: MIT */
/* The other half of pack.h: what a stream holds is made. */
#include "pack.h"

#include "io.h"
#include "mem.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEAD_MAX = 128,
	OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

struct entry {
	char kind;
	unsigned mode;
	int64_t size;
	struct timespec mtime;
	char *name;
};

/* The stream. */
struct source {
	int fd;
	size_t at, n;
	char buf[1 << 16];
};

struct unpacking {
	struct source in;
	int dir;
	struct entry *dirs; /* they get their mode and time when all is in them */
	size_t n_dirs;
};

static int bad(struct err *e)
{
	return err_set(e, ERR_BAD_INPUT, NULL,
		"the stream of files is damaged or ended early; nothing was made");
}

static void entry_release(struct entry *n)
{
	free(n->name);
	n->name = NULL;
}

/* Exactly n bytes. Returns 0, or -1 with err. */
static int take(struct source *in, void *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		if (in->at == in->n) {
			ssize_t r = io_read(in->fd, in->buf, sizeof(in->buf));
			if (r <= 0)
				return r ? err_sys(e, NULL, errno) : bad(e);
			in->at = 0;
			in->n = (size_t)r;
		}
		size_t some = in->n - in->at < n - done ? in->n - in->at : n - done;
		memcpy((char *)p + done, in->buf + in->at, some);
		in->at += some;
		done += some;
	}
	return 0;
}

/* Up to the newline. Returns 0, or -1 with err. */
static int take_line(struct source *in, char line[HEAD_MAX], struct err *e)
{
	memset(line, 0, HEAD_MAX);
	for (size_t n = 0; n + 1 < HEAD_MAX; n++) {
		if (take(in, line + n, 1, e) < 0)
			return -1;
		if (line[n] == '\n') {
			line[n] = '\0';
			return 0;
		}
	}
	return bad(e);
}

/* A name below the directory: no "", ".", ".." among its components. */
static bool is_plain(const char *name)
{
	for (const char *p = name;; p++) {
		size_t n = strcspn(p, "/");
		if (!n || n > NAME_MAX || (n == 1 && *p == '.') ||
			(n == 2 && !memcmp(p, "..", 2)))
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

/* Returns 1 for an entry, 0 at the end, -1 with err. */
static int take_head(struct source *in, struct entry *n, struct err *e)
{
	char line[HEAD_MAX], rest;
	size_t len;
	long nsec;
	int64_t sec;
	if (take_line(in, line, e) < 0)
		return -1;
	if (!strcmp(line, "end"))
		return 0;
	if (sscanf(line, "%c %o %" SCNd64 " %ld %" SCNd64 " %zu%c", &n->kind, &n->mode,
		    &sec, &nsec, &n->size, &len, &rest) != 6 ||
		!strchr("fdl", n->kind) || n->size < 0 || nsec < 0 || nsec > 999999999 ||
		!len || len >= PATH_MAX || (n->kind == 'd' && n->size) ||
		(n->kind == 'l' && (!n->size || n->size >= PATH_MAX)))
		return bad(e);
	n->mtime = (struct timespec){sec, nsec};
	n->name = xmalloc(len + 1);
	n->name[len] = '\0';
	if (take(in, n->name, len, e) < 0)
		return -1;
	return strlen(n->name) == len && is_plain(n->name) ? 1 : bad(e);
}

/* Opens the directory that the name is in, no link followed; *last is the name in it.
 * Returns a descriptor, or -1 with errno. */
static int open_parent(int dir, const char *name, const char **last)
{
	int fd CLEANUP(mem_closep) = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	for (const char *slash; fd >= 0 && (slash = strchr(name, '/'));
		name = slash + 1) {
		char *one CLEANUP(mem_freep) = xmemdup0(name, (size_t)(slash - name));
		int below = openat(fd, one, OPEN_DIR);
		close(fd);
		fd = below;
	}
	*last = name;
	return steal_fd(&fd);
}

/* Returns 0; 1 when it is not what was sent; -1 with errno. */
static int take_content(struct source *from, int to, int64_t size, struct err *e)
{
	char chunk[1 << 16], want[17], sum[17] = "";
	struct print print = {0};
	while (size > 0) {
		size_t n = size < (int64_t)sizeof(chunk) ? (size_t)size : sizeof(chunk);
		if (take(from, chunk, n, e) < 0)
			return 1;
		print_add(&print, chunk, n);
		if (io_write(to, chunk, n) < 0)
			return -1;
		size -= (int64_t)n;
	}
	snprintf(want, sizeof(want), "%016" PRIx64, print_end(&print));
	if (take(from, sum, 16, e) < 0)
		return 1;
	return strcmp(sum, want) ? bad(e), 1 : 0;
}

static int make_file(struct unpacking *u, int dir, const char *name,
	const struct entry *n, struct err *e)
{
	const struct timespec ts[2] = {{.tv_nsec = UTIME_OMIT}, n->mtime};
	int fd CLEANUP(mem_closep) = openat(
		dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -1 : take_content(&u->in, fd, n->size, e);
	if (r > 0)
		return -1;
	return r < 0 || fchmod(fd, n->mode & 0777) < 0 || futimens(fd, ts) < 0
		       ? err_sys(e, n->name, errno)
		       : 0;
}

static int make_link(struct unpacking *u, int dir, const char *name,
	const struct entry *n, struct err *e)
{
	const struct timespec ts[2] = {{.tv_nsec = UTIME_OMIT}, n->mtime};
	char to[PATH_MAX] = "";
	if (take(&u->in, to, (size_t)n->size, e) < 0)
		return -1;
	if (strlen(to) != (size_t)n->size)
		return bad(e);
	return symlinkat(to, dir, name) < 0 ||
			       utimensat(dir, name, ts, AT_SYMLINK_NOFOLLOW) < 0
		       ? err_sys(e, n->name, errno)
		       : 0;
}

/* A directory is ours to write to until it is filled. */
static int make_dir(
	struct unpacking *u, int dir, const char *name, struct entry *n, struct err *e)
{
	if (mkdirat(dir, name, 0700) < 0)
		return err_sys(e, n->name, errno);
	u->dirs = xrealloc_n(u->dirs, u->n_dirs + 1, sizeof(*u->dirs));
	u->dirs[u->n_dirs++] = *n;
	n->name = NULL;
	return 0;
}

static int make_one(struct unpacking *u, struct entry *n, struct err *e)
{
	const char *name;
	int dir CLEANUP(mem_closep) = open_parent(u->dir, n->name, &name);
	if (dir < 0)
		return err_sys(e, n->name, errno);
	if (n->kind == 'f')
		return make_file(u, dir, name, n, e);
	return n->kind == 'l' ? make_link(u, dir, name, n, e)
			      : make_dir(u, dir, name, n, e);
}

/* The last first: what is below a directory changes its time. */
static int finish_dirs(struct unpacking *u, struct err *e)
{
	for (size_t i = u->n_dirs; i-- > 0;) {
		const struct entry *n = &u->dirs[i];
		const struct timespec ts[2] = {{.tv_nsec = UTIME_OMIT}, n->mtime};
		const char *name;
		int dir CLEANUP(mem_closep) = open_parent(u->dir, n->name, &name);
		int fd CLEANUP(mem_closep) = dir < 0 ? -1 : openat(dir, name, OPEN_DIR);
		if (fd < 0 || futimens(fd, ts) < 0 || fchmod(fd, n->mode & 0777) < 0)
			return err_sys(e, n->name, errno);
	}
	return 0;
}

int pack_read(int fd, int dir, struct vec *top, struct err *e)
{
	struct unpacking u = {.in = {.fd = fd}, .dir = dir};
	int r;
	do {
		struct entry n CLEANUP(entry_release) = {0};
		r = take_head(&u.in, &n, e);
		if (r == 1 && !strchr(n.name, '/'))
			vec_add(top, n.name);
		if (r == 1 && make_one(&u, &n, e) < 0)
			r = -1;
	} while (r == 1);
	if (r == 0)
		r = finish_dirs(&u, e);
	for (size_t i = 0; i < u.n_dirs; i++)
		entry_release(&u.dirs[i]);
	free(u.dirs);
	return r;
}
