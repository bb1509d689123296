/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "buf.h"
#include "mem.h"
#include "walk_ahead.h"
#include "walk_frame.h"

#include <errno.h>
#include <unistd.h>

enum {
	/* Directories of one line of descent that are open at once, besides the start and
	 * those a mount stands in. */
	MAX_OPEN = 24,
	FEW = 16, /* directories for which no thread is started */
};

struct walk {
	struct frame_rules rules;
	struct buf path;      /* prefix, then the last entry's path */
	struct frame **stack; /* stack[0] is the start */
	size_t n, cap;
	size_t open;  /* stack[open..n) are open; so are stack[0] and the pinned */
	size_t dirs;  /* entered so far */
	bool enter;   /* first go into the directory that was returned last */
	bool started; /* threads, if there can be any */
	struct ahead *ahead;
	struct walk_counts counts;
	struct frame_scratch scratch;
};

static struct frame *top(struct walk *w)
{
	return w->stack[w->n - 1];
}

/* Makes path that of an entry of the frame. */
static void set_path(struct walk *w, const struct frame *f, const char *name)
{
	buf_trim(&w->path, f->path.len);
	if (f->path.len)
		buf_addc(&w->path, '/');
	buf_puts(&w->path, name);
}

/* Closes the highest directory that can be found again once too many are open. */
static void spare(struct walk *w)
{
	struct stat st;
	if (w->n - w->open <= MAX_OPEN)
		return;
	struct frame *f = w->stack[w->open++];
	if (f->pinned || fstat(f->dir->fd, &st) < 0)
		return;
	ahead_drop(w->ahead, f, f->next);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	walk_dir_unref(f->dir);
	f->dir = NULL;
}

static void add_counts(struct walk_counts *to, const struct walk_counts *c)
{
	to->ignored += c->ignored;
	to->hidden += c->hidden;
	to->unreadable += c->unreadable;
	to->entries += c->entries;
	to->denied += c->denied;
	to->asks += c->asks;
}

/* Goes into a directory that has been listed. */
static void push(struct walk *w, struct frame *f)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 16;
		w->stack = xrealloc_n(w->stack, w->cap, sizeof(struct frame *));
	}
	w->stack[w->n++] = f;
	add_counts(&w->counts, &f->counts);
	if (!w->started && ++w->dirs > FEW && w->rules.flags & WALK_AHEAD &&
		!w->rules.sieve) {
		w->started = true;
		w->ahead = ahead_new(&w->rules);
	}
	ahead_offer(w->ahead, f);
	spare(w);
}

/* Goes into the directory fd (-1: there is none), whose path is w->path; `from` is its
 * entry in the directory above, NULL for the start. */
static void push_fd(struct walk *w, int fd, struct ignore *above, const struct name *from)
{
	struct frame *f = frame_new(NULL, w->path.p, above, (int)w->n + 1);
	if (w->rules.sieve)
		f->sieve = sieve_enter(w->rules.sieve, from ? top(w)->sieve : NULL,
			from ? frame_name(top(w), from) : "", from ? from->mount : REAL);
	f->dir = frame_dir(fd);
	f->pinned = fd < 0;
	frame_fill(f, &w->rules, &w->scratch);
	push(w, f);
}

/* Opens the directory that was returned last from this frame. Returns a descriptor, or
 * -1 with errno. */
static int open_last(const struct walk *w, const struct frame *f)
{
	const struct name *e = &f->v[f->next - 1];
	if (e->mount >= 0)
		return openat(w->rules.mounts[e->mount].fd, ".", FRAME_OPEN);
	return openat(f->dir->fd, frame_name(f, e), FRAME_OPEN);
}

static void count_unreadable(struct walk *w, int why)
{
	w->counts.unreadable += why != ENOENT && why != ENOTDIR && why != ELOOP;
}

static void enter(struct walk *w)
{
	struct frame *f = top(w), *listed = NULL;
	struct name *e = &f->v[f->next - 1];
	int fd = -1;
	w->enter = false;
	if (e->mount != REAL)
		f->pinned = true;
	ahead_offer(w->ahead, f);
	if ((listed = ahead_take(w->ahead, e, &w->scratch))) {
		if (listed->dir) {
			push(w, listed);
			return;
		}
		count_unreadable(w, listed->error);
		frame_free(listed);
		return;
	}
	bool empty = e->mount == VIRTUAL ||
		     (e->mount >= 0 && w->rules.mounts[e->mount].fd < 0);
	if (!empty && (fd = open_last(w, f)) < 0)
		count_unreadable(w, errno);
	else
		push_fd(w, fd, f->ignore, e);
}

/* Takes fd as the frame's directory if it is the one that was closed. */
static bool reopened(struct frame *f, int fd)
{
	struct stat st;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == f->dev &&
		st.st_ino == f->ino) {
		f->dir = frame_dir(fd);
		return true;
	}
	mem_closep(&fd);
	return false;
}

/* Opens the closed directory on top again: by "..", or, when directories were moved
 * meanwhile, from the nearest one above that is open. Returns whether it could. */
static bool reopen(struct walk *w, const struct walk_dir *child)
{
	if (child && reopened(top(w), openat(child->fd, "..", FRAME_OPEN)))
		return true;
	size_t from = w->n - 1;
	while (!w->stack[from]->dir)
		from--;
	for (size_t i = from; i + 1 < w->n; i++) {
		struct frame *f = w->stack[i];
		bool ok = reopened(w->stack[i + 1], open_last(w, f));
		if (i > from) {
			walk_dir_unref(f->dir);
			f->dir = NULL;
		}
		if (!ok)
			return false;
	}
	return true;
}

static void release(struct walk *w, struct frame *f)
{
	ahead_release(w->ahead, f);
}

static void pop(struct walk *w)
{
	struct frame *old = w->stack[--w->n];
	size_t i = w->n - 1;
	if (w->n && !top(w)->dir && !reopen(w, old->dir)) {
		/* It is gone, and with it whatever else it held. */
		w->counts.unreadable++;
		top(w)->next = top(w)->n;
	}
	if (w->n > 1 && i < w->open)
		w->open = i;
	release(w, old);
}

struct walk *walk_new(int fd, const struct walk_mount *mounts, size_t n_mounts,
	const struct walk_above *above, unsigned flags, int max_depth)
{
	struct walk *w = xmalloc(sizeof(*w));
	*w = (struct walk){.path = BUF_INIT, .open = 1, .scratch = {.path = BUF_INIT}};
	if (above)
		buf_puts(&w->path, above->path);
	w->rules = (struct frame_rules){.mounts = mounts,
		.n_mounts = n_mounts,
		.prefix = w->path.len,
		.flags = flags,
		.max_depth = max_depth,
		.sieve = above ? above->sieve : NULL};
	push_fd(w, fd, above && !(flags & WALK_NO_IGNORE) ? above->ignore : NULL, NULL);
	return w;
}

/* The next entry, also one that is only passed through. */
static int next(struct walk *w, struct walk_entry *out, bool *passed)
{
	if (w->enter)
		enter(w);
	while (w->n && top(w)->next == top(w)->n)
		pop(w);
	if (!w->n)
		return 0;
	struct frame *f = top(w);
	const struct name *e = &f->v[f->next++];
	set_path(w, f, frame_name(f, e));
	*passed = e->passed;
	*out = (struct walk_entry){.path = frame_below(&w->rules, w->path.p, w->path.len),
		.name = frame_name(f, e),
		.dir = f->dir,
		.type = e->type,
		.depth = (int)w->n,
		.mounted = e->mount != REAL,
		.mount = e->mount >= 0 ? w->rules.mounts[e->mount].fd : -1};
	w->enter = e->type == DT_DIR &&
		   (!w->rules.max_depth || out->depth < w->rules.max_depth);
	return 1;
}

int walk_next(struct walk *w, struct walk_entry *out)
{
	bool passed = true;
	int got = 1;
	while (got && passed)
		got = next(w, out, &passed);
	return got;
}

void walk_prune(struct walk *w)
{
	struct frame *f = top(w);
	w->enter = false;
	ahead_drop_one(w->ahead, &f->v[f->next - 1]);
}

const struct walk_counts *walk_counts(const struct walk *w)
{
	return &w->counts;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	while (w->n)
		release(w, w->stack[--w->n]);
	ahead_free(w->ahead);
	sieve_free(w->rules.sieve);
	free(w->stack);
	buf_release(&w->path);
	buf_release(&w->scratch.path);
	free(w);
}
