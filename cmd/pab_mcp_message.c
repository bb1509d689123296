/* SPDX-License-Identifier: MIT */
/* Messages of the Model Context Protocol (modelcontextprotocol.io, revisions 2025-11-25
 * and 2025-06-18): JSON-RPC 2.0, one a line. */
#include "pab_mcp.h"

#include "jin.h"
#include "mem.h"
#include "num.h"
#include "toolreply.h"
#include "toolschema.h"

enum { MOST_CALLS = 10000 };

/* The newest first. */
static const char *const revisions[] = {"2025-11-25", "2025-06-18"};

void mcp_error(struct mcp *m, const char *id, int code, const char *fmt, ...)
{
	char text[900];
	struct jout j;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	jout_init(&j, &m->out);
	buf_printf(
		&m->out, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":", id ? id : "null");
	jout_object(&j, NULL);
	jout_int(&j, "code", code);
	jout_bytes(&j, "message", text, strlen(text));
	jout_end_object(&j);
	buf_trim(&m->out, m->out.len - 1); /* the record's newline */
	buf_puts(&m->out, "}\n");
}

/* An id or token as JSON: a string or an integer. Returns new memory, NULL for others. */
static char *as_json(const jin_node *n)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	int64_t number;
	if (!n || (!jin_string(n) && jin_int(n, &number) < 0))
		return NULL;
	jout_init(&j, &b);
	jout_array(&j, NULL);
	reply_id(&j, NULL, n);
	jout_end_array(&j);
	return xmemdup0(b.p + 1, b.len - 3);
}

static const jin_node *get(const jin_node *n, const char *key)
{
	return n && jin_is_object(n) ? jin_get(n, key) : NULL;
}

static const char *get_string(const jin_node *n, const char *key)
{
	const jin_node *v = get(n, key);
	return v ? jin_string(v) : NULL;
}

/* A result begins; result_end() ends it. */
static void result_begin(struct mcp *m, const char *id, struct jout *j)
{
	buf_printf(&m->out, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", id);
	jout_init(j, &m->out);
	jout_object(j, NULL);
}

static void result_end(struct mcp *m, struct jout *j)
{
	jout_end_object(j);
	buf_trim(&m->out, m->out.len - 1);
	buf_puts(&m->out, "}\n");
}

static void do_initialize(struct mcp *m, const char *id, const jin_node *params)
{
	struct jout j;
	const char *wants = get_string(params, "protocolVersion");
	const jin_node *elicits = get(get(params, "capabilities"), "elicitation");
	const char *revision = revisions[0];
	if (!wants) {
		mcp_error(m, id, RPC_PARAMS, "initialize: protocolVersion is missing");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(revisions); i++)
		if (!strcmp(wants, revisions[i]))
			revision = revisions[i];
	m->started = true;
	/* Forms are what is meant by default. */
	m->elicits = elicits && jin_is_object(elicits) &&
		     (!jin_first(elicits) || jin_get(elicits, "form"));
	result_begin(m, id, &j);
	jout_str(&j, "protocolVersion", revision);
	jout_object(&j, "capabilities");
	jout_object(&j, "tools");
	jout_end_object(&j);
	jout_end_object(&j);
	jout_object(&j, "serverInfo");
	jout_str(&j, "name", "pab");
	jout_str(&j, "version", PAB_VERSION);
	jout_end_object(&j);
	jout_bytes(&j, "instructions", m->where, strlen(m->where));
	result_end(m, &j);
}

static void do_ping(struct mcp *m, const char *id, const jin_node *params)
{
	struct jout j;
	(void)params;
	result_begin(m, id, &j);
	result_end(m, &j);
}

static void do_list(struct mcp *m, const char *id, const jin_node *params)
{
	struct jout j;
	(void)params;
	result_begin(m, id, &j);
	schema_write(&j, "tools", m->choice, SCHEMA_MCP);
	result_end(m, &j);
}

/* An answer without a call. */
static void refuse_call(struct mcp *m, const char *id, const struct err *e)
{
	struct jout j;
	struct answer a = {.text = BUF_INIT, .image = BUF_INIT};
	answer_error(&a, e);
	result_begin(m, id, &j);
	reply_result(&j, &a, m->structured);
	result_end(m, &j);
	answer_release(&a);
}

/* Arguments that do not fit are the tool's answer, from which a model learns; a tool that
 * there is not is the client's mistake. */
static void do_call(struct mcp *m, const char *id, const jin_node *params)
{
	struct err e = {0};
	size_t n = 0;
	const char *name = get_string(params, "name");
	const struct toolset_tool *t = name ? toolset_find(name) : NULL;
	for (const struct running *k = m->calls; k; k = k->next, n++)
		if (!strcmp(k->id, id)) {
			mcp_error(m, id, RPC_INVALID, "a call of this id is under way");
			return;
		}
	if (!t || !toolset_has(m->choice, t) || n >= MOST_CALLS) {
		mcp_error(m, id, RPC_PARAMS, "%s: %.80s",
			n >= MOST_CALLS ? "too many calls at once" : "unknown tool",
			name ? name : "no name");
		return;
	}
	struct running *r = xcalloc(1, sizeof(*r));
	*r = (struct running){
		.worker = WORKER_NONE, .got = BUF_INIT, .question = BUF_INIT};
	if (call_make(&r->call, m->choice, name, get(params, "arguments"), &e) < 0) {
		refuse_call(m, id, &e);
		call_release(&r->call);
		free(r);
		return;
	}
	r->id = xstrdup(id);
	r->token = as_json(get(get(params, "_meta"), "progressToken"));
	calls_add(m, r);
}

static const struct {
	const char *name;
	bool early; /* also before initialize */
	void (*run)(struct mcp *m, const char *id, const jin_node *params);
} methods[] = {
	{"initialize", true, do_initialize},
	{"ping", true, do_ping},
	{"tools/list", false, do_list},
	{"tools/call", false, do_call},
};

static void take_request(
	struct mcp *m, const char *method, const char *id, const jin_node *params)
{
	size_t i = 0;
	while (i < ARRAY_LEN(methods) && strcmp(method, methods[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(methods))
		mcp_error(m, id, RPC_NO_METHOD, "no method %.80s", method);
	else if (!m->started && !methods[i].early)
		mcp_error(m, id, RPC_INVALID, "initialize comes first");
	else
		methods[i].run(m, id, params);
}

static void take_notification(struct mcp *m, const char *method, const jin_node *params)
{
	if (strcmp(method, "notifications/cancelled") != 0)
		return;
	char *id CLEANUP(mem_freep) = as_json(get(params, "requestId"));
	if (id)
		calls_cancel(m, id);
}

/* The client's answer to a question. Declined is no; what was put away is left to wait.
 */
static void take_answer(struct mcp *m, const jin_node *message)
{
	static const char prefix[] = "pab-ask-";
	const char *id = get_string(message, "id");
	const jin_node *result = get(message, "result");
	const jin_node *allow = get(get(result, "content"), "allow");
	const char *action = get_string(result, "action");
	int64_t number;
	if (!id || strncmp(id, prefix, sizeof(prefix) - 1) != 0 ||
		num_int(id + sizeof(prefix) - 1, 1, INT64_MAX, &number) < 0)
		return;
	char answer = ANSWER_LATER;
	if (action && !strcmp(action, "accept"))
		answer = allow && jin_bool(allow) != 1 ? ANSWER_NO : ANSWER_YES;
	else if (action && !strcmp(action, "decline"))
		answer = ANSWER_NO;
	ask_answer_came(m, number, answer);
}

static void take_object(struct mcp *m, const jin_node *n)
{
	const char *version = get_string(n, "jsonrpc"), *method = get_string(n, "method");
	const jin_node *params = get(n, "params");
	char *id CLEANUP(mem_freep) = as_json(get(n, "id"));
	if (!version || strcmp(version, "2.0") != 0)
		mcp_error(m, id, RPC_INVALID, "no JSON-RPC 2.0");
	else if (!method && (get(n, "result") || get(n, "error")))
		take_answer(m, n);
	else if (!method)
		mcp_error(m, id, RPC_INVALID, "no method");
	else if (!get(n, "id"))
		take_notification(m, method, params);
	else if (!id)
		mcp_error(m, NULL, RPC_INVALID, "an id is a string or an integer");
	else if (params && !jin_is_object(params))
		mcp_error(m, id, RPC_PARAMS, "params is no object");
	else
		take_request(m, method, id, params);
}

void mcp_message(struct mcp *m, const char *p, size_t n)
{
	struct err e;
	struct jin *j = jin_parse(p, n, &e);
	if (!j)
		mcp_error(m, NULL, RPC_PARSE, "%s", e.msg);
	else if (!jin_is_object(jin_root(j)))
		mcp_error(m, NULL, RPC_INVALID, "a message is an object");
	else
		take_object(m, jin_root(j));
	jin_free(j);
}
