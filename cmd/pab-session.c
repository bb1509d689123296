/* SPDX-License-Identifier: MIT */
/* Places that are kept, one for each user: makes, wakes, lists and ends them.
 * usage: pab-session [options] COMMAND [ID] [-- CMD [ARG ...]]
 * exit status: 0 2 3 4 5 7; run, shell: as pab-exec */
#include "pab_session_verbs.h"

#include "num.h"

struct session_opts session_opts = {
	.mem = -1, .procs = -1, .disk = -1, .ttl = -1, .max = -1, .idle = -1};

#define OPTS session_opts

static const struct opt table[] = {
	{0, "on", "KIND", OPT_STR, OPT_PLAIN, &OPTS.kind, 0,
		"open: sandbox (default), local (not held), state or docker", 0, NULL},
	{0, "runtime", "NAME", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_RUNTIME], 0,
		"open: a container of that runtime", 0, NULL},
	{0, "image", "IMAGE", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_IMAGE], 0,
		"open: a container of that image", 0, NULL},
	{0, "workspace", "DIR", OPT_LIST, OPT_CALLER_FILE, &OPTS.ask.v[ASK_WORKSPACE], 0,
		"open: the directory that is its root", 0, NULL},
	{0, "workspace-root", "DIR", OPT_STR, OPT_CALLER_FILE, &OPTS.root, 0,
		"open: a directory of its own below DIR is its root", 0, NULL},
	{0, "mount", "HOST:PATH", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_MOUNT], 0,
		"open: show it at PATH in a container, or with :ro", 0, NULL},
	{0, "net", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.net, 1, "open: with network", 0,
		NULL},
	{0, "env", "NAME=VALUE", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_ENV], 0,
		"open: a variable that commands find there", 0, NULL},
	{0, "allow-write", "NAME", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_ALLOW_WRITE], 0,
		"open: let commands write to a protected name", 0, NULL},
	{0, "rules", "RULES", OPT_LIST, OPT_CALLER, &OPTS.ask.v[ASK_RULES], 0,
		"open: a preset or a file of rules, for all who act there", 0, NULL},
	{0, "mem", "SIZE", OPT_SIZE, OPT_PLAIN, &OPTS.mem, 0,
		"open: bound the memory of all that runs there", 0, NULL},
	{0, "cpu", "N", OPT_STR, OPT_PLAIN, &OPTS.cpu, 0,
		"open: bound it to so many processors (1.5)", 0, NULL},
	{0, "procs", "N", OPT_INT, OPT_PLAIN, &OPTS.procs, 1,
		"open: bound its processes and threads", 0, NULL},
	{0, "disk", "SIZE", OPT_SIZE, OPT_PLAIN, &OPTS.disk, 0,
		"open: bound what the workspace holds", 0, NULL},
	{0, "ttl", "T", OPT_TIME, OPT_PLAIN, &OPTS.ttl, 0,
		"open: end it for good after T (2h)", 0, NULL},
	{0, "max", "N", OPT_INT, OPT_PLAIN, &OPTS.max, 1,
		"open: make none when there are N sessions", 0, NULL},
	{0, "recreate", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.recreate, 1,
		"open: make it anew when it is another one; the files stay", 0, NULL},
	{0, "spec", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.spec, 1,
		"open: print session:ID and not a line for a shell", 0, NULL},
	{0, "purge", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.purge, 1,
		"close: remove what it holds, too", 0, NULL},
	{0, "yes", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.yes, 1,
		"close: do not ask whether to --purge", 0, NULL},
	{0, "idle", "T", OPT_TIME, OPT_PLAIN, &OPTS.idle, 0,
		"gc: put to sleep what nobody used for T (30m)", 0, NULL},
	{0, "stdin", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.with_stdin, 1,
		"run: let the command read standard input", 0, NULL},
	{'t', "terminal", NULL, OPT_FLAG, OPT_PLAIN, &OPTS.terminal, 1,
		"run: give it a terminal", 0, NULL},
	{0, "timeout", "T", OPT_STR, OPT_PLAIN, &OPTS.timeout, 0,
		"run, shell: end the command after T", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-session open a1 --on local",
	"make it; prints what a shell evaluates", "pab-session run -- python3 -c …",
	"in a place of its own; no trace after", "pab-session list",
	"the places there are, and what they take", "pab-session gc --idle 30m",
	"what is idle sleeps, what is over ends", "pab-session close a1",
	"end what runs there; the files stay", NULL};

static const struct tool_spec spec = {
	.name = "pab-session",
	.job = "a place for each user: make it, run in it, list, end",
	.synopsis = "[options] COMMAND [ID] [-- CMD [ARG ...]]",
	.opts = table,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 done, 2 usage, 3 no such session or directory, 4 it is another one\n"
		"  already, 5 refused or not to be had here, 7 the system or the far end "
		"failed;\n  run and shell: as pab-exec",
	.examples = examples,
};

/* What stands behind a verb, and the options that mean something to it. */
enum {
	NO_ID,
	AN_ID,
	ID_AND_COMMAND,
	A_COMMAND,
};

static const struct {
	const char *name;
	session_verb *run;
	int takes;
	bool makes;
} verbs[] = {
	{"list", session_do_list, NO_ID, false},
	{"open", session_do_open, AN_ID, true},
	{"run", session_do_run, A_COMMAND, true},
	{"info", session_do_info, AN_ID, false},
	{"shell", session_do_shell, ID_AND_COMMAND, false},
	{"wake", session_do_wake, AN_ID, false},
	{"close", session_do_close, AN_ID, false},
	{"runtimes", session_do_runtimes, NO_ID, false},
	{"gc", session_do_gc, NO_ID, false},
	{"shutdown", session_do_shutdown, NO_ID, false},
};

/* Options of another verb would be passed over. Returns NULL, or what is wrong. */
static const char *check_options(const char *verb, bool makes)
{
	bool open = !strcmp(verb, "open"), run = !strcmp(verb, "run");
	if (!makes && (session_asks() || OPTS.max >= 0))
		return "--on, --workspace and their like are for open and run";
	if (!open && (OPTS.spec || OPTS.recreate))
		return "--spec and --recreate are for open";
	if (strcmp(verb, "close") && (OPTS.purge || OPTS.yes))
		return "--purge and --yes are for close";
	if (strcmp(verb, "gc") && OPTS.idle >= 0)
		return "--idle is for gc";
	if (!run && (OPTS.with_stdin || OPTS.terminal))
		return "--stdin and --terminal are for run";
	if (!run && strcmp(verb, "shell") && OPTS.timeout)
		return "--timeout is for run and shell";
	return NULL;
}

static void run(struct tool *t)
{
	struct err e = {0};
	const char *verb = t->operands.n ? t->operands.v[0] : "list", *wrong;
	size_t i = 0, n = t->operands.n;
	while (i < ARRAY_LEN(verbs) && strcmp(verb, verbs[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(verbs)) {
		tool_usage(t,
			"open, run, list, info, shell, wake, close, runtimes, gc and "
			"shutdown are known, not '%.40s'",
			verb);
		return;
	}
	int takes = verbs[i].takes;
	if ((takes == NO_ID && n > 1) || (takes == AN_ID && n != 2) ||
		(takes > AN_ID && n < 2))
		tool_usage(t, "usage: pab-session %s", spec.synopsis);
	else if ((wrong = check_options(verb, verbs[i].makes)))
		tool_usage(t, "%s", wrong);
	else if (verbs[i].run(t, n > 1 ? t->operands.v[1] : NULL, &e) < 0)
		tool_fail(t, &e);
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	int status = tool_end(&t);
	for (int o = 0; o < ASK_N; o++)
		vec_release(&session_opts.ask.v[o]);
	return status;
}
