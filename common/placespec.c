/* SPDX-License-Identifier: MIT */
/* place_open: what a backend's name means, and opening what it names. */
#include "place.h"

#include "dial.h"
#include "mem.h"
#include "resolve.h"
#include "state.h"

#include <errno.h>
#include <unistd.h>

static const char known[] = "known backends: local, local:DIR, sandbox, "
			    "sandbox:DIR, state, state:NAME, "
			    "composite:/=SPEC,/PATH=SPEC,…, @FILE, session:ID, "
			    "docker:CONTAINER";

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
	int i = here ? roots_find(&p->roots, 0, here, 0, &rel) : -1;
	if (cwd && *cwd == '/' && i != 0) {
		err_set(e, ERR_OUTSIDE_ROOT, cwd, "outside the root ");
		place_add_path(e, p->roots.v[0].path);
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

/* Opens an in-memory tree, making it, as a root whose number is *root. Returns its
 * directory's descriptor, or -1 with err. */
static int open_state(
	struct place *p, const char *name, size_t *root, char **path, struct err *e)
{
	int fd = state_open(*name ? name : "default", true, path, e);
	if (fd < 0)
		return -1;
	char *tree CLEANUP(mem_freep) = xasprintf("%s/tree", *path);
	if (roots_add(&p->roots, tree) < 0) {
		err_sys(e, tree, errno);
		close(fd);
		return -1;
	}
	*root = p->roots.n - 1;
	p->roots.v[*root].is_tree = true;
	return fd;
}

static bool is_state(const char *spec)
{
	return !strcmp(spec, "state") || !strncmp(spec, "state:", 6);
}

/* The directory of a local backend's spec, or a sandbox's. Returns NULL when it is none.
 */
static const char *local_dir(const char *spec, bool *boxed)
{
	static const char *const names[] = {"local", "sandbox"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);
		*boxed = i == 1;
		if (!strcmp(spec, names[i]))
			return ".";
		if (!strncmp(spec, names[i], n) && spec[n] == ':' && spec[n + 1])
			return spec + n + 1;
	}
	return *boxed = false, NULL;
}

static int unknown(const char *spec, struct err *e)
{
	if (dial_place(spec))
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"'%.60s' cannot be the other side of a move; pab-cp copies there",
			spec);
	return err_set(e, ERR_USAGE, NULL, "no backend '%.60s'; %s", spec, known);
}

/* A route of which nothing is opened here. Returns whether it is one. */
static bool is_elsewhere(struct route *r, const char *spec)
{
	r->kind = !strcmp(spec, "none") ? PLACE_NONE : PLACE_FAR;
	if (r->kind == PLACE_NONE)
		return err_set(&r->down, ERR_NOT_FOUND, NULL, "no such file"), true;
	if (!dial_place(spec))
		return false;
	err_set(&r->down, ERR_BACKEND, NULL,
		"all below /%.100s is in %.100s: name it alone", r->at, spec);
	return true;
}

/* Opens what one route names. A name that means nothing is an error; what cannot be
 * opened makes the route one that is down. Returns 0, or -1 with err. */
static int open_route(struct place *p, struct route *r, const char *spec, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	const char *dir = local_dir(spec, &r->boxed);
	r->state = -1;
	if (is_elsewhere(r, spec))
		return 0;
	r->kind = dir ? PLACE_LOCAL : PLACE_STATE;
	if (!dir && !is_state(spec))
		return unknown(spec, e);
	if (dir && roots_add(&p->roots, dir) < 0) {
		err_sys(&r->down, dir, errno);
	} else if (dir) {
		r->root = p->roots.n - 1;
	} else {
		r->state = open_state(
			p, spec + 5 + (spec[5] == ':'), &r->root, &path, &r->down);
	}
	if (r->down.code == ERR_USAGE) {
		*e = r->down;
		return -1;
	}
	if (!r->down.code) {
		p->roots.v[r->root].group = (unsigned)p->roots.n;
		return 0;
	}
	r->down.code = ERR_BACKEND;
	return err_add(&r->down, " (the route /%.100s is down)", r->at), 0;
}

/* What stands below a far end's path could hide nothing of it: it does not know. */
static int check_far(const struct place *p, struct err *e)
{
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *far = &p->routes[i];
		size_t n = strlen(far->at);
		for (size_t k = 0; k < i && far->kind == PLACE_FAR; k++)
			if (!n || (!strncmp(p->routes[k].at, far->at, n) &&
					  p->routes[k].at[n] == '/'))
				return err_set(e, ERR_UNSUPPORTED, NULL,
					"no route can be below that of %.100s: /%.100s",
					far->spec, p->routes[k].at);
	}
	return 0;
}

static int open_composite(struct place *p, struct routings *rs, struct err *e)
{
	p->kind = PLACE_COMPOSITE;
	p->routes = xcalloc(rs->n, sizeof(*p->routes));
	for (size_t i = 0; i < rs->n; i++) {
		struct route *r = &p->routes[p->n_routes++];
		*r = (struct route){.at = xstrdup(rs->v[i].at),
			.spec = xstrdup(rs->v[i].spec),
			.ro = rs->v[i].ro,
			.state = -1};
		if (open_route(p, r, rs->v[i].spec, e) < 0)
			return -1;
		if (r->ro && r->kind == PLACE_FAR)
			return err_set(e, ERR_UNSUPPORTED, NULL,
				"the route /%.100s cannot be read-only: %.100s is a far end",
				r->at, r->spec);
	}
	p->roots.confined = true;
	return check_far(p, e);
}

static int open_single_state(struct place *p, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	const char *name = p->spec + 5 + (p->spec[5] == ':');
	p->kind = PLACE_STATE;
	p->routes = xcalloc(1, sizeof(*p->routes));
	p->n_routes = 1;
	p->routes[0] = (struct route){.at = xstrdup(""),
		.spec = xstrdup(p->spec),
		.kind = PLACE_STATE,
		.state = -1};
	p->routes[0].state = open_state(p, name, &p->routes[0].root, &path, e);
	if (p->routes[0].state < 0)
		return -1;
	p->home = xasprintf("%s/home", path);
	return 0;
}

/* Where relative operands start in a tree: --cwd, which is a path of the tree. */
static int tree_cwd(struct place *p, const char *cwd, struct err *e)
{
	p->cwd_outside = true;
	if (!cwd) {
		p->cwd = xstrdup("");
		return 0;
	}
	if (resolve_path(p, cwd, true, &p->cwd) == 0)
		return 0;
	err_sys(e, cwd, errno);
	return err_add(e, " (the directory of --cwd or PAB_CWD)");
}

static int open_tree(
	struct place *p, const char *cwd, routes_reader *reader, struct err *e)
{
	struct routings rs = {0};
	int r = 0;
	if (is_state(p->spec))
		return open_single_state(p, e) < 0 ? -1 : tree_cwd(p, cwd, e);
	if (p->spec[0] == '@' && !reader)
		r = err_set(e, ERR_UNSUPPORTED, NULL,
			"a backend in a file is read by the caller");
	else if (p->spec[0] == '@')
		r = reader(&rs, p->spec + 1, e);
	else
		r = routes_parse(&rs, p->spec + 10, e);
	if (r == 0)
		r = open_composite(p, &rs, e);
	routes_release(&rs);
	return r < 0 ? -1 : tree_cwd(p, cwd, e);
}

int place_open(struct place *p, const char *spec, const char *allow, const char *cwd,
	routes_reader *reader, struct err *e)
{
	*p = (struct place){.spec = xstrdup(spec ? spec : "")};
	const char *dir = local_dir(p->spec, &p->boxed);
	int r = 0;
	if (cwd && !*cwd)
		cwd = NULL;
	if (!*p->spec) {
		roots_init_open(&p->roots);
		p->cwd = xstrdup(cwd ? cwd : "");
	} else if (dir) {
		p->kind = PLACE_LOCAL;
		r = open_roots(p, dir, allow, e) < 0 ? -1 : find_cwd(p, dir, cwd, e);
	} else if (is_state(p->spec) || p->spec[0] == '@' ||
		   !strncmp(p->spec, "composite:", 10)) {
		r = open_tree(p, cwd, reader, e);
	} else {
		r = unknown(p->spec, e);
	}
	if (r < 0)
		place_release(p);
	return r;
}

void place_call(struct place *p, const char *spec)
{
	char *own = xstrdup(spec);
	free(p->spec);
	p->spec = own;
}

void place_release(struct place *p)
{
	for (size_t i = 0; p->real && i < p->roots.n; i++)
		free(p->real[i]);
	free(p->real);
	roots_release(&p->roots);
	for (size_t i = 0; i < p->n_routes; i++) {
		free(p->routes[i].at);
		free(p->routes[i].spec);
		mem_closep(&p->routes[i].state);
	}
	free(p->routes);
	free(p->home);
	free(p->spec);
	free(p->cwd);
	*p = (struct place){0};
}
