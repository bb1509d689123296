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

static int target_local(
	const struct place *p, const char *operand, struct target *t, struct err *e)
{
	int i = roots_find(&p->roots, 0, operand, 0, &t->rel);
	if (i < 0)
		return place_outside(p, t->show, e);
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

char *place_from_start(const struct place *p, const char *operand)
{
	const char *cwd = *operand == '/' ? "" : p->cwd;
	const char *path = p->n_routes ? operand + strspn(operand, "/") : operand;
	return xasprintf("%s%s%s", cwd, *cwd ? "/" : "", *path ? path : ".");
}

int place_target(
	const struct place *p, const char *operand, struct target *t, struct err *e)
{
	*t = (struct target){.show = cleaned(operand), .operand = operand};
	char *joined = place_from_start(p, operand);
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

void target_add_show(struct buf *b, const char *show, const char *below)
{
	bool here = !strcmp(show, ".");
	if (!here)
		buf_puts(b, show);
	if (here && (*below == '-' || *below == '@'))
		buf_puts(b, "./");
	else if (!here && strcmp(show, "/") != 0)
		buf_addc(b, '/');
	buf_puts(b, below);
}

char *target_show(const char *show, const char *below)
{
	struct buf b = BUF_INIT;
	buf_reserve(&b, strlen(show) + strlen(below) + 2);
	target_add_show(&b, show, below);
	return buf_take(&b);
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

/* May a walk of this operation lead through what it does not show? */
static bool is_walk(enum op op)
{
	return op == OP_LS || op == OP_GLOB || op == OP_GREP;
}

static void release_sites(struct site *s, size_t n)
{
	while (n)
		site_release(&s[--n]);
}

/* The rules about the path as it was given. Returns 0, or -1 with err. */
static int admit_given(
	const struct place *p, enum op op, const struct target *t, struct err *e)
{
	struct site s[2];
	if (!p->gate)
		return 0;
	size_t n = place_given(p, t, s);
	int r = gate_path(p->gate, op, s, n, t->show, is_walk(op), e);
	release_sites(s, n);
	return r;
}

static int admit_opened(const struct place *p, enum op op, const struct target *t, int fd,
	const char *name, bool passes, struct err *e)
{
	struct site s;
	if (!p->gate)
		return 0;
	if (place_opened(p, t, fd, name, &s) < 0)
		return err_set(e, ERR_IO, t->show,
			"cannot tell where it leads, which the rules need: %s",
			strerror(errno));
	int r = gate_path(p->gate, op, &s, 1, t->show, passes, e);
	site_release(&s);
	return r;
}

int place_admit_opened(const struct place *p, enum op op, const struct target *t, int fd,
	const char *name, struct err *e)
{
	return admit_opened(p, op, t, fd, name, false, e);
}

/* The rules about where a path leads that is not there. */
static int admit_missing(
	const struct place *p, enum op op, const struct target *t, struct err *e)
{
	struct site s[3];
	if (!p->gate || !t->rel)
		return 0;
	size_t n = place_given(p, t, s);
	place_missing(p, t, &s[n++]);
	int r = 0;
	if (gate_hides(p->gate, op, s, n))
		r = gate_path(p->gate, op, s, n, t->show, false, e);
	release_sites(s, n);
	return r;
}

int place_failed(const struct place *p, enum op op, const struct target *t, int number,
	struct err *e)
{
	return admit_missing(p, op, t, e) < 0 ? -1 : place_error(p, t, number, e);
}

int place_admit(const struct place *p, enum op op, const struct target *t, struct err *e)
{
	const struct route *r = place_route(p, t);
	if (admit_given(p, op, t, e) < 0)
		return -1;
	if (!r)
		return 0;
	if (t->bad)
		return place_error(p, t, t->bad, e);
	if (r->down.code)
		return err_set(e, r->down.code, r->down.path[0] ? r->down.path : t->show,
			"%s", r->down.msg);
	if (r->ro && (op == OP_WRITE || op == OP_EDIT))
		return err_set(e, ERR_DENIED, t->show,
			"the route /%.200s is read-only. This is a decision, not a fault; do not "
			"try another way",
			r->at);
	if (op == OP_EXECUTE && r->kind == PLACE_STATE)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"state has no commands; local, "
			"sandbox and session have");
	return 0;
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
		place_failed(p, op, t, errno, e);
		return NULL;
	}
	size_t n = strlen(t->rel);
	route_target(p, own, n > 1 && t->rel[n - 1] == '/');
	return place_admit(p, op, own, e) < 0 ? NULL : own;
}

/* stat(2), or lstat(2), and what the rules say of what was found. Returns 0, or -1 with
 * err. */
static int look(const struct place *p, enum op op, const struct target *t, bool follow,
	struct stat *st, struct err *e)
{
	if (!p->gate && root_stat(&p->roots, t->root, t->rel, follow, st) == 0)
		return 0;
	int flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
	int fd CLEANUP(mem_closep) =
		p->gate ? root_open(&p->roots, t->root, t->rel, flags, 0) : -1;
	if (fd < 0 || fstat(fd, st) < 0)
		return place_failed(p, op, t, errno, e);
	bool passes = is_walk(op) && S_ISDIR(st->st_mode);
	return admit_opened(p, op, t, fd, NULL, passes, e);
}

int place_open_file(const struct place *p, enum op op, const struct target *t,
	struct stat *st, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	if (admit_given(p, op, t, e) < 0)
		return -1;
	/* That it is a directory is known even when its route is down. */
	bool is_dir = place_holds_mounts(p, t);
	if (!is_dir && !(t = place_follow(p, op, t, &own, e)))
		return -1;
	if (is_dir || place_holds_mounts(p, t))
		return err_set(e, ERR_IS_DIR, t->show, "is a directory");
	/* A look first: merely opening a device or a FIFO can do something. */
	if (look(p, op, t, true, st, e) < 0 || only_regular(t, st->st_mode, e) < 0)
		return -1;
	int fd = root_open(&p->roots, t->root, t->rel, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return place_failed(p, op, t, errno, e);
	if (fstat(fd, st) < 0 || only_regular(t, st->st_mode, e) < 0 ||
		admit_opened(p, op, t, fd, NULL, false, e) < 0) {
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
	if (fd < 0)
		return place_failed(p, op, t, errno, e);
	if (admit_opened(p, op, t, fd, NULL, is_walk(op), e) < 0)
		mem_closep(&fd);
	return fd;
}

int place_stat(const struct place *p, enum op op, const struct target *t, bool follow_it,
	struct stat *st, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	struct err why;
	if (admit_given(p, op, t, e) < 0)
		return -1;
	if (place_holds_mounts(p, t) && place_admit(p, op, t, &why) < 0)
		return *st = (struct stat){.st_mode = S_IFDIR | 0755}, 0;
	if (follow_it)
		t = place_follow(p, op, t, &own, e);
	else if (place_admit(p, op, t, e) < 0)
		return -1;
	if (!t)
		return -1;
	int r = look(p, op, t, follow_it, st, e);
	if ((r < 0 || !S_ISDIR(st->st_mode)) && place_holds_mounts(p, t))
		return *st = (struct stat){.st_mode = S_IFDIR | 0755}, 0;
	return r;
}

/* Finds the spot, then asks the rules about it. Missing parents are not made where they
 * say no. Returns 0, or -1 with err. */
static int find_spot(const struct place *p, enum op op, const struct target *t,
	bool follow, bool parents, struct spot *s, struct err *e)
{
	int r = root_spot(&p->roots, t->root, t->rel, follow, s);
	if (r < 0 && errno == ENOENT && parents) {
		if (admit_missing(p, op, t, e) < 0)
			return -1;
		if (root_mkparents(&p->roots, t->root, t->rel) >= 0)
			r = root_spot(&p->roots, t->root, t->rel, follow, s);
	}
	if (r < 0)
		return place_failed(p, op, t, errno, e);
	if (admit_opened(p, op, t, s->dirfd, s->name, is_walk(op), e) == 0)
		return 0;
	mem_closep(&s->dirfd);
	return -1;
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
	return find_spot(p, op, t, true, parents, s, e);
}

int place_name(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return -1;
	if (place_holds_mounts(p, t) && *t->full)
		return err_set(e, ERR_BUSY, t->show, "is, or holds, a mount point");
	if (find_spot(p, op, t, false, parents, s, e) < 0)
		return -1;
	if (strcmp(s->name, ".") != 0)
		return 0;
	close(s->dirfd);
	return err_set(
		e, ERR_BUSY, t->show, "is the root, or a path that ends in no name");
}

const struct route *place_far(const struct place *p, const struct vec *operands)
{
	const struct route *far = NULL;
	for (size_t i = 0; i < operands->n; i++) {
		struct target t;
		struct err ignored;
		if (place_target(p, operands->v[i], &t, &ignored) < 0)
			return NULL;
		const struct route *r = place_route(p, &t);
		bool same = r && r->kind == PLACE_FAR && (!far || far == r);
		target_release(&t);
		if (!same)
			return NULL;
		far = r;
	}
	return far;
}
