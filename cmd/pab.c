/* SPDX-License-Identifier: MIT */
/* Says where the tools act and what holds there; runs a tool by its short name.
 * usage: pab [options] | pab NAME [ARG ...] | pab help [NAME]
 * exit status: 0 done, 2 usage or no such tool, 5 outside the root; the tool's own */
#include "caller.h"
#include "io.h"
#include "mem.h"
#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static const struct {
	const char *name, *job;
	const char *line; /* in text; "": another's tells of it, NULL: the job */
} tools[] = {
	{"ls", "list directories", NULL},
	{"read", "show files with line numbers", NULL},
	{"write", "create or overwrite a file from standard input", NULL},
	{"edit", "replace text in files, all or nothing", NULL},
	{"sub", "replace a pattern across files, all or nothing", NULL},
	{"patch", "apply a patch to files, all or nothing", NULL},
	{"glob", "find files by the pattern of their names", NULL},
	{"grep", "search the contents of files", NULL},
	{"exec", "run a command; end it in time, and all it started", NULL},
	{"job", "follow, wait for and end commands in the background", NULL},
	{"rm", "remove files and trees",
		"remove files and trees; pab-mv moves, pab-cp copies, pab-mkdir makes"},
	{"mv", "move or rename files and trees, also between backends", ""},
	{"cp", "copy files and trees, also between backends", ""},
	{"mkdir", "make directories, parents too", ""},
	{"state", "manage in-memory trees", NULL},
	{"undo", "list and take back changes that pab made", NULL},
	{"session", "a place for each user: make it, run in it, list, end", NULL},
	{"rules", "show, test and check permission rules; answer what waits", NULL},
	{"tools", "give the tools to a model: schemas, a prompt, calls done", NULL},
	{"mcp", "serve the tools to an MCP client on standard input and output", NULL},
	{"doctor", "prove what holds here by trying the forbidden thing", NULL},
};

static const struct opt options[] = {OPT_END};

static const char *const examples[] = {"pab", "where am I, what is there",
	"pab edit notes.txt --old a --new b", "the same as pab-edit …", "pab help grep",
	"the help of pab-grep", "pab -B local:/srv/app", "the same about another place",
	NULL};

static const struct tool_spec spec = {
	.name = "pab",
	.job = "say where the tools act and what holds there; run a tool",
	.synopsis = "[options] | pab NAME [ARG ...] | pab help [NAME]",
	.opts = options,
	.operands = OPT_PLAIN,
	.stop = true,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 done, 2 usage or no such tool, 3 no such backend directory,\n"
		    "  5 outside the root, 7 the system failed; the tool's own",
	.examples = examples,
};

/* What is true here, for both forms. */
struct here {
	char *backend, *root, *directory;
	const char *paths, *commands;
};

/* Tool names are words; nothing else is ever made into a file name. */
static bool is_name(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz-")] && strlen(s) < 40;
}

/* Becomes DIR/SUB/pab-NAME, if that is there. */
static void try_beside(const char *dir, const char *sub, const char *name, char **argv)
{
	char *path CLEANUP(mem_freep) = xasprintf("%s%s/pab-%s", dir, sub, name);
	(void)execv(path, argv);
}

/* Becomes pab-NAME with argv; comes back only if there is none. argv[0] is changed. */
static void become(const char *name, char **argv)
{
	char self[PATH_MAX];
	char *program CLEANUP(mem_freep) = xasprintf("pab-%s", name);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	argv[0] = program;
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		try_beside(self, "", name, argv);
		try_beside(self, "/../libexec/pab", name, argv);
	}
	(void)execvp(program, argv);
	argv[0] = NULL; /* program goes away */
}

static const char *nearest(const char *name)
{
	const char *best = NULL;
	size_t least = strlen(name) / 3 + 2;
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		size_t far = opt_distance(name, tools[i].name, least);
		if (far < least) {
			least = far;
			best = tools[i].name;
		}
	}
	return best;
}

/* Runs "NAME ARG …" or "help [NAME]". Returns the exit status of what could not be. */
static int run_tool(int argc, char **argv)
{
	static char help[] = "--help";
	char *help_argv[] = {NULL, help, NULL};
	struct tool t;
	struct err e;
	bool is_help = !strcmp(argv[1], "help");
	char *name = is_help ? argc > 2 ? argv[2] : NULL : argv[1];
	if (!name) {
		help_argv[0] = argv[0];
		(void)!tool_begin(&t, &spec, 2, help_argv);
		return tool_end(&t);
	}
	if (!strncmp(name, "pab-", 4))
		name += 4;
	if (is_name(name))
		become(name, is_help ? help_argv : argv + 1);
	char *none[] = {NULL};
	if (tool_begin(&t, &spec, 0, none) == 0) {
		const char *near = nearest(name);
		err_set(&e, ERR_USAGE, NULL, "no tool '%.40s'", name);
		if (near)
			err_add(&e, "; did you mean %s?", near);
		else
			err_add(&e, "; pab shows them all");
		(void)tool_fail(&t, &e);
	}
	return tool_end(&t);
}

static void find_out(const struct place *p, struct here *h)
{
	bool local = p->kind == PLACE_LOCAL, tree = p->n_routes > 0;
	bool kept = local || tree;
	char *cwd CLEANUP(mem_freep) = getcwd(NULL, 0);
	h->backend = xstrdup(*p->spec ? p->spec : "none named: this host");
	h->root = xstrdup(local ? p->roots.v[0].path : "/");
	if (!kept)
		h->directory = xstrdup(*p->cwd ? p->cwd : cwd ? cwd : "?");
	else if (*p->cwd)
		h->directory = xasprintf("%s/%s", local ? h->root : "", p->cwd);
	else
		h->directory = xstrdup(h->root);
	h->paths = !kept              ? "not confined: whatever you may open"
		   : root_in_kernel() ? "kept below the root by the kernel (openat2)"
				      : "kept below the root step by step (no openat2)";
	h->commands =
		p->boxed ? "held by the kernel, without network (pab-sandbox(7))"
		: p->kind == PLACE_STATE ? "none: state has no commands"
		: caller_is_far()        ? "where the far end runs, as its user"
		: tree ? "on the route of the working directory; not confined: on this "
			 "host, as you"
		       : "not confined: on this host, as you";
}

/* A value and, in brackets, what else is to be known of it (NULL: nothing). */
static void print_fact_with(struct out *o, const char *label, const char *value,
	const char *name, const char *more)
{
	buf_printf(&o->buf, "%-10s ", label);
	out_name(o, value);
	if (more) {
		buf_printf(&o->buf, " (%s: ", name);
		out_name(o, more);
		buf_addc(&o->buf, ')');
	}
	buf_addc(&o->buf, '\n');
}

static void print_fact(struct out *o, const char *label, const char *value)
{
	print_fact_with(o, label, value, NULL, NULL);
}

/* What else there is: directories allowed, or the routes of a composite. */
static void print_more(struct out *o, const struct place *p)
{
	enum { MOST = 4 };
	bool routes = p->kind == PLACE_COMPOSITE;
	size_t n = routes ? p->n_routes : p->kind == PLACE_LOCAL ? p->roots.n - 1 : 0;
	for (size_t i = 0; i < n && i < MOST; i++) {
		const struct route *r = &p->routes[i];
		char *line CLEANUP(mem_freep) =
			routes ? xasprintf("/%s = %s%s%s", r->at, r->spec,
					 r->ro ? ", read-only" : "",
					 r->kind < PLACE_NONE && r->down.code ? ", down"
									      : "")
			       : xstrdup(p->roots.v[i + 1].path);
		print_fact(o, routes ? "route" : "also", line);
	}
	if (n > MOST)
		buf_printf(&o->buf, "%-10s and %zu more\n", routes ? "route" : "also",
			n - MOST);
}

static void print_text(struct tool *t, const struct here *h)
{
	struct out *o = &t->out;
	bool at_root = !*t->place.spec || !strcmp(h->root, h->directory);
	print_fact_with(o, "backend", h->backend, "rules",
		t->gate.sets.n ? t->gate.sets.v[0].name : "none");
	print_fact_with(o, "directory", h->directory, "root", at_root ? NULL : h->root);
	print_more(o, &t->place);
	print_fact(o, "paths", h->paths);
	print_fact(o, "commands", h->commands);
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		const char *line = tools[i].line ? tools[i].line : tools[i].job;
		if (*line)
			buf_printf(&o->buf, "pab-%-7s %s\n", tools[i].name, line);
	}
}

static void print_routes(struct jout *j, const struct place *p)
{
	jout_array(j, "routes");
	for (size_t i = p->n_routes; i-- > 0;) {
		const struct route *r = &p->routes[i];
		char *at CLEANUP(mem_freep) = xasprintf("/%s", r->at);
		jout_object(j, NULL);
		jout_bytes(j, "path", at, strlen(at));
		jout_bytes(j, "backend", r->spec, strlen(r->spec));
		jout_bool(j, "ro", r->ro);
		jout_bool(j, "down", r->kind < PLACE_NONE && r->down.code != ERR_NONE);
		jout_end_object(j);
	}
	jout_end_array(j);
}

static void print_json(struct tool *t, const struct here *h)
{
	struct jout *j = tool_summary(t);
	jout_array(j, "roots");
	jout_bytes(j, NULL, h->root, strlen(h->root));
	for (size_t i = 1; i < t->place.roots.n && !t->place.n_routes; i++)
		jout_bytes(j, NULL, t->place.roots.v[i].path,
			strlen(t->place.roots.v[i].path));
	jout_end_array(j);
	if (t->place.kind == PLACE_COMPOSITE)
		print_routes(j, &t->place);
	jout_bytes(j, "cwd", h->directory, strlen(h->directory));
	if (t->gate.sets.n)
		jout_bytes(j, "rules", t->gate.sets.v[0].name,
			strlen(t->gate.sets.v[0].name));
	else
		jout_null(j, "rules");
	jout_object(j, "enforced");
	jout_str(j, "paths",
		!t->place.roots.confined ? "none"
		: root_in_kernel()       ? "openat2"
					 : "walk");
	jout_str(j, "commands", t->place.boxed ? "sandbox" : "none");
	jout_end_object(j);
	jout_array(j, "tools");
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		jout_object(j, NULL);
		jout_str(j, "name", tools[i].name);
		jout_str(j, "job", tools[i].job);
		jout_end_object(j);
	}
	jout_end_array(j);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct here h = {0};
	io_guard_std();
	if (argc > 1 && argv[1][0] != '-')
		return run_tool(argc, argv);
	if (tool_begin(&t, &spec, argc, argv) < 0)
		return tool_end(&t);
	if (t.operands.n) {
		tool_usage(&t, "options go behind the name: pab NAME [options]");
		return tool_end(&t);
	}
	find_out(&t.place, &h);
	if (t.out.form == OUT_JSON)
		print_json(&t, &h);
	else
		print_text(&t, &h);
	free(h.backend);
	free(h.root);
	free(h.directory);
	return tool_end(&t);
}
