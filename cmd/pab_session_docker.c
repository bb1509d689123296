/* SPDX-License-Identifier: MIT */
/* The kind docker: a container of Docker's or Podman's. Its first process is the far end,
 * an immutable copy of pab-serve that is mounted there, listening on a socket in the
 * record's run/. The record's file `engine` says where the engine is. */
#include "pab_session_docker.h"

#include "hash.h"
#include "helper.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE = 10000 }; /* milliseconds for the far end to listen */

/* The runtime that is meant. Returns 0, or -1 with err. */
static int choose_runtime(
	const struct session *s, const char *home, struct runtime *r, struct err *e)
{
	const char *image = session_asked(s, ASK_IMAGE);
	const char *name = session_asked(s, ASK_RUNTIME), *usual = getenv("PAB_RUNTIME");
	*r = (struct runtime){0};
	if (image && name)
		return err_set(
			e, ERR_USAGE, NULL, "either --image or --runtime, not both");
	if (!image)
		return runtime_find(r, home,
			name              ? name
			: usual && *usual ? usual
					  : "python-minimal",
			e);
	if (image_check_name(image, e) < 0)
		return -1;
	*r = (struct runtime){.image = xstrdup(image), .work_dir = xstrdup("/workspace")};
	return 0;
}

/* A directory that the container may write to does not hold the records, by which
 * programs of this host are started. Returns 0, or -1 with err. */
static int check_apart(
	const char *dir, const char *home, const char *option, struct err *e)
{
	size_t n = strlen(dir);
	char *own CLEANUP(mem_freep) = xasprintf("%s/workspaces/", home);
	bool above = !strcmp(dir, "/") ||
		     (!strncmp(home, dir, n) && (home[n] == '/' || !home[n]));
	bool below = !strncmp(dir, home, strlen(home)) && dir[strlen(home)] == '/' &&
		     strncmp(dir, own, strlen(own)) != 0;
	if (!above && !below)
		return 0;
	return err_set(e, ERR_DENIED, dir,
		"holds pab's own records, which a container must not change; another "
		"%s or PAB_HOME, please",
		option);
}

static int check_mounts(struct session *s, const char *home, struct err *e)
{
	struct vec *v = &s->ask.v[ASK_MOUNT];
	for (size_t i = 0; i < v->n; i++) {
		char *host CLEANUP(mem_freep) = NULL, *path CLEANUP(mem_freep) = NULL;
		bool ro;
		if (profile_mount(v->v[i], &host, &path, &ro, e) < 0 ||
			(!ro && check_apart(host, home, "--mount", e) < 0))
			return -1;
		free(v->v[i]);
		v->v[i] = xasprintf("%s:%s%s", host, path, ro ? ":ro" : "");
	}
	return 0;
}

static int describe(struct session *s, struct err *e)
{
	struct stat st;
	struct runtime r;
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	const char *asked = session_asked(s, ASK_WORKSPACE), *dir = asked ? asked : ".";
	char *full CLEANUP(mem_freep) = realpath(dir, NULL);
	if (!full || stat(full, &st) < 0)
		return err_sys(e, dir, errno);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOT_DIR, dir, "is not a directory");
	if (strchr(full, '\n'))
		return err_set(e, ERR_USAGE, NULL,
			"the name of the workspace has a newline in it");
	if (check_apart(full, home, "--workspace", e) < 0 ||
		check_mounts(s, home, e) < 0 || choose_runtime(s, home, &r, e) < 0)
		return -1;
	if (!s->ask.v[ASK_IMAGE].n && !s->ask.v[ASK_RUNTIME].n)
		vec_add(&s->ask.v[ASK_RUNTIME], r.name);
	runtime_release(&r);
	vec_release(&s->ask.v[ASK_WORKSPACE]);
	vec_add(&s->ask.v[ASK_WORKSPACE], full);
	s->shown = xstrdup(full);
	s->backend = xstrdup("docker");
	return 0;
}

/* What the engine is like. Returns 0, or -1 with err. */
static int ask_engine(struct engine *g, struct profile *p, struct err *e)
{
	struct jin *j = NULL;
	if (engine_call(g, "GET", "/info", NULL, &j, e) < 0)
		return -1;
	const jin_node *n = j && jin_is_object(jin_root(j)) ? jin_root(j) : NULL;
	p->cpus = n ? engine_number(jin_get(n, "NCPU"), 0) : 0;
	n = n ? jin_get(n, "SecurityOptions") : NULL;
	for (n = n && jin_is_array(n) ? jin_first(n) : NULL; n; n = jin_next(n)) {
		const char *s = jin_string(n);
		p->rootless |= s && !strncmp(s, "name=rootless", 13);
		p->remapped |= s && !strncmp(s, "name=userns", 11);
	}
	jin_free(j);
	return 0;
}

/* A digest of what was asked for, by which a container that is there is known to be it.
 */
static int take_digest(const struct session *s, const char *helper,
	char sum[HASH_HEX + 1], struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (session_ask_put(&s->ask, &b, e) < 0)
		return -1;
	buf_puts(&b, helper);
	hash_bytes(b.p, b.len, sum);
	return 0;
}

static int create(
	struct engine *g, const char *name, const struct profile *given, struct err *e)
{
	struct profile p = *given;
	struct runtime r;
	struct buf body CLEANUP(buf_release) = BUF_INIT;
	char *image CLEANUP(mem_freep) = NULL;
	char *path CLEANUP(mem_freep) = xasprintf("/containers/create?name=%s", name);
	if (choose_runtime(p.session, p.home, &r, e) < 0)
		return -1;
	int made = mkdirat(p.session->dir, "home", 0700) < 0 && errno != EEXIST
			   ? err_sys(e, "home", errno)
			   : 0;
	if (made == 0 && image_get(g, &r, &image, e) == 0 && ask_engine(g, &p, e) == 0) {
		p.runtime = &r;
		p.image = image;
		profile_write(&p, &body);
		made = engine_call(g, "POST", path, &body, NULL, e);
	} else {
		made = -1;
	}
	runtime_release(&r);
	return made;
}

/* What is there under the name, and is it what was asked for? Returns its state, new
 * memory; "" when there is none (any more); NULL with err. */
static char *settle(
	struct engine *g, const char *name, const struct profile *p, struct err *e)
{
	struct jin *j = NULL;
	int found = docker_inspect(g, name, &j, e);
	if (found <= 0)
		return found < 0 ? NULL : xstrdup("");
	const jin_node *n = jin_root(j);
	char *state = xstrdup(docker_text(n, "State", "Status", NULL));
	bool ours = !strcmp(docker_text(n, "Config", "Labels", "dev.pab.home"), p->home);
	bool same =
		!strcmp(docker_text(n, "Config", "Labels", "dev.pab.digest"), p->digest);
	jin_free(j);
	int r = 0;
	if (!ours)
		r = err_set(e, ERR_EXISTS, NULL,
			"there is a container %s that is of no session here; docker rm %s "
			"removes it",
			name, name);
	else if (!strcmp(state, "paused"))
		r = err_set(e, ERR_BACKEND, NULL,
			"container %s is paused; docker unpause %s lets it go on", name,
			name);
	else if (!same || !strcmp(state, "dead") || !strcmp(state, "removing")) {
		r = docker_destroy(g, name, e);
		*state = '\0';
	}
	if (r == 0)
		return state;
	free(state);
	return NULL;
}

/* Waits until the far end answers. Returns 0, or -1 with err. */
static int wait_for(
	const struct session *s, struct engine *g, const char *name, struct err *e)
{
	int64_t until = num_now_ms() + PATIENCE;
	struct jin *j = NULL;
	for (int ms = 1; num_now_ms() < until; ms = ms < 20 ? ms * 2 : ms) {
		int fd = session_connect(s);
		if (fd >= 0)
			return close(fd), 0;
		(void)poll(NULL, 0, ms);
		if (ms < 16)
			continue;
		if (docker_inspect(g, name, &j, e) < 0)
			return -1;
		bool runs =
			j && !strcmp(docker_text(jin_root(j), "State", "Status", NULL),
				     "running");
		jin_free(j);
		if (!runs)
			break;
	}
	return err_set(e, ERR_BACKEND, NULL,
		"its far end did not come up in container %s; docker inspect %s tells more",
		name, name);
}

/* The calls that bring it from the state it is in to one where it listens. */
static int bring_up(struct session *s, struct engine *g, const char *name,
	const struct profile *p, struct err *e)
{
	char *state CLEANUP(mem_freep) = settle(g, name, p, e);
	if (!state)
		return -1;
	bool runs = !strcmp(state, "running");
	char *call CLEANUP(mem_freep) =
		xasprintf("/containers/%s/%s", name, runs ? "restart?t=1" : "start");
	if (!*state && create(g, name, p, e) < 0)
		return -1;
	/* One that runs and does not listen has lost its socket to a command. */
	if (engine_call(g, "POST", call, NULL, NULL, e) < 0)
		return err_add(e, " (starting container %s)", name);
	return wait_for(s, g, name, e);
}

static int start(struct session *s, struct err *e)
{
	char sum[HASH_HEX + 1], digest[HASH_HEX + 1];
	int fd = session_connect(s);
	if (fd >= 0)
		return close(fd), 0;
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	char *name CLEANUP(mem_freep) = docker_name(s, home);
	char *helper CLEANUP(mem_freep) = helper_keep(home, sum, e);
	if (!helper || take_digest(s, helper, digest, e) < 0)
		return -1;
	struct profile p = {.session = s,
		.place = place,
		.home = home,
		.helper = helper,
		.digest = digest};
	struct engine *g = docker_engine(s, e);
	if (!g)
		return -1;
	int r = session_write(s, "engine", engine_address(g), e);
	if (r == 0)
		r = session_write(s, "container", name, e);
	if (r == 0)
		r = bring_up(s, g, name, &p, e);
	engine_close(g);
	return r;
}

/* One call about a container that may not be there. */
static int call_it(const struct session *s, const char *what, struct err *e)
{
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	char *name CLEANUP(mem_freep) = docker_name(s, home);
	char *call CLEANUP(mem_freep) = xasprintf("/containers/%s/%s", name, what);
	struct engine *g = docker_engine(s, e);
	if (!g)
		return -1;
	int r = engine_call(g, "POST", call, NULL, NULL, e);
	engine_close(g);
	return r < 0 && e->code == ERR_NOT_FOUND ? 0 : r;
}

static int stop(struct session *s, struct err *e)
{
	return call_it(s, "stop?t=5", e);
}

static int remove_(struct session *s, struct err *e)
{
	char *made CLEANUP(mem_freep) = dial_read(s->dir, "engine");
	if (!made) /* it was never asked for one */
		return 0;
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	char *name CLEANUP(mem_freep) = docker_name(s, home);
	struct engine *g = docker_engine(s, e);
	if (!g)
		return -1;
	int r = docker_destroy(g, name, e);
	engine_close(g);
	return r;
}

/* Limits change in the living container. */
static int apply(struct session *s, const struct session_ask *want, struct err *e)
{
	struct buf body CLEANUP(buf_release) = BUF_INIT;
	struct profile p = {0};
	if (session_differ(&s->ask, want) & (1 << ASK_TTL | 1 << ASK_DISK))
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"the time and disk of a container are fixed when it is made");
	char *place CLEANUP(mem_freep) = docker_place(s);
	char *home CLEANUP(mem_freep) = docker_home(place);
	char *name CLEANUP(mem_freep) = docker_name(s, home);
	char *call CLEANUP(mem_freep) = xasprintf("/containers/%s/update", name);
	struct engine *g = docker_engine(s, e);
	int r = g ? ask_engine(g, &p, e) : -1;
	profile_write_limits(want, p.cpus, &body);
	if (r == 0)
		r = engine_call(g, "POST", call, &body, NULL, e);
	engine_close(g);
	return r < 0 && e->code == ERR_NOT_FOUND ? 0 : r;
}

const struct session_kind session_docker = {
	.name = "docker",
	.takes = 1 << ASK_WORKSPACE | 1 << ASK_MOUNT | 1 << ASK_RUNTIME | 1 << ASK_IMAGE |
		 1 << ASK_NET | 1 << ASK_ENV | 1 << ASK_RULES | 1 << ASK_MEM |
		 1 << ASK_CPU | 1 << ASK_PROCS | 1 << ASK_DISK | 1 << ASK_TTL,
	.describe = describe,
	.start = start,
	.stop = stop,
	.remove = remove_,
	.usage = docker_usage,
	.apply = apply,
	.reconcile = docker_reconcile,
};
