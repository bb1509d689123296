/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "approval.h"
#include "ask.h"
#include "audit.h"
#include "hash.h"
#include "mem.h"

static const char decision[] =
	". This is a decision, not a fault; do not try another way";

void gate_content(struct gate *g, const void *p, size_t n)
{
	if (g && g->sum) {
		hash_add(g->sum, p, n);
		hash_add(g->sum, "", 1);
	}
}

const char *gate_sum(struct gate *g)
{
	if (g->sum)
		hash_finish(g->sum, g->content);
	g->sum = NULL;
	return g->content;
}

void gate_grant(struct gate *g, const char *what)
{
	vec_add(&g->granted, what);
}

static bool is_granted(const struct gate *g, const char *what)
{
	for (size_t i = 0; i < g->granted.n; i++)
		if (!strcmp(g->granted.v[i], what))
			return true;
	return false;
}

/* "denied by …": which rule it was, by its description when it has one. */
static int say_denied(const struct ruling *v, const char *show, struct err *e)
{
	bool command = v->op == OP_EXECUTE;
	if (v->rule && *v->rule->why)
		err_set(e, ERR_DENIED, show, "denied by rule \"%.200s\"", v->rule->why);
	else if (v->rule)
		err_set(e, ERR_DENIED, show, "denied by the rule of %s '%.200s'",
			rules_op_name(v->op), v->rule->pattern);
	else
		err_set(e, ERR_DENIED, show, "denied: %s %s not allowed here",
			command ? "this command" : rules_op_name(v->op), "is");
	return err_add(e, "%s", decision);
}

/* A run at a far end says what it needs, and whoever sent it asks. */
static int need(
	struct gate *g, const char *what, const char *show, enum op op, struct err *e)
{
	buf_puts(&g->needs, what);
	buf_addc(&g->needs, '\n');
	g->waits = true;
	return err_set(e, ERR_ASK, show, "needs approval for %s", rules_op_name(op));
}

static int say_pending(const char *show, enum op op, const char *target,
	const char *request, struct err *e)
{
	if (op == OP_EXECUTE)
		err_set(e, ERR_ASK, NULL, "needs approval (request %s): %.300s", request,
			target);
	else
		err_set(e, ERR_ASK, show, "needs approval (request %s) for %s", request,
			rules_op_name(op));
	err_add(e, ". A person decides; wait, then run the same command again");
	snprintf(e->request, sizeof(e->request), "%s", request);
	return -1;
}

static int ask(struct gate *g, const struct ruling *v, enum op op, const char *target,
	const char *show, struct err *e)
{
	struct question q = {.gate = g,
		.op = op,
		.target = target,
		.show = show,
		.why = v->rule && *v->rule->why ? v->rule->why : ""};
	switch (ask_person(&q, e)) {
	case ASK_YES:
		return 0;
	case ASK_NO:
		err_set(e, ERR_DENIED, show, "a person said no");
		return err_add(e, "%s", decision);
	case ASK_PENDING:
		g->waits = true;
		return say_pending(show, op, target, q.request, e);
	case ASK_FAILED:
		break;
	}
	return -1;
}

int gate_answer(struct gate *g, const struct ruling *v, enum op op, const char *target,
	const char *show, struct err *e)
{
	char *what CLEANUP(mem_freep) = xasprintf("%s %s", rules_op_name(op), target);
	int r = 0;
	if (v->action == RULE_ALLOW || (v->action == RULE_ASK && is_granted(g, what)))
		return 0;
	if (v->action == RULE_DENY)
		r = say_denied(v, show, e);
	else if (g->far)
		r = need(g, what, show, op, e);
	else
		r = ask(g, v, op, target, show, e);
	audit_note(g->audit, op, target, r == 0 ? "approved" : err_name(e->code));
	if (r == 0)
		gate_grant(g, what);
	return r;
}

int gate_path(struct gate *g, enum op op, const struct site *sites, size_t n,
	const char *show, bool passes, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct ruling v = decide_path(&g->sets, op, &sites[i], 1);
		if (v.action == RULE_ALLOW ||
			(v.action == RULE_DENY && passes &&
				decide_passes(&g->sets, op, &sites[i], 1)))
			continue;
		const char *target = sites[i].v[0].n ? sites[i].v[0].path : "/";
		if (gate_answer(g, &v, op, target, show, e) < 0)
			return -1;
	}
	return 0;
}

bool gate_hides(const struct gate *g, enum op op, const struct site *sites, size_t n)
{
	return decide_path(&g->sets, op, sites, n).action == RULE_DENY;
}

void gate_release(struct gate *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->claimed.n; i++)
		approval_settle(g->home, g->claimed.v[i], !g->waits);
	for (size_t i = 0; i < g->sets.n; i++)
		rules_release(&g->sets.v[i]);
	free(g->sets.v);
	vec_release(&g->granted);
	vec_release(&g->claimed);
	buf_release(&g->needs);
	gate_sum(g);
	free(g->world);
	free(g->dir);
}
