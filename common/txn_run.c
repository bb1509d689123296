/* SPDX-License-Identifier: MIT */
/* Several files found, locked in one order and staged, then published. */
#include "txn.h"

#include "hold.h"
#include "mem.h"
#include "num.h"

#include <fcntl.h>
#include <unistd.h>

enum { WAIT_MS = 10000, NAP_US = 1000 };

static void drop(struct txn_file *f)
{
	target_release(&f->target);
	mem_closep(&f->key.dirfd);
	f->key.dirfd = -1;
}

void txn_release(struct txn *x)
{
	for (size_t i = 0; i < x->n; i++)
		drop(&x->v[i]);
	free(x->v);
	x->v = NULL;
	x->n = x->cap = 0;
}

/* Finds where the target leads. A directory that is still to be made has no spot yet.
 * Returns 0, or -1 with err. */
static int find(struct txn *x, struct txn_file *f, struct err *e)
{
	if (place_spot(&x->t->place, f->op, &f->target, false, &f->key, e) < 0) {
		f->key.dirfd = -1;
		return e->code == ERR_NOT_FOUND && f->flags & CHANGE_CREATE ? 0 : -1;
	}
	if (fstatat(f->key.dirfd, f->key.name, &f->st, AT_SYMLINK_NOFOLLOW) < 0)
		f->st.st_nlink = 0; /* change_begin says so when it must be there */
	return 0;
}

/* Do both lead to one file? By another name that is the same file too (a hard link), and
 * its lock would be waited for in vain. */
static bool is_same(const struct txn_file *a, const struct txn_file *b)
{
	if (a->key.dirfd < 0 || b->key.dirfd < 0)
		return a->key.dirfd == b->key.dirfd && a->target.root == b->target.root &&
		       !strcmp(a->target.rel, b->target.rel);
	return change_compare(&a->key, &b->key) == 0 ||
	       (a->st.st_nlink && b->st.st_nlink && change_same(&a->st, &b->st));
}

struct txn_file *txn_add(struct txn *x, struct target *t, enum op op, unsigned flags,
	void *own, struct err *e)
{
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 16;
		x->v = xrealloc_n(x->v, x->cap, sizeof(*x->v));
	}
	struct txn_file *f = &x->v[x->n];
	*f = (struct txn_file){.target = *t,
		.own = own,
		.op = op,
		.flags = flags,
		.order = x->n,
		.key = {.dirfd = -1}};
	*t = (struct target){0};
	bool bad = find(x, f, e) < 0;
	for (size_t i = 0; i < x->n && !bad; i++)
		if (is_same(&x->v[i], f)) {
			e->code = ERR_NONE;
			bad = true;
		}
	if (bad) {
		drop(f);
		return NULL;
	}
	x->n++;
	return f;
}

static int by_key(const void *a, const void *b)
{
	const struct txn_file *x = a, *y = b;
	if (x->key.dirfd < 0 || y->key.dirfd < 0)
		return x->key.dirfd < 0 && y->key.dirfd < 0
			       ? strcmp(x->target.rel, y->target.rel)
			       : (x->key.dirfd < 0) - (y->key.dirfd < 0);
	return change_compare(&x->key, &y->key);
}

/* Begins and stages all; of several errors that of the file added first counts. Returns
 * 0, 1 to begin again, -1 with err. */
static int stage_all(struct txn *x, txn_stage *stage, void *ctx, struct err *e)
{
	struct err why = {0};
	size_t first = SIZE_MAX;
	for (size_t i = 0; i < x->n; i++) {
		struct txn_file *f = &x->v[i];
		if (f->order >= first)
			continue;
		f->begun = true;
		int r = change_begin(&f->change, &x->t->place, f->op, &f->target,
			f->flags, x->t->home, &why);
		if (r == 0)
			r = stage(ctx, f, &why);
		if (r > 0)
			return r;
		if (r < 0) {
			first = f->order;
			*e = why;
		}
	}
	return first == SIZE_MAX ? 0 : -1;
}

static void end_all(struct txn *x)
{
	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].begun)
			change_end(&x->v[i].change);
		x->v[i].begun = false;
	}
}

static int try_run(struct txn *x, txn_stage *stage, void *ctx, bool dry, struct err *e)
{
	struct change **v CLEANUP(mem_freep) = xcalloc(x->n + 1, sizeof(struct change *));
	for (size_t i = 0; i < x->n; i++)
		v[i] = &x->v[i].change;
	int r = stage_all(x, stage, ctx, e);
	if (r == 0 && !dry)
		r = txn_publish(x, v, x->n, e);
	end_all(x);
	return r;
}

int txn_run(struct txn *x, txn_stage *stage, void *ctx, bool dry, struct err *e)
{
	int64_t deadline = num_now_ms() + WAIT_MS;
	int r;
	if (x->n)
		qsort(x->v, x->n, sizeof(*x->v), by_key);
	while ((r = try_run(x, stage, ctx, dry, e)) == 1 && num_now_ms() < deadline)
		hold_nap(NAP_US);
	if (r == 1)
		r = err_set(
			e, ERR_BUSY, x->v[0].target.show, "in use: it keeps changing");
	if (r < 0 && x->n > 1 && !x->torn)
		err_add(e, "; nothing was changed");
	return r;
}
