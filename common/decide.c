/* SPDX-License-Identifier: MIT */
#include "decide.h"

#include "mem.h"

/* Appends path's components to b, which holds a plain path, going up for "..". */
static void add_plain(struct buf *b, const char *path)
{
	for (const char *p = path; *p;) {
		p += strspn(p, "/");
		size_t n = strcspn(p, "/");
		if (n == 2 && !memcmp(p, "..", 2)) {
			const char *slash = memrchr(b->p, '/', b->len);
			buf_trim(b, slash ? (size_t)(slash - b->p) : 0);
		} else if (n && !(n == 1 && *p == '.')) {
			buf_addc(b, '/');
			buf_add(b, p, n);
		}
		p += n;
	}
}

void site_add(struct site *s, const char *path, const char *root, bool relative)
{
	struct buf b = BUF_INIT, r = BUF_INIT;
	add_plain(&b, path);
	add_plain(&r, root ? root : "");
	struct site_name name = {buf_take(&b), 0, 0, false};
	name.n = strlen(name.path);
	if (root && !strncmp(name.path, r.p, r.len) &&
		(!name.path[r.len] || name.path[r.len] == '/')) {
		name.root = r.len;
		name.relative = relative;
	}
	buf_release(&r);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].path, name.path) && s->v[i].root == name.root) {
			free(name.path);
			return;
		}
	if (s->n == SITE_NAMES)
		free(name.path);
	else
		s->v[s->n++] = name;
}

bool site_within(const struct site *a, const struct site *b)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;
		while (k < b->n && strcmp(a->v[i].path, b->v[k].path) != 0)
			k++;
		if (k == b->n)
			return false;
	}
	return true;
}

void site_release(struct site *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	*s = (struct site){0};
}

size_t decide_needs(enum op op, struct need out[2])
{
	out[0] = (struct need){op, false};
	out[1] = (struct need){OP_READ, op != OP_GREP};
	switch (op) {
	case OP_LS:
	case OP_GLOB:
	case OP_GREP:
	case OP_EDIT:
		return 2;
	case OP_EXECUTE: /* the directory a command runs in */
		out[0] = out[1];
		return 1;
	default:
		return 1;
	}
}

struct ruling decide_stricter(struct ruling a, struct ruling b)
{
	return b.action > a.action ? b : a;
}

unsigned decide_match(const struct rule *r, const struct site_name *name)
{
	size_t from = 0;
	if (!name->n && (r->pat.absolute || r->pat.floating))
		return rulepat_match(&r->pat, "/", 1, 0, 1);
	if (!r->pat.absolute && !r->pat.floating) {
		if (!name->relative)
			return 0;
		from = name->root < name->n ? name->root + 1 : name->n;
	}
	return rulepat_match(&r->pat, name->path, name->n, from, name->root);
}

/* What counts of it: a rule that takes away covers all that is below. */
static bool is_hit(const struct rule *r, unsigned answer)
{
	return answer & RULEPAT_SELF ||
	       (answer & RULEPAT_ABOVE && r->action != RULE_ALLOW);
}

static unsigned match_site(const struct rule *r, const struct site *s)
{
	unsigned answer = 0;
	for (size_t i = 0; i < s->n; i++)
		answer |= decide_match(r, &s->v[i]);
	return answer;
}

/* The first rule that matches the site. Returns its number, list->n for none. */
static size_t first_match(const struct op_rules *list, const struct site *s)
{
	size_t i = 0;
	while (i < list->n && !is_hit(&list->v[i], match_site(&list->v[i], s)))
		i++;
	return i;
}

static struct ruling decide_site(
	const struct rules *set, struct need need, const struct site *s)
{
	const struct op_rules *list = &set->op[need.op];
	size_t i = first_match(list, s);
	struct ruling v = {.action = list->fallback, .set = set, .op = need.op};
	if (i < list->n) {
		v.rule = &list->v[i];
		v.action = v.rule->action;
	}
	if (need.hides && (!v.rule || v.action != RULE_DENY))
		v.action = RULE_ALLOW;
	return v;
}

struct ruling decide_path(
	const struct rule_sets *sets, enum op op, const struct site *sites, size_t n)
{
	struct need needs[2];
	size_t n_needs = decide_needs(op, needs);
	struct ruling v = {.action = RULE_ALLOW, .op = op};
	for (size_t k = 0; k < sets->n; k++)
		for (size_t i = 0; i < n_needs; i++)
			for (size_t j = 0; j < n; j++) {
				struct ruling one =
					decide_site(&sets->v[k], needs[i], &sites[j]);
				v = v.set ? decide_stricter(v, one) : one;
			}
	return v;
}

/* Does a rule before the one that decided, and that does not deny, lead below? */
static bool passes_site(const struct rules *set, struct need need, const struct site *s)
{
	const struct op_rules *list = &set->op[need.op];
	if (decide_site(set, need, s).action != RULE_DENY)
		return true;
	size_t end = first_match(list, s);
	for (size_t i = 0; i < end; i++)
		if (list->v[i].action != RULE_DENY &&
			match_site(&list->v[i], s) & RULEPAT_BELOW)
			return true;
	return false;
}

bool decide_passes(
	const struct rule_sets *sets, enum op op, const struct site *sites, size_t n)
{
	struct need needs[2];
	size_t n_needs = decide_needs(op, needs);
	for (size_t k = 0; k < sets->n; k++)
		for (size_t i = 0; i < n_needs; i++)
			for (size_t j = 0; j < n; j++)
				if (!passes_site(&sets->v[k], needs[i], &sites[j]))
					return false;
	return true;
}
