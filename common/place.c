/* SPDX-License-Identifier: MIT */
#include "place.h"

#include "buf.h"
#include "mem.h"
#include "near.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char known[] = "known backends: local, local:DIR";

/* Appends a path to the message as names are shown, on one line. */
static int add_path(struct err *e, const char *path)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	text_name(&b, path, true);
	return err_add(e, "%.250s", b.p);
}

static int open_roots(struct place *p, const char *dir, const char *allow, struct err *e)
{
	if (roots_add(&p->roots, dir) < 0) {
		err_sys(e, dir, errno);
		return err_add(e, " (the directory of the backend)");
	}
	while (allow && *allow) {
		size_t n = strcspn(allow, ":");
		char *one CLEANUP(mem_freep) = xmemdup0(allow, n);
		if (n && roots_add(&p->roots, one) < 0) {
			err_sys(e, one, errno);
			return err_add(e, " (a directory of --allow or PAB_ALLOW)");
		}
		allow += n + (allow[n] == ':');
	}
	return 0;
}

/* Where relative operands start: the current directory when that lies in the root. */
static int find_cwd(struct place *p, const char *dir, const char *cwd, struct err *e)
{
	char *rel CLEANUP(mem_freep) = NULL;
	if (!cwd && !strcmp(dir, ".")) {
		p->cwd = xstrdup("");
		return 0;
	}
	char *here CLEANUP(mem_freep) =
		cwd && *cwd == '/' ? xstrdup(cwd) : getcwd(NULL, 0);
	int i = here ? roots_find(&p->roots, here, 0, &rel) : -1;
	if (cwd && *cwd == '/' && i != 0) {
		err_set(e, ERR_OUTSIDE_ROOT, cwd, "outside the root ");
		add_path(e, p->roots.v[0].path);
		return err_add(e, " (the directory of --cwd or PAB_CWD)");
	}
	p->cwd_outside = i != 0;
	const char *start = i == 0 ? rel : "";
	if (cwd && *cwd != '/')
		p->cwd = xasprintf("%s%s%s", start, *start ? "/" : "", cwd);
	else
		p->cwd = xstrdup(start);
	return 0;
}

int place_open(struct place *p, const char *spec, const char *allow, const char *cwd,
	struct err *e)
{
	*p = (struct place){.spec = xstrdup(spec ? spec : "")};
	if (cwd && !*cwd)
		cwd = NULL;
	if (!*p->spec) {
		roots_init_open(&p->roots);
		p->cwd = xstrdup(cwd ? cwd : "");
		return 0;
	}
	const char *dir = !strcmp(p->spec, "local")        ? "."
			  : !strncmp(p->spec, "local:", 6) ? p->spec + 6
							   : "";
	p->kind = PLACE_LOCAL;
	if (!*dir) {
		err_set(e, ERR_USAGE, NULL, "no backend '%.60s'; %s", p->spec, known);
		place_release(p);
		return -1;
	}
	if (open_roots(p, dir, allow, e) < 0 || find_cwd(p, dir, cwd, e) < 0) {
		place_release(p);
		return -1;
	}
	return 0;
}

void place_release(struct place *p)
{
	roots_release(&p->roots);
	free(p->spec);
	free(p->cwd);
	*p = (struct place){0};
}

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

/* A path that leads into no root: name the root, and the longest end of an absolute path
 * that is a name in it. Returns -1. */
static int outside(const struct place *p, const char *show, struct err *e)
{
	struct stat st;
	const char *dir = p->roots.v[0].path, *last = strrchr(show, '/');
	err_set(e, ERR_OUTSIDE_ROOT, show, "outside the root ");
	add_path(e, dir);
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
		return add_path(e, full);
	}
	return -1;
}

int place_target(
	const struct place *p, const char *operand, struct target *t, struct err *e)
{
	*t = (struct target){.show = cleaned(operand), .operand = operand};
	if (!*operand)
		operand = ".";
	if (p->kind == PLACE_LOCAL && *operand == '/') {
		int i = roots_find(&p->roots, operand, 0, &t->rel);
		if (i < 0) {
			outside(p, t->show, e);
			target_release(t);
			return -1;
		}
		t->root = (size_t)i;
		if (!*t->rel) {
			free(t->rel);
			t->rel = xstrdup(".");
		}
		return 0;
	}
	t->rel = *p->cwd && *operand != '/' ? xasprintf("%s/%s", p->cwd, operand)
					    : xstrdup(operand);
	return 0;
}

char *target_show(const char *show, const char *below)
{
	if (!strcmp(show, "."))
		return *below == '-' || *below == '@' ? xasprintf("./%s", below)
						      : xstrdup(below);
	return xasprintf("%s%s%s", show, !strcmp(show, "/") ? "" : "/", below);
}

void target_below(const struct target *dir, const char *path, struct target *t)
{
	t->root = dir->root;
	t->operand = dir->operand;
	t->rel = !strcmp(dir->rel, ".") ? xstrdup(path)
					: xasprintf("%s/%s", dir->rel, path);
	t->show = target_show(dir->show, path);
}

void target_release(struct target *t)
{
	free(t->rel);
	free(t->show);
	*t = (struct target){0};
}

int place_admit(const struct place *p, enum op op, const struct target *t, struct err *e)
{
	(void)p;
	(void)op;
	(void)t;
	(void)e;
	return 0;
}

int place_error(const struct place *p, const struct target *t, int number, struct err *e)
{
	struct buf b = BUF_INIT;
	if (number == EXDEV && p->roots.confined)
		return outside(p, t->show, e);
	err_sys(e, t->show, number);
	if (number == ENOENT && near_names(&p->roots, t->root, t->rel, t->show, &b)) {
		err_add(e, "; near: %.400s", b.p);
	} else if (number == ENOENT && p->cwd_outside && t->show[0] != '/') {
		err_add(e, " (relative to ");
		add_path(e, p->roots.v[0].path);
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

int place_open_file(const struct place *p, enum op op, const struct target *t,
	struct stat *st, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return -1;
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
	if (place_admit(p, op, t, e) < 0)
		return -1;
	int fd = root_open(&p->roots, t->root, t->rel, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? place_error(p, t, errno, e) : fd;
}

int place_stat(const struct place *p, enum op op, const struct target *t, bool follow,
	struct stat *st, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return -1;
	if (root_stat(&p->roots, t->root, t->rel, follow, st) < 0)
		return place_error(p, t, errno, e);
	return 0;
}

int place_spot(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e)
{
	if (place_admit(p, op, t, e) < 0)
		return -1;
	if (root_spot(&p->roots, t->root, t->rel, true, s) == 0)
		return 0;
	if (errno != ENOENT || !parents)
		return place_error(p, t, errno, e);
	if (root_mkparents(&p->roots, t->root, t->rel) < 0 ||
		root_spot(&p->roots, t->root, t->rel, true, s) < 0)
		return place_error(p, t, errno, e);
	return 0;
}
