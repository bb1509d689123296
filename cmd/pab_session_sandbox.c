/* SPDX-License-Identifier: MIT */
/* The kind of place that is a sandbox: a far end that is the first process in bubblewrap,
 * with its socket in the place's run/. Its commands are held as those of sandbox:DIR, but
 * cost no new bubblewrap: a fork, and a mount namespace for the masks. */
#include "pab_session.h"

#include "mem.h"
#include "sandbox.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static int describe(struct session *s, struct err *e)
{
	if (session_local.describe(s, e) < 0)
		return -1;
	free(s->backend);
	s->backend = xasprintf("sandbox:%s", s->shown);
	return sandbox_can_be(s->shown, e);
}

/* Bubblewrap around the far end. */
static int serve(const struct session *s, const char *own, struct vec *out, struct err *e)
{
	const struct vec *env = &s->ask.v[ASK_ENV];
	char *run CLEANUP(mem_freep) = xasprintf("%s/run", own);
	char *home CLEANUP(mem_freep) = xasprintf("%s/home", own);
	struct vec argv CLEANUP(vec_release) = {0};
	struct vec pass CLEANUP(vec_release) = {0};
	static const char sock[] = SANDBOX_SOCKET, records[] = SANDBOX_HOME;
	const char *const words[] = {
		"--listen", sock, "--backend", s->backend, "--home", records};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		vec_add(&argv, words[i]);
	session_serve_words(s, &argv);
	for (size_t i = 0; i < env->n; i++)
		vec_give(&pass, xmemdup0(env->v[i], strcspn(env->v[i], "=")));
	struct sandbox_place p = {.dir = s->shown,
		.run = run,
		.home = home,
		.net = session_asked(s, ASK_NET) != NULL,
		.allow_write = &s->ask.v[ASK_ALLOW_WRITE],
		.pass = &pass,
		.argv = &argv};
	if (mkdir(home, 0700) < 0 && errno != EEXIST)
		return err_sys(e, home, errno);
	return sandbox_keep(&p, out, e);
}

const struct session_kind session_sandbox = {
	.name = "sandbox",
	.takes = 1 << ASK_WORKSPACE | 1 << ASK_NET | 1 << ASK_ALLOW_WRITE | 1 << ASK_ENV |
		 1 << ASK_RULES | 1 << ASK_MEM | 1 << ASK_CPU | 1 << ASK_PROCS |
		 1 << ASK_DISK | 1 << ASK_TTL,
	.describe = describe,
	.start = session_spawn,
	.stop = session_stop_plain,
	.apply = session_apply_plain,
	.serve = serve,
};
