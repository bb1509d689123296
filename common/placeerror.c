/* SPDX-License-Identifier: MIT */
/* What is said when something in a place fails: near names, the root, and whether it is
 * an in-memory tree that is gone. */
#include "place.h"

#include "buf.h"
#include "mem.h"
#include "near.h"
#include "resolve.h"
#include "start.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int place_add_path(struct err *e, const char *path)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	text_name(&b, path, true);
	return err_add(e, "%.250s", b.p);
}

/* May a path below the root not be named? */
static bool is_hidden(const struct place *p, const char *rel)
{
	struct target t = {.rel = (char *)rel};
	struct site s[2];
	if (!p->gate)
		return false;
	place_given(p, &t, &s[0]);
	place_missing(p, &t, &s[1]);
	bool hidden = gate_hides(p->gate, OP_LS, s, 2);
	site_release(&s[0]);
	site_release(&s[1]);
	return hidden;
}

/* A path that leads into no root: name the root, and the longest end of an absolute path
 * that is a name in it. Returns -1. */
int place_outside(const struct place *p, const char *show, struct err *e)
{
	struct stat st;
	if (p->n_routes)
		return err_set(e, ERR_OUTSIDE_ROOT, show, "outside the root / of %.100s",
			p->spec);
	const char *dir = p->roots.v[0].path, *last = strrchr(show, '/');
	err_set(e, ERR_OUTSIDE_ROOT, show, "outside the root ");
	place_add_path(e, dir);
	if (show[0] != '/' || !strcmp(last, "/.") || !strcmp(last, "/.."))
		return -1;
	for (const char *s = show; (s = strchr(s, '/'));) {
		s += strspn(s, "/");
		if (!*s || root_stat(&p->roots, 0, s, true, &st) < 0 || is_hidden(p, s))
			continue;
		/* A relative name counts from the current directory, if that is inside.
		 */
		bool is_full = !p->cwd_outside && *p->cwd;
		char *full CLEANUP(mem_freep) = xasprintf(
			"%s%s%s", is_full ? dir : "", is_full && dir[1] ? "/" : "", s);
		err_add(e, "; there is ");
		return place_add_path(e, full);
	}
	return -1;
}

struct in_place {
	const struct place *p;
	size_t root;
	struct walk_mount *mounts;
};

/* What rules hide is not near. Returns a walk, which owns fd, or NULL. */
static struct walk *walk_shown(const struct in_place *in, struct target *dir, int fd,
	size_t n, unsigned flags, int depth)
{
	struct walk_above above = {.path = ""};
	struct err ignored;
	if (fd < 0 && !n)
		return NULL;
	if (start_sieve(in->p, OP_LS, dir, fd, in->mounts, n, &above.sieve, &ignored) <
		0) {
		mem_closep(&fd);
		return NULL;
	}
	return walk_new(fd, in->mounts, n, &above, flags, depth);
}

static struct walk *walk_tree(
	const void *ctx, const char *path, unsigned flags, int depth)
{
	const struct in_place *in = ctx;
	char *full CLEANUP(mem_freep) = NULL;
	if (resolve_path(in->p, path, true, &full) < 0)
		return NULL;
	char *show CLEANUP(mem_freep) = xasprintf("/%s", full);
	struct target dir = {.rel = (char *)".", .full = full, .show = show};
	int fd = resolve_open_dir(in->p, full);
	size_t n = resolve_mounts(in->p, full, in->mounts);
	return walk_shown(in, &dir, fd, n, flags, depth);
}

static struct walk *walk_root(
	const void *ctx, const char *path, unsigned flags, int depth)
{
	const struct in_place *in = ctx;
	struct target dir = {.root = in->root, .rel = (char *)path, .show = (char *)path};
	int fd = root_open(
		&in->p->roots, in->root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
	return walk_shown(in, &dir, fd, 0, flags, depth);
}

/* Names like that of the target, of which a composite's are looked for in the tree: what
 * a mount point hides is not offered. Returns how many were found. */
static int look_near(const struct place *p, const struct target *t, struct buf *b)
{
	struct in_place in = {.p = p, .root = t->root};
	if (p->kind != PLACE_COMPOSITE)
		return t->rel ? near_names(walk_root, &in, t->rel, t->show, b) : 0;
	char *rel CLEANUP(mem_freep) = place_from_start(p, t->operand);
	in.mounts = xcalloc(p->n_routes, sizeof(*in.mounts));
	int n = near_names(walk_tree, &in, rel, t->show, b);
	free(in.mounts);
	return n;
}

/* Is the in-memory tree that was opened another by now, or none? What would be written
 * into it would be lost. */
static bool is_replaced(const struct place *p, const struct target *t)
{
	struct stat st;
	const struct route *r = place_route(p, t);
	if (!r || r->state < 0)
		return false;
	const struct root *root = &p->roots.v[r->root];
	return fstatat(r->state, "tree", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	       st.st_dev != root->dev || st.st_ino != root->ino;
}

static int say_replaced(const struct target *t, struct err *e)
{
	return err_set(e, ERR_BUSY, t->show,
		"the in-memory tree was replaced or removed meanwhile; nothing was changed");
}

int place_begin(const struct place *p, const struct target *t, int64_t bytes,
	int64_t files, struct state_charge *c, struct err *e)
{
	const struct route *r = place_route(p, t);
	*c = (struct state_charge){.lock = -1};
	if (!r || r->state < 0)
		return 0;
	int got = is_replaced(p, t) ? -1 : state_begin(r->state, bytes, files, c, e);
	bool replaced = is_replaced(p, t); /* under the lock it stays as it is */
	if (got == 0 && !replaced)
		return 0;
	state_end(c, false);
	if (replaced)
		return say_replaced(t, e);
	snprintf(e->path, sizeof(e->path), "%s", t->show);
	return -1;
}

int place_error(const struct place *p, const struct target *t, int number, struct err *e)
{
	struct buf b = BUF_INIT;
	if (number == EXDEV && p->roots.confined)
		return place_outside(p, t->show, e);
	if (number == ENOENT && is_replaced(p, t))
		return say_replaced(t, e);
	err_sys(e, t->show, number);
	if (number != ENOENT) {
		return -1;
	} else if (look_near(p, t, &b)) {
		err_add(e, "; near: %.400s", b.p);
	} else if (p->n_routes && t->show[0] != '/') {
		err_add(e, "; relative paths start at /");
		place_add_path(e, p->cwd);
		err_add(e, " here, not in the shell's directory");
	} else if (p->cwd_outside && t->show[0] != '/') {
		err_add(e, " (relative to ");
		place_add_path(e, p->roots.v[0].path);
		err_add(e, ")");
	}
	buf_release(&b);
	return -1;
}
