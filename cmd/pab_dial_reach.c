/* SPDX-License-Identifier: MIT */
/* From a container's name to a far end in it: what state it is in, whether it can run our
 * executable, putting that there, starting it. */
#include "pab_dial.h"

#include "helper.h"
#include "home.h"
#include "mem.h"
#include "num.h"
#include "tar.h"

#include <errno.h>
#include <poll.h>

/* The member of a member, NULL when anything is missing on the way. */
static const jin_node *get(const jin_node *n, const char *a, const char *b)
{
	n = n && jin_is_object(n) ? jin_get(n, a) : NULL;
	return !b ? n : n && jin_is_object(n) ? jin_get(n, b) : NULL;
}

static const char *text(const jin_node *n)
{
	const char *s = n ? jin_string(n) : NULL;
	return s ? s : "";
}

static struct jin *inspect(
	struct engine *g, const char *what, const char *name, struct err *e)
{
	struct jin *j = NULL;
	char *escaped CLEANUP(mem_freep) = engine_escape(name);
	char *path CLEANUP(mem_freep) = xasprintf("/%s/%s/json", what, escaped);
	if (engine_call(g, "GET", path, NULL, &j, e) < 0)
		return NULL;
	if (!j)
		err_set(e, ERR_BACKEND, NULL, "the engine tells nothing of %.60s", name);
	return j;
}

/* Can one act in it, as it is? Returns 0, or -1 with err. */
static int check_state(const char *name, const jin_node *root, struct err *e)
{
	const char *state = text(get(root, "State", "Status"));
	if (!strcmp(state, "running"))
		return 0;
	if (!strcmp(state, "paused"))
		return err_set(e, ERR_BACKEND, NULL,
			"container %.60s is paused; docker unpause %.60s lets it go on",
			name, name);
	if (!strcmp(state, "created") || !strcmp(state, "exited") ||
		!strcmp(state, "configured") || !strcmp(state, "stopped"))
		return err_set(e, ERR_BACKEND, NULL,
			"container %.60s does not run (%s); docker start %.60s starts it",
			name, state, name);
	return err_set(e, ERR_BACKEND, NULL,
		"container %.60s is %.20s, in which nothing runs; it has to be made anew",
		name, *state ? state : "in no state");
}

static int not_there(const char *name, const struct engine *g, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, NULL,
		"no container %.60s at %.100s; docker ps -a shows those there are", name,
		engine_address(g));
}

int reach_check(struct container *c, struct err *e)
{
	struct jin *j = inspect(c->engine, "containers", c->id, e);
	if (!j)
		return e->code == ERR_NOT_FOUND ? not_there(c->name, c->engine, e) : -1;
	int r = check_state(c->name, jin_root(j), e);
	jin_free(j);
	return r;
}

/* Does the image's architecture run our executable? What an engine does not tell is
 * tried. */
static int check_arch(struct container *c, const char *image, struct err *e)
{
	struct err ignored;
	struct jin *j = *image ? inspect(c->engine, "images", image, &ignored) : NULL;
	if (!j)
		return 0;
	const char *arch = text(get(jin_root(j), "Architecture", NULL));
	int r = 0;
	if (*arch && strcmp(arch, helper_arch()) != 0)
		r = err_set(e, ERR_UNSUPPORTED, NULL,
			"container %.60s is for %.20s, and pab-serve here for %s; install "
			"pab for that architecture on a machine of it",
			c->name, arch, helper_arch());
	jin_free(j);
	return r;
}

/* Puts the executable into it, unless it is there. *path is new memory. Returns 0, or -1
 * with err. */
static int put_helper(struct container *c, char **path, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct buf tar CLEANUP(buf_release) = BUF_INIT;
	char sum[HASH_HEX + 1];
	if (helper_read(&b, sum, e) < 0)
		return -1;
	char *dir CLEANUP(mem_freep) = xasprintf(".pab-%.16s/", sum);
	char *file CLEANUP(mem_freep) = xasprintf("%spab-serve", dir);
	*path = xasprintf("/%s", file);
	int has = engine_has_file(c->engine, c->id, *path, e);
	if (has)
		return has < 0 ? -1 : 0;
	tar_add(&tar, dir, 0755, NULL, 0);
	tar_add(&tar, file, 0755, b.p, b.len);
	tar_end(&tar);
	char *call CLEANUP(mem_freep) = xasprintf("/containers/%s/archive?path=/", c->id);
	if (engine_put(c->engine, call, &tar, e) == 0)
		return 0;
	if (!strstr(e->msg, "read-only"))
		return -1;
	return err_set(e, ERR_UNSUPPORTED, NULL,
		"container %.60s has a read-only root, into which pab-serve cannot be put; "
		"pab-session open ID --image makes one that has it",
		c->name);
}

/* Why the far end said no word. Returns -1. */
static int no_word(
	struct container *c, struct buf *said, struct buf *errors, struct err *e)
{
	struct buf *b = errors->len ? errors : said;
	int status = engine_exec_status(c->exec);
	buf_trim(b, strcspn(b->p, "\r\n"));
	return err_set(e, ERR_BACKEND, NULL,
		"pab-serve does not run in container %.60s (status %d)%s%.300s", c->name,
		status, b->len ? ": " : "", b->p);
}

/* Starts it; relative paths begin where the container's commands do. Returns 0, or -1
 * with err. */
static int start(struct container *c, const char *path, const char *cwd, struct err *e)
{
	const char *const argv[] = {path, "--stdio", "--backend", "composite:/=local:/",
		"--cwd", *cwd ? cwd : "/", NULL};
	c->exec = engine_exec(c->engine, c->id, argv, e);
	return c->exec ? 0 : -1;
}

int reach_hello(struct container *c, struct mux *m, struct err *e)
{
	enum { PATIENCE = 10000 };
	struct buf errors CLEANUP(buf_release) = BUF_INIT;
	int64_t until = num_now_ms() + PATIENCE;
	struct frame f;
	for (;;) {
		bool more = engine_exec_read(c->exec, &m->rx, &errors);
		ssize_t got = frame_parse(m->rx.p, m->rx.len, FRAME_SERVER, &f, e);
		if (got > 0)
			return mux_take_far(m, e);
		int64_t left = until - num_now_ms();
		if (got < 0 || !more || left <= 0)
			return no_word(c, &m->rx, &errors, e);
		struct pollfd p = {engine_exec_fd(c->exec), POLLIN, 0};
		(void)poll(&p, 1, (int)left);
	}
}

/* The id of our session, when the container is of one in these records. */
static char *own_session(const jin_node *root, const char *home)
{
	const jin_node *labels = get(root, "Config", "Labels");
	const char *id = text(get(labels, "dev.pab.session", NULL));
	const char *where = text(get(labels, "dev.pab.home", NULL));
	struct err ignored;
	char *base CLEANUP(mem_freep) = home_path(home);
	char *real CLEANUP(mem_freep) = base ? realpath(base, NULL) : NULL;
	bool ours = real && !strcmp(real, where) && dial_check_name(id, &ignored) == 0;
	return ours ? xstrdup(id) : NULL;
}

static int prepare(struct container *c, const char *home, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	struct jin *j = inspect(c->engine, "containers", c->name, e);
	if (!j)
		return e->code == ERR_NOT_FOUND ? not_there(c->name, c->engine, e) : -1;
	const jin_node *root = jin_root(j);
	c->id = engine_escape(text(get(root, "Id", NULL)));
	c->session = own_session(root, home);
	int r = 0;
	if (!c->session)
		r = check_state(c->name, root, e) < 0 ||
				    check_arch(c, text(get(root, "Image", NULL)), e) < 0
			    ? -1
			    : 0;
	if (r == 0 && !c->session && put_helper(c, &path, e) < 0)
		r = -1;
	if (r == 0 && !c->session)
		r = start(c, path, text(get(root, "Config", "WorkingDir")), e);
	jin_free(j);
	return r;
}

int reach_container(
	struct container *c, const char *name, const char *home, struct err *e)
{
	*c = (struct container){.name = xstrdup(name)};
	char *address CLEANUP(mem_freep) = engine_find(NULL, e);
	c->engine = address ? engine_open(address, e) : NULL;
	if (c->engine && prepare(c, home, e) == 0)
		return 0;
	reach_release(c);
	return -1;
}

void reach_release(struct container *c)
{
	engine_exec_free(c->exec);
	engine_close(c->engine);
	free(c->name);
	free(c->id);
	free(c->session);
	*c = (struct container){0};
}
