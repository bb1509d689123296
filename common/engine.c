/* SPDX-License-Identifier: MIT */
#include "engine_curl.h"

#include "mem.h"
#include "num.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ANSWER_MAX = 16 << 20,
	CONNECT_S = 10, /* seconds to reach it */
	ANSWER_S = 300, /* and to answer what is no stream */
};

/* The newest version that this was written for; what is used has been there since 1.40.
 */
enum { NEWEST = 47, OLDEST = 40 };

char *engine_escape(const char *name)
{
	struct buf b = BUF_INIT;
	for (const char *p = name; *p; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    *p))
			buf_addc(&b, *p);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*p);
	return buf_take(&b);
}

int64_t engine_number(const jin_node *n, int64_t otherwise)
{
	int64_t v;
	return n && jin_int(n, &v) == 0 ? v : otherwise;
}

/* Makes what an engine said one line. */
static void one_line(char *s)
{
	size_t n = 0;
	for (char *p = s; *p; p++) {
		bool blank = (unsigned char)*p <= ' ' || *p == 127;
		if (blank && (!n || s[n - 1] == ' '))
			continue;
		s[n++] = (char)(blank ? ' ' : *p);
	}
	while (n && s[n - 1] == ' ')
		n--;
	s[n] = '\0';
}

int engine_complain(struct err *e, enum err_code code, const char *said)
{
	char *text CLEANUP(mem_freep) = xstrdup(said);
	one_line(text);
	return err_set(e, code, NULL, "the engine says: %.400s", text);
}

/* What curl could not do. Returns -1. */
int engine_unreachable(const struct engine *g, CURLcode code, struct err *e)
{
	const char *why = g->why[0] ? g->why : curl_easy_strerror(code);
	struct err sys = {0};
	struct stat st;
	if (g->socket && code == CURLE_COULDNT_CONNECT) { /* curl speaks of port 80 */
		err_sys(&sys, NULL, stat(g->socket, &st) < 0 ? errno : ECONNREFUSED);
		why = sys.msg;
	}
	char *line CLEANUP(mem_freep) = xstrdup(why);
	char *shown CLEANUP(mem_freep) = xmemdup0(g->address, strcspn(g->address, " "));
	one_line(line);
	return err_set(e, ERR_BACKEND, NULL,
		"no container engine answers at %.120s: %.200s; start it, or use --on "
		"sandbox, which needs none",
		shown, line);
}

void engine_prepare(struct engine *g, CURL *c)
{
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, g->why);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	if (g->socket)
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, g->socket);
	if (!g->certs)
		return;
	static const CURLoption which[] = {
		CURLOPT_CAINFO, CURLOPT_SSLCERT, CURLOPT_SSLKEY};
	static const char *const files[] = {"ca", "cert", "key"};
	for (size_t i = 0; i < ARRAY_LEN(which); i++) {
		char *path CLEANUP(mem_freep) =
			xasprintf("%s/%s.pem", g->certs, files[i]);
		curl_easy_setopt(c, which[i], path);
	}
}

size_t engine_keep(char *p, size_t size, size_t n, void *ctx)
{
	struct buf *b = ctx;
	if (b->len + size * n > ANSWER_MAX)
		return 0;
	buf_add(b, p, size * n);
	return size * n;
}

/* The message in an answer that is an error. */
int engine_refused(long status, const struct buf *body, struct err *e)
{
	struct err ignored;
	enum err_code code = status == 404   ? ERR_NOT_FOUND
			     : status == 409 ? ERR_EXISTS
					     : ERR_BACKEND;
	struct jin *j = body->len ? jin_parse(body->p, body->len, &ignored) : NULL;
	const char *message = j && jin_is_object(jin_root(j))
				      ? jin_string(jin_get(jin_root(j), "message"))
				      : NULL;
	if (message) {
		engine_complain(e, code, message);
	} else {
		char *text CLEANUP(mem_freep) =
			xasprintf("status %ld %.200s", status, body->p);
		engine_complain(e, code, text);
	}
	jin_free(j);
	return -1;
}

/* A call on the one connection. Returns the status, or -1 with err. */
static long perform(struct engine *g, const char *method, const char *path,
	const char *type, const struct buf *body, struct buf *out, struct err *e)
{
	char *url CLEANUP(mem_freep) = xasprintf("%s%s%s", g->base, g->version, path);
	char *kind CLEANUP(mem_freep) = xasprintf("Content-Type: %s", type);
	struct curl_slist *heads = curl_slist_append(NULL, "Expect:");
	heads = curl_slist_append(heads, kind);
	long status = -1;
	CURL *c = g->curl;
	curl_easy_reset(c);
	engine_prepare(g, c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ANSWER_S);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, heads);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, engine_keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	if (!strcmp(method, "HEAD"))
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (body || !strcmp(method, "POST")) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(body ? body->len : 0));
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body ? body->p : "");
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
	if (!strcmp(method, "HEAD"))
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	g->why[0] = '\0';
	CURLcode code = curl_easy_perform(c);
	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	else
		engine_unreachable(g, code, e);
	curl_slist_free_all(heads);
	return status;
}

static bool is_good(long status)
{
	return (status >= 200 && status < 300) || status == 304;
}

int engine_call(struct engine *g, const char *method, const char *path,
	const struct buf *body, struct jin **answer, struct err *e)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	if (answer)
		*answer = NULL;
	long status = perform(g, method, path, "application/json", body, &out, e);
	if (status < 0)
		return -1;
	if (!is_good(status))
		return engine_refused(status, &out, e);
	if (!answer || !out.len)
		return 0;
	*answer = jin_parse(out.p, out.len, e);
	return *answer ? 0 : -1;
}

int engine_put(struct engine *g, const char *path, const struct buf *tar, struct err *e)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	long status = perform(g, "PUT", path, "application/x-tar", tar, &out, e);
	if (status < 0)
		return -1;
	return is_good(status) ? 0 : engine_refused(status, &out, e);
}

int engine_has_file(
	struct engine *g, const char *container, const char *file, struct err *e)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	char *name CLEANUP(mem_freep) = engine_escape(file);
	char *path CLEANUP(mem_freep) =
		xasprintf("/containers/%s/archive?path=%s", container, name);
	long status = perform(g, "HEAD", path, "application/json", NULL, &out, e);
	return status < 0 ? -1 : is_good(status);
}

/* An address taken apart. Returns 0, or -1 with err. */
static int take_apart(struct engine *g, struct err *e)
{
	const char *a = g->address, *blank = strchr(a, ' ');
	if (!strncmp(a, "unix://", 7) && a[7] == '/') {
		g->socket = xstrdup(a + 7);
		g->base = xstrdup("http://engine");
		return 0;
	}
	if (strncmp(a, "tcp://", 6) != 0)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"an engine is at unix:///PATH or tcp://HOST:PORT, not '%.80s'",
			a);
	char *host CLEANUP(mem_freep) =
		xmemdup0(a + 6, blank ? (size_t)(blank - a) - 6 : strlen(a + 6));
	if (!blank && !engine_is_here(a))
		return err_set(e, ERR_DENIED, NULL,
			"the engine at %.80s would be spoken to without TLS, so that anybody "
			"on the way could command it; set DOCKER_TLS_VERIFY and "
			"DOCKER_CERT_PATH",
			a);
	if (blank)
		g->certs = xstrdup(blank + 1);
	g->base = xasprintf("%s://%s", blank ? "https" : "http", host);
	return 0;
}

/* The minor number of an API version "1.41"; -1: it is none. */
static int minor(const char *s)
{
	int64_t n;
	return s && !strncmp(s, "1.", 2) && num_int(s + 2, 0, 9999, &n) == 0 ? (int)n
									     : -1;
}

static int agree(struct engine *g, struct err *e)
{
	struct jin *j = NULL;
	if (engine_call(g, "GET", "/version", NULL, &j, e) < 0)
		return -1;
	const jin_node *n = j && jin_is_object(jin_root(j)) ? jin_root(j) : NULL;
	int theirs = n ? minor(jin_string(jin_get(n, "ApiVersion"))) : -1;
	int least = n ? minor(jin_string(jin_get(n, "MinAPIVersion"))) : -1;
	jin_free(j);
	if (theirs < OLDEST || least > NEWEST)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"the engine speaks versions 1.%d to 1.%d of its interface; pab "
			"speaks 1.%d to 1.%d",
			least, theirs, OLDEST, NEWEST);
	snprintf(g->version, sizeof(g->version), "/v1.%d",
		theirs < NEWEST ? theirs : NEWEST);
	return 0;
}

struct engine *engine_open(const char *address, struct err *e)
{
	struct engine *g = xcalloc(1, sizeof(*g));
	g->address = xstrdup(address);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	g->curl = curl_easy_init();
	if (g->curl && take_apart(g, e) == 0 && agree(g, e) == 0)
		return g;
	if (!g->curl)
		err_set(e, ERR_IO, NULL, "libcurl cannot be used");
	engine_close(g);
	return NULL;
}

const char *engine_address(const struct engine *g)
{
	return g->address;
}

void engine_close(struct engine *g)
{
	if (!g)
		return;
	curl_easy_cleanup(g->curl);
	curl_global_cleanup();
	free(g->address);
	free(g->socket);
	free(g->base);
	free(g->certs);
	free(g);
}
