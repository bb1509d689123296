/* SPDX-License-Identifier: MIT */
#include "sandmasks.h"

#include "mem.h"
#include "walk.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The operations that matter to a command, which reads and writes by itself. */
static const enum op ops[] = {OP_READ, OP_WRITE, OP_EDIT};

struct masking {
	struct sandbox *s;
	const struct sandbox_ask *ask;
	size_t root;
	const char *dir;
	enum rule_action least; /* what counts as denied */
	int64_t n;
	bool keeps; /* the directory itself is read-only already */
};

/* The strictest that holds where no rule matches. */
static enum rule_action fallback(const struct rule_sets *sets, enum op op)
{
	enum rule_action worst = RULE_ALLOW;
	for (size_t i = 0; i < sets->n; i++)
		if (sets->v[i].op[op].fallback > worst)
			worst = sets->v[i].op[op].fallback;
	return worst;
}

/* Is the pattern one directory and all below it, by name? Then a mask over the directory
 * is the rule. Returns the length of its name, or 0. */
static size_t prefix_length(const char *pattern)
{
	size_t n = strlen(pattern);
	if (n < 4 || strcmp(pattern + n - 3, "/**") != 0)
		return 0;
	n -= 3;
	return strcspn(pattern, "*?[{\\") == n + 1 ? n : 0;
}

/* Does one mask hold what the rule says, whatever is made or renamed later? */
static bool is_exact(const struct rule *r, const struct vec *roots)
{
	size_t n = prefix_length(r->pattern);
	char *name CLEANUP(mem_freep) = xmemdup0(r->pattern, n);
	struct stat st;
	if (!n)
		return false;
	for (size_t i = 0; i < roots->n; i++) {
		const char *dir = roots->v[i];
		size_t len = strlen(dir);
		bool inside =
			*name != '/' || (!strncmp(name, dir, len) && name[len] == '/');
		char *path CLEANUP(mem_freep) = xasprintf(
			"%s%s%s", *name == '/' ? "" : dir, *name == '/' ? "" : "/", name);
		if (inside && (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
			return false;
	}
	return true;
}

/* Looks at all rules: is there one to be masked, and are all exact? */
static bool look_at_rules(const struct masking *m, const struct vec *roots, bool *exact)
{
	bool any = false;
	for (size_t k = 0; k < m->ask->rules->n; k++)
		for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
			const struct op_rules *r = &m->ask->rules->v[k].op[ops[o]];
			for (size_t i = 0; i < r->n; i++) {
				if (r->v[i].action < m->least)
					continue;
				any = true;
				*exact &= is_exact(&r->v[i], roots);
			}
		}
	return any;
}

/* All names by which rules may know it. */
static void name_it(const struct masking *m, const char *path, struct site *site)
{
	const struct place *p = m->ask->place;
	char *real CLEANUP(mem_freep) = xasprintf("%s/%s", m->dir, path);
	char *shown CLEANUP(mem_freep) =
		xasprintf("%s/%s", p->roots.v[m->root].path, path);
	*site = (struct site){0};
	site_add(site, real, m->dir, !p->n_routes);
	if (!p->n_routes)
		site_add(site, shown, p->roots.v[m->root].path, true);
	for (size_t i = 0; i < p->n_routes; i++)
		if (p->routes[i].root == m->root)
			place_tree_name(p, p->routes[i].at, path, site);
}

static bool denies(const struct masking *m, enum op op, const struct site *site)
{
	struct ruling r = decide_path(m->ask->rules, op, site, 1);
	return r.rule && r.action >= m->least;
}

/* Masks one entry, if rules say so. Returns whether what is below needs no look. */
static bool mask(struct masking *m, const struct walk_entry *x)
{
	struct site site;
	name_it(m, x->path, &site);
	bool hides = denies(m, OP_READ, &site);
	bool keeps = !hides && !m->keeps &&
		     (denies(m, OP_WRITE, &site) || denies(m, OP_EDIT, &site));
	site_release(&site);
	if (hides)
		sandnames_hide(&m->s->names, m->dir, x->path);
	else if (keeps)
		sandnames_keep(&m->s->names, m->dir, x->path);
	m->n += hides || keeps;
	return hides || keeps;
}

static int mask_below(struct masking *m, struct err *e)
{
	struct walk_entry x;
	int fd = open(m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* nor will a command see into it */
	struct walk *w = walk_new(
		fd, NULL, 0, NULL, WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0);
	while (m->n <= SANDMASKS_MOST && walk_next(w, &x))
		if (mask(m, &x) && x.type == DT_DIR)
			walk_prune(w);
	walk_free(w);
	if (m->n <= SANDMASKS_MOST)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, NULL,
		"rules deny more than %d names here, which cannot all be masked; deny "
		"whole directories (DIR/**)",
		SANDMASKS_MOST);
}

int sandmasks_add(struct sandbox *s, const struct sandbox_ask *ask,
	const struct vec *roots, struct err *e)
{
	struct masking m = {
		.s = s, .ask = ask, .least = ask->granted ? RULE_DENY : RULE_ASK};
	bool exact = true, any = look_at_rules(&m, roots, &exact);
	if (fallback(ask->rules, OP_READ) >= m.least)
		return err_set(e, ERR_DENIED, NULL,
			"the rules let nothing be read that no rule names, and no command can "
			"run like that");
	m.keeps = fallback(ask->rules, OP_WRITE) >= m.least ||
		  fallback(ask->rules, OP_EDIT) >= m.least;
	s->rules = exact ? SANDBOX_EXACT : SANDBOX_AT_START;
	for (size_t i = 0, r = 0; i < roots->n; i++, r++) {
		m.dir = roots->v[i];
		m.root = ask->place->n_routes ? ask->root : r;
		if (any && mask_below(&m, e) < 0)
			return -1;
		if (m.keeps)
			sandnames_keep(&s->names, m.dir, ".");
	}
	return 0;
}
