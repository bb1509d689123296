/* SPDX-License-Identifier: MIT */
/* What is odd about a file of rules: rules that others shadow, that match nothing, or
 * that change nothing. */
#include "pab_rules.h"

#include "mem.h"

struct lint {
	struct tool *t;
	const char *file;
	size_t found;
};

static void say(struct lint *l, enum op op, size_t i, const struct rule *r,
	const char *what, size_t by)
{
	struct out *o = &l->t->out;
	l->found++;
	if (o->form == OUT_JSON) {
		struct jout *j = &o->json;
		jout_record(j, "rule");
		jout_bytes(j, "path", l->file, strlen(l->file));
		jout_str(j, "operation", rules_op_name(op));
		jout_int(j, "number", (int64_t)i + 1);
		jout_str(j, "action", rules_action_name(r->action));
		jout_bytes(j, "pattern", r->pattern, strlen(r->pattern));
		jout_str(j, "finding", what);
		if (by)
			jout_int(j, "shadowed_by", (int64_t)by);
		jout_end_object(j);
		return;
	}
	out_name(o, l->file);
	buf_printf(&o->buf, ": %s, rule %zu '", rules_op_name(op), i + 1);
	out_name(o, r->pattern);
	buf_printf(&o->buf, "': %s", what);
	if (by)
		buf_printf(&o->buf, " by rule %zu", by);
	buf_addc(&o->buf, '\n');
}

/* One text that the pattern matches: each star is `fill`, each directory run `dirs`. */
static char *sample(enum op op, const char *pattern, const char *fill, const char *dirs)
{
	struct buf b = BUF_INIT;
	const char *p = pattern;
	while (*p) {
		if (op != OP_EXECUTE && !strncmp(p, "**/", 3)) {
			buf_puts(&b, dirs);
			p += 3;
		} else if (*p == '*') {
			bool deep = p[1] == '*' || op == OP_EXECUTE;
			buf_puts(&b, fill);
			if (deep && *fill)
				buf_printf(&b, "/%s", fill);
			p += strspn(p, "*");
		} else if (*p == '?') {
			buf_addc(&b, '\002');
			p++;
		} else if (*p == '[' && strchr(p, ']')) {
			buf_addc(&b, p[1] == '!' || p[1] == '^' ? '\002' : p[1]);
			p = strchr(p + 2, ']') + 1;
		} else {
			buf_addc(&b, *p++);
		}
	}
	return buf_take(&b);
}

static bool matches(enum op op, const struct rule *r, const char *text)
{
	if (op == OP_EXECUTE)
		return rulepat_match_text(&r->pat, text) == RULEPAT_YES;
	struct site s = {0};
	char *full CLEANUP(mem_freep) =
		*text == '/' ? xstrdup(text) : xasprintf("/\003/%s", text);
	site_add(&s, full, "/\003", true);
	unsigned answer = decide_match(r, &s.v[0]);
	bool hit = answer & RULEPAT_SELF ||
		   (answer & RULEPAT_ABOVE && r->action != RULE_ALLOW);
	site_release(&s);
	return hit;
}

/* Does the earlier rule match all that the later one does? Its stars are filled with what
 * no pattern names, so that only a star can match them. */
static bool covers(enum op op, const struct rule *earlier, const struct rule *later)
{
	static const char *const fills[] = {"", "\002", "\002\002\002"};
	static const char *const dirs[] = {"", "\002\002/", "\002/\002\002/"};
	for (size_t i = 0; i < ARRAY_LEN(fills); i++)
		for (size_t k = 0; k < ARRAY_LEN(dirs); k++) {
			char *s CLEANUP(mem_freep) =
				sample(op, later->pattern, fills[i], dirs[k]);
			if (!matches(op, earlier, s))
				return false;
		}
	return true;
}

/* Why a pattern matches nothing, or NULL. */
static const char *never(enum op op, const struct rule *r)
{
	static const char *const apart[] = {"&&", "||", ";", " | "};
	const char *p = r->pattern;
	for (size_t i = 0; i < ARRAY_LEN(apart) && op == OP_EXECUTE; i++)
		if (r->action == RULE_ALLOW && strstr(p, apart[i]))
			return "never matches: each command of a line is looked at alone";
	if (op != OP_EXECUTE && *p == '~')
		return "never matches: ~ is the home directory only as \"~/\"";
	if (op != OP_EXECUTE && strstr(p, "/./"))
		return "never matches: paths are compared without \".\"";
	return NULL;
}

static void lint_op(struct lint *l, enum op op, const struct op_rules *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *r = &list->v[i];
		const char *why = never(op, r);
		size_t by = 0;
		for (size_t k = 0; k < i && !by; k++)
			by = covers(op, &list->v[k], r) ? k + 1 : 0;
		bool same = r->action == list->fallback;
		for (size_t k = i + 1; k < list->n; k++)
			same &= list->v[k].action == r->action;
		if (why)
			say(l, op, i, r, why, 0);
		else if (by)
			say(l, op, i, r, "shadowed", by);
		else if (same)
			say(l, op, i, r, "says what the default says", 0);
	}
}

void do_check(struct tool *t, rules_reader *reader)
{
	struct rules r;
	struct err e;
	if (t->operands.n != 2 || !reader) {
		tool_usage(t, "check one FILE");
		return;
	}
	struct lint l = {.t = t, .file = t->operands.v[1]};
	if (reader(&r, l.file, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	for (size_t i = 0; i < OP_COUNT; i++)
		lint_op(&l, (enum op)i, &r.op[i]);
	rules_release(&r);
	if (l.found)
		out_status(&t->out, 4);
}
