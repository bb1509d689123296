/* SPDX-License-Identifier: MIT */
/* Which changes pab-undo knows, and which of them belong to the tree it stands in: that
 * of the backend; without one, the repository around the current directory, or else the
 * current directory. */
#include "pab_undo.h"

#include "mem.h"
#include "num.h"

#include <time.h>
#include <unistd.h>

/* Is path below dir? Returns what follows the slash, or NULL. */
static const char *below(const char *dir, const char *path)
{
	size_t n = strlen(dir);
	if (n == 1)
		n = 0;
	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : NULL;
}

char *undo_operand(const struct place *p, const char *path)
{
	char *best = NULL;
	size_t least = 0;
	if (!p->n_routes) {
		char *cwd CLEANUP(mem_freep) = getcwd(NULL, 0);
		const char *rest = cwd && !p->cwd_outside ? below(cwd, path) : NULL;
		return xstrdup(rest ? rest : path);
	}
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = &p->routes[i];
		char *root CLEANUP(mem_freep) =
			r->down.code ? NULL : roots_real(p->roots.v[r->root].fd);
		const char *rest = root ? below(root, path) : NULL;
		if (!rest || strlen(root) < least)
			continue;
		least = strlen(root);
		free(best);
		best = xasprintf(
			"%s%s%s%s", *p->cwd ? "/" : "", r->at, *r->at ? "/" : "", rest);
	}
	return best;
}

/* The directory below which changes count, without a backend. Returns new memory, or
 * NULL. */
static char *top_of(const struct place *p)
{
	char *cwd = p->kind == PLACE_HOST ? getcwd(NULL, 0) : NULL;
	for (char *dir = cwd ? xstrdup(cwd) : NULL; dir;) {
		char *git CLEANUP(mem_freep) = xasprintf("%s/.git", dir);
		char *slash = strrchr(dir, '/');
		if (access(git, F_OK) == 0) {
			free(cwd);
			return dir;
		}
		if (slash == dir || !slash) {
			free(dir);
			break;
		}
		*slash = '\0';
	}
	return cwd;
}

static bool is_in(const struct place *p, const char *top, const char *path)
{
	struct target t = {0};
	struct err ignored;
	if (top && !below(top, path))
		return false;
	char *operand CLEANUP(mem_freep) = undo_operand(p, path);
	bool in = operand && place_target(p, operand, &t, &ignored) == 0;
	target_release(&t);
	return in;
}

static void load_home(
	struct tool *t, struct undo_list *l, const char *home, const char *top)
{
	struct vec names = {0};
	journal_sweep(home);
	journal_list(home, "journal", false, &names);
	l->v = xrealloc_n(l->v, l->n + names.n + 1, sizeof(*l->v));
	for (size_t i = 0; i < names.n; i++) {
		int fd CLEANUP(mem_closep) = -1;
		struct undo_item *it = &l->v[l->n];
		*it = (struct undo_item){.home = home, .here = true};
		if (journal_load(home, "journal", names.v[i], &it->r, &fd) < 0)
			continue;
		it->name = xstrdup(names.v[i]);
		for (size_t k = 0; k < it->r.n && it->here; k++)
			it->here = is_in(&t->place, top, it->r.v[k].path);
		l->n++;
	}
	vec_release(&names);
}

static int by_name(const void *a, const void *b)
{
	const struct undo_item *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* What a later change that was not taken back itself took back. */
static void find_undone(struct undo_list *l)
{
	for (size_t i = l->n; i-- > 0;)
		for (size_t k = 0; !l->v[i].undone && *l->v[i].r.undoes && k < i; k++)
			if (!strcmp(journal_id(l->v[k].name), l->v[i].r.undoes))
				l->v[k].undone = true;
}

void undo_load(struct tool *t, struct undo_list *l)
{
	const struct place *p = &t->place;
	char *top CLEANUP(mem_freep) = top_of(p);
	*l = (struct undo_list){0};
	l->homes = xcalloc(p->n_routes + 1, sizeof(char *));
	load_home(t, l, t->home, top);
	for (size_t i = 0; i < p->n_routes && !t->home; i++) {
		if (p->routes[i].state < 0)
			continue;
		char *home = xasprintf("/proc/self/fd/%d/home", p->routes[i].state);
		l->homes[l->n_homes++] = home;
		load_home(t, l, home, top);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
	find_undone(l);
}

void undo_release(struct undo_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		record_release(&l->v[i].r);
	}
	for (size_t i = 0; i < l->n_homes; i++)
		free(l->homes[i]);
	free(l->homes);
	free(l->v);
}

static void print_text(struct tool *t, const struct undo_item *it)
{
	enum { SHOWN = 3 };
	struct out *o = &t->out;
	char when[32] = "?";
	struct tm tm;
	time_t sec = (time_t)it->r.sec;
	if (gmtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &tm);
	buf_printf(&o->buf, "%s  %s  ", journal_id(it->name), when);
	out_name(o, *it->r.actor ? it->r.actor : "-");
	buf_printf(&o->buf, "  %s%s  ", it->r.tool, it->undone ? " (taken back)" : "");
	for (size_t i = 0; i < it->r.n && i < SHOWN; i++) {
		char *show CLEANUP(mem_freep) = undo_operand(&t->place, it->r.v[i].path);
		buf_puts(&o->buf, i ? ", " : "");
		out_name(o, show);
	}
	if (it->r.n > SHOWN)
		buf_printf(&o->buf, " and %zu more", it->r.n - SHOWN);
	if (!it->r.n)
		buf_printf(&o->buf, "took back %s", it->r.undoes);
	buf_addc(&o->buf, '\n');
}

static void print_json(struct tool *t, const struct undo_item *it)
{
	struct jout *j = &t->out.json;
	jout_record(j, "entry");
	jout_str(j, "id", journal_id(it->name));
	jout_time(j, "modified_at", it->r.sec, it->r.nsec);
	jout_bytes(j, "actor", it->r.actor, strlen(it->r.actor));
	jout_str(j, "tool", it->r.tool);
	jout_bool(j, "undone", it->undone);
	jout_array(j, "paths");
	for (size_t i = 0; i < it->r.n; i++) {
		char *show CLEANUP(mem_freep) = undo_operand(&t->place, it->r.v[i].path);
		jout_bytes(j, NULL, show, strlen(show));
	}
	jout_end_array(j);
	jout_end_object(j);
}

void undo_print(struct tool *t, const struct undo_list *l)
{
	int64_t shown = 0, left = 0;
	for (size_t i = l->n; i-- > 0;) {
		if (!l->v[i].here)
			continue;
		if (shown >= t->limits.rows) {
			left++;
			continue;
		}
		shown++;
		if (t->out.form == OUT_JSON)
			print_json(t, &l->v[i]);
		else
			print_text(t, &l->v[i]);
	}
	if (left) {
		out_notice(&t->out, "%lld older changes left out; --no-limit shows them",
			(long long)left);
		tool_cut(t);
	}
	if (!shown)
		out_notice(&t->out, "no changes of this tree are kept");
}

struct undo_item *undo_find(struct undo_list *l, const char *id, struct err *e)
{
	struct undo_item *found = NULL;
	size_t n = strlen(id);
	if (n < 4 || n > JOURNAL_ID || id[strspn(id, "0123456789abcdef")]) {
		err_set(e, ERR_USAGE, NULL,
			"'%.40s' is no id of a change: 4 to 8 digits 0-9a-f; pab-undo "
			"lists them",
			id);
		return NULL;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (strncmp(journal_id(l->v[i].name), id, n) != 0)
			continue;
		if (found) {
			err_set(e, ERR_AMBIGUOUS, NULL, "several changes begin with %s",
				id);
			return NULL;
		}
		found = &l->v[i];
	}
	if (!found)
		err_set(e, ERR_NOT_FOUND, NULL,
			"no change %s here; they are kept for 7 days and 1 GiB together",
			id);
	return found;
}
