/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include "mem.h"

char *routes_clean(const char *path)
{
	if (*path != '/')
		return NULL;
	path++;
	size_t n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	char *s = xmemdup0(path, n);
	for (const char *p = s; *s; p++) {
		size_t len = strcspn(p, "/");
		if (!len || (len == 1 && *p == '.') ||
			(len == 2 && !memcmp(p, "..", 2))) {
			free(s);
			return NULL;
		}
		p += len;
		if (!*p)
			break;
	}
	return s;
}

int routes_add(
	struct routings *rs, const char *path, const char *spec, bool ro, struct err *e)
{
	char *at = routes_clean(path);
	if (!at)
		return err_set(e, ERR_USAGE, NULL,
			"a route's path is absolute and plain, as /docs: '%.60s'", path);
	for (size_t i = 0; i < rs->n; i++)
		if (!strcmp(rs->v[i].at, at)) {
			free(at);
			return err_set(
				e, ERR_USAGE, NULL, "two routes for '%.60s'", path);
		}
	rs->v = xrealloc_n(rs->v, rs->n + 1, sizeof(*rs->v));
	rs->v[rs->n++] = (struct routing){at, xstrdup(spec), ro};
	return 0;
}

/* One "PATH=SPEC" up to a comma that no backslash precedes; *text goes behind it, or is
 * NULL when this was the last. */
static int parse_one(struct routings *rs, const char **text, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const char *p = *text;
	for (; *p && *p != ','; p++) {
		if (p[0] == '\\' && p[1] == ',')
			p++;
		buf_addc(&b, *p);
	}
	*text = *p ? p + 1 : NULL;
	char *eq = strchr(b.p, '=');
	if (!eq || !eq[1])
		return err_set(e, ERR_USAGE, NULL,
			"a composite is composite:/=SPEC,/PATH=SPEC,…; not understood: '%.60s'",
			b.p);
	*eq = '\0';
	return routes_add(rs, b.p, eq + 1, false, e);
}

int routes_parse(struct routings *rs, const char *text, struct err *e)
{
	do
		if (parse_one(rs, &text, e) < 0)
			return -1;
	while (text);
	return routes_finish(rs, e);
}

static int longest_first(const void *a, const void *b)
{
	const struct routing *x = a, *y = b;
	size_t n = strlen(x->at), m = strlen(y->at);
	return n != m ? (n < m ? 1 : -1) : strcmp(x->at, y->at);
}

int routes_finish(struct routings *rs, struct err *e)
{
	if (rs->n)
		qsort(rs->v, rs->n, sizeof(*rs->v), longest_first);
	if (!rs->n || *rs->v[rs->n - 1].at)
		return err_set(e, ERR_USAGE, NULL, "a composite needs a route for /");
	return 0;
}

void routes_release(struct routings *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		free(rs->v[i].at);
		free(rs->v[i].spec);
	}
	free(rs->v);
	*rs = (struct routings){0};
}

void routes_put(struct buf *out, const char *path, const char *spec)
{
	buf_printf(out, "%s=", path);
	for (; *spec; spec++) {
		if (*spec == ',')
			buf_addc(out, '\\');
		buf_addc(out, *spec);
	}
}

/* A route below the path. */
static void put_below(struct buf *b, const char *path, const char *at, const char *spec)
{
	char *whole CLEANUP(mem_freep) = xasprintf(",%s%s%s", path, *at ? "/" : "", at);
	routes_put(b, whole, spec);
}

char *routes_mount(const char *spec, const char *path, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct routings rs = {0};
	char *at CLEANUP(mem_freep) = routes_clean(path);
	int r = 0;
	if (!at || !*at || strpbrk(at, ",=\\")) {
		err_set(e, ERR_USAGE, NULL, "nothing can be mounted at '%.60s'", path);
		return NULL;
	}
	buf_puts(&b, "composite:/=none");
	if (strncmp(spec, "composite:", 10) != 0)
		put_below(&b, path, "", spec);
	else
		r = routes_parse(&rs, spec + 10, e);
	for (size_t i = 0; r == 0 && i < rs.n; i++)
		put_below(&b, path, rs.v[i].at, rs.v[i].spec);
	routes_release(&rs);
	return r < 0 ? NULL : buf_take(&b);
}
