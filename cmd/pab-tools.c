/* SPDX-License-Identifier: MIT */
/* The toolset for models: its schemas, a prompt, and calls done.
 * usage: pab-tools [options] COMMAND
 * exit status: 0 2 3 5 7 */
#include "pab_tools.h"

#include "dial.h"
#include "mem.h"
#include "toolschema.h"

static struct {
	struct toolset_options toolset;
	const char *format, *ledger;
} opts;

static const struct opt table[] = {
	{0, "format", "FORMAT", OPT_STR, OPT_PLAIN, &opts.format, 0,
		"schema: openai, openai-responses, anthropic, gemini or mcp", 0, NULL},
	TOOLSET_OPTIONS(opts.toolset),
	{0, "ledger", "FILE", OPT_STR, OPT_CALLER, &opts.ledger, 0,
		"call: keep there what was read; what changed since is refused", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-tools schema --format anthropic",
	"what the vendor's client takes as tools", "pab-tools prompt",
	"for an agent that has a shell", "pab-tools call <call.json",
	"do a call, answer in its shape", "pab-tools list --tools all",
	"each tool, its program, its size", NULL};

static const struct tool_spec spec = {
	.name = "pab-tools",
	.job = "give the tools to a model: schemas, a prompt, calls done",
	.synopsis = "[options] COMMAND",
	.opts = table,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 done, also when a call failed, which its answer says; 2 usage or\n"
		    "  no call, 3 no such ledger, 5 refused, 7 the system failed\n\n"
		    "commands: schema | prompt | call | list",
	.examples = examples,
};

static int do_schema(struct tool *t, struct err *e)
{
	enum schema_format f = SCHEMA_OPENAI;
	struct jout *j = &t->out.json;
	if (!opts.format)
		return err_set(e, ERR_USAGE, NULL,
			"--format is needed: openai, openai-responses, anthropic, gemini or mcp");
	if (schema_format(opts.format, &f) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"--format is openai, openai-responses, anthropic, gemini or mcp, not "
			"'%.40s'",
			opts.format);
	if (f == SCHEMA_MCP)
		jout_object(j, NULL);
	schema_write(j, f == SCHEMA_MCP ? "tools" : NULL, &opts.toolset.choice, f);
	if (f == SCHEMA_MCP)
		jout_end_object(j);
	return 0;
}

static int do_prompt(struct tool *t, struct err *e)
{
	(void)e;
	prompt_write(&opts.toolset.choice, &t->out.buf);
	return 0;
}

static int do_call(struct tool *t, struct err *e)
{
	tool_export();
	const char *backend = getenv("PAB_BACKEND");
	if ((!backend || !*backend) && setenv("PAB_BACKEND", "local", 1) != 0)
		return err_set(e, ERR_IO, NULL, "no memory");
	return calls_do(t, &opts.toolset.choice, opts.ledger, e);
}

/* The bytes of one tool's schema. */
static size_t schema_size(const struct toolset_tool *tool)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	struct toolset_choice_of one = {0};
	vec_add(&one.only, tool->name);
	jout_init(&j, &b);
	schema_write(&j, NULL, &one, SCHEMA_MCP);
	vec_release(&one.only);
	return b.len - 3; /* brackets and newline */
}

static int do_list(struct tool *t, struct err *e)
{
	(void)e;
	for (const struct toolset_tool *k = toolset; k->name; k++)
		if (toolset_has(&opts.toolset.choice, k))
			buf_printf(&t->out.buf, "%-18s %-10s %5zu bytes\n", k->name,
				k->program, schema_size(k));
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct tool *t, struct err *e);
} verbs[] = {
	{"schema", do_schema},
	{"prompt", do_prompt},
	{"call", do_call},
	{"list", do_list},
};

static void run(struct tool *t)
{
	struct err e = {0};
	const char *verb = t->operands.n == 1 ? t->operands.v[0] : "";
	size_t i = 0;
	while (i < ARRAY_LEN(verbs) && strcmp(verb, verbs[i].name) != 0)
		i++;
	t->summarised = true; /* what it prints is JSON of others' making */
	if (t->out.form == OUT_JSON)
		t->out.form = OUT_TEXT;
	if (i == ARRAY_LEN(verbs))
		tool_usage(t, "schema, prompt, call or list is needed");
	else if (opts.ledger && verbs[i].run != do_call)
		tool_usage(t, "--ledger is for call");
	else if (toolset_choose(&opts.toolset,
			 t->gate.n_given ? &t->gate.sets.v[0] : NULL, &e) < 0 ||
		 verbs[i].run(t, &e) < 0)
		(void)tool_fail(t, &e);
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	vec_release(&opts.toolset.choice.only);
	return tool_end(&t);
}
