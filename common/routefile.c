/* SPDX-License-Identifier: MIT */
/* The reader of composites in JSON, apart from routes.c because the static executable has
 * no cJSON: what reads JSON does so on the caller's side. */
#include "routes.h"

#include "buf.h"
#include "io.h"
#include "jin.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>

enum { MAX_FILE = 1 << 20, MAX_DEPTH = 8 };

static int bad(const char *file, const char *where, const char *why, struct err *e)
{
	return err_set(e, ERR_USAGE, file, "route '%.100s': %s", where, why);
}

static int take_routes(struct routings *rs, const jin_node *map, const char *below,
	bool ro, int depth, const char *file, struct err *e);

/* One member of "routes". */
static int take_route(struct routings *rs, const jin_node *m, const char *below, bool ro,
	int depth, const char *file, struct err *e)
{
	const char *key = jin_key(m), *spec = jin_string(m);
	char *path CLEANUP(mem_freep) =
		xasprintf("%s%s", below, *below && !strcmp(key, "/") ? "" : key);
	if (*key != '/')
		return bad(file, key, "its path is not absolute", e);
	if (!spec && !jin_is_object(m))
		return bad(file, path, "its value is no backend and no object", e);
	if (!spec) {
		const jin_node *backend = jin_get(m, "backend"), *flag = jin_get(m, "ro");
		const jin_node *routes = jin_get(m, "routes");
		if (flag && jin_bool(flag) < 0)
			return bad(file, path, "its ro is not true or false", e);
		ro = ro || (flag && jin_bool(flag) == 1);
		if (routes && !backend)
			return take_routes(rs, routes, path, ro, depth + 1, file, e);
		spec = backend && !routes ? jin_string(backend) : NULL;
	}
	if (!spec)
		return bad(file, path, "it needs either a backend or routes", e);
	if (routes_add(rs, path, spec, ro, e) == 0)
		return 0;
	snprintf(e->path, sizeof(e->path), "%s", file);
	return -1;
}

static int take_routes(struct routings *rs, const jin_node *map, const char *below,
	bool ro, int depth, const char *file, struct err *e)
{
	if (!jin_is_object(map) || depth > MAX_DEPTH)
		return bad(
			file, below, "its routes are no object, or nested too deep", e);
	for (const jin_node *m = jin_first(map); m; m = jin_next(m))
		if (take_route(rs, m, below, ro, depth, file, e) < 0)
			return -1;
	return 0;
}

int routes_read(struct routings *rs, const char *file, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int fd CLEANUP(mem_closep) = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || io_slurp(fd, &b, MAX_FILE) < 0) {
		err_sys(e, file, errno);
		e->code = ERR_USAGE;
		return err_add(e, " (the file of the backend)");
	}
	struct jin *j = jin_parse(b.p, b.len, e);
	if (!j) {
		snprintf(e->path, sizeof(e->path), "%s", file);
		e->code = ERR_USAGE;
		return -1;
	}
	const jin_node *map =
		jin_is_object(jin_root(j)) ? jin_get(jin_root(j), "routes") : NULL;
	int r = map ? take_routes(rs, map, "", false, 0, file, e)
		    : err_set(e, ERR_USAGE, file, "it has no \"routes\"");
	if (r == 0)
		r = routes_finish(rs, e);
	jin_free(j);
	return r;
}
