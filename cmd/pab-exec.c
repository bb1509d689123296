/* SPDX-License-Identifier: MIT */
/* Runs a command with an end to its time and its output, and leaves nothing of it behind.
 * usage: pab-exec [options] [--] CMD [ARG ...]
 *        pab-exec [options] -c LINE [ARG ...]
 * exit status: the command's; 124, 125, 126, 127, 128+N */
#include "pab_exec.h"

#include "mem.h"
#include "num.h"

#include <limits.h>
#include <unistd.h>

enum {
	FAILED = 125,
	DEADLINE = 8 * 3600 * 1000, /* of a job */
};

static struct {
	const char *line, *dir;
	int net, with_stdin, split, raw, clean, terminal, leave, background;
	int64_t timeout, grace, idle;
	struct bounds bounds;
	struct vec env, pass, allow_write;
} given = {.timeout = -1, .grace = 2000, .idle = NUM_NONE};

static const struct opt options[] = {
	{'c', "command", "LINE", OPT_STR, OPT_PLAIN, &given.line, 0,
		"run LINE with sh; operands are its $1, $2, …", 0, NULL},
	{'C', "directory", "DIR", OPT_STR, OPT_PLACE_PATH, &given.dir, 0, "run it in DIR",
		0, NULL},
	{0, "stdin", NULL, OPT_FLAG, OPT_PLAIN, &given.with_stdin, 1,
		"let it read standard input (else: /dev/null)", 0, NULL},
	{0, "timeout", "T", OPT_TIME, OPT_PLAIN, &given.timeout, 0,
		"end it after T (120 s; none: never; 0: do not start it)", 0, NULL},
	{0, "grace", "T", OPT_TIME, OPT_PLAIN, &given.grace, 0,
		"SIGKILL this long after SIGTERM (2 s)", 0, NULL},
	{0, "idle-timeout", "T", OPT_TIME, OPT_PLAIN, &given.idle, 0,
		"end it when it writes nothing for T", 0, NULL},
	{0, "leave", NULL, OPT_FLAG, OPT_PLAIN, &given.leave, 1,
		"leave alone what still runs when it has ended", 0, NULL},
	{0, "bg", NULL, OPT_FLAG, OPT_PLAIN, &given.background, 1,
		"in the background, for 8 h: print an id for pab-job", 0, NULL},
	{'t', "terminal", NULL, OPT_FLAG, OPT_PLAIN, &given.terminal, 1,
		"give it a pseudo-terminal", 0, NULL},
	{0, "split", NULL, OPT_FLAG, OPT_PLAIN, &given.split, 1,
		"keep standard output and error apart, each with the limits", 0, NULL},
	{0, "raw", NULL, OPT_FLAG, OPT_PLAIN, &given.raw, 1,
		"pass its output on as it is, all of it", 0, NULL},
	{0, "env", "NAME=VALUE", OPT_LIST, OPT_PLAIN, &given.env, 0,
		"set a variable of its environment", 0, NULL},
	{0, "pass", "NAME", OPT_LIST, OPT_CALLER_VARIABLE, &given.pass, 0,
		"pass a variable on as it is, also a PAB_ one", 0, NULL},
	{0, "clean-env", NULL, OPT_FLAG, OPT_PLAIN, &given.clean, 1,
		"leave it only PATH, HOME, USER, locale, TZ, TMPDIR, SHELL", 0, NULL},
	{0, "net", NULL, OPT_FLAG, OPT_PLAIN, &given.net, 1,
		"in a sandbox: give it the host's network", 0, NULL},
	{0, "allow-write", "NAME", OPT_LIST, OPT_PLAIN, &given.allow_write, 0,
		"in a sandbox: let it write a protected name (.git/config)", 0, NULL},
	{0, "mem", "SIZE", OPT_SIZE, OPT_PLAIN, &given.bounds.v[BOUND_MEM], 0,
		"bound its memory (64M)", 0, NULL},
	{0, "cpu", "T", OPT_TIME, OPT_PLAIN, &given.bounds.v[BOUND_CPU], 0,
		"bound its processor time", 0, NULL},
	{0, "procs", "N", OPT_INT, OPT_PLAIN, &given.bounds.v[BOUND_PROCS], 1,
		"bound its processes and threads", 0, NULL},
	{0, "fsize", "SIZE", OPT_SIZE, OPT_PLAIN, &given.bounds.v[BOUND_FSIZE], 0,
		"bound the files it writes", 0, NULL},
	{0, "nofile", "N", OPT_INT, OPT_PLAIN, &given.bounds.v[BOUND_NOFILE], 3,
		"bound the files a process has open", 0, NULL},
	{0, "core", "SIZE", OPT_SIZE, OPT_PLAIN, &given.bounds.v[BOUND_CORE], 0,
		"bound its core dumps", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-exec -- make -j4 test",
	"the usual: an argument vector, no shell",
	"pab-exec --timeout 9m -c 'make && ./test'", "a line for the shell",
	"pab-exec -j -- ./configure | jq .exit_code", "status, output and times as JSON",
	"pab-exec --bg -- npm run dev", "in the background; pab-job read k1",
	"pab-exec --raw -- tar c src >src.tar", "output as it is, without limits", NULL};

static const struct tool_spec spec = {
	.name = "pab-exec",
	.job = "run a command; end it in time, and all it started",
	.synopsis = "[options] [--] CMD [ARG ...] | pab-exec [options] -c LINE [ARG ...]",
	.opts = options,
	.operands = OPT_PLAIN,
	.stop = true,
	.commands = true,
	.failed = FAILED,
	.limits = {.bytes = 30000,
		.lines = NUM_NONE,
		.columns = 2000,
		.rows = NUM_NONE,
		.timeout = 120000},
	.statuses =
		"the command's own; 124 out of time, 125 pab-exec could not run it,\n"
		"  126 not executable, 127 not found, 128+N ended by signal N. In a sandbox "
		"commands\n  are confined (pab-sandbox(7)), elsewhere they are not.",
	.examples = examples,
};

/* The directory the command runs in: -C, else where the place's operands start. */
static int find_cwd(struct run *r, struct err *e)
{
	const struct place *p = &r->t->place;
	if (given.dir || p->kind != PLACE_HOST || *p->cwd) {
		struct target target;
		if (place_target(p, given.dir ? given.dir : ".", &target, e) < 0)
			return -1;
		r->cwd = place_open_dir(p, OP_EXECUTE, &target, e);
		r->root = target.root;
		r->boxed = sandbox_is(p, &target);
		target_release(&target);
		if (r->cwd < 0)
			return -1;
	}
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", r->cwd);
	ssize_t n = readlink(r->cwd < 0 ? "/proc/self/cwd" : link, path, sizeof(path));
	r->cwd_path = xmemdup0(path, n < 0 ? 0 : (size_t)n);
	return 0;
}

/* Options that cannot both be held to. Returns 0, or -1 with a usage error. */
static int refuse_pairs(const struct run *r, struct err *e)
{
	const struct {
		bool both;
		const char *names;
	} pairs[] = {
		{given.raw && r->t->out.form == OUT_JSON, "--raw and JSON"},
		{given.terminal && given.split, "-t and --split"},
		{given.background && given.raw, "--bg and --raw"},
		{given.background && given.with_stdin, "--bg and --stdin"},
		{given.background && given.leave, "--bg and --leave"},
	};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i].both)
			return err_set(e, ERR_USAGE, NULL, "%s exclude each other",
				pairs[i].names);
	return 0;
}

static int find_command(struct run *r, struct err *e)
{
	const struct vec *operands = &r->t->operands;
	if (!given.line && !operands->n)
		return err_set(e, ERR_USAGE, NULL,
			"nothing to run: pab-exec -- CMD ARG …, or -c 'LINE'");
	if (refuse_pairs(r, e) < 0)
		return -1;
	if (given.line) {
		vec_add(&r->argv, "sh");
		vec_add(&r->argv, "-c");
		vec_add(&r->argv, given.line);
		if (operands->n)
			vec_add(&r->argv, "sh");
	}
	for (size_t i = 0; i < operands->n; i++)
		vec_add(&r->argv, operands->v[i]);
	return 0;
}

/* Prepares, runs and reports. Returns 0, or -1 with err for what kept it from running. */
static int run(struct run *r, struct err *e)
{
	struct exec_env env = {.set = &given.env,
		.pass = &given.pass,
		.clean = given.clean,
		.terminal = given.terminal};
	if (find_command(r, e) < 0 || find_cwd(r, e) < 0 ||
		tool_command(r->t, given.line ? &r->t->operands : &r->argv, given.line,
			r->cwd_path, given.with_stdin, e) < 0)
		return -1;
	if (!r->boxed && (given.net || given.allow_write.n))
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"--net and --allow-write are for a sandbox (-B sandbox)");
	env.boxed = r->boxed;
	env.pwd = r->cwd < 0 ? NULL : r->cwd_path;
	if (exec_env(&env, &r->env, e) < 0)
		return -1;
	if (given.background ? run_job(r, e) < 0 : run_start(r, e) < 0)
		return -1;
	if (!given.background)
		run_pump(r);
	const struct spawn_end *end = &r->sp.end;
	if (end->refused)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"no sandbox can be made here: %.200s; the command was not run",
			end->text);
	if (end->error && end->known) {
		r->t->out.failed =
			exec_why_not(r->argv.v[0], end->error, r->cwd, &r->env, e);
		return -1;
	}
	if (end->error)
		return err_sys(e, NULL, end->error);
	if (given.background)
		return 0;
	r->t->out.status = run_report(r);
	return 0;
}

static void release(struct run *r)
{
	for (size_t i = 0; i < r->n_out; i++)
		view_release(&r->out[i].view);
	if (r->cwd >= 0)
		close(r->cwd);
	free(r->cwd_path);
	vec_release(&r->argv);
	vec_release(&r->env);
	vec_release(&given.env);
	vec_release(&given.pass);
	vec_release(&given.allow_write);
	sandbox_release(&r->box);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct err e = {0};
	struct run r = {.t = &t, .cwd = -1, .pty = {-1, -1, -1}};
	bounds_init(&given.bounds);
	cgroup_init(&r.cgroup);
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		r.split = given.split;
		r.raw = given.raw;
		r.terminal = given.terminal;
		r.net = given.net;
		r.allow_write = &given.allow_write;
		r.with_stdin = given.with_stdin;
		r.leave = given.leave;
		r.bounds = given.bounds;
		r.grace = given.grace;
		r.idle = given.idle;
		r.timeout = given.timeout >= 0 ? given.timeout
			    : given.background ? DEADLINE
					       : t.limits.timeout;
		if (run(&r, &e) < 0)
			(void)tool_fail(&t, &e);
	}
	release(&r);
	return tool_end(&t);
}
