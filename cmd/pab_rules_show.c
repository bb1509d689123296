/* SPDX-License-Identifier: MIT */
/* What rules say: all of them, or of one thing. */
#include "pab_rules.h"

#include "approval.h"
#include "command.h"
#include "mem.h"

/* In the order of the library's model. */
static const enum op order[] = {
	OP_READ, OP_WRITE, OP_EDIT, OP_EXECUTE, OP_GLOB, OP_GREP, OP_LS};

static void print_rule(
	struct tool *t, const struct rules *set, enum op op, const struct rule *r)
{
	struct out *o = &t->out;
	if (o->form == OUT_JSON) {
		struct jout *j = &o->json;
		jout_record(j, "rule");
		jout_bytes(j, "set", set->name, strlen(set->name));
		jout_str(j, "operation", rules_op_name(op));
		jout_str(j, "action",
			rules_action_name(r ? r->action : set->op[op].fallback));
		if (r)
			jout_bytes(j, "pattern", r->pattern, strlen(r->pattern));
		else
			jout_null(j, "pattern");
		jout_bytes(j, "description", r ? r->why : "", r ? strlen(r->why) : 0);
		jout_end_object(j);
		return;
	}
	if (!r) {
		buf_printf(&o->buf, "%-8s else %s\n", rules_op_name(op),
			rules_action_name(set->op[op].fallback));
		return;
	}
	buf_printf(
		&o->buf, "%-8s %-5s ", rules_op_name(op), rules_action_name(r->action));
	out_name(o, r->pattern);
	if (*r->why) {
		buf_puts(&o->buf, "  # ");
		out_name(o, r->why);
	}
	buf_addc(&o->buf, '\n');
}

static void show_set(struct tool *t, const struct rules *set)
{
	if (t->out.form != OUT_JSON) {
		buf_puts(&t->out.buf, "rules ");
		out_name(&t->out, set->name);
		buf_addc(&t->out.buf, '\n');
	}
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const struct op_rules *list = &set->op[order[i]];
		for (size_t k = 0; k < list->n; k++)
			print_rule(t, set, order[i], &list->v[k]);
		print_rule(t, set, order[i], NULL);
	}
}

void do_show(struct tool *t)
{
	struct rules always;
	struct err e;
	if (!t->gate.sets.n) {
		out_notice(&t->out, "no rules hold: PAB_RULES and --rules are not set");
		return;
	}
	for (size_t i = 0; i < t->gate.sets.n; i++)
		show_set(t, &t->gate.sets.v[i]);
	if (approval_always(t->home, t->gate.world, &always, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	free(always.name);
	always.name = xstrdup("answers");
	for (size_t i = 0; i < OP_COUNT; i++)
		for (size_t k = 0; k < always.op[i].n; k++)
			print_rule(t, &always, (enum op)i, &always.op[i].v[k]);
	rules_release(&always);
}

static void print_ruling(struct tool *t, enum op op, const char *target,
	const struct ruling *r, const char *unsure)
{
	struct out *o = &t->out;
	const char *set = r->set ? r->set->name : "";
	if (o->form == OUT_JSON) {
		struct jout *j = &o->json;
		jout_record(j, "rule");
		jout_str(j, "operation", rules_op_name(op));
		jout_bytes(j, "target", target, strlen(target));
		jout_str(j, "action", rules_action_name(r->action));
		jout_bytes(j, "set", set, strlen(set));
		jout_str(j, "by", rules_op_name(r->op));
		if (r->rule)
			jout_bytes(
				j, "pattern", r->rule->pattern, strlen(r->rule->pattern));
		else
			jout_null(j, "pattern");
		if (r->rule)
			jout_bytes(j, "description", r->rule->why, strlen(r->rule->why));
		if (unsure)
			jout_str(j, "unsure", unsure);
		jout_end_object(j);
		return;
	}
	buf_printf(&o->buf, "%-5s %s ", rules_action_name(r->action), rules_op_name(op));
	out_name(o, target);
	buf_puts(&o->buf, ": ");
	if (unsure && !r->rule && r->action == RULE_ASK)
		buf_puts(&o->buf, unsure);
	else if (r->rule) {
		buf_printf(&o->buf, "%s rule ", rules_op_name(r->op));
		out_name(o, r->rule->pattern);
		buf_printf(&o->buf, " (%s)", *r->rule->why ? r->rule->why : "no name");
	} else {
		buf_printf(&o->buf, "the default of %s", rules_op_name(r->op));
	}
	buf_puts(&o->buf, " of ");
	out_name(o, set);
	buf_addc(&o->buf, '\n');
}

static struct ruling rule_path(
	struct tool *t, enum op op, const char *operand, struct err *e)
{
	struct target target;
	struct site s[3];
	struct ruling r = {.action = RULE_DENY};
	if (place_target(&t->place, operand, &target, e) < 0)
		return r;
	size_t n = place_given(&t->place, &target, s);
	if (target.rel && !target.bad)
		place_missing(&t->place, &target, &s[n++]);
	r = decide_path(&t->gate.sets, op, s, n);
	while (n)
		site_release(&s[--n]);
	target_release(&target);
	return r;
}

static void test_one(struct tool *t, enum op op, const char *target)
{
	struct err e = {0};
	struct command_ruling c = {0};
	if (op == OP_EXECUTE)
		c = command_decide(&t->gate.sets, &t->place, t->gate.dir, NULL, target);
	else
		c.ruling = rule_path(t, op, target, &e);
	if (e.code) {
		out_error(&t->out, &e);
		return;
	}
	print_ruling(t, op, target, &c.ruling, c.unsure);
	free(c.path);
	out_status(&t->out, c.ruling.action == RULE_DENY  ? 5
			    : c.ruling.action == RULE_ASK ? 6
							  : 0);
	out_drain(&t->out);
}

void do_test(struct tool *t)
{
	enum op op;
	if (t->operands.n < 3 || rules_op(t->operands.v[1], &op) < 0) {
		tool_usage(t, "test OP TARGET ...; OP is read, write, edit, execute, "
			      "glob, grep or ls");
		return;
	}
	if (!t->gate.sets.n) {
		tool_usage(t, "no rules hold: PAB_RULES and --rules are not set");
		return;
	}
	if (t->elsewhere) {
		tool_usage(
			t, "what a far end has is only known there; test with -B local");
		return;
	}
	for (size_t i = 2; i < t->operands.n; i++)
		test_one(t, op, t->operands.v[i]);
}
