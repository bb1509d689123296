/* SPDX-License-Identifier: MIT */
/* The reader of rule files, apart from rules.c because the static executable has no
 * cJSON: what reads JSON does so on the caller's side. */
#include "rules.h"

#include "io.h"
#include "jin.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>

enum { MAX_FILE = 4 << 20, MAX_DEPTH = 8 };

/* One file that is being read, and those that include it. */
struct source {
	const char *file;
	int depth;
	struct jin *doc;
	struct err *e;
};

static int bad(const struct source *s, const char *where, const char *why)
{
	return err_set(s->e, ERR_USAGE, s->file, "%.200s: %s", where, why);
}

/* Parses the file that `by` names, which may be NULL; a relative name counts from the
 * file it stands in. Returns 0, or -1 with err. */
static int load(
	struct source *s, const char *name, const struct source *by, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const char *slash = by && *name != '/' ? strrchr(by->file, '/') : NULL;
	char *path = slash ? xasprintf("%.*s/%s", (int)(slash - by->file), by->file, name)
			   : xstrdup(name);
	*s = (struct source){.file = path, .depth = by ? by->depth + 1 : 0, .e = e};
	int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->depth > MAX_DEPTH)
		return err_set(e, ERR_USAGE, path, "included too deep, or by itself");
	if (fd < 0 || io_slurp(fd, &b, MAX_FILE) < 0) {
		err_sys(e, path, errno);
		e->code = ERR_USAGE;
		return err_add(e, " (the file of rules)");
	}
	s->doc = jin_parse(b.p, b.len, e);
	if (s->doc)
		return 0;
	snprintf(e->path, sizeof(e->path), "%s", path);
	e->code = ERR_USAGE;
	return -1;
}

static void unload(struct source *s)
{
	jin_free(s->doc);
	free((char *)s->file);
}

/* A member that is a string, if it is there. Returns 0, or -1 with err. */
static int text_of(const struct source *s, const jin_node *object, const char *key,
	const char *where, const char **out)
{
	const jin_node *n = jin_get(object, key);
	*out = n ? jin_string(n) : NULL;
	if (n && !*out)
		return bad(s, where, "a value that should be a string is none");
	return 0;
}

/* No key that means nothing. Returns 0, or -1 with err. */
static int only(const struct source *s, const jin_node *object, const char *keys,
	const char *where)
{
	for (const jin_node *m = jin_first(object); m; m = jin_next(m)) {
		char *word CLEANUP(mem_freep) = xasprintf(" %s ", jin_key(m));
		if (!strchr(jin_key(m), ' ') && strstr(keys, word))
			continue;
		return err_set(s->e, ERR_USAGE, s->file,
			"%.200s: no key '%.60s' here; there are%.*s", where, jin_key(m),
			(int)strlen(keys) - 1, keys);
	}
	return 0;
}

/* An action under a key. Returns 1, 0 when it is not there, or -1 with err. */
static int action_of(const struct source *s, const jin_node *object, const char *key,
	const char *where, enum rule_action *out)
{
	const char *text;
	if (text_of(s, object, key, where, &text) < 0)
		return -1;
	if (!text)
		return 0;
	if (rules_action(text, out) == 0)
		return 1;
	return err_set(s->e, ERR_USAGE, s->file,
		"%.200s: an action is allow, deny or ask, not '%.40s'", where, text);
}

static int take_rules(
	struct rules *r, enum op op, const jin_node *list, const struct source *s);

/* A member "include" among rules: a list, a preset's rules of this operation, or a file
 * with rules or a whole set. Returns 0, or -1 with err. */
static int take_include(
	struct rules *r, enum op op, const char *name, const struct source *by)
{
	struct source s;
	if (rules_add_list(r, op, name) == 0)
		return 0;
	int got = load(&s, name, by, by->e);
	if (got == 0) {
		const jin_node *n = jin_root(s.doc);
		const jin_node *own = jin_get(n, rules_op_name(op));
		if (jin_is_object(n))
			n = jin_get(own ? own : n, "rules");
		got = n ? take_rules(r, op, n, &s)
			: bad(&s, rules_op_name(op), "no rules to be included");
	}
	unload(&s);
	return got;
}

/* "~/" is the caller's home directory, and would mean nothing elsewhere. Returns new
 * memory. */
static char *at_home(enum op op, const char *pattern)
{
	const char *home = getenv("HOME");
	if (op == OP_EXECUTE || !home || strncmp(pattern, "~/", 2) != 0)
		return xstrdup(pattern);
	char *literal CLEANUP(mem_freep) = rules_literal(home);
	return xasprintf("%s%s", literal, pattern + 1);
}

static int take_rule(struct rules *r, enum op op, const jin_node *n,
	const struct source *s, const char *where)
{
	const char *pattern, *why, *include;
	enum rule_action a = RULE_DENY;
	if (!jin_is_object(n))
		return bad(s, where, "a rule is an object");
	if (only(s, n, " pattern action description include ", where) < 0 ||
		text_of(s, n, "pattern", where, &pattern) < 0 ||
		text_of(s, n, "description", where, &why) < 0 ||
		text_of(s, n, "include", where, &include) < 0)
		return -1;
	int has = action_of(s, n, "action", where, &a);
	if (has < 0)
		return -1;
	if (include)
		return pattern || has || why
			       ? bad(s, where, "include stands alone in its object")
			       : take_include(r, op, include, s);
	if (!pattern || !has)
		return bad(s, where, "a rule needs a pattern and an action");
	struct err why_not;
	char *full CLEANUP(mem_freep) = at_home(op, pattern);
	if (rules_add(r, op, a, full, why, &why_not) == 0)
		return 0;
	return err_set(s->e, ERR_USAGE, s->file, "%.100s, pattern '%.100s': %.200s",
		where, pattern, why_not.msg);
}

static int take_rules(
	struct rules *r, enum op op, const jin_node *list, const struct source *s)
{
	size_t number = 0;
	if (!jin_is_array(list))
		return bad(s, rules_op_name(op), "its rules are no array");
	for (const jin_node *n = jin_first(list); n; n = jin_next(n)) {
		char where[64];
		snprintf(where, sizeof(where), "%s, rule %zu", rules_op_name(op),
			++number);
		if (take_rule(r, op, n, s, where) < 0)
			return -1;
	}
	return 0;
}

static int take_op(struct rules *r, enum op op, const jin_node *n, const struct source *s)
{
	const char *where = rules_op_name(op);
	struct op_rules *list = &r->op[op];
	while (list->n) { /* what was included does not hold for it */
		struct rule *last = &list->v[--list->n];
		free(last->pattern);
		free(last->why);
		rulepat_release(&last->pat);
	}
	list->fallback = r->fallback;
	if (jin_is_null(n))
		return 0;
	if (!jin_is_object(n))
		return bad(s, where, "an operation is an object or null");
	if (only(s, n, " default rules ", where) < 0)
		return -1;
	list->fallback = RULE_ALLOW;
	if (action_of(s, n, "default", where, &list->fallback) < 0)
		return -1;
	const jin_node *rules = jin_get(n, "rules");
	return rules ? take_rules(r, op, rules, s) : 0;
}

static int take_set(struct rules *r, const struct source *s)
{
	const jin_node *root = jin_root(s->doc);
	const char *include;
	enum rule_action a = RULE_ASK;
	if (!jin_is_object(root))
		return bad(s, "the set", "no object");
	if (only(s, root, " default read write edit execute glob grep ls include ",
		    "the set") < 0 ||
		text_of(s, root, "include", "the set", &include) < 0)
		return -1;
	int has = action_of(s, root, "default", "the set", &a);
	if (has < 0)
		return -1;
	if (!include || rules_preset(r, include) < 0) {
		struct source of;
		int got = 0;
		rules_init(r, s->file, RULE_ASK);
		if (include) {
			rules_release(r);
			got = load(&of, include, s, s->e);
			if (got == 0)
				got = take_set(r, &of);
			unload(&of);
		}
		if (got < 0)
			return -1;
	}
	free(r->name);
	r->name = xstrdup(s->file);
	if (has || !include)
		r->fallback = a;
	for (size_t i = 0; i < OP_COUNT; i++) {
		const jin_node *n = jin_get(root, rules_op_name((enum op)i));
		if (!n && !include)
			r->op[i].fallback = r->fallback;
		else if (n && take_op(r, (enum op)i, n, s) < 0)
			return -1;
	}
	return 0;
}

int rules_read(struct rules *r, const char *file, struct err *e)
{
	struct source s;
	*r = (struct rules){0};
	int got = load(&s, file, NULL, e);
	if (got == 0)
		got = take_set(r, &s);
	unload(&s);
	if (got < 0)
		rules_release(r);
	return got;
}
