/* SPDX-License-Identifier: MIT */
/* Containers of sessions as the engine knows them. */
#include "pab_session_docker.h"

#include "hash.h"
#include "home.h"
#include "mem.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

char *docker_place(const struct session *s)
{
	char path[PATH_MAX], link[32];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", s->dir);
	ssize_t n = s->dir < 0 ? -1 : readlink(link, path, sizeof(path));
	if (n > 0 && n < (ssize_t)sizeof(path))
		return xmemdup0(path, (size_t)n);
	/* Not yet there: what is asked for is only compared. */
	char *home CLEANUP(mem_freep) = home_path(getenv("PAB_HOME"));
	char *real CLEANUP(mem_freep) = home ? realpath(home, NULL) : NULL;
	return xasprintf("%s/places/%s", real ? real : home ? home : "", s->id);
}

char *docker_home(const char *place)
{
	const char *end = strstr(place, "/places/");
	for (const char *p = end; p; p = strstr(p + 1, "/places/"))
		end = p;
	return xmemdup0(place, end ? (size_t)(end - place) : strlen(place));
}

char *docker_name(const struct session *s, const char *home)
{
	char sum[HASH_HEX + 1];
	hash_bytes(home, strlen(home), sum);
	return xasprintf("pab-%s-%.8s", s->id, sum);
}

struct engine *docker_engine(const struct session *s, struct err *e)
{
	char *given CLEANUP(mem_freep) = dial_read(s->dir, "engine");
	char *address CLEANUP(mem_freep) = engine_find(given, e);
	if (!address)
		return NULL;
	if (engine_is_here(address))
		return engine_open(address, e);
	err_set(e, ERR_UNSUPPORTED, NULL,
		"the engine at %.100s is on another machine, where no workspace of this one "
		"can be mounted; docker:NAME acts in a container there",
		address);
	return NULL;
}

const char *docker_text(const jin_node *n, const char *a, const char *b, const char *c)
{
	const char *const way[] = {a, b, c};
	for (size_t i = 0; i < ARRAY_LEN(way) && way[i] && n; i++)
		n = jin_is_object(n) ? jin_get(n, way[i]) : NULL;
	const char *s = n ? jin_string(n) : NULL;
	return s ? s : "";
}

int docker_inspect(struct engine *g, const char *name, struct jin **out, struct err *e)
{
	char *path CLEANUP(mem_freep) = xasprintf("/containers/%s/json", name);
	*out = NULL;
	if (engine_call(g, "GET", path, NULL, out, e) == 0)
		return *out ? 1 : err_set(e, ERR_BACKEND, NULL, "the engine is silent");
	return e->code == ERR_NOT_FOUND ? 0 : -1;
}

int docker_destroy(struct engine *g, const char *name, struct err *e)
{
	char *kill_ CLEANUP(mem_freep) = xasprintf("/containers/%s/kill", name);
	char *call CLEANUP(mem_freep) =
		xasprintf("/containers/%s?force=true&v=true", name);
	/* Podman would wait for it to end by itself. That it does not run is no error. */
	if (engine_call(g, "POST", kill_, NULL, NULL, e) < 0)
		e->code = ERR_NONE;
	if (engine_call(g, "DELETE", call, NULL, NULL, e) == 0)
		return 0;
	return e->code == ERR_NOT_FOUND ? 0 : -1;
}

static int64_t number(const jin_node *n, const char *a, const char *b, const char *c)
{
	const char *const way[] = {a, b, c};
	for (size_t i = 0; i < ARRAY_LEN(way) && way[i] && n; i++)
		n = jin_is_object(n) ? jin_get(n, way[i]) : NULL;
	return engine_number(n, -1);
}

int docker_usage(const struct session *s, struct session_usage *u, struct err *e)
{
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	char *name CLEANUP(mem_freep) = docker_name(s, home);
	char *call CLEANUP(mem_freep) =
		xasprintf("/containers/%s/stats?stream=false&one-shot=true", name);
	struct jin *j = NULL;
	struct engine *g = docker_engine(s, e);
	int r = g ? engine_call(g, "GET", call, NULL, &j, e) : -1;
	if (r == 0 && j) {
		const jin_node *n = jin_root(j);
		int64_t ns = number(n, "cpu_stats", "cpu_usage", "total_usage");
		u->memory = number(n, "memory_stats", "usage", NULL);
		u->memory_limit = number(n, "memory_stats", "limit", NULL);
		u->cpu_us = ns < 0 ? -1 : ns / 1000;
		u->procs = number(n, "pids_stats", "current", NULL);
	}
	jin_free(j);
	engine_close(g);
	return r < 0 && e->code == ERR_NOT_FOUND ? 0 : r;
}

/* Is there a record that explains it? The lock waits for one that is being made. */
static bool is_explained(const char *home, const char *id)
{
	const struct session_how how = {.max = -1};
	struct session s;
	struct err e = {0};
	if (session_lock(&s, home, id, &how, &e) < 0)
		return e.code != ERR_NOT_FOUND;
	bool explained =
		s.is == RECORD_WHOLE ? s.kind == &session_docker : s.is != RECORD_HALF;
	session_release(&s);
	return explained;
}

static int sweep(struct engine *g, const char *home, const jin_node *n, size_t *count,
	struct err *e)
{
	for (; n; n = jin_next(n)) {
		const char *id = docker_text(n, "Labels", "dev.pab.session", NULL);
		const char *name = docker_text(n, "Id", NULL, NULL);
		struct err ignored;
		if (!*name || dial_check_name(id, &ignored) < 0 || is_explained(home, id))
			continue;
		if (docker_destroy(g, name, e) < 0)
			return -1;
		++*count;
	}
	return 0;
}

int docker_reconcile(const char *home, size_t *n, struct err *e)
{
	struct err ignored;
	struct jin *j = NULL;
	char *base CLEANUP(mem_freep) = home_path(home);
	char *real CLEANUP(mem_freep) = base ? realpath(base, NULL) : NULL;
	char *address CLEANUP(mem_freep) = engine_find(NULL, &ignored);
	if (!real || !address)
		return 0;
	char *filter CLEANUP(mem_freep) =
		xasprintf("{\"label\":[\"dev.pab.home=%s\"]}", real);
	char *escaped CLEANUP(mem_freep) = engine_escape(filter);
	char *path CLEANUP(mem_freep) =
		xasprintf("/containers/json?all=true&filters=%s", escaped);
	struct engine *g = engine_open(address, e);
	int r = g ? engine_call(g, "GET", path, NULL, &j, e) : -1;
	if (r == 0 && j && jin_is_array(jin_root(j)))
		r = sweep(g, home, jin_first(jin_root(j)), n, e);
	jin_free(j);
	engine_close(g);
	return r;
}
