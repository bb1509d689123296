/* SPDX-License-Identifier: MIT */
/* The tools' schemas as vendors' clients take them. May include: jout, toolset. */
#ifndef TOOLSCHEMA_H
#define TOOLSCHEMA_H

#include "jout.h"
#include "toolset.h"

enum schema_format {
	SCHEMA_OPENAI,    /* Chat Completions */
	SCHEMA_RESPONSES, /* OpenAI's Responses */
	SCHEMA_ANTHROPIC,
	SCHEMA_GEMINI,
	SCHEMA_MCP,
};

/* Understands "openai", "openai-responses", "anthropic", "gemini", "mcp". Returns 0, or
 * -1 for no such name. */
int schema_format(const char *name, enum schema_format *f) NODISCARD;

/* Writes the value that the vendor's `tools` takes, an array, under key (NULL: none). */
void schema_write(struct jout *j, const char *key, const struct toolset_choice_of *c,
	enum schema_format f);

#endif
