/* SPDX-License-Identifier: MIT */
/* A copy between two places of which one is far away: one program packs the sources where
 * they are, another unpacks them where they go. */
#include "transfer.h"

#include "dial.h"
#include "mem.h"
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *spec_of(const struct tool *t, const char *option)
{
	const char *spec = option ? option : t->backend;
	return spec ? spec : "";
}

/* Does it lie in a route of the tree that is a far end? */
static bool in_far_route(struct tool *t, const char *spec, char *const *v, size_t n)
{
	struct place p;
	struct err ignored;
	bool far = false;
	if (!strncmp(spec, "composite:", 10) || *spec == '@') {
		if (tool_place(t, &p, spec, &ignored) < 0)
			return false;
		for (size_t i = 0; i < n && !far; i++) {
			struct vec one CLEANUP(vec_release) = {0};
			vec_add(&one, v[i]);
			far = place_far(&p, &one) != NULL;
		}
		place_release(&p);
	}
	return far;
}

bool transfer_is_far(struct tool *t, const struct transfer_options *o)
{
	const char *from = spec_of(t, o->from), *to = spec_of(t, o->to);
	size_t n = t->operands.n;
	if (o->pack || o->unpack || n < 2)
		return false;
	return dial_place(from) || dial_place(to) ||
	       in_far_route(t, from, t->operands.v, n - 1) ||
	       in_far_route(t, to, t->operands.v + n - 1, 1);
}

/* One of the two programs. */
struct half {
	bool packs;
	bool own; /* --from or --to names its backend: PAB_CWD is not of it */
	struct vec argv;
};

/* The options go to both, but for those that say where, and how it is printed. */
static int add_option(
	const struct opt *o, bool is_long, const char *value, void *ctx, struct err *e)
{
	static const char *const neither[] = {"backend", "from", "to"};
	static const char *const prints[] = {"json", "output"};
	struct half *h = ctx;
	(void)is_long;
	(void)e;
	if (!o)
		return 0;
	for (size_t i = 0; o->name && i < ARRAY_LEN(neither); i++)
		if (!strcmp(o->name, neither[i]))
			return 0;
	for (size_t i = 0; o->name && h->packs && i < ARRAY_LEN(prints); i++)
		if (!strcmp(o->name, prints[i]))
			return 0;
	if (o->name && h->own && !strcmp(o->name, "cwd"))
		return 0;
	if (o->name)
		vec_give(&h->argv, xasprintf("--%s%s%s", o->name, value ? "=" : "",
					   value ? value : ""));
	else
		vec_give(&h->argv, xasprintf("-%c%s", o->letter, value ? value : ""));
	return 0;
}

/* Becomes it, with the pipe as standard output or input. */
NORETURN static void become(struct half *h, const char *program, int end)
{
	char **argv = xcalloc(h->argv.n + 1, sizeof(*argv));
	memcpy(argv, h->argv.v, h->argv.n * sizeof(*argv));
	if (dup2(end, h->packs ? STDOUT_FILENO : STDIN_FILENO) >= 0 &&
		(!h->packs || setenv("PAB_OUTPUT", "text", 1) == 0) &&
		(!h->own || unsetenv("PAB_CWD") == 0))
		execv(program, argv);
	_exit(7);
}

static void wait_for(struct tool *t, pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	out_status(&t->out, WIFEXITED(status) ? WEXITSTATUS(status) : 7);
}

/* Returns 0, or -1 with err. */
static int run_both(struct tool *t, struct half h[2], struct err *e)
{
	int pair[2];
	char *program CLEANUP(mem_freep) = dial_beside(t->spec->name);
	if (!program)
		return err_set(e, ERR_BACKEND, NULL, "there is no %s beside this one",
			t->spec->name);
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(e, NULL, errno);
	pid_t first = fork();
	if (first == 0)
		become(&h[0], program, pair[1]);
	pid_t second = first < 0 ? -1 : fork();
	if (second == 0)
		become(&h[1], program, pair[0]);
	int number = errno;
	close(pair[0]);
	close(pair[1]);
	if (first > 0)
		wait_for(t, first);
	if (second > 0)
		wait_for(t, second);
	return second < 0 ? err_sys(e, NULL, number) : 0;
}

void transfer_far(struct tool *t, const struct transfer_options *o, int argc, char **argv)
{
	struct half h[2] = {{.packs = true, .own = o->from}, {.own = o->to}};
	struct err e = {0};
	size_t n = t->operands.n;
	int r = 0;
	for (int i = 0; i < 2 && r == 0; i++) {
		struct vec *v = &h[i].argv;
		vec_add(v, t->spec->name);
		r = tool_options(t, argc, argv, add_option, &h[i], &e);
		vec_give(v, xasprintf("--backend=%s", spec_of(t, i ? o->to : o->from)));
		vec_add(v, i ? "--unpack" : "--pack");
		vec_add(v, "--");
		for (size_t k = i ? n - 1 : 0; k < (i ? n : n - 1); k++)
			vec_add(v, t->operands.v[k]);
	}
	if (r == 0)
		r = run_both(t, h, &e);
	if (r < 0)
		tool_fail(t, &e);
	else
		tool_done(t);
	vec_release(&h[0].argv);
	vec_release(&h[1].argv);
}

/* Packs one source. Returns 0, or -1 with err. */
static int pack_one(
	struct tool *t, const char *operand, bool tree, bool *broken, struct err *e)
{
	struct target src CLEANUP(target_release) = {0};
	char *bare CLEANUP(mem_freep) = transfer_bare(operand);
	if (place_target(&t->place, bare, &src, e) < 0)
		return -1;
	const char *slash = strrchr(bare, '/'), *name = slash ? slash + 1 : bare;
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(e, ERR_USAGE, bare,
			"has no name to be given in another place; name what is in it");
	return pack_write(STDOUT_FILENO, &t->place, &src, name, tree, broken, e);
}

void transfer_pack(struct tool *t, bool tree)
{
	struct err e = {0};
	bool broken = false;
	for (size_t i = 0; i < t->operands.n && !broken; i++) {
		e.code = ERR_NONE;
		if (pack_one(t, t->operands.v[i], tree, &broken, &e) < 0)
			out_error(&t->out, &e);
	}
	if (!broken && pack_end(STDOUT_FILENO) < 0) {
		err_sys(&e, NULL, errno);
		tool_fail(t, &e);
	}
	tool_done(t);
}
