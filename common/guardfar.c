/* SPDX-License-Identifier: MIT */
/* Rules and what is done at a far end: they go there as text, and what they ask comes
 * back to be asked here. */
#include "guard.h"

#include "caller.h"
#include "mem.h"

#include <unistd.h>

void guard_text(const struct tool *t, struct buf *out)
{
	for (size_t i = 0; i < t->gate.n_given; i++)
		rules_text(&t->gate.sets.v[i], out);
}

bool guard_may_ask(const struct tool *t)
{
	if (t->gate.asks)
		return true;
	for (size_t i = 0; i < t->gate.n_given; i++)
		for (size_t op = 0; op < OP_COUNT; op++) {
			const struct op_rules *list = &t->gate.sets.v[i].op[op];
			bool asks = list->fallback == RULE_ASK;
			for (size_t k = 0; k < list->n; k++)
				asks |= list->v[k].action == RULE_ASK;
			if (asks)
				return true;
		}
	return false;
}

/* One line of what is needed. */
static int ask_line(struct tool *t, const char *line, struct err *e)
{
	struct ruling r = {.action = RULE_ASK, .set = &t->gate.sets.v[0]};
	const char *target = strchr(line, ' ');
	char *word CLEANUP(mem_freep) =
		xmemdup0(line, target ? (size_t)(target - line) : 0);
	if (!target || rules_op(word, &r.op) < 0)
		return err_set(e, ERR_BACKEND, NULL,
			"the far end needs what cannot be understood");
	const char *show = r.op == OP_EXECUTE ? NULL : target + 1;
	return gate_answer(&t->gate, &r, r.op, target + 1, show, e);
}

static int ask_all(struct tool *t, const char *needs, struct err *e)
{
	while (*needs) {
		size_t n = strcspn(needs, "\n");
		char *line CLEANUP(mem_freep) = xmemdup0(needs, n);
		if (ask_line(t, line, e) < 0)
			return -1;
		needs += n + (needs[n] == '\n');
	}
	return 0;
}

/* A command's input is a part of what is asked about; keys at a terminal are not. */
static int keep_for_answer(struct tool *t, struct forward *w, struct err *e)
{
	if (w->kept || !w->takes_input || caller_is_tty(STDIN_FILENO))
		return 0;
	if (keep_input(&t->gate, NULL, e) < 0)
		return -1;
	w->kept = true;
	return 0;
}

int guard_forward(struct tool *t, struct forward *w, struct err *e)
{
	enum { MOST = 100 };
	w->gate = &t->gate;
	for (int i = 0; i < MOST; i++) {
		int r = forward_run(w, e);
		if (r != 2)
			return r < 0 ? -1 : 0;
		if (keep_for_answer(t, w, e) < 0 || ask_all(t, w->needs.p, e) < 0)
			return -1;
	}
	return err_set(e, ERR_BACKEND, NULL, "the far end needs more and more");
}
