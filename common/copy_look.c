/* SPDX-License-Identifier: MIT */
/* What is known before a copy or move begins. */
#include "copy.h"

#include "below.h"
#include "mem.h"
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { OPEN_UP = O_PATH | O_DIRECTORY | O_CLOEXEC };

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Opens the directory the target will stand in, or the nearest above it that is there.
 * Returns a descriptor, or -1. */
static int open_nearest(const struct place *p, const struct target *t)
{
	char *path CLEANUP(mem_freep) = xstrdup(t->rel);
	for (;;) {
		char *slash = strrchr(path, '/');
		bool top = !slash || slash == path;
		if (slash)
			slash[slash == path] = '\0';
		int fd = root_open(&p->roots, t->root, slash ? path : ".", OPEN_UP, 0);
		if (fd >= 0 || top)
			return fd;
	}
}

/* Will the target stand in the directory whose status is st, or below it? */
static bool is_inside(
	const struct place *p, const struct target *t, const struct stat *st)
{
	struct stat now, above;
	int fd CLEANUP(mem_closep) = open_nearest(p, t);
	if (fd < 0 || fstat(fd, &now) < 0)
		return false;
	for (;;) {
		if (is_same(&now, st))
			return true;
		int up = openat(fd, "..", OPEN_UP);
		bool end = up < 0 || fstat(up, &above) < 0 || is_same(&above, &now);
		mem_closep(&fd);
		fd = up;
		if (end)
			return false;
		now = above;
	}
}

/* The same for a directory that only mount points make one. */
static bool is_below(const struct copy *c)
{
	const char *a = c->src->full, *b = c->dst->full;
	size_t n = a && b && c->from == c->to ? strlen(a) : 0;
	return n && !strncmp(a, b, n) && (b[n] == '/' || !b[n]);
}

/* Do both names lead to one file? Two links may point to the same. */
static bool is_one(struct copy *c, const struct stat *there)
{
	struct stat a, b;
	struct err ignored;
	if (is_same(&c->st, there))
		return true;
	if (S_ISLNK(c->st.st_mode) == S_ISLNK(there->st_mode))
		return false;
	return place_stat(c->from, OP_READ, c->src, true, &a, &ignored) == 0 &&
	       place_stat(c->to, OP_LS, c->dst, true, &b, &ignored) == 0 &&
	       is_same(&a, &b);
}

int copy_check(struct copy *c, unsigned flags, struct err *e)
{
	struct stat there;
	struct err none = {0};
	const char *show = c->dst->show;
	if (place_stat(c->from, OP_READ, c->src, false, &c->st, e) < 0)
		return -1;
	bool is_dir = S_ISDIR(c->st.st_mode);
	if (is_dir && !(flags & COPY_TREE))
		return err_set(
			e, ERR_IS_DIR, c->src->show, "is a directory; -r copies it");
	if (place_admit(c->to, OP_WRITE, c->dst, e) < 0)
		return -1;
	if (place_stat(c->to, OP_LS, c->dst, false, &there, &none) == 0) {
		if (is_one(c, &there))
			return err_set(e, ERR_EXISTS, show, "is the source itself");
		if (is_dir || !(flags & COPY_REPLACE))
			return err_set(e, ERR_EXISTS, show, "already exists%s",
				is_dir ? "" : "; -f replaces it");
		if (S_ISDIR(there.st_mode))
			return err_set(e, ERR_IS_DIR, show,
				"is a directory, which no file replaces");
	} else if (none.code != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	if (is_dir &&
		(below_admit(c->from, OP_READ, c->src, e) < 0 ||
			below_admit_as(c->from, c->src, c->to, OP_WRITE, c->dst, e) < 0))
		return -1;
	if (is_dir && (is_below(c) || is_inside(c->to, c->dst, &c->st)))
		return err_set(e, ERR_BAD_INPUT, c->src->show,
			"a directory cannot be %s itself or below",
			flags & COPY_MOVE ? "moved into" : "copied into");
	return 0;
}

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	for (const unsigned char *b = p; n--; b++)
		h = (h ^ *b) * UINT64_C(0x100000001b3); /* FNV-1a */
	return h;
}

/* One entry: is it of a kind that can be copied? Counts it. Returns 0, or -1 with err. */
static int look_at(struct copy *c, const struct walk_entry *we, struct err *e)
{
	struct stat st = {0};
	char *show CLEANUP(mem_freep) = target_show(c->src->show, we->path);
	if (!we->mounted && fstatat(we->dir->fd, we->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, show, errno);
	if (!we->mounted && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode) &&
		!S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOT_REGULAR, show, "is %s, which cannot be copied",
			place_kind_name(st.st_mode));
	c->print = mix(c->print, we->path, strlen(we->path) + 1);
	c->print = mix(c->print, &st.st_ino, sizeof(st.st_ino));
	c->print = mix(c->print, &st.st_ctim, sizeof(st.st_ctim));
	c->print = mix(c->print, &st.st_size, sizeof(st.st_size));
	if (S_ISDIR(st.st_mode) || we->mounted)
		return 0;
	c->files++;
	c->bytes += S_ISREG(st.st_mode) ? st.st_size : 0;
	return 0;
}

/* All of a tree. Returns 0, or -1 with err. */
static int look_below(struct copy *c, struct err *e)
{
	struct start s;
	struct walk_entry we;
	if (start_walk(&s, c->from, OP_READ, c->src,
		    WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0, e) < 0)
		return -1;
	int r = s.n_down ? (*e = *s.down[0], -1) : 0;
	while (r == 0 && walk_next(s.walk, &we))
		r = look_at(c, &we, e);
	if (r == 0 && walk_counts(s.walk)->unreadable)
		r = err_set(e, ERR_IO, c->src->show, "a directory in it cannot be read");
	start_release(&s);
	return r;
}

/* What would be replaced. */
static void old_size(struct copy *c, int64_t *bytes, int64_t *files)
{
	struct stat st;
	struct err ignored;
	if (place_stat(c->to, OP_LS, c->dst, false, &st, &ignored) < 0)
		return;
	*bytes -= S_ISREG(st.st_mode) ? st.st_size : 0;
	--*files;
}

int copy_look(struct copy *c, unsigned flags, struct err *e)
{
	struct state_charge room;
	if (copy_check(c, flags, e) < 0)
		return -1;
	if (S_ISDIR(c->st.st_mode)) {
		if (look_below(c, e) < 0)
			return -1;
	} else if (!S_ISREG(c->st.st_mode) && !S_ISLNK(c->st.st_mode)) {
		return err_set(e, ERR_NOT_REGULAR, c->src->show,
			"is %s, which cannot be copied", place_kind_name(c->st.st_mode));
	} else {
		c->files = 1;
		c->bytes = S_ISREG(c->st.st_mode) ? c->st.st_size : 0;
	}
	int64_t bytes = c->bytes, files = c->files;
	old_size(c, &bytes, &files);
	c->bytes = c->files = 0;
	if (place_begin(c->to, c->dst, bytes, files, &room, e) < 0)
		return -1;
	state_end(&room, false);
	return 0;
}

int copy_still(struct copy *c, struct err *e)
{
	struct copy now = {.from = c->from, .src = c->src};
	if (!S_ISDIR(c->st.st_mode))
		return 0; /* its lock is held, and it was compared */
	if (look_below(&now, e) < 0)
		return -1;
	return now.print == c->print
		       ? 0
		       : err_set(e, ERR_BUSY, c->src->show,
				 "changed while it was moved; nothing was moved");
}

bool copy_is_same(void *ctx, int fd)
{
	struct copy *c = ctx, now = {.from = c->from, .src = c->src};
	struct walk_entry we;
	struct err ignored;
	int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	struct walk *w = walk_new(
		dir, NULL, 0, NULL, WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0);
	int r = 0;
	while (r == 0 && walk_next(w, &we))
		r = look_at(&now, &we, &ignored);
	walk_free(w);
	return r == 0 && now.print == c->print;
}
