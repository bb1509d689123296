/* SPDX-License-Identifier: MIT */
/* The names by which rules know what is in a place: as it was given, and as it was
 * opened. A tree's own path stands first, so that it is what approvals name. */
#include "place.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The path that the kernel knows an open file by. Returns new memory, or NULL. */
static char *kernel_path(int fd)
{
	static const char gone[] = " (deleted)";
	char link[64], path[PATH_MAX];
	if (fd == AT_FDCWD)
		return getcwd(NULL, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path));
	size_t end = sizeof(gone) - 1;
	if (n <= 0 || n == (ssize_t)sizeof(path) || path[0] != '/')
		return NULL;
	if ((size_t)n > end && !memcmp(path + n - end, gone, end)) {
		struct stat st;
		if (fstat(fd, &st) == 0 && !st.st_nlink)
			n -= (ssize_t)end; /* removed meanwhile: what it was called */
	}
	return xmemdup0(path, (size_t)n);
}

int place_guard(struct place *p, struct gate *g, struct err *e)
{
	if (!g)
		return 0;
	p->gate = g;
	p->real = xcalloc(p->roots.n, sizeof(*p->real));
	for (size_t i = 0; i < p->roots.n; i++) {
		p->real[i] = kernel_path(p->roots.v[i].fd);
		if (!p->real[i])
			return err_set(e, ERR_IO, p->roots.v[i].path,
				"cannot tell where it leads, which the rules need: "
				"/proc is not mounted");
	}
	return 0;
}

/* What of path lies below dir. Returns a pointer into path, "" for dir itself, NULL when
 * it does not. */
static const char *below(const char *path, const char *dir)
{
	size_t n = strlen(dir);
	if (n == 1)
		n = 0; /* "/" */
	if (strncmp(path, dir, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path + n + (path[n] == '/');
}

/* Adds a path below a root by the names of that root. */
static void add_in_root(
	const struct place *p, size_t root, const char *rel, struct site *s)
{
	const struct root *r = &p->roots.v[root];
	char *shown CLEANUP(mem_freep) = xasprintf("%s/%s", r->path, rel);
	char *real CLEANUP(mem_freep) = xasprintf("%s/%s", p->real[root], rel);
	site_add(s, shown, r->path, true);
	site_add(s, real, p->real[root], true);
}

static void add_on_host(const struct place *p, const char *path, struct site *s)
{
	const char *here = p->real[0];
	char *full CLEANUP(mem_freep) =
		*path == '/' ? xstrdup(path) : xasprintf("%s/%s", here, path);
	site_add(s, full, here, true);
}

void place_tree_name(
	const struct place *p, const char *at, const char *rel, struct site *s)
{
	char *path CLEANUP(mem_freep) = xasprintf("/%s/%s", at, rel);
	site_add(s, path, "/", !p->start);
	if (p->start)
		site_add(s, path, p->start, true);
}

size_t place_given(const struct place *p, const struct target *t, struct site out[2])
{
	out[0] = out[1] = (struct site){0};
	switch (p->kind) {
	case PLACE_HOST:
		add_on_host(p, t->rel, &out[0]);
		return 1;
	case PLACE_LOCAL:
		add_in_root(p, t->root, t->rel, &out[0]);
		return 1;
	case PLACE_STATE:
		place_tree_name(p, "", t->rel, &out[0]);
		return 1;
	case PLACE_COMPOSITE:
	case PLACE_NONE:
	case PLACE_FAR:
		break;
	}
	place_tree_name(p, *t->show == '/' ? "" : p->cwd, t->show, &out[0]);
	if (!t->full)
		return 1;
	place_tree_name(p, "", t->full, &out[1]);
	return 2;
}

/* The root that the path lies in, the nearest of several. Returns its number, or -1. */
static int root_of(const struct place *p, const char *path, const char **rest)
{
	int best = -1;
	for (size_t i = 0; i < p->roots.n; i++) {
		const char *r = below(path, p->real[i]);
		if (r && (best < 0 || r > *rest)) {
			best = (int)i;
			*rest = r;
		}
	}
	return best;
}

void place_host_name(const struct place *p, size_t root, const char *rel, struct site *s)
{
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s", p->real[root], rel);
	site_add(s, path, p->real[root], false);
}

/* The names of what the kernel knows by this path, in a tree by that route. */
static void names_of(
	const struct place *p, const struct route *r, const char *path, struct site *out)
{
	const char *rest = "";
	*out = (struct site){0};
	if (p->kind == PLACE_HOST) {
		add_on_host(p, path, out);
		return;
	}
	int i = r ? (int)r->root : root_of(p, path, &rest);
	if (r && !(rest = below(path, p->real[i])))
		i = -1;
	if (i < 0)
		site_add(out, path, NULL, false);
	else if (!r)
		add_in_root(p, (size_t)i, rest, out);
	else
		place_tree_name(p, r->at, rest, out);
	if (i >= 0 && r && r->kind == PLACE_LOCAL)
		place_host_name(p, r->root, rest, out);
}

int place_opened(const struct place *p, const struct target *t, int fd, const char *name,
	struct site *out)
{
	char *dir CLEANUP(mem_freep) = kernel_path(fd);
	if (!dir)
		return -1;
	char *path CLEANUP(mem_freep) =
		xasprintf("%s%s%s", dir, name ? "/" : "", name ? name : "");
	names_of(p, place_route(p, t), path, out);
	return 0;
}

/* The longest part of an absolute path that is there, links not followed. Returns its
 * length. */
static size_t there(const char *path, struct stat *st)
{
	for (size_t n = strlen(path);; n--) {
		char *part CLEANUP(mem_freep) = xmemdup0(path, n);
		if (lstat(n ? part : "/", st) == 0 || !n)
			return n;
		while (n > 1 && path[n - 1] != '/')
			n--;
	}
}

/* Where an absolute path leads, though it may not be there: links are read one by one,
 * those with an absolute text from `top`. Returns new memory; path is freed. */
static char *follow(char *path, const char *top)
{
	enum { MAX_LINKS = 40 };
	for (int links = 0; links < MAX_LINKS; links++) {
		struct stat st = {0};
		char link[PATH_MAX], *next;
		size_t n = there(path, &st);
		char *part CLEANUP(mem_freep) = xmemdup0(path, n);
		const char *slash = strrchr(part, '/');
		ssize_t len = n && S_ISLNK(st.st_mode)
				      ? readlink(part, link, sizeof(link) - 1)
				      : -1;
		if (len >= 0) {
			link[len] = '\0';
			bool absolute = *link == '/';
			next = xasprintf("%.*s%s/%s/%s",
				absolute || !slash ? 0 : (int)(slash - part), part,
				absolute ? top : "", link, path + n);
		} else {
			char *real CLEANUP(mem_freep) = realpath(n ? part : "/", NULL);
			next = xasprintf("%s/%s", real ? real : part, path + n);
			links = MAX_LINKS;
		}
		free(path);
		path = next;
	}
	return path;
}

void place_missing(const struct place *p, const struct target *t, struct site *out)
{
	bool tree = p->roots.v[t->root].is_tree;
	char *path = *t->rel == '/' && p->kind == PLACE_HOST
			     ? xstrdup(t->rel)
			     : xasprintf("%s/%s", p->real[t->root], t->rel);
	path = follow(path, tree ? p->real[t->root] : "");
	names_of(p, place_route(p, t), path, out);
	free(path);
}

/* The route that a path of the host lies in, the nearest of several. Returns NULL for
 * none. */
static const struct route *route_of(const struct place *p, const char *path)
{
	const struct route *best = p->n_routes ? &p->routes[p->n_routes - 1] : NULL;
	size_t most = 0;
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = &p->routes[i];
		size_t n = r->down.code ? 0 : strlen(p->real[r->root]);
		if (n > most && below(path, p->real[r->root])) {
			most = n;
			best = r;
		}
	}
	return best;
}

size_t place_on_host(const struct place *p, const char *path, struct site out[2])
{
	char *real = follow(xstrdup(path), "");
	names_of(p, route_of(p, path), path, &out[0]);
	names_of(p, route_of(p, real), real, &out[1]);
	free(real);
	return 2;
}
