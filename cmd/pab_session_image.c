/* SPDX-License-Identifier: MIT */
/* The image of a runtime: what is not there is pulled or built; it is called by its
 * content, and what it supersedes is known by a label. */
#include "pab_session_runtime.h"

#include "hash.h"
#include "helper.h"
#include "jout.h"
#include "mem.h"
#include "tar.h"

#include <unistd.h>

/* On a terminal what is done is shown while it is. */
static void show(void *ctx, const char *line)
{
	(void)ctx;
	for (; *line; line++)
		fputc((unsigned char)*line < ' ' || *line == 127 ? '?' : *line, stderr);
	fputc('\n', stderr);
}

static engine_says *shower(void)
{
	return isatty(STDERR_FILENO) ? show : NULL;
}

/* What the engine knows of the image. Returns its id, new memory; NULL with err. */
static char *look_at(struct engine *g, const char *name, struct err *e)
{
	struct jin *j = NULL;
	char *escaped CLEANUP(mem_freep) = engine_escape(name);
	char *path CLEANUP(mem_freep) = xasprintf("/images/%s/json", escaped);
	if (engine_call(g, "GET", path, NULL, &j, e) < 0)
		return NULL;
	const jin_node *n = j && jin_is_object(jin_root(j)) ? jin_root(j) : NULL;
	const char *id = n ? jin_string(jin_get(n, "Id")) : NULL;
	const char *arch = n ? jin_string(jin_get(n, "Architecture")) : NULL;
	char *own = NULL;
	if (arch && *arch && strcmp(arch, helper_arch()) != 0)
		err_set(e, ERR_UNSUPPORTED, NULL,
			"image %.100s is for %.20s, and pab-serve here for %s", name,
			arch, helper_arch());
	else if (id)
		own = xstrdup(id);
	else
		err_set(e, ERR_BACKEND, NULL, "the engine tells nothing of image %.100s",
			name);
	jin_free(j);
	return own;
}

/* Returns the image's id, new memory, or NULL with err. */
static char *have(struct engine *g, const char *name, struct err *e)
{
	char *id = look_at(g, name, e);
	if (id || e->code != ERR_NOT_FOUND)
		return id;
	const char *slash = strrchr(name, '/');
	bool tagged = strchr(slash ? slash : name, ':') || strchr(name, '@');
	char *escaped CLEANUP(mem_freep) = engine_escape(name);
	char *path CLEANUP(mem_freep) = xasprintf(
		"/images/create?fromImage=%s%s", escaped, tagged ? "" : "&tag=latest");
	struct err why = {0};
	if (engine_stream(g, path, NULL, shower(), NULL, &why) == 0) {
		id = look_at(g, name, e);
		if (id || e->code != ERR_NOT_FOUND)
			return id;
	}
	err_set(e, ERR_NOT_FOUND, NULL,
		"image %.100s is not there and could not be pulled%s%.400s", name,
		why.code ? ": " : "", why.msg);
	return NULL;
}

/* Older images of the same runtime; one that is in use stays. */
static void prune(struct engine *g, const struct runtime *r, const char *keep)
{
	struct err ignored;
	struct jin *j = NULL;
	char *filter CLEANUP(mem_freep) =
		xasprintf("{\"label\":[\"dev.pab.runtime=%s\"]}", r->name);
	char *escaped CLEANUP(mem_freep) = engine_escape(filter);
	char *path CLEANUP(mem_freep) = xasprintf("/images/json?filters=%s", escaped);
	if (engine_call(g, "GET", path, NULL, &j, &ignored) < 0 || !j)
		return;
	const jin_node *n = jin_is_array(jin_root(j)) ? jin_first(jin_root(j)) : NULL;
	for (; n; n = jin_next(n)) {
		const char *id = jin_is_object(n) ? jin_string(jin_get(n, "Id")) : NULL;
		if (!id || !strcmp(id, keep))
			continue;
		char *call CLEANUP(mem_freep) = xasprintf("/images/%s", id);
		if (engine_call(g, "DELETE", call, NULL, NULL, &ignored) < 0)
			ignored.code = ERR_NONE;
	}
	jin_free(j);
}

/* "&buildargs=…" of the proxies that are set here; they do not stay in the image. */
static char *proxies(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "no_proxy",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"};
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	jout_init(&j, &b);
	jout_object(&j, NULL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			jout_str(&j, names[i], value);
	}
	jout_end_object(&j);
	buf_trim(&b, strcspn(b.p, "\n"));
	return engine_escape(b.p);
}

static int build(struct engine *g, const struct runtime *r, const struct buf *dockerfile,
	const char *name, struct err *e)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT;
	tar_add(&tar, "Dockerfile", 0644, dockerfile->p, dockerfile->len);
	tar_end(&tar);
	char *labels CLEANUP(mem_freep) =
		xasprintf("{\"dev.pab.runtime\":\"%s\"}", r->name);
	char *escaped CLEANUP(mem_freep) = engine_escape(labels);
	char *args CLEANUP(mem_freep) = proxies();
	char *tag CLEANUP(mem_freep) = engine_escape(name);
	char *path CLEANUP(mem_freep) = xasprintf(
		"/build?t=%s&rm=1&forcerm=1&labels=%s&buildargs=%s%s%s", tag, escaped,
		args, r->network ? "&networkmode=" : "", r->network ? r->network : "");
	if (engine_stream(g, path, &tar, shower(), NULL, e) == 0)
		return 0;
	struct err why = *e;
	return err_set(e, ERR_BACKEND, NULL, "runtime %.60s could not be built: %.500s",
		r->name, why.msg);
}

int image_get(struct engine *g, const struct runtime *r, char **name, struct err *e)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	char sum[HASH_HEX + 1];
	*name = NULL;
	if (r->image) {
		char *id CLEANUP(mem_freep) = have(g, r->image, e);
		if (id)
			*name = xstrdup(r->image);
		return id ? 0 : -1;
	}
	/* The base is a part of the content: its name may mean another one tomorrow. */
	char *base CLEANUP(mem_freep) = have(g, r->base, e);
	if (!base)
		return -1;
	recipe_write(r, &text);
	char *content CLEANUP(mem_freep) = xasprintf("%s%s", text.p, base);
	hash_bytes(content, strlen(content), sum);
	*name = xasprintf("pab-runtime/%s:%.12s", r->name, sum);
	char *id CLEANUP(mem_freep) = look_at(g, *name, e);
	if (id)
		return 0;
	if (e->code != ERR_NOT_FOUND || build(g, r, &text, *name, e) < 0)
		return -1;
	char *fresh CLEANUP(mem_freep) = look_at(g, *name, e);
	if (fresh)
		prune(g, r, fresh);
	return fresh ? 0 : -1;
}
