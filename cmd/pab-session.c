/* SPDX-License-Identifier: MIT */
/* Places that are kept: makes, wakes, lists and ends them.
 * usage: pab-session [options] COMMAND [ID]
 * exit status: 0 2 3 4 5 7 */
#include "pab_session_verbs.h"

#include "num.h"

struct session_opts session_opts = {
	.mem = -1, .procs = -1, .disk = -1, .ttl = -1, .max = -1};

#define OPTS session_opts

static const struct opt table[] = {
	{0, "on", "KIND", OPT_STR, OPT_PLAIN, &OPTS.kind, 0,
		"open: local (a directory) or state (in memory)", 0, NULL},
	{0, "runtime", "NAME", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_RUNTIME], 0,
		"open: a container of that runtime", 0, NULL},
	{0, "image", "IMAGE", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_IMAGE], 0,
		"open: a container of that image", 0, NULL},
	{0, "workspace", "DIR", OPT_LIST, OPT_CALLER_FILE, &OPTS.ask.v[ASK_WORKSPACE], 0,
		"open: the directory that is its root", 0, NULL},
	{0, "workspace-root", "DIR", OPT_STR, OPT_CALLER_FILE, &OPTS.root, 0,
		"open: a directory of its own below DIR is its root", 0, NULL},
	{0, "mount", "HOST:PATH", OPT_LIST, OPT_PLAIN, &OPTS.ask.v[ASK_MOUNT], 0,
		"open: show a directory of this host at PATH; with :ro to be read only",
		0, NULL},
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
	OPT_END,
};

static const char *const examples[] = {"pab-session open a1 --on local",
	"make it; prints what a shell evaluates", "pab-session list",
	"the places there are", "pab-session open a1 --on state --spec",
	"in memory; print session:a1", "pab-session close a1",
	"end what runs there; the files stay", NULL};

static const struct tool_spec spec = {
	.name = "pab-session",
	.job = "make, list and end places that are kept",
	.synopsis = "[options] COMMAND [ID]",
	.opts = table,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 done, 2 usage, 3 no such session or directory, 4 it is another one\n"
		"  already, 5 not to be had here, 7 the system or the far end failed",
	.examples = examples,
};

static const struct {
	const char *name;
	session_verb *run;
} verbs[] = {
	{"list", session_do_list},
	{"open", session_do_open},
	{"info", session_do_info},
	{"wake", session_do_wake},
	{"close", session_do_close},
};

static void run(struct tool *t)
{
	struct err e = {0};
	const char *verb = t->operands.n ? t->operands.v[0] : "list";
	const char *id = t->operands.n > 1 ? t->operands.v[1] : NULL;
	size_t i = 0;
	while (i < ARRAY_LEN(verbs) && strcmp(verb, verbs[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(verbs))
		tool_usage(t, "open, list, info, wake and close are known, not '%.40s'",
			verb);
	else if (t->operands.n > 2 || !i == !!id)
		tool_usage(t, "usage: pab-session %s", spec.synopsis);
	else if (strcmp(verb, "open") && session_asks())
		tool_usage(t, "--on, --workspace and their like are for open");
	else if (verbs[i].run(t, id, &e) < 0)
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
