/* SPDX-License-Identifier: MIT */
/* Which files of a walk are searched: -g, --include, --exclude, --exclude-dir, -t.
 * The last rule that matches decides; where nothing matches, a file is searched unless
 * there are rules that let files in. */
#include "filter.h"

#include "mem.h"

enum rule_kind {
	RULE_IN,       /* files that match are searched */
	RULE_OUT,      /* files that match are not */
	RULE_OUT_DIR,  /* directories that match are not entered */
	RULE_OUT_BOTH, /* -g '!…': neither */
};

struct filter_rule {
	struct match *match;
	enum rule_kind kind;
};

static int add(struct filter *f, const char *pattern, enum rule_kind kind, struct err *e)
{
	unsigned flags = MATCH_BASENAME;
	while (pattern[0] == '.' && pattern[1] == '/')
		pattern += 2;
	if (*pattern == '/') { /* the operand itself is where it starts */
		flags = 0;
		pattern++;
	}
	size_t n = strlen(pattern);
	bool dir = n && pattern[n - 1] == '/';
	char *text CLEANUP(mem_freep) = dir && kind == RULE_IN
						? xasprintf("%s**", pattern)
						: xmemdup0(pattern, n - dir);
	struct match *m = match_new(text, strlen(text), flags, e);
	if (!m)
		return -1;
	if (dir && kind == RULE_OUT_BOTH)
		kind = RULE_OUT_DIR;
	f->rules = xrealloc_n(f->rules, f->n + 1, sizeof(*f->rules));
	f->rules[f->n++] = (struct filter_rule){m, kind};
	f->includes |= kind == RULE_IN;
	return 0;
}

int filter_glob(const char *value, void *filter, struct err *e)
{
	if (*value == '!')
		return add(filter, value + 1, RULE_OUT_BOTH, e);
	return add(filter, value, RULE_IN, e);
}

int filter_include(const char *value, void *filter, struct err *e)
{
	return add(filter, value, RULE_IN, e);
}

int filter_exclude(const char *value, void *filter, struct err *e)
{
	return add(filter, value, RULE_OUT, e);
}

int filter_exclude_dir(const char *value, void *filter, struct err *e)
{
	return add(filter, value, RULE_OUT_DIR, e);
}

int filter_type(const char *value, void *filter, struct err *e)
{
	struct filter *f = filter;
	if (!type_is(value))
		return err_set(e, ERR_USAGE, NULL,
			"no file type '%.40s'; --type-list prints them", value);
	vec_add(&f->types, value);
	return 0;
}

static bool matches(const struct filter_rule *r, const char *show, const char *below)
{
	return match_path(r->match, below) ||
	       (show != below && match_path(r->match, show));
}

bool filter_takes(
	const struct filter *f, const char *show, const char *below, const char *name)
{
	bool typed = !f->types.n;
	for (size_t i = 0; i < f->types.n && !typed; i++)
		typed = type_takes(f->types.v[i], name);
	if (!typed)
		return false;
	for (size_t i = f->n; i-- > 0;)
		if (f->rules[i].kind != RULE_OUT_DIR &&
			matches(&f->rules[i], show, below))
			return f->rules[i].kind == RULE_IN;
	return !f->includes;
}

bool filter_enters(const struct filter *f, const char *show, const char *below)
{
	for (size_t i = f->n; i-- > 0;)
		if (f->rules[i].kind >= RULE_OUT_DIR &&
			matches(&f->rules[i], show, below))
			return false;
	return true;
}

void filter_release(struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		match_free(f->rules[i].match);
	free(f->rules);
	vec_release(&f->types);
	*f = (struct filter){0};
}
