/* SPDX-License-Identifier: MIT */
#include "sieve.h"

#include "mem.h"

/* How a rule can match in a directory. */
enum state {
	DEAD,
	BY_NAME, /* by the name alone */
	BY_PATH,
	COVERS, /* everything in it */
};

/* The rules of one need, looked at for one site. */
struct list {
	const struct op_rules *rules;
	bool hides;
	size_t site;
	size_t at; /* of its first rule in a directory's states */
};

/* What names that a rule of names may match have in common: two bytes at the start, at
 * the end or anywhere. */
enum { AT_START = 1, AT_END = 2, ANYWHERE = 4, PAIRS = 4096 };

struct sieve {
	enum op op;
	bool plain; /* a name that no rule matches is shown */
	bool wide;  /* a rule of names has no such pair */
	unsigned char pairs[PAIRS];
	struct list *lists;
	size_t n;
	size_t states; /* of a directory */
	struct site *sites;
	size_t n_sites;
	struct site *mounts;
	size_t n_mounts;
};

struct sieve_name {
	struct buf path;
	size_t root;
	bool relative;
};

struct sieve_dir {
	unsigned refs; /* directories in which all is as in the one above share it */
	bool plain;    /* rules match by the name alone, or not at all */
	unsigned char *state;
	struct sieve_name *names; /* SITE_NAMES for each site; unused ones all zero */
	size_t n;
};

static size_t pair(const char *p)
{
	return ((size_t)(unsigned char)p[0] * 61 + (unsigned char)p[1]) % PAIRS;
}

/* Remembers what names must have that the rule can match. */
static void add_pair(struct sieve *s, const struct rule *r)
{
	const struct rulepat *p = &r->pat;
	if (!p->name)
		return;
	if (p->quick == QUICK_NONE || p->len < 2)
		s->wide = true;
	else if (p->quick == QUICK_SUFFIX)
		s->pairs[pair(p->text + p->len - 2)] |= AT_END;
	else
		s->pairs[pair(p->text)] |= p->quick == QUICK_WITHIN ? ANYWHERE : AT_START;
}

/* Can a rule of names match it? */
static bool is_candidate(const struct sieve *s, const char *name, size_t n)
{
	if (s->wide)
		return true;
	if (n < 2)
		return false;
	unsigned char found = s->pairs[pair(name)] & (AT_START | ANYWHERE);
	for (size_t i = 1; i + 1 < n; i++)
		found |= s->pairs[pair(name + i)] & ANYWHERE;
	return found | (s->pairs[pair(name + n - 2)] & (AT_END | ANYWHERE));
}

struct sieve *sieve_new(const struct rule_sets *sets, enum op op, struct site *sites,
	size_t n, struct site *mounts, size_t n_mounts)
{
	struct need needs[2];
	size_t n_needs = decide_needs(op, needs);
	struct sieve *s = xcalloc(1, sizeof(*s));
	*s = (struct sieve){.op = op,
		.plain = true,
		.sites = sites,
		.n_sites = n,
		.mounts = mounts,
		.n_mounts = n_mounts};
	s->lists = xcalloc(sets->n * n_needs * n, sizeof(*s->lists));
	for (size_t k = 0; k < sets->n; k++)
		for (size_t i = 0; i < n_needs; i++)
			for (size_t j = 0; j < n; j++) {
				const struct op_rules *r = &sets->v[k].op[needs[i].op];
				if (!r->n && (needs[i].hides || r->fallback < RULE_DENY))
					continue; /* nothing to be looked at */
				s->lists[s->n++] =
					(struct list){r, needs[i].hides, j, s->states};
				s->states += r->n;
				s->plain &= needs[i].hides || r->fallback != RULE_DENY;
				for (size_t l = 0; l < r->n; l++)
					add_pair(s, &r->v[l]);
			}
	return s;
}

void sieve_free(struct sieve *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_sites; i++)
		site_release(&s->sites[i]);
	for (size_t i = 0; i < s->n_mounts; i++)
		site_release(&s->mounts[i]);
	free(s->sites);
	free(s->mounts);
	free(s->lists);
	free(s);
}

static struct site_name name_of(const struct sieve_name *n)
{
	return (struct site_name){n->path.p, n->path.len, n->root, n->relative};
}

/* How a rule can match in the directory with these names. */
static enum state find_state(const struct rule *r, const struct sieve_name *names)
{
	bool takes = r->action != RULE_ALLOW;
	unsigned answer = 0;
	for (size_t i = 0; i < SITE_NAMES; i++)
		if (names[i].path.cap) {
			struct site_name n = name_of(&names[i]);
			answer |= decide_match(r, &n);
		}
	if ((answer & RULEPAT_SELF && (takes || r->pat.covers)) ||
		(answer & RULEPAT_ABOVE && takes))
		return COVERS;
	if (!(answer & RULEPAT_BELOW))
		return DEAD;
	return r->pat.name ? BY_NAME : BY_PATH;
}

/* The same from the state in the directory above, whose `name` it is. */
static enum state next_state(const struct rule *r, enum state above, const char *name,
	const struct sieve_name *names)
{
	bool covers = r->action != RULE_ALLOW || r->pat.covers;
	if (above == BY_PATH)
		return find_state(r, names);
	if (above == BY_NAME && covers && rulepat_match_name(&r->pat, name, strlen(name)))
		return COVERS;
	return above;
}

static void set_name(struct sieve_name *to, const struct site_name *from)
{
	to->path = (struct buf)BUF_INIT;
	buf_reserve(&to->path, from->n + 64);
	buf_add(&to->path, from->path, from->n);
	to->root = from->root;
	to->relative = from->relative;
}

/* The names of the directory `name` of `above`; those on the host are a mount's own. */
static void set_names(const struct sieve *s, struct sieve_dir *d,
	const struct sieve_dir *above, const char *name, int mount)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct sieve_name *from = &above->names[i];
		/* The first is the tree's. */
		if (!from->path.cap || (mount >= 0 && i % SITE_NAMES))
			continue;
		struct site_name n = name_of(from);
		set_name(&d->names[i], &n);
		buf_addc(&d->names[i].path, '/');
		buf_puts(&d->names[i].path, name);
	}
	for (size_t k = 0; mount >= 0 && k < s->n_sites; k++)
		for (size_t i = 0; i + 1 < SITE_NAMES && i < s->mounts[mount].n; i++)
			set_name(&d->names[k * SITE_NAMES + i + 1],
				&s->mounts[mount].v[i]);
}

struct sieve_dir *sieve_enter(
	struct sieve *s, struct sieve_dir *above, const char *name, int mount)
{
	if (above && above->plain && mount < 0 && !s->n_mounts &&
		!is_candidate(s, name, strlen(name))) {
		above->refs++;
		return above;
	}
	struct sieve_dir *d = xcalloc(1, sizeof(*d));
	d->refs = 1;
	d->plain = true;
	d->state = xmalloc(s->states);
	d->n = s->n_sites * SITE_NAMES;
	d->names = xcalloc(d->n, sizeof(*d->names));
	if (above)
		set_names(s, d, above, name, mount);
	for (size_t k = 0; !above && k < s->n_sites; k++)
		for (size_t i = 0; i < s->sites[k].n; i++)
			set_name(&d->names[k * SITE_NAMES + i], &s->sites[k].v[i]);
	for (size_t k = 0; k < s->n; k++) {
		const struct list *l = &s->lists[k];
		const struct sieve_name *names = &d->names[l->site * SITE_NAMES];
		for (size_t i = 0; i < l->rules->n; i++) {
			const struct rule *r = &l->rules->v[i];
			unsigned char was = above ? above->state[l->at + i] : BY_PATH;
			if (mount >= 0 && was != COVERS)
				was = BY_PATH;
			enum state now = next_state(r, was, name, names);
			d->state[l->at + i] = (unsigned char)now;
			d->plain &= now == DEAD || now == BY_NAME;
		}
	}
	return d;
}

void sieve_leave(struct sieve_dir *d)
{
	if (!d || --d->refs)
		return;
	for (size_t i = 0; i < d->n; i++)
		if (d->names[i].path.cap)
			buf_release(&d->names[i].path);
	free(d->names);
	free(d->state);
	free(d);
}

/* Compares the path of a name in the directory. Returns rulepat_answers. */
static unsigned match_path(
	const struct rule *r, struct sieve_name *names, const char *name)
{
	unsigned answer = 0;
	for (size_t i = 0; i < SITE_NAMES; i++) {
		struct buf *b = &names[i].path;
		size_t n = b->len;
		if (!b->cap)
			continue;
		buf_addc(b, '/');
		buf_puts(b, name);
		struct site_name full = name_of(&names[i]);
		answer |= decide_match(r, &full);
		buf_trim(b, n);
	}
	return answer;
}

/* Does the rule match the name? *below: may it match something below it? */
static bool is_hit(const struct rule *r, enum state state, struct sieve_name *names,
	const char *name, size_t n, bool *below)
{
	unsigned answer;
	*below = state != DEAD;
	switch (state) {
	case DEAD:
		return false;
	case BY_NAME:
		return rulepat_match_name(&r->pat, name, n);
	case BY_PATH:
		answer = match_path(r, names, name);
		*below = answer & RULEPAT_BELOW;
		return answer & RULEPAT_SELF;
	case COVERS:
		break;
	}
	return true;
}

/* What one list says. */
static enum sieve_answer look_at(const struct sieve *s, const struct list *l,
	struct sieve_dir *d, const char *name, size_t n)
{
	struct sieve_name *names = &d->names[l->site * SITE_NAMES];
	bool passes = false, below;
	for (size_t i = 0; i < l->rules->n; i++) {
		const struct rule *r = &l->rules->v[i];
		enum state state = d->state[l->at + i];
		bool hit = is_hit(r, state, names, name, n, &below);
		if (!hit) {
			passes |= below && r->action != RULE_DENY;
			continue;
		}
		if (r->action == RULE_ALLOW || (l->hides && r->action == RULE_ASK))
			return SIEVE_SHOWS;
		if (r->action == RULE_ASK)
			return s->op == OP_LS || s->op == OP_GLOB ? SIEVE_SHOWS
								  : SIEVE_ASKS;
		return passes ? SIEVE_PASSES : SIEVE_DENIES;
	}
	if (l->hides || l->rules->fallback != RULE_DENY)
		return SIEVE_SHOWS;
	return passes ? SIEVE_PASSES : SIEVE_DENIES;
}

enum sieve_answer sieve_look(
	const struct sieve *s, struct sieve_dir *d, const char *name, bool is_dir)
{
	size_t n = strlen(name);
	enum sieve_answer worst = SIEVE_SHOWS;
	if (d->plain && s->plain && !is_candidate(s, name, n))
		return SIEVE_SHOWS;
	for (size_t k = 0; k < s->n; k++) {
		enum sieve_answer a = look_at(s, &s->lists[k], d, name, n);
		if (a == SIEVE_DENIES || (a == SIEVE_PASSES && !is_dir))
			return SIEVE_DENIES;
		if (a > worst)
			worst = a;
	}
	return worst;
}
