/* SPDX-License-Identifier: MIT */
#include "toolargs.h"

#include "jout.h"
#include "mem.h"
#include "num.h"
#include "text.h"

/* One value, as its type wants it. */
struct value {
	const char *text; /* of a string */
	int64_t number;
	bool yes;
};

static int wrong_type(
	const struct toolset_tool *t, const struct toolset_arg *a, struct err *e)
{
	static const char *const kinds[] = {
		[ARG_STRING] = "a string",
		[ARG_INTEGER] = "an integer",
		[ARG_BOOLEAN] = "true or false",
	};
	return err_set(
		e, ERR_USAGE, NULL, "%s: %s is %s", t->name, a->name, kinds[a->type]);
}

/* Models write numbers and truth as strings now and then. */
static int take(const struct toolset_tool *t, const struct toolset_arg *a,
	const jin_node *n, struct value *v, struct err *e)
{
	const char *s = jin_string(n);
	int yes = jin_bool(n);
	*v = (struct value){.text = s, .yes = yes == 1};
	switch (a->type) {
	case ARG_STRING:
		return s ? 0 : wrong_type(t, a, e);
	case ARG_INTEGER:
		if (jin_int(n, &v->number) == 0 ||
			(s && num_int(s, INT64_MIN, INT64_MAX, &v->number) == 0))
			return 0;
		return wrong_type(t, a, e);
	case ARG_BOOLEAN:
		if (s)
			yes = !strcmp(s, "true") ? 1 : !strcmp(s, "false") ? 0 : -1;
		v->yes = yes == 1;
		return yes < 0 ? wrong_type(t, a, e) : 0;
	}
	return -1;
}

static int add_choice(
	struct call *c, const struct toolset_arg *a, const struct value *v, struct err *e)
{
	struct buf names CLEANUP(buf_release) = BUF_INIT;
	const char *text = v->text ? v->text : "";
	for (const struct toolset_choice *k = a->choices; k->value; k++) {
		if (!strcmp(text, k->value)) {
			if (k->option)
				vec_add(&c->argv, k->option);
			return 0;
		}
		buf_printf(&names, "%s%s", names.len ? ", " : "", k->value);
	}
	return err_set(e, ERR_USAGE, NULL, "%s: %s is one of %s", c->tool->name, a->name,
		names.p);
}

/* A name that a program would take for standard input. */
static char *safe_path(const char *path)
{
	return xstrdup(!path ? "" : !strcmp(path, "-") ? "./-" : path);
}

static void add_member(struct jout *j, struct call *c, const struct toolset_arg *a,
	const struct value *v)
{
	const char *text = v->text ? v->text : "";
	char *path CLEANUP(mem_freep) = safe_path(text);
	if (a->type == ARG_BOOLEAN)
		jout_bool(j, a->option, v->yes);
	else if (!strcmp(a->name, "path"))
		jout_bytes(j, a->option, path, strlen(path));
	else
		jout_bytes(j, a->option, text, strlen(text));
	int64_t *lines = !strcmp(a->option, "old")   ? &c->old_lines
			 : !strcmp(a->option, "new") ? &c->new_lines
						     : NULL;
	for (const char *p = text; lines && *p; p++)
		*lines += *p == '\n';
}

/* What becomes of one argument. Returns 0, or -1 with err. */
static int add_arg(struct call *c, struct jout *j, struct vec *operands,
	const struct toolset_arg *a, const struct value *v, struct err *e)
{
	switch (a->way) {
	case ARG_OPTION:
		vec_give(&c->argv,
			a->type == ARG_INTEGER
				? xasprintf("%s=%lld", a->option, (long long)v->number)
				: xasprintf("%s=%s", a->option, v->text));
		return 0;
	case ARG_FLAG:
	case ARG_UNLESS:
		if (v->yes == (a->way == ARG_FLAG))
			vec_add(&c->argv, a->option);
		return 0;
	case ARG_CHOICE:
		return add_choice(c, a, v, e);
	case ARG_OPERAND:
		vec_give(operands, safe_path(v->text));
		return 0;
	case ARG_INPUT:
		buf_puts(&c->input, v->text);
		return 0;
	case ARG_MEMBER:
		add_member(j, c, a, v);
		return 0;
	case ARG_TAG: /* all of them at once: add_tags() */
		return 0;
	}
	return -1;
}

/* The arguments of hashline_edit, as far as they are given. */
struct lines {
	const char *path, *start_hash, *end_hash, *content;
	int64_t start, end;
	bool after;
};

static void take_tag(struct lines *l, const char *name, const struct value *v)
{
	const char *text = v->text ? v->text : "";
	if (!strcmp(name, "path"))
		l->path = text;
	else if (!strcmp(name, "start_line"))
		l->start = v->number;
	else if (!strcmp(name, "start_hash"))
		l->start_hash = text;
	else if (!strcmp(name, "new_content"))
		l->content = text;
	else if (!strcmp(name, "end_line"))
		l->end = v->number;
	else if (!strcmp(name, "end_hash"))
		l->end_hash = text;
	else if (!strcmp(name, "insert_after"))
		l->after = v->yes;
}

/* "N:hhhh"; a model may have given the whole of it as the hash. Returns new memory. */
static char *tag_text(int64_t line, const char *hash)
{
	const char *colon = hash ? strchr(hash, ':') : NULL;
	if (!line)
		return xstrdup("0");
	return xasprintf("%lld:%s", (long long)line, colon ? colon + 1 : hash);
}

static int check_lines(const struct lines *l, struct err *e)
{
	const char *why = NULL;
	if (l->start < 0 || l->end < 0)
		why = "lines are counted from 1";
	else if (!l->start && !l->after)
		why = "start_line 0 goes with insert_after alone";
	else if (l->start && !l->start_hash)
		why = "start_hash is missing: the digits behind the line's number";
	else if (l->after && (l->end || l->end_hash))
		why = "end_line and end_hash do not go with insert_after";
	else if (l->after && !*l->content)
		why = "there is nothing to insert";
	else if (!l->end != !l->end_hash)
		why = "end_line and end_hash go together";
	return why ? err_set(e, ERR_USAGE, NULL, "hashline_edit: %s", why) : 0;
}

/* One edit by tags as JSON for pab-edit. Returns 0, or -1 with err. */
static int add_tags(struct call *c, struct jout *j, const struct lines *l, struct err *e)
{
	if (check_lines(l, e) < 0)
		return -1;
	char *path CLEANUP(mem_freep) = safe_path(l->path);
	char *from CLEANUP(mem_freep) = tag_text(l->start, l->start_hash);
	char *to CLEANUP(mem_freep) = l->end ? tag_text(l->end, l->end_hash) : NULL;
	char *both CLEANUP(mem_freep) =
		xasprintf("%s%s%s", from, to ? "," : "", to ? to : "");
	c->first = l->start;
	c->last = l->end ? l->end : l->start;
	jout_bytes(j, "path", path, strlen(path));
	if (!*l->content) {
		jout_bytes(j, "delete", both, strlen(both));
		return 0;
	}
	jout_bytes(j, l->after ? "after" : "at", from, strlen(from));
	if (to)
		jout_bytes(j, "to", to, strlen(to));
	jout_bytes(j, "new", l->content, strlen(l->content));
	return 0;
}

/* Names an argument that there is not, and those there are. */
static int unknown(const struct toolset_tool *t, const char *name, struct err *e)
{
	err_set(e, ERR_USAGE, NULL, "%s: no argument '%.40s'; it takes %s", t->name, name,
		t->args->name ? "" : "none");
	for (const struct toolset_arg *a = t->args; a->name; a++)
		err_add(e, "%s%s", a == t->args ? "" : ", ", a->name);
	return -1;
}

static int check_names(const struct toolset_tool *t, const jin_node *args, struct err *e)
{
	for (const jin_node *n = args ? jin_first(args) : NULL; n; n = jin_next(n)) {
		const struct toolset_arg *a = t->args;
		while (a->name && strcmp(a->name, jin_key(n)) != 0)
			a++;
		if (!a->name)
			return unknown(t, jin_key(n), e);
	}
	return 0;
}

static int add_args(struct call *c, const jin_node *args, struct err *e)
{
	const struct toolset_tool *t = c->tool;
	struct vec operands CLEANUP(vec_release) = {0};
	struct lines l = {.path = "", .content = ""};
	struct jout j;
	bool object = t->flags & (TOOL_REPLACES | TOOL_HASHLINES);
	jout_init(&j, &c->input);
	if (object)
		jout_object(&j, NULL);
	for (const struct toolset_arg *a = t->args; a->name; a++) {
		const jin_node *n = args ? jin_get(args, a->name) : NULL;
		struct value v = {0};
		if (n && jin_is_null(n))
			n = NULL;
		if (!n && a->required)
			return err_set(e, ERR_USAGE, NULL, "%s: %s is missing", t->name,
				a->name);
		if (!n && a->way == ARG_CHOICE)
			v.text = a->choices->value;
		else if (!n)
			continue;
		if (n && take(t, a, n, &v, e) < 0)
			return -1;
		if (!strcmp(a->name, "path") && !c->path)
			c->path = safe_path(v.text);
		if (a->way == ARG_TAG)
			take_tag(&l, a->name, &v);
		if (add_arg(c, &j, &operands, a, &v, e) < 0)
			return -1;
	}
	if (t->flags & TOOL_HASHLINES && add_tags(c, &j, &l, e) < 0)
		return -1;
	if (object)
		jout_end_object(&j);
	vec_add(&c->argv, "--");
	for (size_t i = 0; i < operands.n; i++)
		vec_add(&c->argv, operands.v[i]);
	return 0;
}

/* Names the tools that are given. */
static int no_tool(const struct toolset_choice_of *given, const char *name, struct err *e)
{
	bool some = false;
	err_set(e, ERR_USAGE, NULL, "no tool '%.40s'; there is ", name);
	for (const struct toolset_tool *t = toolset; t->name; t++)
		if (toolset_has(given, t)) {
			err_add(e, "%s%s", some ? ", " : "", t->name);
			some = true;
		}
	return some ? -1 : err_add(e, "none");
}

int call_make(struct call *c, const struct toolset_choice_of *given, const char *name,
	const jin_node *args, struct err *e)
{
	const struct toolset_tool *t = toolset_find(name);
	*c = (struct call){.tool = t, .input = BUF_INIT};
	if (!t || !toolset_has(given, t))
		return no_tool(given, name, e);
	if (args && jin_is_null(args))
		args = NULL;
	if (args && !jin_is_object(args))
		return err_set(
			e, ERR_USAGE, NULL, "%s: the arguments are no object", name);
	if (check_names(t, args, e) < 0)
		return -1;
	vec_add(&c->argv, t->program);
	for (const char *p = t->words; p && *p;) {
		size_t n = strcspn(p, " ");
		vec_give(&c->argv, xmemdup0(p, n));
		p += n + (p[n] == ' ');
	}
	if (given->hashline && t->op == OP_READ)
		vec_add(&c->argv, "--tags");
	return add_args(c, args, e);
}

void call_release(struct call *c)
{
	vec_release(&c->argv);
	buf_release(&c->input);
	free(c->path);
	*c = (struct call){.input = BUF_INIT};
}
