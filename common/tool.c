/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "caller.h"
#include "dial.h"
#include "diag.h"
#include "forward.h"
#include "guard.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "recover.h"

/* The values of the options that every program has. */
static struct {
	const char *backend, *allow, *cwd, *output, *home;
	struct guard_options guard;
	struct vec limits;
	int json, no_limit, strict, quiet, help, version, dump;
} given;

static const struct opt shared[] = {
	{'B', "backend", "SPEC", OPT_STR, OPT_CALLER, &given.backend, 0,
		"where to act: local:DIR, sandbox:DIR, docker:NAME, state:NAME, session:ID, "
		"composite:…, @FILE (PAB_BACKEND)",
		OPT_ALSO, NULL},
	{0, "allow", "DIRS", OPT_STR, OPT_CALLER, &given.allow, 0,
		"more directories a local backend may open, separated by colons (PAB_ALLOW)",
		OPT_ALSO, NULL},
	{0, "cwd", "DIR", OPT_STR, OPT_PLAIN, &given.cwd, 0,
		"where relative paths start in the backend (PAB_CWD)", OPT_ALSO, NULL},
	{'j', "json", NULL, OPT_FLAG, OPT_PLAIN, &given.json, 1,
		"print JSON Lines, one record a line, a summary last", OPT_ALSO, NULL},
	{0, "output", "FORM", OPT_STR, OPT_PLAIN, &given.output, 0,
		"text, json or model (PAB_OUTPUT)", OPT_ALSO, NULL},
	{0, "limits", "LIMITS", OPT_LIST, OPT_PLAIN, &given.limits, 0,
		"bytes=N,lines=N,columns=N,rows=N,timeout=T (PAB_LIMITS)", OPT_ALSO,
		NULL},
	{0, "no-limit", NULL, OPT_FLAG, OPT_PLAIN, &given.no_limit, 1,
		"show everything, however much", OPT_ALSO, NULL},
	{0, "strict", NULL, OPT_FLAG, OPT_PLAIN, &given.strict, 1,
		"status 7 when something was cut", OPT_ALSO, NULL},
	{'q', "quiet", NULL, OPT_FLAG, OPT_PLAIN, &given.quiet, 1, "print no notices",
		OPT_ALSO, NULL},
	{0, "home", "DIR", OPT_STR, OPT_CALLER, &given.home, 0,
		"where pab keeps its records (PAB_HOME)", OPT_ALSO, NULL},
	{0, "rules", "RULES", OPT_STR, OPT_CALLER, &given.guard.rules, 0,
		"a preset (default permissive readonly strict review) or a file (PAB_RULES)",
		OPT_ALSO, NULL},
	{0, "ask", "PROGRAM", OPT_STR, OPT_CALLER, &given.guard.ask, 0,
		"what answers the questions of rules (PAB_ASK)", OPT_ALSO, NULL},
	{0, "audit", "FILE", OPT_STR, OPT_CALLER, &given.guard.audit, 0,
		"where to keep an account of what is done (PAB_AUDIT)", OPT_ALSO, NULL},
	{0, "actor", "NAME", OPT_STR, OPT_PLAIN, &given.guard.actor, 0,
		"for whom it is done (PAB_ACTOR)", OPT_ALSO, NULL},
	{0, "help", NULL, OPT_FLAG, OPT_PLAIN, &given.help, 1, "print help and exit",
		OPT_ALSO, NULL},
	{0, "version", NULL, OPT_FLAG, OPT_PLAIN, &given.version, 1,
		"print the version and exit", OPT_ALSO, NULL},
	{0, "dump-options", NULL, OPT_FLAG, OPT_PLAIN, &given.dump, 1,
		"print the option table, for pages and completions", OPT_HIDDEN, NULL},
	OPT_END,
};

static void print_help(const struct tool_spec *s)
{
	printf("%s: %s\nusage: %s %s\n\n", s->name, s->job, s->name, s->synopsis);
	opt_help(stdout, s->opts, shared);
	printf("\nexit status: %s\n\n", s->statuses);
	for (const char *const *x = s->examples; x && *x; x += 2)
		printf("  %-44s  %s\n", x[0], x[1]);
	printf("\nMore: man %s, man 7 pab\n", s->name);
}

/* The option's value, else the variable's, else NULL; empty counts as unset. */
static const char *option_or_env(const char *option, const char *variable)
{
	const char *v = option ? option : getenv(variable);
	return v && *v ? v : NULL;
}

/* What the form is called; a program that calls has facts beside those of a model. */
static const struct {
	const char *name;
	enum out_form form;
	bool facts;
} forms[] = {
	{"text", OUT_TEXT, false},
	{"json", OUT_JSON, false},
	{"model", OUT_MODEL, false},
	{"model+facts", OUT_MODEL, true},
};

static int choose_form(struct tool *t, struct err *e)
{
	const char *name = option_or_env(given.output, "PAB_OUTPUT");
	size_t i = 0;
	while (name && i < ARRAY_LEN(forms) && strcmp(name, forms[i].name) != 0)
		i++;
	bool known = i < ARRAY_LEN(forms);
	out_init(&t->out, given.json ? OUT_JSON : known ? forms[i].form : OUT_TEXT);
	t->out.facts = known && !given.json && forms[i].facts;
	t->out.quiet = given.quiet;
	t->out.failed = t->spec->failed;
	if (!known)
		return err_set(e, ERR_USAGE, NULL,
			"the output form (--output, PAB_OUTPUT) is text, json or model, "
			"not '%.40s'",
			name);
	return 0;
}

static int choose_limits(struct tool *t, struct err *e)
{
	const char *env = option_or_env(NULL, "PAB_LIMITS");
	if (env && limits_parse(&t->limits, env, e) < 0)
		return -1;
	for (size_t i = 0; i < given.limits.n; i++)
		if (limits_parse(&t->limits, given.limits.v[i], e) < 0)
			return -1;
	if (given.no_limit)
		limits_lift(&t->limits);
	return 0;
}

static bool acts_here(const struct tool *t)
{
	return t->spec->here && t->spec->here();
}

/* The rules and the account that hold. Returns 0, or -1 with err. */
static int guard(struct tool *t, int argc, char **argv, struct err *e)
{
	struct guard_options o = given.guard;
	bool is_far = t->elsewhere && !acts_here(t);
	/* At a far end the variables are those of whoever started it. */
	o.rules = o.far ? NULL : option_or_env(o.rules, "PAB_RULES");
	o.ask = option_or_env(o.ask, "PAB_ASK");
	o.audit = o.far ? NULL : option_or_env(o.audit, "PAB_AUDIT");
	o.actor = option_or_env(o.actor, "PAB_ACTOR");
	o.asks = t->far && dial_asks(t->home, dial_place(t->far));
	if (guard_open(t, &o, argc, argv, e) < 0)
		return -1;
	return t->spec->commands && !is_far ? 0 : guard_begin(t, &t->operands, NULL, e);
}

/* A backend that is far away: all is done there. */
static int go_far(struct tool *t, const char *backend, const char *mount, int argc,
	char **argv, struct err *e)
{
	struct buf rules CLEANUP(buf_release) = BUF_INIT;
	if (!t->place.spec)
		t->place.spec = xstrdup(backend);
	t->far = backend;
	if (guard(t, argc, argv, e) < 0)
		return -1;
	guard_text(t, &rules);
	struct forward w = {.tool = t->spec->name,
		.rules = rules.p,
		.granted = &t->gate.granted,
		.may_ask = guard_may_ask(t),
		.commands = t->spec->commands,
		.needs = BUF_INIT,
		.backend = backend,
		.shown = t->place.spec,
		.mount = mount,
		.home = t->home,
		.argc = argc,
		.argv = argv,
		.own = t->spec->opts,
		.shared = shared,
		.stop = t->spec->stop,
		.operands = t->spec->operands,
		.input = t->spec->input && t->spec->input(&t->operands),
		.translate = t->spec->translate,
		.out = &t->out};
	int r = guard_forward(t, &w, e);
	forward_release(&w);
	if (r < 0)
		return -1;
	t->forwarded = true;
	tool_done(t);
	return 0;
}

/* The paths that the command line names, else where it starts. */
static void add_paths(const struct tool *t, struct vec *paths)
{
	const struct tool_spec *s = t->spec;
	size_t front = s->front ? s->front() : 0;
	for (const struct opt *o = s->opts; o && (o->letter || o->name); o++)
		if (o->kind == OPT_PLACE_PATH && o->type == OPT_STR &&
			*(const char **)o->dst)
			vec_add(paths, *(const char **)o->dst);
	for (size_t i = front; s->operands == OPT_PLACE_PATH && i < t->operands.n; i++)
		vec_add(paths, t->operands.v[i]);
	if (!paths->n)
		vec_add(paths, ".");
}

/* All that is named lies in one far end that is a part of the tree. */
static int go_route(
	struct tool *t, const struct route *r, int argc, char **argv, struct err *e)
{
	char *spec CLEANUP(mem_freep) = xstrdup(r->spec);
	char *mount CLEANUP(mem_freep) = xasprintf("/%s", r->at);
	char *shown = xstrdup(t->place.spec);
	place_release(&t->place);
	t->place.spec = shown;
	t->elsewhere = true;
	int got = go_far(t, spec, mount[1] ? mount : NULL, argc, argv, e);
	t->far = NULL; /* it was spec */
	return got;
}

/* Opens the place, or lets all be done where it is. */
static int set_place(struct tool *t, int argc, char **argv, struct err *e)
{
	const char *backend = option_or_env(given.backend, "PAB_BACKEND");
	const struct guard_options *g = &given.guard;
	if (caller_is_far() && (given.backend || given.allow || given.home || g->rules ||
				       g->ask || g->audit))
		return err_set(e, ERR_DENIED, NULL,
			"where to act is the far end's own, not the request's");
	t->backend = backend;
	t->elsewhere = backend && dial_place(backend) && !caller_is_far();
	if (t->elsewhere && acts_here(t))
		backend = NULL;
	else if (t->elsewhere)
		return go_far(t, backend, NULL, argc, argv, e);
	char *cwd CLEANUP(mem_freep) = caller_cwd(option_or_env(given.cwd, "PAB_CWD"));
	if (place_open(&t->place, backend, option_or_env(given.allow, "PAB_ALLOW"), cwd,
		    t->reader, e) < 0)
		return -1;
	place_call(&t->place, caller_backend(t->place.spec));
	t->place.start = caller_start();
	if (t->place.kind == PLACE_COMPOSITE && !acts_here(t) && !caller_is_far()) {
		struct vec paths CLEANUP(vec_release) = {0};
		add_paths(t, &paths);
		const struct route *r = place_far(&t->place, &paths);
		if (r)
			return go_route(t, r, argc, argv, e);
	}
	if (!t->home)
		t->home = t->place.home;
	return 0;
}

/* Says of a record that its change was rolled back. */
static void say_recovered(void *ctx, const struct record *r, const struct err *e)
{
	struct tool *t = ctx;
	char more[48] = "";
	if (r->n > 1)
		snprintf(more, sizeof(more), " with %zu more", r->n - 1);
	if (e)
		out_notice_on(&t->out, r->v[0].path,
			"an interrupted change%s is to be rolled back: %s", more, e->msg);
	else
		out_notice_on(&t->out, r->v[0].path,
			"an interrupted change was rolled back%s", more);
}

static int set_up(struct tool *t, int argc, char **argv, struct err *e)
{
	bool lone_h = argc == 2 && !strcmp(argv[1], "-h");
	int r = lone_h ? 0
		       : opt_parse(argc, argv, t->spec->opts, shared, t->spec->stop,
				 &t->operands, e);
	given.help |= lone_h;
	struct err form_err = {0};
	int form = choose_form(t, &form_err);
	if (r < 0)
		return -1;
	if (given.help || given.version || given.dump)
		return 0;
	if (form < 0) {
		*e = form_err;
		return -1;
	}
	t->strict = given.strict;
	t->home = option_or_env(given.home, "PAB_HOME");
	t->actor = option_or_env(given.guard.actor, "PAB_ACTOR");
	if (choose_limits(t, e) < 0)
		return -1;
	if (t->spec->no_place)
		return guard(t, argc, argv, e);
	if (set_place(t, argc, argv, e) < 0)
		return -1;
	if (t->forwarded)
		return 0;
	recover_place(&t->place, t->home, say_recovered, t);
	return guard(t, argc, argv, e);
}

int tool_place(struct tool *t, struct place *p, const char *spec, struct err *e)
{
	if (caller_is_far())
		return err_set(e, ERR_DENIED, NULL,
			"where to act is the far end's own, not the request's");
	if (place_open(p, spec, option_or_env(given.allow, "PAB_ALLOW"), NULL, t->reader,
		    e) < 0)
		return -1;
	if (place_guard(p, t->place.gate, e) == 0)
		return 0;
	place_release(p);
	return -1;
}

int tool_options(const struct tool *t, int argc, char **argv, opt_found *found, void *ctx,
	struct err *e)
{
	return opt_each(argc, argv, t->spec->opts, shared, t->spec->stop, found, ctx, e);
}

void tool_done(struct tool *t)
{
	t->summarised = true;
	t->out.form = OUT_TEXT;
}

void tool_down(struct tool *t, const struct err *const *down, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_error(&t->out, down[i]);
	t->incomplete |= n > 0;
}

int tool_start(struct tool *t, const struct tool_spec *spec, routes_reader *reader,
	int argc, char **argv)
{
	struct err e = {0};
	io_guard_std();
	diag_set_name(spec->name);
	*t = (struct tool){.spec = spec, .limits = spec->limits, .reader = reader};
	if (set_up(t, argc, argv, &e) < 0) {
		if (e.code == ERR_USAGE && !e.path[0])
			err_add(&e, "; see %s --help", spec->name);
		return tool_fail(t, &e);
	}
	if (t->forwarded)
		return -1;
	if (!given.help && !given.version && !given.dump)
		return 0;
	if (given.help)
		print_help(spec);
	else if (given.version)
		printf("%s %s\n", spec->name, PAB_VERSION);
	else
		opt_dump(stdout, spec->opts, shared);
	if (fflush(stdout) != 0)
		t->out.broken = 5; /* EIO, as far as stdio tells */
	t->summarised = true;
	t->out.form = OUT_TEXT;
	return -1;
}

/* Puts what the options say into the environment of the programs that are run. */
static void export(const char *option, const char *variable)
{
	if (option && setenv(variable, option, 1) != 0)
		diag_oom();
}

void tool_export(void)
{
	const struct guard_options *g = &given.guard;
	struct buf limits CLEANUP(buf_release) = BUF_INIT;
	const char *env = option_or_env(NULL, "PAB_LIMITS");
	export(given.backend, "PAB_BACKEND");
	export(given.allow, "PAB_ALLOW");
	export(given.cwd, "PAB_CWD");
	export(given.home, "PAB_HOME");
	export(g->rules, "PAB_RULES");
	export(g->ask, "PAB_ASK");
	export(g->audit, "PAB_AUDIT");
	export(g->actor, "PAB_ACTOR");
	buf_puts(&limits, env ? env : "");
	for (size_t i = 0; i < given.limits.n; i++)
		buf_printf(&limits, "%s%s", limits.len ? "," : "", given.limits.v[i]);
	export(limits.len ? limits.p : NULL, "PAB_LIMITS");
}

void tool_forget(void)
{
	vec_release(&given.limits);
	memset(&given, 0, sizeof(given));
}

void tool_set_backend(const char *spec)
{
	given.backend = spec;
}

void tool_set_rules_reader(rules_reader *reader)
{
	given.guard.reader = reader;
}

void tool_set_far(const char *rules, const char *granted, int needs)
{
	given.guard.needs = needs;
	given.guard.far = rules;
	given.guard.granted = granted;
}

void tool_each(struct tool *t, const char *fallback, tool_operand *fn, void *ctx)
{
	struct err e;
	if (!t->operands.n && !fallback) {
		tool_usage(t, "nothing to work on: usage: %s %s", t->spec->name,
			t->spec->synopsis);
		return;
	}
	if (!t->operands.n)
		vec_add(&t->operands, fallback);
	for (size_t i = 0; i < t->operands.n; i++) {
		struct target target = {0};
		e.code = ERR_NONE;
		if (place_target(&t->place, t->operands.v[i], &target, &e) < 0 ||
			fn(t, &target, ctx, &e) < 0)
			out_error(&t->out, &e);
		target_release(&target);
		out_drain(&t->out);
	}
}

int tool_fail(struct tool *t, const struct err *e)
{
	out_error(&t->out, e);
	return -1;
}

int tool_usage(struct tool *t, const char *fmt, ...)
{
	char msg[500];
	struct err e;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	err_set(&e, ERR_USAGE, NULL, "%s; see %s --help", msg, t->spec->name);
	return tool_fail(t, &e);
}

void tool_cut(struct tool *t)
{
	t->truncated = true;
	if (t->strict)
		out_status(&t->out, 7);
}

struct jout *tool_summary(struct tool *t)
{
	if (t->out.form != OUT_JSON)
		return NULL;
	jout_record(&t->out.json, "summary");
	t->summarised = true;
	return &t->out.json;
}

int tool_end(struct tool *t)
{
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		if (!t->summarised)
			tool_summary(t);
		guard_summary(t);
		jout_bool(j, "truncated", t->truncated);
		jout_int(j, "status", t->out.status);
		const char *spec = t->place.spec ? t->place.spec : "";
		jout_bytes(j, "backend", spec, strlen(spec));
		jout_end_object(j);
	}
	guard_close(t); /* what it may have to say stands behind all else */
	if (t->truncated)
		out_fact(&t->out, "truncated", "", 0);
	int status = out_finish(&t->out);
	place_release(&t->place);
	vec_release(&t->operands);
	vec_release(&given.limits);
	return status;
}
