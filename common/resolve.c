/* SPDX-License-Identifier: MIT */
#include "resolve.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* Is path equal to dir or below it? */
static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);
	return !n || (!strncmp(path, dir, n) && (!path[n] || path[n] == '/'));
}

const struct route *resolve_route(
	const struct place *p, const char *path, const char **rel)
{
	size_t i = 0; /* the longest stands first, that of the whole tree last */
	while (i + 1 < p->n_routes && !is_below(path, p->routes[i].at))
		i++;
	const char *rest = path + strlen(p->routes[i].at);
	rest += *rest == '/';
	*rel = *rest ? rest : ".";
	return &p->routes[i];
}

bool resolve_is_mount(const struct place *p, const char *path)
{
	for (size_t i = 0; i < p->n_routes; i++)
		if (is_below(p->routes[i].at, path))
			return true;
	return false;
}

size_t resolve_mounts(const struct place *p, const char *path, struct walk_mount *mounts)
{
	size_t n = strlen(path), count = 0;
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = &p->routes[i];
		if (strcmp(r->at, path) != 0 && is_below(r->at, path))
			mounts[count++] = (struct walk_mount){r->at + n + (n > 0),
				r->down.code ? -1 : p->roots.v[r->root].fd};
	}
	return count;
}

int resolve_open_dir(const struct place *p, const char *path)
{
	const char *rel;
	const struct route *r = resolve_route(p, path, &rel);
	if (!r->down.code)
		return root_open(
			&p->roots, r->root, rel, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
	errno = EIO;
	return -1;
}

struct steps {
	const struct place *p;
	char *done, *todo;
	size_t linked; /* how much of todo is a link's text */
	int links;
	bool missing;
};

static void steps_release(struct steps *s)
{
	int saved = errno;
	free(s->done);
	free(s->todo);
	errno = saved;
}

static void replace(char **where, char *what)
{
	free(*where);
	*where = what;
}

/* Goes on at rest, which is in todo. */
static void advance(struct steps *s, const char *rest)
{
	size_t n = (size_t)(rest - s->todo);
	s->linked -= n < s->linked ? n : s->linked;
	replace(&s->todo, xstrdup(rest));
}

/* Reads the link that a plain path names. Returns its length, or -1 with errno; EINVAL:
 * no link. */
static ssize_t read_link(const struct place *p, const char *path, char out[PATH_MAX])
{
	const char *rel;
	struct spot s;
	const struct route *r = resolve_route(p, path, &rel);
	if (r->down.code || resolve_is_mount(p, path)) {
		errno = EINVAL;
		return -1;
	}
	if (root_spot(&p->roots, r->root, rel, false, &s) < 0)
		return -1;
	ssize_t n = readlinkat(s.dirfd, s.name, out, PATH_MAX - 1);
	mem_closep(&s.dirfd);
	if (n >= 0)
		out[n] = '\0';
	return n;
}

/* Goes on at a link's target. An absolute one counts from the root of the tree where the
 * route's backend has a root of its own, else it is the host's and must lead into the
 * route. */
static int go_link(struct steps *s, const char *at, const char *target, const char *rest)
{
	const char *rel;
	const struct route *r = resolve_route(s->p, at, &rel);
	const struct root *root = &s->p->roots.v[r->root];
	char *inside CLEANUP(mem_freep) = NULL;
	if (++s->links > MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (target[0] == '/' && !root->is_tree) {
		if (roots_find(&s->p->roots, root->group, target, 0, &inside) < 0)
			return -1;
		target = inside;
		replace(&s->done, xstrdup(r->at));
	} else if (target[0] == '/') {
		replace(&s->done, xstrdup(""));
	}
	replace(&s->todo, xasprintf("%s%s%s", target, *rest ? "/" : "", rest));
	s->linked = strlen(target);
	return 0;
}

/* Can "." or ".." follow what was walked so far? Returns 0, or -1 with errno. */
static int need_dir(const struct steps *s)
{
	const char *rel;
	struct stat st;
	const struct route *r = resolve_route(s->p, s->done, &rel);
	if (s->missing || r->down.code || resolve_is_mount(s->p, s->done))
		return 0;
	if (root_stat(&s->p->roots, r->root, rel, false, &st) < 0)
		return -1;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? 0 : -1;
}

static int go_up(struct steps *s, const char *rest)
{
	if (s->missing || !*s->done) {
		errno = s->missing ? ENOENT : EXDEV;
		return -1;
	}
	char *slash = strrchr(s->done, '/');
	*(slash ? slash : s->done) = '\0';
	advance(s, rest);
	return 0;
}

/* One component. Returns 1 at the end, 0 to go on, -1 with errno. */
static int step(struct steps *s, bool follow)
{
	char target[PATH_MAX];
	const char *p = s->todo + strspn(s->todo, "/");
	size_t n = strcspn(p, "/");
	const char *rest = p + n;
	bool last = !rest[strspn(rest, "/")];
	if (!n)
		return 1;
	bool here = n == 1 && *p == '.', up = n == 2 && !memcmp(p, "..", 2);
	if ((here || up) && need_dir(s) < 0)
		return -1;
	if (up)
		return go_up(s, rest);
	if (here) {
		advance(s, rest);
		return 0;
	}
	char *at CLEANUP(mem_freep) =
		xasprintf("%s%s%.*s", s->done, *s->done ? "/" : "", (int)n, p);
	if (strlen(at) >= PATH_MAX || n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!s->missing && (!last || follow || *rest)) {
		if (read_link(s->p, at, target) >= 0)
			return go_link(s, at, target, rest);
		s->missing = errno == ENOENT;
		/* What a link leads to may be made, but not what is above it. */
		if (errno != EINVAL &&
			(!s->missing || s->linked > (size_t)(rest - s->todo)))
			return -1;
	}
	advance(s, rest);
	replace(&s->done, xstrdup(at));
	return 0;
}

int resolve_path(const struct place *p, const char *path, bool follow, char **out)
{
	struct steps s CLEANUP(steps_release) = {
		.p = p, .done = xstrdup(""), .todo = xstrdup(path)};
	int r = 0;
	while (r == 0)
		r = step(&s, follow);
	if (r < 0)
		return -1;
	*out = s.done;
	s.done = NULL;
	return 0;
}
