/* SPDX-License-Identifier: MIT */
/* The engine's streams: what a build or a pull says while it goes on, and the standard
 * input and output of a process. */
#include "engine_curl.h"

#include "jout.h"
#include "mem.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* A stream of JSON, a value a line. An error comes in it, with status 200. */
struct telling {
	CURL *curl;
	struct buf line, whole; /* whole: the answer when its status is an error */
	engine_says *says;
	void *ctx;
	char step[200];  /* "Step 3/7 : RUN false" */
	char error[600]; /* "" as long as all is well */
};

enum { LINE_MOST = 1 << 20 };

static void take_text(struct telling *t, const char *text)
{
	char *copy CLEANUP(mem_freep) = xstrdup(text), *rest = copy;
	for (char *line; (line = strsep(&rest, "\r\n"));) {
		if (!strncmp(line, "Step ", 5))
			snprintf(t->step, sizeof(t->step), "%s", line);
		if (*line && t->says)
			t->says(t->ctx, line);
	}
}

static void take_line(struct telling *t, const char *p, size_t n)
{
	struct err ignored;
	struct jin *j = n ? jin_parse(p, n, &ignored) : NULL;
	const jin_node *o = j && jin_is_object(jin_root(j)) ? jin_root(j) : NULL;
	const char *error = o ? jin_string(jin_get(o, "error")) : NULL;
	const char *text = o ? jin_string(jin_get(o, "stream")) : NULL;
	const char *status = o ? jin_string(jin_get(o, "status")) : NULL;
	if (error)
		snprintf(t->error, sizeof(t->error), "%s", error);
	else if (text)
		take_text(t, text);
	else if (status && !jin_get(o, "progressDetail"))
		take_text(t, status);
	jin_free(j);
}

static size_t hear(char *p, size_t size, size_t n, void *ctx)
{
	struct telling *t = ctx;
	long status = 0;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300)
		return engine_keep(p, size, n, &t->whole);
	buf_add(&t->line, p, size * n);
	size_t at = 0;
	for (char *end; (end = memchr(t->line.p + at, '\n', t->line.len - at));) {
		take_line(t, t->line.p + at, (size_t)(end - t->line.p) - at);
		at = (size_t)(end - t->line.p) + 1;
	}
	memmove(t->line.p, t->line.p + at, t->line.len - at);
	buf_trim(&t->line, t->line.len - at);
	return t->line.len > LINE_MOST ? 0 : size * n;
}

/* How it came out. Returns 0, or -1 with err. */
static int judge(struct engine *g, struct telling *t, CURLcode code, struct err *e)
{
	long status = 0;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		return engine_unreachable(g, code, e);
	if (status >= 300)
		return engine_refused(status, &t->whole, e);
	take_line(t, t->line.p, t->line.len); /* podman's last has no end */
	if (!t->error[0])
		return 0;
	engine_complain(e, ERR_BACKEND, t->error);
	return t->step[0] ? err_add(e, " (%.150s)", t->step) : -1;
}

int engine_stream(struct engine *g, const char *path, const struct buf *tar,
	engine_says *says, void *ctx, struct err *e)
{
	char *url CLEANUP(mem_freep) = xasprintf("%s%s%s", g->base, g->version, path);
	struct telling t = {.curl = g->curl,
		.line = BUF_INIT,
		.whole = BUF_INIT,
		.says = says,
		.ctx = ctx};
	struct curl_slist *heads = curl_slist_append(NULL, "Expect:");
	heads = curl_slist_append(heads, "Content-Type: application/x-tar");
	curl_easy_reset(g->curl);
	engine_prepare(g, g->curl);
	curl_easy_setopt(g->curl, CURLOPT_URL, url);
	curl_easy_setopt(g->curl, CURLOPT_HTTPHEADER, heads);
	curl_easy_setopt(
		g->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(tar ? tar->len : 0));
	curl_easy_setopt(g->curl, CURLOPT_POSTFIELDS, tar ? tar->p : "");
	curl_easy_setopt(g->curl, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(g->curl, CURLOPT_WRITEDATA, &t);
	g->why[0] = '\0';
	int r = judge(g, &t, curl_easy_perform(g->curl), e);
	curl_slist_free_all(heads);
	buf_release(&t.line);
	buf_release(&t.whole);
	return r;
}

struct engine_exec {
	struct engine *g;
	CURL *curl;
	int fd;
	char *id;
	struct buf rest; /* what came behind the answer's head */
	struct engine_frames frames;
};

int engine_frames_take(struct engine_frames *f, const char *p, size_t n, struct buf *out,
	struct buf *errors)
{
	while (n) {
		if (f->have < sizeof(f->head)) {
			f->head[f->have++] = (unsigned char)*p++;
			n--;
			const unsigned char *h = f->head + 4;
			f->left = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 |
				  (uint32_t)h[2] << 8 | h[3];
			if (f->have == 4 && (f->head[0] > 2 || f->head[1] || f->head[2] ||
						    f->head[3]))
				return -1;
			if (f->have == sizeof(f->head) && !f->left)
				f->have = 0;
			continue;
		}
		size_t take = f->left < n ? f->left : n;
		buf_add(f->head[0] == 2 ? errors : out, p, take);
		p += take;
		n -= take;
		f->left -= (uint32_t)take;
		if (!f->left)
			f->have = 0;
	}
	return 0;
}

/* Waits for the socket. Returns whether it is ready. */
static bool wait_for(int fd, short events)
{
	struct pollfd p = {fd, events, 0};
	return poll(&p, 1, 30000) > 0;
}

static int send_all(struct engine_exec *x, const char *p, size_t n, struct err *e)
{
	while (n) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(x->curl, p, n, &sent);
		if (code == CURLE_AGAIN && wait_for(x->fd, POLLOUT))
			continue;
		if (code != CURLE_OK)
			return engine_unreachable(x->g, code, e);
		p += sent;
		n -= sent;
	}
	return 0;
}

/* Reads up to the end of the answer's head; what came behind it stays in x->rest. Returns
 * 0, or -1 with err. */
static int read_head(struct engine_exec *x, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char chunk[4096], *end = NULL;
	while (!end && b.len < 65536) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(x->curl, chunk, sizeof(chunk), &n);
		if (code == CURLE_AGAIN && wait_for(x->fd, POLLIN))
			continue;
		if (code != CURLE_OK)
			return engine_unreachable(x->g, code, e);
		if (!n)
			break;
		buf_add(&b, chunk, n);
		end = strstr(b.p, "\r\n\r\n");
	}
	bool good = end && (!strncmp(b.p, "HTTP/1.1 101", 12) ||
				   !strncmp(b.p, "HTTP/1.1 200", 12));
	size_t head = end ? (size_t)(end - b.p) + 4 : 0;
	if (!good) {
		struct buf body CLEANUP(buf_release) = BUF_INIT;
		buf_puts(&body, b.p + head);
		int64_t status = b.len > 12 ? strtol(b.p + 9, NULL, 10) : 0;
		return engine_refused((long)status, &body, e);
	}
	buf_add(&x->rest, b.p + head, b.len - head);
	return 0;
}

/* A process that is not yet started. Returns its id, new memory, or NULL with err. */
static char *create(
	struct engine *g, const char *container, const char *const *argv, struct err *e)
{
	struct buf body CLEANUP(buf_release) = BUF_INIT;
	char *path CLEANUP(mem_freep) = xasprintf("/containers/%s/exec", container);
	struct jout j;
	struct jin *answer = NULL;
	jout_init(&j, &body);
	jout_object(&j, NULL);
	jout_bool(&j, "AttachStdin", true);
	jout_bool(&j, "AttachStdout", true);
	jout_bool(&j, "AttachStderr", true);
	jout_array(&j, "Cmd");
	for (; *argv; argv++)
		jout_bytes(&j, NULL, *argv, strlen(*argv));
	jout_end_array(&j);
	jout_end_object(&j);
	if (engine_call(g, "POST", path, &body, &answer, e) < 0)
		return NULL;
	const char *id = answer && jin_is_object(jin_root(answer))
				 ? jin_string(jin_get(jin_root(answer), "Id"))
				 : NULL;
	char *own = id ? engine_escape(id) : NULL;
	jin_free(answer);
	if (!own)
		err_set(e, ERR_BACKEND, NULL, "the engine gave no process");
	return own;
}

/* The stream of its own that the process gets. Returns 0, or -1 with err. */
static int start(struct engine_exec *x, struct err *e)
{
	static const char body[] = "{\"Detach\":false,\"Tty\":false}";
	curl_socket_t fd = CURL_SOCKET_BAD;
	engine_prepare(x->g, x->curl);
	curl_easy_setopt(x->curl, CURLOPT_URL, x->g->base);
	curl_easy_setopt(x->curl, CURLOPT_CONNECT_ONLY, 1L);
	x->g->why[0] = '\0';
	CURLcode code = curl_easy_perform(x->curl);
	if (code != CURLE_OK)
		return engine_unreachable(x->g, code, e);
	curl_easy_getinfo(x->curl, CURLINFO_ACTIVESOCKET, &fd);
	x->fd = fd;
	char *head CLEANUP(mem_freep) = xasprintf(
		"POST %s/exec/%s/start HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\n"
		"Upgrade: tcp\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		x->g->version, x->id, sizeof(body) - 1, body);
	return send_all(x, head, strlen(head), e) < 0 ? -1 : read_head(x, e);
}

struct engine_exec *engine_exec(
	struct engine *g, const char *container, const char *const *argv, struct err *e)
{
	char *id = create(g, container, argv, e);
	if (!id)
		return NULL;
	struct engine_exec *x = xcalloc(1, sizeof(*x));
	*x = (struct engine_exec){
		.g = g, .curl = curl_easy_init(), .fd = -1, .id = id, .rest = BUF_INIT};
	if (x->curl && start(x, e) == 0)
		return x;
	if (!x->curl)
		err_set(e, ERR_IO, NULL, "libcurl cannot be used");
	engine_exec_free(x);
	return NULL;
}

int engine_exec_fd(const struct engine_exec *x)
{
	return x->fd;
}

bool engine_exec_read(struct engine_exec *x, struct buf *out, struct buf *errors)
{
	enum { MOST = 1 << 20 }; /* at a time: others want to be heard, too */
	char chunk[65536];
	size_t all = 0;
	if (x->rest.len) {
		if (engine_frames_take(&x->frames, x->rest.p, x->rest.len, out, errors) <
			0)
			return false;
		buf_release(&x->rest);
	}
	while (all < MOST) {
		size_t n = 0;
		CURLcode code = curl_easy_recv(x->curl, chunk, sizeof(chunk), &n);
		if (code == CURLE_AGAIN)
			return true;
		if (code != CURLE_OK || !n ||
			engine_frames_take(&x->frames, chunk, n, out, errors) < 0)
			return false;
		all += n;
	}
	return true;
}

ssize_t engine_exec_write(struct engine_exec *x, const void *p, size_t n)
{
	size_t sent = 0;
	CURLcode code = curl_easy_send(x->curl, p, n, &sent);
	if (code == CURLE_AGAIN)
		return 0;
	return code == CURLE_OK ? (ssize_t)sent : -1;
}

int engine_exec_status(struct engine_exec *x)
{
	struct err ignored;
	struct jin *j = NULL;
	int status = -1;
	char *path CLEANUP(mem_freep) = xasprintf("/exec/%s/json", x->id);
	if (engine_call(x->g, "GET", path, NULL, &j, &ignored) == 0 && j &&
		jin_is_object(jin_root(j)))
		status = (int)engine_number(jin_get(jin_root(j), "ExitCode"), -1);
	jin_free(j);
	return status;
}

void engine_exec_free(struct engine_exec *x)
{
	if (!x)
		return;
	curl_easy_cleanup(x->curl);
	free(x->id);
	buf_release(&x->rest);
	free(x);
}
