/* SPDX-License-Identifier: MIT */
#include "toolschema.h"

static const char *const formats[] = {
	[SCHEMA_OPENAI] = "openai",
	[SCHEMA_RESPONSES] = "openai-responses",
	[SCHEMA_ANTHROPIC] = "anthropic",
	[SCHEMA_GEMINI] = "gemini",
	[SCHEMA_MCP] = "mcp",
};

int schema_format(const char *name, enum schema_format *f)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (!strcmp(name, formats[i])) {
			*f = (enum schema_format)i;
			return 0;
		}
	return -1;
}

/* Gemini's types are in capitals. */
static const char *type_name(enum arg_type type, enum schema_format f)
{
	static const char *const names[][2] = {
		[ARG_STRING] = {"string", "STRING"},
		[ARG_INTEGER] = {"integer", "INTEGER"},
		[ARG_BOOLEAN] = {"boolean", "BOOLEAN"},
	};
	return names[type][f == SCHEMA_GEMINI];
}

static void write_arg(struct jout *j, const struct toolset_arg *a, enum schema_format f)
{
	jout_object(j, a->name);
	jout_str(j, "type", type_name(a->type, f));
	if (a->choices) {
		jout_array(j, "enum");
		for (const struct toolset_choice *c = a->choices; c->value; c++)
			jout_str(j, NULL, c->value);
		jout_end_array(j);
	}
	if (a->about)
		jout_str(j, "description", a->about);
	jout_end_object(j);
}

static void write_args(struct jout *j, const char *key, const struct toolset_arg *args,
	enum schema_format f)
{
	bool some = false;
	jout_object(j, key);
	jout_str(j, "type", f == SCHEMA_GEMINI ? "OBJECT" : "object");
	jout_object(j, "properties");
	for (const struct toolset_arg *a = args; a->name; a++) {
		write_arg(j, a, f);
		some |= a->required;
	}
	jout_end_object(j);
	if (some) {
		jout_array(j, "required");
		for (const struct toolset_arg *a = args; a->name; a++)
			if (a->required)
				jout_str(j, NULL, a->name);
		jout_end_array(j);
	}
	jout_end_object(j);
}

/* What clients go by when they ask a person; what reads is told alone, as the rest is
 * what is assumed. */
static void write_hints(struct jout *j, const struct toolset_tool *t)
{
	if (!(t->flags & TOOL_READS))
		return;
	jout_object(j, "annotations");
	jout_bool(j, "readOnlyHint", true);
	jout_end_object(j);
}

static void write_tool(struct jout *j, const struct toolset_tool *t, enum schema_format f)
{
	static const char *const args[] = {
		[SCHEMA_OPENAI] = "parameters",
		[SCHEMA_RESPONSES] = "parameters",
		[SCHEMA_ANTHROPIC] = "input_schema",
		[SCHEMA_GEMINI] = "parameters",
		[SCHEMA_MCP] = "inputSchema",
	};
	jout_object(j, NULL);
	if (f == SCHEMA_OPENAI || f == SCHEMA_RESPONSES)
		jout_str(j, "type", "function");
	if (f == SCHEMA_OPENAI)
		jout_object(j, "function");
	jout_str(j, "name", t->name);
	jout_str(j, "description", t->about);
	if (f == SCHEMA_RESPONSES)
		jout_bool(j, "strict", false);
	/* Gemini refuses an object without members. */
	if (t->args->name || f != SCHEMA_GEMINI)
		write_args(j, args[f], t->args, f);
	if (f == SCHEMA_MCP)
		write_hints(j, t);
	if (f == SCHEMA_OPENAI)
		jout_end_object(j);
	jout_end_object(j);
}

void schema_write(struct jout *j, const char *key, const struct toolset_choice_of *c,
	enum schema_format f)
{
	jout_array(j, key);
	if (f == SCHEMA_GEMINI) {
		jout_object(j, NULL);
		jout_array(j, "functionDeclarations");
	}
	for (const struct toolset_tool *t = toolset; t->name; t++)
		if (toolset_has(c, t))
			write_tool(j, t, f);
	if (f == SCHEMA_GEMINI) {
		jout_end_array(j);
		jout_end_object(j);
	}
	jout_end_array(j);
}
