/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include "approver.h"
#include "audit.h"
#include "caller.h"
#include "command.h"
#include "hash.h"
#include "home.h"
#include "io.h"
#include "mem.h"

#include <unistd.h>

static int needs_fd = -1;      /* where a far end writes what was not granted */
static const char *audit_file; /* of this run; NULL: no account is asked for */

static struct rules *add_set(struct gate *g)
{
	g->sets.v = xrealloc_n(g->sets.v, g->sets.n + 1, sizeof(*g->sets.v));
	return &g->sets.v[g->sets.n];
}

/* A preset's name, else a file's. Returns 0, or -1 with err. */
static int read_set(struct gate *g, const struct guard_options *o, struct err *e)
{
	struct rules *r = add_set(g);
	if (rules_preset(r, o->rules) == 0) {
		g->sets.n++;
		return 0;
	}
	if (!o->reader)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"a file of rules is read by the caller");
	if (o->reader(r, o->rules, e) == 0) {
		g->sets.n++;
		return 0;
	}
	if (!strchr(o->rules, '/') && access(o->rules, F_OK) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"no rules '%.60s'; there are default, permissive, readonly, strict, "
			"review, or a file",
			o->rules);
	return -1;
}

/* The sets as text, one behind the other. Returns 0, or -1 with err. */
static int parse_sets(struct gate *g, const char *text, struct err *e)
{
	const char *p = text, *end = text + strlen(text);
	while (p < end) {
		if (rules_parse(add_set(g), &p, end, e) < 0)
			return -1;
		g->sets.n++;
	}
	return 0;
}

static void grant_lines(struct gate *g, const char *granted)
{
	while (granted && *granted) {
		size_t n = strcspn(granted, "\n");
		char *one CLEANUP(mem_freep) = xmemdup0(granted, n);
		gate_grant(g, one);
		granted += n + (granted[n] == '\n');
	}
}

static int deny_path(struct rules *r, const char *path, bool also_read, struct err *e)
{
	static const enum op ops[] = {OP_WRITE, OP_EDIT, OP_READ};
	char *real CLEANUP(mem_freep) = realpath(path, NULL);
	const char *const both[] = {path, real};
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		if (!both[i] || *both[i] != '/')
			continue;
		char *literal CLEANUP(mem_freep) = rules_literal(both[i]);
		char *pattern CLEANUP(mem_freep) = xasprintf("%s/**", literal);
		for (size_t k = 0; k < (also_read ? 3 : 2); k++)
			if (rules_add(r, ops[k], RULE_DENY, pattern,
				    "What pab itself goes by", e) < 0)
				return -1;
	}
	return 0;
}

/* A place's records are below those of whoever made it: places/ID/home. */
static void up_to_maker(char *home)
{
	static const char last[] = "/home";
	size_t n = strlen(home);
	if (n < sizeof(last) || strcmp(home + n - sizeof(last) + 1, last) != 0)
		return;
	char *at = strstr(home, "/places/");
	for (char *next; at && (next = strstr(at + 1, "/places/"));)
		at = next;
	if (at && strchr(at + 8, '/') == home + n - sizeof(last) + 1)
		*at = '\0';
}

/* What pab goes by must not be changed by its tools: its records, where answers stand,
 * the file of rules, the account. Returns 0, or -1 with err. */
static int add_own(struct tool *t, const struct guard_options *o, struct err *e)
{
	struct rules *r = add_set(&t->gate);
	char *home CLEANUP(mem_freep) = home_path(t->home);
	if (home && o->far)
		up_to_maker(home);
	rules_init(r, "own", RULE_ALLOW);
	t->gate.sets.n++;
	if (home && deny_path(r, home, true, e) < 0)
		return -1;
	struct vec keys CLEANUP(vec_release) = {0};
	approver_files(t->home, &keys);
	for (size_t i = 0; i < keys.n; i++)
		if (deny_path(r, keys.v[i], true, e) < 0)
			return -1;
	if (o->rules && deny_path(r, o->rules, false, e) < 0)
		return -1;
	return o->audit ? deny_path(r, o->audit, false, e) : 0;
}

static void add_content(struct gate *g, int argc, char **argv)
{
	g->sum = hash_new();
	for (int i = 1; i < argc; i++)
		gate_content(g, argv[i], strlen(argv[i]));
}

int guard_open(struct tool *t, const struct guard_options *o, int argc, char **argv,
	struct err *e)
{
	struct gate *g = &t->gate;
	const struct place *p = &t->place;
	bool tree = p->kind == PLACE_STATE || p->kind == PLACE_COMPOSITE;
	/* What is done at a far end is decided there. */
	bool is_far = p->kind == PLACE_HOST && p->spec && *p->spec;
	audit_file = o->audit;
	needs_fd = o->far && *o->far ? o->needs : -1;
	if (!o->rules && !o->audit && !(o->far && *o->far) && !o->asks)
		return 0;
	*g = (struct gate){.tool = t->spec->name,
		.home = t->home,
		.asker = o->ask,
		.actor = o->actor,
		.far = o->far != NULL,
		.needs = BUF_INIT,
		.world = xstrdup(tree || is_far ? p->spec : "host"),
		.dir = getcwd(NULL, 0)};
	t->guarded = true;
	if (!g->dir)
		g->dir = xstrdup("");
	if (o->far && parse_sets(g, o->far, e) < 0)
		return -1;
	grant_lines(g, o->granted);
	if (o->rules && read_set(g, o, e) < 0)
		return -1;
	if (o->asks && !g->sets.n) /* somebody has to be asked all the same */
		rules_init(add_set(g), "session", RULE_ALLOW), g->sets.n++;
	g->asks = o->asks;
	g->n_given = g->sets.n;
	if (g->sets.n && !is_far && add_own(t, o, e) < 0)
		return -1;
	if (g->sets.n)
		add_content(g, argc, argv);
	return g->sets.n && !t->spec->no_place && !is_far ? place_guard(&t->place, g, e)
							  : 0;
}

/* Which operand is content: what pab-sub puts in place of a match. */
static size_t hidden_operand(const struct tool *t)
{
	return strstr(t->spec->synopsis, "REPLACEMENT") ? 1 : SIZE_MAX;
}

int guard_begin(
	struct tool *t, const struct vec *operands, const char *line, struct err *e)
{
	if (!t->guarded || !audit_file)
		return 0;
	struct audit_begin b = {.backend = t->place.spec ? t->place.spec : "",
		.operands = operands->v,
		.n = operands->n,
		.hidden = hidden_operand(t),
		.line = line};
	return audit_open(&t->gate, audit_file, &b, e);
}

/* What a word names is said as a path; the command itself is not repeated. */
static int answer(
	struct tool *t, const struct command_ruling *r, const char *text, struct err *e)
{
	const char *show = r->ruling.action == RULE_DENY ? r->path : NULL;
	if (gate_answer(&t->gate, &r->ruling, OP_EXECUTE, text, show, e) == 0)
		return 0;
	if (e->code == ERR_ASK && r->unsure)
		err_add(e, " (%s)", r->unsure);
	return -1;
}

int tool_command(struct tool *t, const struct vec *argv, const char *line,
	const char *cwd, bool input, struct err *e)
{
	int got = 0;
	if (!t->guarded)
		return 0;
	if (guard_begin(t, argv, line, e) < 0)
		return -1;
	if (!t->gate.sets.n)
		return 0;
	char *text CLEANUP(mem_freep) = command_text(argv, line);
	struct command_ruling r = command_decide(
		&t->gate.sets, &t->place, cwd && *cwd ? cwd : t->gate.dir, argv, line);
	if (r.ruling.action == RULE_ASK && input && !t->gate.far &&
		!caller_is_tty(STDIN_FILENO))
		got = keep_input(&t->gate, NULL, e);
	if (got == 0)
		got = answer(t, &r, text, e);
	free(r.path);
	return got;
}

void guard_summary(struct tool *t)
{
	if (!t->gate.sets.n)
		return;
	jout_int(&t->out.json, "denied", t->gate.hidden);
	jout_int(&t->out.json, "unasked", t->gate.unasked);
}

/* How many names there would be more, none of them named. */
static void say_left_out(struct tool *t)
{
	long long denied = t->gate.hidden, asks = t->gate.unasked;
	if (t->out.form == OUT_JSON)
		return;
	if (denied)
		out_notice(&t->out, "%lld name%s left out: denied by rules", denied,
			denied == 1 ? "" : "s");
	if (asks)
		out_notice(&t->out,
			"%lld name%s left out: rules ask about each; name what you need",
			asks, asks == 1 ? "" : "s");
}

void guard_close(struct tool *t)
{
	struct err e;
	if (!t->guarded)
		return;
	say_left_out(t);
	if (needs_fd >= 0 && t->gate.needs.len &&
		io_write(needs_fd, t->gate.needs.p, t->gate.needs.len) < 0)
		needs_fd = -1;
	if (t->gate.audit && audit_close(t->gate.audit, t->out.status, &e) < 0)
		out_error(&t->out, &e);
	gate_release(&t->gate);
	t->guarded = false;
}
