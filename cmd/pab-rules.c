/* SPDX-License-Identifier: MIT */
/* Show, test and check permission rules; answer what waits for an approval.
 * usage: pab-rules [options] WORD [ARG ...]
 * exit status: 0 1 2 3 4 5 6 7 */
#include "pab_rules.h"

#include "approval.h"

static struct rules_options opts = {.holds = (int64_t)APPROVAL_HOLDS * 1000};

static const struct opt table[] = {
	{0, "always", NULL, OPT_FLAG, OPT_PLAIN, &opts.always, 1,
		"allow: from now on, by a rule for exactly that", 0, NULL},
	{0, "for", "T", OPT_TIME, OPT_PLAIN, &opts.holds, 0,
		"allow, deny: the answer holds so long, once (1h)", 0, NULL},
	{0, "key", "FILE", OPT_STR, OPT_CALLER_FILE, &opts.key, 0,
		"answer without a terminal, by an approver's key", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-rules show --rules readonly",
	"what a preset says", "pab-rules test write /etc/passwd a.c",
	"what PAB_RULES says: status 5 or 6", "pab-rules test execute 'git log | sh'",
	"the same of a line for the shell", "pab-rules pending; pab-rules allow 7f3a90c2",
	"what waits; yes, once", NULL};

static bool here(void)
{
	return true;
}

static const struct tool_spec spec = {
	.name = "pab-rules",
	.job = "show, test and check permission rules; answer what waits",
	.synopsis = "[options] COMMAND [ARG ...]",
	.opts = table,
	.operands = OPT_PLAIN,
	.here = here,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 done or allowed, 1 nothing waits, 2 usage or a bad file, 3 no such\n"
		"  request, 4 check found something, 5 denied, 6 needs approval, 7 failed",
	.examples = examples,
};

static bool is_word(const struct tool *t, const char *word)
{
	return t->operands.n && !strcmp(t->operands.v[0], word);
}

static void run(struct tool *t)
{
	if (is_word(t, "pending"))
		do_pending(t);
	else if (is_word(t, "allow") || is_word(t, "deny"))
		do_answer(t, &opts, is_word(t, "allow"));
	else if (is_word(t, "key"))
		do_key(t);
	else if (is_word(t, "show"))
		do_show(t);
	else if (is_word(t, "test"))
		do_test(t);
	else if (is_word(t, "check"))
		do_check(t, TOOL_RULES);
	else
		tool_usage(t,
			"pending, show, test, check, allow, deny or key is the first word");
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	return tool_end(&t);
}
