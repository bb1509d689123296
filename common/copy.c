/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "clone.h"
#include "diag.h"
#include "mem.h"
#include "start.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

/* What the copy is called in its hidden directory. */
static const char made[] = "new";

/* A directory of the copy on the way down to where the walk is. Only the lowest is open:
 * the way up is "..", checked. Mode and times are set when nothing more goes into it. */
struct level {
	struct stat st; /* of its source; st_nlink 0: it has none */
	dev_t dev;
	ino_t ino;
};

struct tree {
	struct copy *c;
	struct level *v;
	size_t n, cap;
	int fd; /* the lowest; -1: none */
	bool sync;
};

static int fail(struct tree *t, const char *path, struct err *e)
{
	int why = errno;
	char *show CLEANUP(mem_freep) =
		*path ? target_show(t->c->src->show, path) : xstrdup(t->c->src->show);
	return err_sys(e, show, why);
}

/* Makes the directory `name` of the copy in dir and goes into it. from is its source, or
 * -1 for one that only mount points make. Returns 0, or -1 with errno. */
static int enter(
	struct tree *t, int dir, const char *name, int from, const struct stat *from_st)
{
	struct level l = {.st = {.st_mode = S_IFDIR | 0755}};
	struct stat st;
	if (mkdirat(dir, name, 0700) < 0)
		return -1;
	int fd CLEANUP(mem_closep) = openat(dir, name, OPEN_DIR);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (from >= 0) {
		l.st = *from_st;
		int lost = clone_facts(from, from_st, fd);
		/* Until it is filled, it is ours to write to. */
		if (lost < 0 || fchmod(fd, 0700) < 0)
			return -1;
		t->c->lost += lost;
	}
	l.dev = st.st_dev;
	l.ino = st.st_ino;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 16;
		t->v = xrealloc_n(t->v, t->cap, sizeof(*t->v));
	}
	t->v[t->n++] = l;
	mem_closep(&t->fd);
	t->fd = steal_fd(&fd);
	t->c->dirs++;
	return 0;
}

/* Gives the open directory its mode and times. Returns 0, or -1 with errno. */
static int finish(int fd, const struct stat *st)
{
	struct timespec ts[2] = {st->st_atim, st->st_mtim};
	if (fchmod(fd, st->st_mode & 07777) < 0)
		return -1;
	return st->st_nlink ? futimens(fd, ts) : 0;
}

/* Goes up out of the lowest directory, which is complete. The topmost gets its mode when
 * it has its name: one that may not be written to cannot be moved. Returns 0, or -1 with
 * errno. */
static int leave(struct tree *t)
{
	if (!t->v || !t->n)
		bug("more directories left than entered");
	const struct level *l = &t->v[--t->n], *above = t->n ? l - 1 : NULL;
	struct stat st;
	int up CLEANUP(mem_closep) = t->n ? openat(t->fd, "..", OPEN_DIR) : -1;
	if (above && (up < 0 || fstat(up, &st) < 0))
		return -1;
	if (above && (st.st_dev != above->dev || st.st_ino != above->ino)) {
		errno = EBUSY; /* somebody moves our hidden directories about */
		return -1;
	}
	if (t->n && finish(t->fd, &l->st) < 0)
		return -1;
	mem_closep(&t->fd);
	t->fd = steal_fd(&up);
	return 0;
}

static int copy_dir(struct tree *t, const struct walk_entry *we, struct err *e)
{
	struct stat st;
	int from CLEANUP(mem_closep) =
		we->mounted ? -1 : openat(we->dir->fd, we->name, OPEN_DIR);
	if (!we->mounted && (from < 0 || fstat(from, &st) < 0))
		return fail(t, we->path, e);
	return enter(t, t->fd, we->name, from, &st) < 0 ? fail(t, we->path, e) : 0;
}

/* A file or link. Returns 0, or -1 with err. */
static int copy_leaf(struct tree *t, int dir, const char *name, bool is_link, int to,
	const char *to_name, const char *show, struct err *e)
{
	struct copy *c = t->c;
	struct stat st;
	if (is_link) {
		c->links++;
		return clone_link(dir, name, to, to_name, show, e);
	}
	int from CLEANUP(mem_closep) = clone_open(dir, name, false, &st, show, e);
	int lost = from < 0 ? -1 : clone_file(from, &st, to, to_name, t->sync, show, e);
	if (lost < 0)
		return -1;
	c->lost += lost;
	c->files++;
	c->bytes += st.st_size;
	return 0;
}

/* One entry of the tree. Returns 0, or -1 with err. */
static int copy_entry(struct tree *t, const struct walk_entry *we, struct err *e)
{
	while (t->n > (size_t)we->depth)
		if (leave(t) < 0)
			return fail(t, we->path, e);
	if (we->type == DT_DIR)
		return copy_dir(t, we, e);
	char *show CLEANUP(mem_freep) = target_show(t->c->src->show, we->path);
	return copy_leaf(
		t, we->dir->fd, we->name, we->type == DT_LNK, t->fd, we->name, show, e);
}

static int copy_top(struct tree *t, struct err *e)
{
	struct copy *c = t->c;
	struct err ignored;
	int from CLEANUP(mem_closep) = place_open_dir(c->from, OP_READ, c->src, &ignored);
	/* In a tree of routes there may be a directory only because of mount points. */
	if (enter(t, c->tmpfd, made, from, &c->st) < 0)
		return fail(t, "", e);
	return 0;
}

static int copy_tree(struct tree *t, struct err *e)
{
	struct copy *c = t->c;
	struct start s;
	struct walk_entry we;
	if (start_walk(&s, c->from, OP_READ, c->src,
		    WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0, e) < 0)
		return -1;
	bool sync = t->sync;
	t->sync = false; /* once for all is faster than for each */
	int r = copy_top(t, e);
	while (r == 0 && walk_next(s.walk, &we))
		r = copy_entry(t, &we, e);
	while (r == 0 && t->n)
		r = leave(t) < 0 ? fail(t, "", e) : 0;
	if (r == 0 && walk_counts(s.walk)->unreadable)
		r = err_set(e, ERR_IO, c->src->show, "a directory in it cannot be read");
	if (r == 0 && sync && syncfs(c->tmpfd) < 0)
		r = err_sys(e, c->dst->show, errno);
	free(t->v);
	mem_closep(&t->fd);
	start_release(&s);
	return r;
}

/* A file that is to be moved stays locked until it is gone. Returns 0, or -1 with err. */
static int hold_source(struct copy *c, const struct spot *from, struct err *e)
{
	struct stat st;
	c->lock = clone_open(from->dirfd, from->name, true, &st, c->src->show, e);
	return c->lock < 0 ? -1 : 0;
}

static int copy_one(struct tree *t, unsigned flags, struct err *e)
{
	struct copy *c = t->c;
	struct spot from;
	bool is_link = S_ISLNK(c->st.st_mode);
	struct stat st = {0};
	int lost = -1;
	if (place_name(c->from, OP_READ, c->src, false, &from, e) < 0)
		return -1;
	if (is_link || !(flags & COPY_MOVE))
		lost = copy_leaf(t, from.dirfd, from.name, is_link, c->tmpfd, made,
			c->src->show, e);
	else if (hold_source(c, &from, e) == 0 && fstat(c->lock, &st) == 0)
		lost = clone_file(c->lock, &st, c->tmpfd, made, t->sync, c->src->show, e);
	close(from.dirfd);
	if (lost >= 0 && c->lock >= 0) {
		c->lost += lost;
		c->files++;
		c->bytes += st.st_size;
		c->st = st;
	}
	return lost < 0 ? -1 : 0;
}

int copy_make(struct copy *c, unsigned flags, struct err *e)
{
	struct tree t = {.c = c, .fd = -1, .sync = !(flags & COPY_NO_SYNC)};
	if (place_name(c->to, OP_WRITE, c->dst, true, &c->spot, e) < 0)
		return -1;
	c->tmpfd = temp_mkdir(c->spot.dirfd, c->spot.name, c->tmp);
	if (c->tmpfd < 0)
		return err_sys(e, c->dst->show, errno);
	return S_ISDIR(c->st.st_mode) ? copy_tree(&t, e) : copy_one(&t, flags, e);
}

int copy_made(const struct copy *c)
{
	return openat(c->tmpfd, made, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

int copy_rename(int from, const char *name, int dir, const char *to, bool replace)
{
	struct stat st;
	if (replace)
		return renameat(from, name, dir, to);
	if (renameat2(from, name, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(from, name, dir, to, 0) == 0)
		return unlinkat(from, name, 0);
	if (errno == EEXIST)
		return -1;
	/* A directory cannot be linked, and such a file system has no better way. */
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, dir, to);
}

/* What the name holds now, which the copy replaces. */
static void old_size(const struct copy *c, int64_t *bytes, int64_t *files)
{
	struct stat st;
	if (fstatat(c->spot.dirfd, c->spot.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	*bytes -= S_ISREG(st.st_mode) ? st.st_size : 0;
	--*files;
}

/* The last facts of a directory, and that its name is on disk. Returns 0, or -1 with
 * errno. */
static int settle(const struct copy *c, bool sync)
{
	int above CLEANUP(mem_closep) = openat(c->spot.dirfd, ".", OPEN_DIR);
	if (S_ISDIR(c->st.st_mode)) {
		int fd CLEANUP(mem_closep) =
			openat(c->spot.dirfd, c->spot.name, OPEN_DIR);
		if (fd < 0 || finish(fd, &c->st) < 0)
			return -1;
	}
	return sync && above >= 0 ? fsync(above) : 0;
}

int copy_publish(struct copy *c, unsigned flags, struct err *e)
{
	struct state_charge charge;
	const char *show = c->dst->show;
	bool is_dir = S_ISDIR(c->st.st_mode), replace = flags & COPY_REPLACE && !is_dir;
	int64_t bytes = c->bytes, files = c->files + c->links;
	if (replace)
		old_size(c, &bytes, &files);
	if (place_begin(c->to, c->dst, bytes, files, &charge, e) < 0)
		return -1;
	int r = copy_rename(c->tmpfd, made, c->spot.dirfd, c->spot.name, replace);
	int why = errno;
	state_end(&charge, r == 0);
	if (r < 0 && why == EEXIST)
		return err_set(e, ERR_EXISTS, show, "already exists%s",
			is_dir ? "" : "; -f replaces it");
	if (r < 0)
		return err_sys(e, show, why);
	return settle(c, !(flags & COPY_NO_SYNC)) < 0 ? err_sys(e, show, errno) : 0;
}

void copy_end(struct copy *c)
{
	if (c->tmp[0] && wipe_at(c->spot.dirfd, c->tmp, WIPE_FORCE) < 0)
		errno = 0; /* hidden, and the next copy of that name tries again */
	c->tmp[0] = '\0';
	mem_closep(&c->spot.dirfd);
	mem_closep(&c->tmpfd);
	mem_closep(&c->lock);
	c->spot.dirfd = c->tmpfd = c->lock = -1;
}
