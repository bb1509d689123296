/* SPDX-License-Identifier: MIT */
/* What waits for an answer, and answering it. */
#include "pab_rules.h"

#include "approval.h"
#include "approver.h"
#include "mem.h"

#include <time.h>
#include <unistd.h>

static void print_json(struct jout *j, const struct approval *a, const char *answer)
{
	jout_record(j, "rule");
	jout_str(j, "action", answer);
	jout_str(j, "request", a->id);
	jout_str(j, "operation", a->op);
	jout_bytes(j, "target", a->target, strlen(a->target));
	jout_bytes(j, "tool", a->tool, strlen(a->tool));
	jout_bytes(j, "backend", a->world, strlen(a->world));
	jout_bytes(j, "cwd", a->dir, strlen(a->dir));
	if (*a->actor)
		jout_bytes(j, "actor", a->actor, strlen(a->actor));
	else
		jout_null(j, "actor");
	jout_bytes(j, "description", a->why, strlen(a->why));
	jout_time(j, "asked_at", a->made, 0);
	jout_time(j, "expires_at", a->expires, 0);
	jout_end_object(j);
}

static void print_text(struct out *o, const struct approval *a)
{
	buf_printf(&o->buf, "%s  %s: %s ", a->id, a->tool, a->op);
	out_name(o, a->target);
	if (strcmp(a->world, "host") != 0) {
		buf_puts(&o->buf, " in ");
		out_name(o, a->world);
	}
	if (*a->actor) {
		buf_puts(&o->buf, " by ");
		out_name(o, a->actor);
	}
	int64_t minutes = (time(NULL) - a->made) / 60;
	buf_printf(&o->buf, ", %lld min ago\n", (long long)minutes);
}

static void print(struct tool *t, const struct approval *a, const char *answer)
{
	if (t->out.form == OUT_JSON)
		print_json(&t->out.json, a, answer);
	else
		print_text(&t->out, a);
}

void do_pending(struct tool *t)
{
	struct approval *list;
	struct err e;
	size_t n;
	if (approval_list(t->home, &list, &n, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		print(t, &list[i], "ask");
		approval_release(&list[i]);
	}
	free(list);
	if (!n) {
		out_notice(&t->out, "nothing waits for an answer");
		out_status(&t->out, 1);
	}
}

/* Can the tools of this place see the file? */
static bool is_seen(const struct place *p, const char *file)
{
	char *real CLEANUP(mem_freep) = realpath(file, NULL);
	for (size_t i = 0; real && i < p->roots.n && p->roots.confined; i++) {
		char *root CLEANUP(mem_freep) = realpath(p->roots.v[i].path, NULL);
		size_t n = root ? strlen(root) : 0;
		if (n && !strncmp(real, root, n) && (real[n] == '/' || n == 1))
			return true;
	}
	return false;
}

/* Who answers is at a terminal, or has a key. Returns 0, or -1 with err. */
static int check_approver(
	const struct tool *t, const struct rules_options *o, struct err *e)
{
	if (!o->key && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		return 0;
	if (!o->key)
		return err_set(e, ERR_DENIED, NULL,
			"an answer needs a terminal (standard input and error), or --key");
	if (is_seen(&t->place, o->key))
		return err_set(e, ERR_DENIED, o->key,
			"lies in the place whose tools it answers for; keep it elsewhere");
	return approver_check(t->home, o->key, e);
}

static int answer_one(struct tool *t, const struct rules_options *o, const char *id,
	bool yes, struct err *e)
{
	struct approval a;
	enum op op;
	if (approval_answer(t->home, id, yes, o->holds / 1000, &a, e) < 0)
		return -1;
	int r = 0;
	if (yes && o->always && rules_op(a.op, &op) == 0)
		r = approval_add_rule(t->home, a.world, op, a.target, e);
	if (r == 0 && !t->out.quiet)
		print(t, &a, yes ? "allow" : "deny");
	approval_release(&a);
	return r;
}

void do_answer(struct tool *t, const struct rules_options *o, bool yes)
{
	struct err e;
	if (t->operands.n < 2) {
		tool_usage(t, "which request? pab-rules pending lists them");
		return;
	}
	if (check_approver(t, o, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	for (size_t i = 1; i < t->operands.n; i++)
		if (answer_one(t, o, t->operands.v[i], yes, &e) < 0)
			out_error(&t->out, &e);
}

void do_key(struct tool *t)
{
	struct err e;
	if (t->operands.n != 2) {
		tool_usage(t, "one FILE for the key is needed");
		return;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		err_set(&e, ERR_DENIED, NULL, "a key is made at a terminal");
		tool_fail(t, &e);
	} else if (approver_make(t->home, t->operands.v[1], &e) < 0) {
		tool_fail(t, &e);
	} else if (is_seen(&t->place, t->operands.v[1])) {
		out_notice(&t->out, "the key lies in the place whose tools it answers "
				    "for, and will be refused there; keep it elsewhere");
	}
}
