/* SPDX-License-Identifier: MIT */
/* Places that are kept: makes, wakes, lists and ends them.
 * usage: pab-session [options] COMMAND [ID]
 * exit status: 0 2 3 4 7 */
#include "pab_session.h"

#include "home.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

static struct {
	const char *kind;
	struct session_ask ask;
	int spec;
} opts;

static const struct opt table[] = {
	{0, "on", "KIND", OPT_STR, OPT_PLAIN, &opts.kind, 0,
		"open: local (a directory) or state (in memory)", 0, NULL},
	{0, "workspace", "DIR", OPT_LIST, OPT_CALLER_FILE, &opts.ask.v[ASK_WORKSPACE], 0,
		"open: the directory that is its root (the current one)", 0, NULL},
	{0, "spec", NULL, OPT_FLAG, OPT_PLAIN, &opts.spec, 1,
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
		"  already, 7 the system or the far end failed",
	.examples = examples,
};

/* What the command line asks for. Returns 0, or -1 with err. */
static int describe(struct session *s, struct err *e)
{
	const char *name = opts.kind                     ? opts.kind
			   : opts.ask.v[ASK_WORKSPACE].n ? "local"
							 : NULL;
	if (!name)
		return err_set(e, ERR_USAGE, NULL,
			"open needs --on local or --on state; other kinds are not there yet");
	s->kind = session_kind(name);
	if (!s->kind)
		return err_set(e, ERR_USAGE, NULL,
			"--on takes local or state, not '%.40s'", name);
	for (int o = 0; o < ASK_N; o++)
		for (size_t i = 0; i < opts.ask.v[o].n; i++)
			vec_add(&s->ask.v[o], opts.ask.v[o].v[i]);
	return session_check_takes(s, e) < 0 ? -1 : s->kind->describe(s, e);
}

static bool asks_nothing(void)
{
	bool nothing = !opts.kind;
	for (int o = 0; o < ASK_N; o++)
		nothing = nothing && !opts.ask.v[o].n;
	return nothing;
}

/* Is it what was asked for? Nothing asked for is always that. */
static int check_same(const struct session *s, struct err *e)
{
	struct session want CLEANUP(session_release) = {.id = s->id, .dir = -1};
	if (asks_nothing())
		return 0;
	if (describe(&want, e) < 0)
		return -1;
	if (!opts.ask.v[ASK_WORKSPACE].n)
		vec_release(&want.ask.v[ASK_WORKSPACE]);
	if (want.kind == s->kind && session_same(&s->ask, &want.ask))
		return 0;
	err_set(e, ERR_EXISTS, NULL, "session %s is there already, on %s %.200s", s->id,
		s->kind->name, s->shown);
	return err_add(e, "; pab-session close %s ends it", s->id);
}

static void print_record(struct tool *t, const struct session *s, const char *state)
{
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "session");
		jout_str(j, "id", s->id);
		jout_str(j, "kind", s->kind->name);
		jout_str(j, "state", state);
		jout_bytes(j, "workspace", s->shown, strlen(s->shown));
		jout_end_object(j);
		return;
	}
	buf_printf(&t->out.buf, "%s: %s, %s, ", s->id, s->kind->name, state);
	out_name(&t->out, s->shown);
	buf_addc(&t->out.buf, '\n');
}

static int do_open(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, true, e) < 0)
		return -1;
	bool fresh = s.fresh;
	if (fresh) {
		int dir = s.dir;
		s.dir = -1; /* what a killed open left of a record goes */
		session_release(&s);
		s.dir = dir;
	}
	int r = fresh ? describe(&s, e) : check_same(&s, e);
	if (r == 0 && fresh)
		r = session_record(&s, e);
	if (r == 0)
		r = s.kind->start(&s, e);
	struct err ignored;
	if (r < 0 && fresh && session_forget(&s, t->home, &ignored) < 0)
		errno = 0; /* it is not recorded whole, and so is none */
	if (r < 0)
		return -1;
	if (t->out.form == OUT_JSON)
		print_record(t, &s, "running");
	else if (opts.spec)
		buf_printf(&t->out.buf, "session:%s\n", id);
	else
		buf_printf(&t->out.buf, "export PAB_BACKEND='session:%s'\n", id);
	return 0;
}

static int do_wake(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0)
		return -1;
	return s.kind->start(&s, e);
}

static int end(struct session *s, struct err *e)
{
	return s->kind->remove ? s->kind->remove(s, e) : s->kind->stop(s, e);
}

static int do_close(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0 || end(&s, e) < 0 ||
		session_forget(&s, t->home, e) < 0)
		return -1;
	if (t->out.form == OUT_JSON)
		print_record(t, &s, "closed");
	else if (!t->out.quiet)
		buf_printf(&t->out.buf, "closed %s\n", id);
	return 0;
}

static int do_info(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0)
		return -1;
	int fd = session_connect(&s);
	print_record(t, &s, fd >= 0 ? "running" : "stopped");
	if (fd >= 0)
		close(fd);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int do_list(struct tool *t, const char *id, struct err *e)
{
	struct vec ids CLEANUP(vec_release) = {0};
	struct err ignored;
	(void)id;
	int fd = home_open(t->home, "places", false, e);
	if (fd < 0 && e->code != ERR_NOT_FOUND)
		return -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		if (dial_check_name(de->d_name, &ignored) == 0)
			vec_add(&ids, de->d_name);
	if (d)
		closedir(d);
	if (ids.n)
		qsort(ids.v, ids.n, sizeof(*ids.v), by_name);
	for (size_t i = 0; i < ids.n; i++)
		if (do_info(t, ids.v[i], e) < 0 && e->code != ERR_NOT_FOUND)
			out_error(&t->out, e);
	if (!ids.n)
		out_notice(&t->out, "no sessions");
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct tool *t, const char *id, struct err *e);
} verbs[] = {
	{"list", do_list},
	{"open", do_open},
	{"info", do_info},
	{"wake", do_wake},
	{"close", do_close},
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
	else if (strcmp(verb, "open") && (!asks_nothing() || opts.spec))
		tool_usage(t, "--on, --workspace and --spec are for open");
	else if (verbs[i].run(t, id, &e) < 0)
		tool_fail(t, &e);
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	return tool_end(&t);
}
