/* SPDX-License-Identifier: MIT */
#include "toolreply.h"

static const char *get_string(const jin_node *n, const char *key)
{
	const jin_node *v = n ? jin_get(n, key) : NULL;
	return v ? jin_string(v) : NULL;
}

static const jin_node *get_object(const jin_node *n, const char *key)
{
	const jin_node *v = n ? jin_get(n, key) : NULL;
	return v && jin_is_object(v) ? v : NULL;
}

static bool is_type(const jin_node *n, const char *type)
{
	const char *t = get_string(n, "type");
	return t && !strcmp(t, type);
}

/* What holds the name, the key of the arguments, where the id stands. */
static const jin_node *find_shape(
	struct request *q, const jin_node *n, const char **args, const char **id)
{
	const jin_node *inner;
	*args = "arguments";
	*id = "id";
	if ((inner = get_object(n, "functionCall"))) {
		*args = "args";
		q->shape = REPLY_GEMINI;
		return inner;
	}
	if ((inner = get_object(n, "function"))) {
		q->shape = REPLY_OPENAI;
		return inner;
	}
	if (get_string(n, "jsonrpc")) {
		q->shape = REPLY_RPC;
		return get_object(n, "params");
	}
	if (is_type(n, "function_call")) {
		q->shape = REPLY_RESPONSES;
		*id = "call_id";
	} else if (is_type(n, "tool_use")) {
		q->shape = REPLY_ANTHROPIC;
		*args = "input";
	}
	return n;
}

int request_read(struct request *q, const jin_node *n, struct err *e)
{
	const char *args, *id;
	*q = (struct request){0};
	if (!jin_is_object(n))
		return err_set(e, ERR_BAD_INPUT, NULL, "a call is an object");
	const jin_node *inner = find_shape(q, n, &args, &id);
	q->id = jin_get(q->shape == REPLY_GEMINI ? inner : n, id);
	q->name = get_string(inner, "name");
	if (!q->name)
		return err_set(e, ERR_BAD_INPUT, NULL, "the call names no tool");
	q->args = jin_get(inner, args);
	const char *text = q->args ? jin_string(q->args) : NULL;
	if (!text)
		return 0;
	q->args = NULL;
	if (!text[strspn(text, " \t\r\n")])
		return 0;
	q->own = jin_parse(text, strlen(text), e);
	if (!q->own)
		return err_add(e, " of the arguments");
	q->args = jin_root(q->own);
	return 0;
}

void request_release(struct request *q)
{
	jin_free(q->own);
	q->own = NULL;
}

void reply_id(struct jout *j, const char *key, const jin_node *id)
{
	const char *s = id ? jin_string(id) : NULL;
	int64_t n;
	if (s)
		jout_bytes(j, key, s, strlen(s));
	else if (id && jin_int(id, &n) == 0)
		jout_int(j, key, n);
	else
		jout_null(j, key);
}

static void text_part(struct jout *j, const char *type, const struct answer *a)
{
	jout_object(j, NULL);
	jout_str(j, "type", type);
	jout_bytes(j, "text", a->text.p, a->text.len);
	jout_end_object(j);
}

static void meta(struct jout *j, const struct answer *a)
{
	jout_int(j, "status", a->status);
	if (a->code[0])
		jout_str(j, "code", a->code);
	if (a->job[0])
		jout_str(j, "shell_id", a->job);
	jout_bool(j, "truncated", a->truncated);
}

void reply_result(struct jout *j, const struct answer *a, bool structured)
{
	jout_array(j, "content");
	text_part(j, "text", a);
	if (a->image.len) {
		jout_object(j, NULL);
		jout_str(j, "type", "image");
		jout_bytes(j, "data", a->image.p, a->image.len);
		jout_str(j, "mimeType", a->media);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_bool(j, "isError", a->error);
	if (structured) {
		jout_object(j, "structuredContent");
		meta(j, a);
		jout_end_object(j);
		return;
	}
	jout_object(j, "_meta");
	jout_object(j, "pab");
	meta(j, a);
	jout_end_object(j);
	jout_end_object(j);
}

static void write_anthropic(
	struct jout *j, const struct request *q, const struct answer *a)
{
	jout_str(j, "type", "tool_result");
	reply_id(j, "tool_use_id", q->id);
	jout_array(j, "content");
	text_part(j, "text", a);
	if (a->image.len) {
		jout_object(j, NULL);
		jout_str(j, "type", "image");
		jout_object(j, "source");
		jout_str(j, "type", "base64");
		jout_str(j, "media_type", a->media);
		jout_bytes(j, "data", a->image.p, a->image.len);
		jout_end_object(j);
		jout_end_object(j);
	}
	jout_end_array(j);
	if (a->error)
		jout_bool(j, "is_error", true);
}

static void data_url(struct jout *j, const char *key, const struct answer *a)
{
	struct buf b = BUF_INIT;
	buf_printf(&b, "data:%s;base64,", a->media);
	buf_add(&b, a->image.p, a->image.len);
	jout_bytes(j, key, b.p, b.len);
	buf_release(&b);
}

static void write_responses(
	struct jout *j, const struct request *q, const struct answer *a)
{
	jout_str(j, "type", "function_call_output");
	reply_id(j, "call_id", q->id);
	if (!a->image.len) {
		jout_bytes(j, "output", a->text.p, a->text.len);
		return;
	}
	jout_array(j, "output");
	text_part(j, "input_text", a);
	jout_object(j, NULL);
	jout_str(j, "type", "input_image");
	data_url(j, "image_url", a);
	jout_end_object(j);
	jout_end_array(j);
}

/* Gemini has an error instead of an output, and pictures beside both. */
static void write_gemini(struct jout *j, const struct request *q, const struct answer *a)
{
	jout_object(j, "functionResponse");
	if (q->id)
		reply_id(j, "id", q->id);
	jout_bytes(j, "name", q->name ? q->name : "", q->name ? strlen(q->name) : 0);
	jout_object(j, "response");
	jout_bytes(j, a->error ? "error" : "output", a->text.p, a->text.len);
	jout_end_object(j);
	if (a->image.len) {
		jout_array(j, "parts");
		jout_object(j, NULL);
		jout_object(j, "inlineData");
		jout_str(j, "mimeType", a->media);
		jout_bytes(j, "data", a->image.p, a->image.len);
		jout_end_object(j);
		jout_end_object(j);
		jout_end_array(j);
	}
	jout_end_object(j);
}

void reply_write(
	struct jout *j, const struct request *q, const struct answer *a, bool structured)
{
	jout_object(j, NULL);
	switch (q->shape) {
	case REPLY_MCP:
		reply_result(j, a, structured);
		break;
	case REPLY_RPC:
		jout_str(j, "jsonrpc", "2.0");
		reply_id(j, "id", q->id);
		jout_object(j, "result");
		reply_result(j, a, structured);
		jout_end_object(j);
		break;
	case REPLY_OPENAI: /* its tool messages hold text alone */
		jout_str(j, "role", "tool");
		reply_id(j, "tool_call_id", q->id);
		jout_bytes(j, "content", a->text.p, a->text.len);
		break;
	case REPLY_RESPONSES:
		write_responses(j, q, a);
		break;
	case REPLY_ANTHROPIC:
		write_anthropic(j, q, a);
		break;
	case REPLY_GEMINI:
		write_gemini(j, q, a);
		break;
	}
	jout_end_object(j);
}
