/* SPDX-License-Identifier: MIT */
/* Where the hits are when there are more than are shown: the directories with most, or,
 * where all are in one, the files. Files come in path order, so only the directories on
 * the way to the last file have counts that may still grow; of all others the ten with
 * most are kept. */
#include "pab_grep.h"

#include "mem.h"
#include "num.h"

struct spread_item {
	char *path;
	int64_t hits;
};

struct spread {
	struct spread_item dirs[SPREAD], files[SPREAD]; /* the most first; then NULLs */
	struct spread_item *open; /* directories on the way to the last file */
	size_t n, cap;
	int64_t n_dirs;
};

struct spread *spread_new(void)
{
	return xcalloc(1, sizeof(struct spread));
}

/* Keeps the path, which the list owns from now on, if it is one of the ten. */
static void rank(struct spread_item *list, char *path, int64_t hits)
{
	size_t at = SPREAD;
	while (at > 0 && (!list[at - 1].path || list[at - 1].hits < hits))
		at--;
	if (at == SPREAD) {
		free(path);
		return;
	}
	free(list[SPREAD - 1].path);
	memmove(list + at + 1, list + at, (SPREAD - 1 - at) * sizeof(*list));
	list[at] = (struct spread_item){path, hits};
}

static void close_top(struct spread *s)
{
	struct spread_item *d = &s->open[--s->n];
	rank(s->dirs, d->path, d->hits);
}

/* Is path[0..n) the directory, or below it? */
static bool is_in(const char *path, size_t n, const char *dir)
{
	size_t len = strlen(dir);
	return n >= len && !memcmp(path, dir, len) && (n == len || path[len] == '/');
}

void spread_add(struct spread *s, const char *path, int64_t hits)
{
	const char *slash = strrchr(path, '/');
	const char *dir = slash ? path : ".";
	size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 1;
	rank(s->files, xstrdup(path), hits);
	while (s->n && !is_in(dir, n, s->open[s->n - 1].path))
		close_top(s);
	if (!s->n || strlen(s->open[s->n - 1].path) != n) {
		if (s->n == s->cap) {
			s->cap = s->cap ? 2 * s->cap : 16;
			s->open = xrealloc_n(s->open, s->cap, sizeof(*s->open));
		}
		s->open[s->n++] = (struct spread_item){xmemdup0(dir, n), 0};
		s->n_dirs++;
	}
	s->open[s->n - 1].hits += hits;
}

/* The list that says most. */
static const struct spread_item *list_of(struct spread *s)
{
	while (s->n)
		close_top(s);
	return s->n_dirs > 1 ? s->dirs : s->files;
}

void spread_text(struct spread *s, struct out *o, struct buf *b)
{
	const struct spread_item *list = list_of(s);
	char num[32];
	for (size_t i = 0; i < SPREAD && list[i].path; i++) {
		struct out name = {.form = o->form, .tty = o->tty, .buf = BUF_INIT};
		out_name(&name, list[i].path);
		buf_printf(b, "%s%s%s (%s)", i ? ", " : "", name.buf.p,
			list == s->dirs ? "/" : "", num_commas(num, list[i].hits));
		buf_release(&name.buf);
	}
}

void spread_json(struct spread *s, struct jout *j)
{
	const struct spread_item *list = list_of(s);
	jout_array(j, "spread");
	for (size_t i = 0; i < SPREAD && list[i].path; i++) {
		jout_object(j, NULL);
		jout_bytes(j, "path", list[i].path, strlen(list[i].path));
		jout_int(j, "matches", list[i].hits);
		jout_end_object(j);
	}
	jout_end_array(j);
}

void spread_free(struct spread *s)
{
	if (!s)
		return;
	while (s->n)
		close_top(s);
	for (size_t i = 0; i < SPREAD; i++) {
		free(s->dirs[i].path);
		free(s->files[i].path);
	}
	free(s->open);
	free(s);
}
