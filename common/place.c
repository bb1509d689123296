/* SPDX-License-Identifier: MIT */
#include "place.h"

#include "buf.h"
#include "mem.h"
#include "near.h"
#include "resolve.h"
#include "state.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The operand as it is printed: no leading "./", no doubled or last slashes. */
static char *cleaned(const char *operand)
{
	struct buf b = BUF_INIT;
	const char *p = operand;
	while (p[0] == '.' && p[1] == '/')
		p += 1 + strspn(p + 1, "/");
	for (; *p; p++)
		if (*p != '/' || !b.len || b.p[b.len - 1] != '/')
			buf_addc(&b, *p);
	while (b.len > 1 && b.p[b.len - 1] == '/')
		buf_trim(&b, b.len - 1);
	if (!b.len)
		buf_addc(&b, '.');
	char *s = buf_take(&b);
	if (*s == '-' || *s == '@') {
		char *dotted = xasprintf("./%s", s);
		free(s);
		return dotted;
	}
	return s;
}

int place_add_path(struct err *e, const char *path)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	text_name(&b, path, true);
	return err_add(e, "%.250s", b.p);
}

/* A path that leads into no root: name the root, and the longest end of an absolute path
 * that is a name in it. Returns -1. */
static int outside(const struct place *p, const char *show, struct err *e)
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
		if (!*s || root_stat(&p->roots, 0, s, true, &st) < 0)
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

static int target_local(
	const struct place *p, const char *operand, struct target *t, struct err *e)
{
	int i = roots_find(&p->roots, 0, operand, 0, &t->rel);
	if (i < 0)
		return outside(p, t->show, e);
	t->root = (size_t)i;
	if (!*t->rel) {
		free(t->rel);
		t->rel = xstrdup(".");
	}
	return 0;
}

/* Lets t lead where its path in the tree does. */
static void route_target(const struct place *p, struct target *t, bool slash)
{
	const char *rel;
	const struct route *r = resolve_route(p, t->full, &rel);
	t->root = r->root;
	free(t->rel);
	t->rel = xasprintf("%s%s", rel, slash ? "/" : "");
}

/* A path that leads nowhere is an error when it is used, as on other backends. */
static void target_composite(const struct place *p, const char *path, struct target *t)
{
	size_t n = strlen(path);
	bool slash = n > 1 && (path[n - 1] == '/' || !strcmp(path + n - 2, "/."));
	if (resolve_path(p, path, slash, &t->full) == 0) {
		route_target(p, t, slash && *t->full);
		return;
	}
	t->bad = errno;
	t->rel = xstrdup(".");
}

/* The operand as it counts from where its kind of place starts: a tree's root, the host's
 * for an absolute one, else root 0. Returns new memory. */
static char *from_start(const struct place *p, const char *operand)
{
	const char *cwd = *operand == '/' ? "" : p->cwd;
	const char *path = p->n_routes ? operand + strspn(operand, "/") : operand;
	return xasprintf("%s%s%s", cwd, *cwd ? "/" : "", *path ? path : ".");
}

int place_target(
	const struct place *p, const char *operand, struct target *t, struct err *e)
{
	*t = (struct target){.show = cleaned(operand), .operand = operand};
	char *joined = from_start(p, operand);
	bool absolute = *operand == '/';
	int r = 0;
	if (p->kind == PLACE_LOCAL && absolute)
		r = target_local(p, joined, t, e);
	else if (p->kind == PLACE_COMPOSITE)
		target_composite(p, joined, t);
	else
		t->rel = xstrdup(joined);
	free(joined);
	if (r < 0)
		target_release(t);
	return r;
}

char *target_show(const char *show, const char *below)
{
	if (!strcmp(show, "."))
		return *below == '-' || *below == '@' ? xasprintf("./%s", below)
						      : xstrdup(below);
	return xasprintf("%s%s%s", show, !strcmp(show, "/") ? "" : "/", below);
}

void target_below(const struct place *p, const struct target *dir, const char *path,
	struct target *t)
{
	*t = (struct target){.root = dir->root, .operand = dir->operand};
	t->show = target_show(dir->show, path);
	if (dir->full) {
		t->full = xasprintf("%s%s%s", dir->full, *dir->full ? "/" : "", path);
		route_target(p, t, false);
		return;
	}
	t->rel = !strcmp(dir->rel, ".") ? xstrdup(path)
					: xasprintf("%s/%s", dir->rel, path);
}

void target_release(struct target *t)
{
	free(t->rel);
	free(t->full);
	free(t->show);
	*t = (struct target){0};
}

const struct route *place_route(const struct place *p, const struct target *t)
{
	const char *rel;
	if (!p->n_routes)
		return NULL;
	return t->full ? resolve_route(p, t->full, &rel) : &p->routes[0];
}

bool place_holds_mounts(const struct place *p, const struct target *t)
{
	return t->full && resolve_is_mount(p, t->full);
}

int place_admit(const struct place *p, enum op op, const struct target *t, struct err *e)
{
	const struct route *r = place_route(p, t);
	if (!r)
		return 0;
	if (t->bad)
		return place_error(p, t, t->bad, e);
	if (r->down.code) {
		*e = r->down;
		return -1;
	}
	if (r->ro && (op == OP_WRITE || op == OP_EDIT))
		return err_set(e, ERR_DENIED, t->show,
			"the route /%.200s is read-only. This is a decision, not a fault; do not "
			"try another way",
			r->at);
	if (op == OP_EXECUTE && r->kind == PLACE_STATE)
		return err_set(
			e, ERR_UNSUPPORTED, NULL, "state has no commands; local has");
	return 0;
}

struct in_tree {
	const struct place *p;
	struct walk_mount *mounts;
};

static struct walk *walk_tree(const void *ctx, const char *dir, unsigned flags, int depth)
{
	const struct in_tree *in = ctx;
	char *path CLEANUP(mem_freep) = NULL;
	if (resolve_path(in->p, dir, true, &path) < 0)
		return NULL;
	int fd = resolve_open_dir(in->p, path);
	size_t n = resolve_mounts(in->p, path, in->mounts);
	return fd < 0 && !n ? NULL : walk_new(fd, in->mounts, n, NULL, flags, depth);
}

/* Names like that of the target, of which a composite's are looked for in the tree: what
 * a mount point hides is not offered. Returns how many were found. */
static int look_near(const struct place *p, const struct target *t, struct buf *b)
{
	if (p->kind != PLACE_COMPOSITE)
		return t->rel ? near_in_root(&p->roots, t->root, t->rel, t->show, b) : 0;
	char *rel CLEANUP(mem_freep) = from_start(p, t->operand);
	struct walk_mount *mounts CLEANUP(mem_freep) =
		xcalloc(p->n_routes, sizeof(*mounts));
	return near_names(walk_tree, &(struct in_tree){p, mounts}, rel, t->show, b);
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
		return outside(p, t->show, e);
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

const char *place_kind_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	case S_IFLNK:
		return "a symbolic link";
	default:
		return "a file";
	}
}

/* Refuses all but regular files. Returns 0, or -1 with err. */
static int only_regular(const struct target *t, mode_t mode, struct err *e)
{
	if (S_ISREG(mode))
		return 0;
	if (S_ISDIR(mode))
		return err_set(e, ERR_IS_DIR, t->show, "is a directory");
	return err_set(e, ERR_NOT_REGULAR, t->show, "is %s, not a regular file",
		place_kind_name(mode));
}

const struct target *place_follow(const struct place *p, enum op op,
	const struct target *t, struct target *own, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return NULL;
	if (!t->full)
		return t;
	*own = (struct target){.show = xstrdup(t->show), .operand = t->operand};
	if (resolve_path(p, t->full, true, &own->full) < 0) {
		place_error(p, t, errno, e);
		return NULL;
	}
	size_t n = strlen(t->rel);
	route_target(p, own, n > 1 && t->rel[n - 1] == '/');
	return place_admit(p, op, own, e) < 0 ? NULL : own;
}

int place_open_file(const struct place *p, enum op op, const struct target *t,
	struct stat *st, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	/* That it is a directory is known even when its route is down. */
	bool is_dir = place_holds_mounts(p, t);
	if (!is_dir && !(t = place_follow(p, op, t, &own, e)))
		return -1;
	if (is_dir || place_holds_mounts(p, t))
		return err_set(e, ERR_IS_DIR, t->show, "is a directory");
	/* A look first: merely opening a device or a FIFO can do something. */
	if (root_stat(&p->roots, t->root, t->rel, true, st) < 0)
		return place_error(p, t, errno, e);
	if (only_regular(t, st->st_mode, e) < 0)
		return -1;
	int fd = root_open(&p->roots, t->root, t->rel, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return place_error(p, t, errno, e);
	if (fstat(fd, st) < 0 || only_regular(t, st->st_mode, e) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int place_open_dir(
	const struct place *p, enum op op, const struct target *t, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	t = place_follow(p, op, t, &own, e);
	if (!t)
		return -1;
	int fd = root_open(&p->roots, t->root, t->rel, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? place_error(p, t, errno, e) : fd;
}

int place_stat(const struct place *p, enum op op, const struct target *t, bool follow_it,
	struct stat *st, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	struct err why;
	if (place_holds_mounts(p, t) && place_admit(p, op, t, &why) < 0)
		return *st = (struct stat){.st_mode = S_IFDIR | 0755}, 0;
	if (follow_it)
		t = place_follow(p, op, t, &own, e);
	else if (place_admit(p, op, t, e) < 0)
		return -1;
	if (!t)
		return -1;
	int r = root_stat(&p->roots, t->root, t->rel, follow_it, st);
	if ((r < 0 || !S_ISDIR(st->st_mode)) && place_holds_mounts(p, t))
		return *st = (struct stat){.st_mode = S_IFDIR | 0755}, 0;
	return r < 0 ? place_error(p, t, errno, e) : 0;
}

int place_spot(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	t = place_follow(p, op, t, &own, e);
	if (!t)
		return -1;
	if (place_holds_mounts(p, t))
		return err_set(e, ERR_IS_DIR, t->show, "is a directory");
	if (root_spot(&p->roots, t->root, t->rel, true, s) == 0)
		return 0;
	if (errno != ENOENT || !parents)
		return place_error(p, t, errno, e);
	if (root_mkparents(&p->roots, t->root, t->rel) < 0 ||
		root_spot(&p->roots, t->root, t->rel, true, s) < 0)
		return place_error(p, t, errno, e);
	return 0;
}

int place_name(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return -1;
	if (place_holds_mounts(p, t) && *t->full)
		return err_set(e, ERR_BUSY, t->show, "is, or holds, a mount point");
	int r = root_spot(&p->roots, t->root, t->rel, false, s);
	if (r < 0 && errno == ENOENT && parents &&
		root_mkparents(&p->roots, t->root, t->rel) >= 0)
		r = root_spot(&p->roots, t->root, t->rel, false, s);
	if (r < 0)
		return place_error(p, t, errno, e);
	if (strcmp(s->name, ".") != 0)
		return 0;
	close(s->dirfd);
	return err_set(
		e, ERR_BUSY, t->show, "is the root, or a path that ends in no name");
}
