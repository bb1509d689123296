/* SPDX-License-Identifier: MIT */
/* Calls in the shapes that clients have, and answers in the shape of the call. May
 * include: jout, toolcall. */
#ifndef TOOLREPLY_H
#define TOOLREPLY_H

#include "jin.h"
#include "jout.h"
#include "toolcall.h"

enum reply_shape {
	REPLY_MCP,       /* {"name", "arguments"} */
	REPLY_RPC,       /* the same as a request of JSON-RPC */
	REPLY_OPENAI,    /* Chat Completions: {"id", "function": {"name", "arguments"}} */
	REPLY_RESPONSES, /* {"type": "function_call", "call_id", "name", "arguments"} */
	REPLY_ANTHROPIC, /* {"type": "tool_use", "id", "name", "input"} */
	REPLY_GEMINI,    /* {"functionCall": {"name", "args"}} */
};

/* A call as it came. Nodes belong to the document; own is a document of arguments that
 * came as a string, which request_release() frees. */
struct request {
	enum reply_shape shape;
	const jin_node *id;
	const char *name;
	const jin_node *args;
	struct jin *own;
};

/* Understands a call. Returns 0; or -1 with err: bad_input, *q as far as it was
 * understood and to be released. */
int request_read(struct request *q, const jin_node *n, struct err *e) NODISCARD;
void request_release(struct request *q);

/* Writes an id as it came (NULL: null) under key. */
void reply_id(struct jout *j, const char *key, const jin_node *id);

/* Writes the members of an MCP result: content, isError, what is known beside them as
 * _meta or, with structured, as structuredContent. */
void reply_result(struct jout *j, const struct answer *a, bool structured);

/* Writes the answer as one record. */
void reply_write(
	struct jout *j, const struct request *q, const struct answer *a, bool structured);

#endif
