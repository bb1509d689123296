/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include "mem.h"

static const char *const op_names[] = {
	[OP_READ] = "read",
	[OP_LS] = "ls",
	[OP_GLOB] = "glob",
	[OP_GREP] = "grep",
	[OP_WRITE] = "write",
	[OP_EDIT] = "edit",
	[OP_EXECUTE] = "execute",
};

static const char *const action_names[] = {
	[RULE_ALLOW] = "allow",
	[RULE_ASK] = "ask",
	[RULE_DENY] = "deny",
};

const char *rules_op_name(enum op op)
{
	return op_names[op];
}

int rules_op(const char *name, enum op *op)
{
	for (size_t i = 0; i < ARRAY_LEN(op_names); i++)
		if (!strcmp(name, op_names[i])) {
			*op = (enum op)i;
			return 0;
		}
	return -1;
}

const char *rules_action_name(enum rule_action a)
{
	return action_names[a];
}

int rules_action(const char *name, enum rule_action *a)
{
	for (size_t i = 0; i < ARRAY_LEN(action_names); i++)
		if (!strcmp(name, action_names[i])) {
			*a = (enum rule_action)i;
			return 0;
		}
	return -1;
}

void rules_init(struct rules *r, const char *name, enum rule_action fallback)
{
	*r = (struct rules){.name = xstrdup(name), .fallback = fallback};
	for (size_t i = 0; i < OP_COUNT; i++)
		r->op[i].fallback = fallback;
}

int rules_add(struct rules *r, enum op op, enum rule_action action, const char *pattern,
	const char *why, struct err *e)
{
	struct op_rules *list = &r->op[op];
	struct rule rule = {.action = action};
	if (list->n == RULES_MOST)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"more than 10,000 rules for one operation");
	if ((op == OP_EXECUTE ? rulepat_command(&rule.pat, pattern, e)
			      : rulepat_path(&rule.pat, pattern, e)) < 0)
		return -1;
	rule.pattern = xstrdup(pattern);
	rule.why = xstrdup(why ? why : "");
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 16;
		list->v = xrealloc_n(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = rule;
	return 0;
}

int rules_add_first(struct rules *r, enum op op, enum rule_action action,
	const char *pattern, const char *why, struct err *e)
{
	if (rules_add(r, op, action, pattern, why, e) < 0)
		return -1;
	struct op_rules *list = &r->op[op];
	struct rule last = list->v[list->n - 1];
	memmove(list->v + 1, list->v, (list->n - 1) * sizeof(*list->v));
	list->v[0] = last;
	return 0;
}

char *rules_literal(const char *path)
{
	struct buf b = BUF_INIT;
	for (; *path; path++)
		buf_printf(&b, strchr("*?[{}", *path) ? "[%c]" : "%c", *path);
	return buf_take(&b);
}

void rules_release(struct rules *r)
{
	for (size_t i = 0; i < OP_COUNT; i++) {
		for (size_t k = 0; k < r->op[i].n; k++) {
			free(r->op[i].v[k].pattern);
			free(r->op[i].v[k].why);
			rulepat_release(&r->op[i].v[k].pat);
		}
		free(r->op[i].v);
	}
	free(r->name);
	*r = (struct rules){0};
}

/* Appends bytes as printable ASCII. */
static void add_escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < ' ' || c == '%' || c >= 0x7f)
			buf_printf(out, "%%%02X", c);
		else
			buf_addc(out, *s);
	}
}

/*	text   = "pab-rules 1\n" "name " NAME "\n" "default " ACTION "\n" op* "end\n"
 *	op     = "op " OPERATION " " ACTION "\n" rule*       each operation once, in order
 *	rule   = ACTION " " PATTERN "\t" DESCRIPTION "\n"    the last three with %XX */
void rules_text(const struct rules *r, struct buf *out)
{
	buf_puts(out, "pab-rules 1\nname ");
	add_escaped(out, r->name);
	buf_printf(out, "\ndefault %s\n", action_names[r->fallback]);
	for (size_t i = 0; i < OP_COUNT; i++) {
		const struct op_rules *list = &r->op[i];
		buf_printf(out, "op %s %s\n", op_names[i], action_names[list->fallback]);
		for (size_t k = 0; k < list->n; k++) {
			buf_printf(out, "%s ", action_names[list->v[k].action]);
			add_escaped(out, list->v[k].pattern);
			buf_addc(out, '\t');
			add_escaped(out, list->v[k].why);
			buf_addc(out, '\n');
		}
	}
	buf_puts(out, "end\n");
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes add_escaped in place. Returns 0, or -1 for what it does not write. */
static int unescape(char *s)
{
	char *to = s;
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < ' ' || c >= 0x7f)
			return -1;
		if (c != '%') {
			*to++ = *s;
			continue;
		}
		int a = hex(s[1]), b = a < 0 ? -1 : hex(s[2]);
		if (b < 0 || (a == 0 && b == 0))
			return -1;
		*to++ = (char)(a * 16 + b);
		s += 2;
	}
	*to = '\0';
	return 0;
}

struct reader {
	const char *p, *end;
	struct buf line;
};

/* The next line without its end. Returns whether there is one. */
static bool next_line(struct reader *in)
{
	const char *nl =
		in->p < in->end ? memchr(in->p, '\n', (size_t)(in->end - in->p)) : NULL;
	if (!nl || memchr(in->p, '\0', (size_t)(nl - in->p)))
		return false;
	buf_clear(&in->line);
	buf_add(&in->line, in->p, (size_t)(nl - in->p));
	in->p = nl + 1;
	return true;
}

/* The line is "WORD ACTION". Returns 0, or -1. */
static int take_action(struct reader *in, const char *word, enum rule_action *a)
{
	size_t n = strlen(word);
	if (!next_line(in) || strncmp(in->line.p, word, n) != 0 || in->line.p[n] != ' ')
		return -1;
	return rules_action(in->line.p + n + 1, a);
}

static int take_rule(struct rules *r, enum op op, char *line, struct err *e)
{
	enum rule_action a;
	char *pattern = strchr(line, ' '), *why = pattern ? strchr(pattern, '\t') : NULL;
	if (!why)
		return -1;
	*pattern++ = '\0';
	*why++ = '\0';
	if (rules_action(line, &a) < 0 || unescape(pattern) < 0 || unescape(why) < 0)
		return -1;
	return rules_add(r, op, a, pattern, why, e);
}

static int take_set(struct rules *r, struct reader *in, struct err *e)
{
	enum rule_action a;
	if (!next_line(in) || strcmp(in->line.p, "pab-rules 1") != 0 || !next_line(in) ||
		strncmp(in->line.p, "name ", 5) != 0 || unescape(in->line.p + 5) < 0)
		return -1;
	rules_init(r, in->line.p + 5, RULE_DENY);
	if (take_action(in, "default", &r->fallback) < 0)
		return -1;
	for (size_t i = 0; i < OP_COUNT; i++) {
		char word[32];
		snprintf(word, sizeof(word), "op %s", op_names[i]);
		/* Behind the first, the line was read as no rule of the one before. */
		if (i) {
			size_t n = strlen(word);
			if (strncmp(in->line.p, word, n) != 0 || in->line.p[n] != ' ' ||
				rules_action(in->line.p + n + 1, &a) < 0)
				return -1;
		} else if (take_action(in, word, &a) < 0) {
			return -1;
		}
		r->op[i].fallback = a;
		while (next_line(in)) {
			if (!strncmp(in->line.p, "op ", 3) || !strcmp(in->line.p, "end"))
				break;
			if (take_rule(r, (enum op)i, in->line.p, e) < 0)
				return -1;
		}
	}
	return strcmp(in->line.p, "end") != 0 || in->p == in->end - in->line.len ? -1 : 0;
}

int rules_parse(struct rules *r, const char **p, const char *end, struct err *e)
{
	struct reader in = {.p = *p, .end = end, .line = BUF_INIT};
	struct err why = {0};
	*r = (struct rules){0};
	int got = take_set(r, &in, &why);
	buf_release(&in.line);
	if (got == 0) {
		*p = in.p;
		return 0;
	}
	rules_release(r);
	err_set(e, ERR_BAD_INPUT, NULL, "the text of the rules is damaged");
	return why.code ? err_add(e, ": %.200s", why.msg) : -1;
}
