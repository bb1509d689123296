/* SPDX-License-Identifier: MIT */
#include "start.h"

#include "mem.h"
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

static bool is_same(int a, int b)
{
	struct stat x, y;
	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The nearest directory at or above fd that holds ".git". Returns a descriptor of it, or
 * -1; *up is how many directories above it is. */
static int find_repository(int fd, size_t *up)
{
	int at = openat(fd, ".", OPEN_DIR);
	for (*up = 0; at >= 0; ++*up) {
		struct stat st;
		if (fstatat(at, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0)
			return at;
		int above = openat(at, "..", OPEN_DIR);
		bool end = above < 0 || is_same(at, above);
		mem_closep(&at);
		if (end)
			mem_closep(&above);
		at = above;
	}
	return -1;
}

/* The last `up` components of path. */
static const char *last_components(const char *path, size_t up)
{
	const char *p = path + strlen(path);
	while (up && p > path)
		if (*--p == '/' && !--up)
			return p + 1;
	return up ? path : p;
}

/* The topmost directory whose rules count, and the way from it down to fd. Returns a
 * descriptor, or -1 when fd itself is the topmost; *way is new memory then. */
static int find_top(const struct place *p, const struct target *t, int fd, char **way)
{
	size_t up;
	char *path CLEANUP(mem_freep) = roots_real(fd);
	if (!path)
		return -1;
	if (!p->roots.confined) {
		int top = find_repository(fd, &up);
		*way = top < 0 ? NULL : xstrdup(last_components(path, up));
		return top;
	}
	const struct root *r = &p->roots.v[t->root];
	char *root CLEANUP(mem_freep) = roots_real(r->fd);
	size_t n = root ? strlen(root) : 0;
	if (n == 1)
		n = 0; /* "/" */
	if (!root || strncmp(path, root, n) != 0 || (path[n] && path[n] != '/'))
		return -1;
	*way = xstrdup(path + n + (path[n] == '/'));
	return openat(r->fd, ".", OPEN_DIR);
}

static void release_levels(struct start *s)
{
	while (s->n) {
		s->n--;
		ignore_free(s->levels[s->n], s->n ? s->levels[s->n - 1] : NULL);
	}
	free(s->levels);
	s->levels = NULL;
}

static void add_level(struct start *s, int fd, const char *path)
{
	struct ignore *above = s->n ? s->levels[s->n - 1] : NULL;
	struct ignore *ig = ignore_read(fd, path, IGNORE_ALL, above);
	if (ig == above)
		return;
	s->levels = xrealloc_n(s->levels, s->n + 1, sizeof(struct ignore *));
	s->levels[s->n++] = ig;
}

/* Reads the rules from top down the way to fd, whose own are the walk's to read. When
 * the way does not lead there (any more), no rules from above count. */
static void read_levels(struct start *s, int top, const char *way, int fd)
{
	int at CLEANUP(mem_closep) = openat(top, ".", OPEN_DIR);
	for (const char *p = way; at >= 0 && *p;) {
		size_t n = strcspn(p, "/");
		char *path CLEANUP(mem_freep) =
			xmemdup0(way, p > way ? (size_t)(p - way) - 1 : 0);
		char *name CLEANUP(mem_freep) = xmemdup0(p, n);
		add_level(s, at, path);
		int next = openat(at, name, OPEN_DIR);
		mem_closep(&at);
		at = next;
		p += n + (p[n] == '/');
	}
	if (at < 0 || !is_same(at, fd))
		release_levels(s);
}

/* As read_levels in a composite: the directories above stand in several routes. */
static void read_tree_levels(struct start *s, const struct place *p, const char *full)
{
	for (const char *end = full; end && *full; end = strchr(end + 1, '/')) {
		char *path CLEANUP(mem_freep) = xmemdup0(full, (size_t)(end - full));
		int fd CLEANUP(mem_closep) = resolve_open_dir(p, path);
		if (fd >= 0)
			add_level(s, fd, path);
	}
}

/* The routes that stand at or below the start in the tree. */
static void find_mounts(
	struct start *s, const struct place *p, const char *full, int max_depth)
{
	size_t n = strlen(full);
	s->mounts = xcalloc(p->n_routes, sizeof(*s->mounts));
	s->n_mounts = resolve_mounts(p, full, s->mounts);
	s->down = xcalloc(p->n_routes, sizeof(const struct err *));
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = &p->routes[i];
		bool below =
			!strncmp(r->at, full, n) && (!n || r->at[n] == '/' || !r->at[n]);
		/* That a far end is there is all that one level shows. */
		bool fine =
			r->kind == PLACE_NONE || (r->kind == PLACE_FAR && max_depth == 1);
		if (below && r->down.code && !fine)
			s->down[s->n_down++] = &r->down;
	}
}

/* The names on the host of what is mounted. Returns new memory. */
static struct site *mount_sites(
	const struct place *p, const struct walk_mount *mounts, size_t n)
{
	struct site *sites = xcalloc(n, sizeof(*sites));
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < p->n_routes; i++) {
			const struct route *r = &p->routes[i];
			if (r->kind == PLACE_LOCAL && mounts[k].fd >= 0 &&
				mounts[k].fd == p->roots.v[r->root].fd)
				place_host_name(p, r->root, "", &sites[k]);
		}
	return sites;
}

int start_sieve(const struct place *p, enum op op, const struct target *t, int fd,
	const struct walk_mount *mounts, size_t n_mounts, struct sieve **out,
	struct err *e)
{
	*out = NULL;
	if (!p->gate)
		return 0;
	struct site *s = xcalloc(3, sizeof(*s));
	size_t n = place_given(p, t, s);
	if (fd >= 0 && place_opened(p, t, fd, NULL, &s[n]) == 0)
		n++;
	/* Most often all are one. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (site_within(&s[i], &s[k])) {
				site_release(&s[i]);
				memmove(&s[i], &s[i + 1], (--n - i) * sizeof(*s));
				k = i;
			}
	bool hidden =
		gate_hides(p->gate, op, s, n) && !decide_passes(&p->gate->sets, op, s, n);
	*out = sieve_new(
		&p->gate->sets, op, s, n, mount_sites(p, mounts, n_mounts), n_mounts);
	if (!hidden)
		return 0;
	sieve_free(*out);
	*out = NULL;
	return err_set(e, ERR_DENIED, t->show, "denied by the rules");
}

/* Where the tree has several routes. Returns 0, or -1 with err. */
static int start_composite(struct start *s, const struct place *p, enum op op,
	const struct target *t, unsigned flags, int max_depth, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	struct err why = {0};
	const struct target *at = place_follow(p, op, t, &own, &why);
	const char *full = own.full ? own.full : t->full;
	int fd = at ? place_open_dir(p, op, at, &why) : -1;
	find_mounts(s, p, full, max_depth);
	if (fd < 0 && !s->n_mounts && (!at || !place_holds_mounts(p, at))) {
		*e = why;
		return -1;
	}
	if (!(flags & WALK_NO_IGNORE))
		read_tree_levels(s, p, full);
	struct walk_above above = {
		.ignore = s->n ? s->levels[s->n - 1] : NULL,
		.path = full,
	};
	if (start_sieve(p, op, at ? at : t, fd, s->mounts, s->n_mounts, &above.sieve, e) <
		0) {
		mem_closep(&fd);
		return -1;
	}
	s->walk = walk_new(fd, s->mounts, s->n_mounts, &above, flags, max_depth);
	return 0;
}

int start_walk(struct start *s, const struct place *p, enum op op, const struct target *t,
	unsigned flags, int max_depth, struct err *e)
{
	char *way CLEANUP(mem_freep) = NULL;
	int top CLEANUP(mem_closep) = -1;
	*s = (struct start){.gate = p->gate};
	if (t->full && start_composite(s, p, op, t, flags, max_depth, e) < 0) {
		start_release(s);
		return -1;
	}
	if (t->full)
		return 0;
	int fd = place_open_dir(p, op, t, e);
	if (fd < 0)
		return -1;
	if (!(flags & WALK_NO_IGNORE))
		top = find_top(p, t, fd, &way);
	if (top >= 0)
		read_levels(s, top, way, fd);
	struct walk_above above = {
		.ignore = s->n ? s->levels[s->n - 1] : NULL,
		.path = s->n ? way : "",
	};
	if (start_sieve(p, op, t, fd, NULL, 0, &above.sieve, e) < 0) {
		mem_closep(&fd);
		start_release(s);
		return -1;
	}
	s->walk = walk_new(fd, NULL, 0, &above, flags, max_depth);
	return 0;
}

void start_mounts(const struct place *p, const struct target *t,
	struct walk_mount **mounts, size_t *n)
{
	if (!t->full)
		return;
	*mounts = xcalloc(p->n_routes, sizeof(**mounts));
	*n = resolve_mounts(p, t->full, *mounts);
}

void start_release(struct start *s)
{
	if (s->gate && s->walk) {
		s->gate->hidden += walk_counts(s->walk)->denied;
		s->gate->unasked += walk_counts(s->walk)->asks;
	}
	walk_free(s->walk);
	release_levels(s);
	free(s->mounts);
	free(s->down);
	*s = (struct start){0};
}
