/* SPDX-License-Identifier: MIT */
#include "near.h"

#include "mem.h"
#include "opt.h"
#include "text.h"
#include "vec.h"

#include <ctype.h>
#include <fcntl.h>

enum { MOST = 3, MAX_ENTRIES = 2000, MAX_DEPTH = 8 };

struct search {
	const char *rel;     /* what is missing */
	const char *name;    /* its last component */
	const char *lead;    /* what stands before a name when it is shown: "", "src/" */
	bool close;          /* close names count, too, in the directory itself */
	struct vec found[2]; /* close names, then the same name elsewhere; as shown */
	size_t score[MOST];
};

static size_t score(const char *want, const char *have)
{
	char a[NAME_MAX + 1], b[NAME_MAX + 1];
	size_t limit = strlen(want) / 4 + 1;
	snprintf(a, sizeof(a), "%s", want);
	snprintf(b, sizeof(b), "%s", have);
	for (char *p = a; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	for (char *p = b; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	/* "util" for "util.c": the same name with another ending is near too. */
	size_t stem = strcspn(a + 1, ".") + 1;
	if (stem > 2 && !strncmp(a, b, stem) && (b[stem] == '.' || !b[stem]))
		return 1;
	return opt_distance(a, b, limit) <= limit ? opt_distance(a, b, limit) : SIZE_MAX;
}

/* Keeps the MOST best names, the best first, equals in byte order. */
static void keep(struct search *s, const char *name, size_t points)
{
	struct vec *v = &s->found[0];
	size_t at = 0;
	while (at < v->n &&
		(s->score[at] < points ||
			(s->score[at] == points &&
				strcmp(v->v[at] + strlen(s->lead), name) < 0)))
		at++;
	if (at == MOST)
		return;
	vec_give(v, xasprintf("%s%s", s->lead, name));
	char *last = v->v[v->n - 1];
	for (size_t k = v->n - 1; k > at; k--) {
		v->v[k] = v->v[k - 1];
		if (k < MOST)
			s->score[k] = s->score[k - 1];
	}
	v->v[at] = last;
	s->score[at] = points;
	if (v->n > MOST) {
		free(v->v[--v->n]);
		v->v[v->n] = NULL;
	}
}

/* Looks at one name, path being where it stands below the start. */
static void look_at(struct search *s, const struct walk_entry *we, const char *start)
{
	size_t n = strlen(start);
	bool here = !strncmp(s->rel, start, n) && (!n || s->rel[n] == '/') &&
		    !strcmp(s->rel + n + (n > 0), we->path);
	if (here)
		return; /* a link that leads nowhere is missing, too, and no help */
	size_t points = we->depth == 1 && s->close ? score(s->name, we->name) : SIZE_MAX;
	if (points != SIZE_MAX)
		keep(s, we->name, points);
	else if (!strcmp(we->name, s->name) && s->found[1].n < MOST)
		vec_give(&s->found[1], xasprintf("%s%s", s->lead, we->path));
}

/* Looks through the directory, then through what is below it. A hidden name is only
 * offered for a hidden one, in the same directory. Returns false when there is no such
 * directory. */
static bool look(struct search *s, near_walk *begin, const void *ctx, const char *start)
{
	static const unsigned flags = WALK_NO_IGNORE;
	struct walk_entry we;
	int left = MAX_ENTRIES;
	struct walk *w = begin(ctx, start,
		flags | (s->name[0] == '.' ? WALK_HIDDEN | WALK_KEEP_GIT : 0), 1);
	if (!w)
		return false;
	while (left-- > 0 && walk_next(w, &we))
		look_at(s, &we, start);
	walk_free(w);
	w = begin(ctx, start, flags, MAX_DEPTH);
	while (w && left-- > 0 && walk_next(w, &we)) {
		if (we.depth > 1)
			look_at(s, &we, start);
		if (!strcmp(we.name, "node_modules"))
			walk_prune(w);
	}
	walk_free(w);
	return true;
}

/* Where a wider look starts, and what the names it finds begin with: the directory that
 * relative operands count from, or the root of an absolute one. Returns false when shown
 * and rel do not tell. */
static bool wider(const char *rel, const char *shown, char **start, char **lead)
{
	size_t n = strlen(rel), m = strlen(shown), more = n > m ? n - m : m - n;
	const char *longer = n > m ? rel : shown, *shorter = n > m ? shown : rel;
	if (strcmp(longer + more, shorter) != 0 || (more && longer[more - 1] != '/'))
		return false;
	*start = xmemdup0(rel, n > m ? more - 1 : 0);
	*lead = xmemdup0(shown, m > n ? more : 0);
	return true;
}

int near_names(near_walk *begin, const void *ctx, const char *rel, const char *shown,
	struct buf *out)
{
	const char *slash = strrchr(rel, '/'), *shown_slash = strrchr(shown, '/');
	char *dir CLEANUP(mem_freep) =
		slash == rel ? xstrdup("/")
			     : xmemdup0(rel, slash ? (size_t)(slash - rel) : 0);
	char *lead CLEANUP(mem_freep) =
		xmemdup0(shown, shown_slash ? (size_t)(shown_slash - shown) + 1 : 0);
	char *start CLEANUP(mem_freep) = NULL;
	char *wide CLEANUP(mem_freep) = NULL;
	struct search s = {
		.rel = rel, .name = slash ? slash + 1 : rel, .lead = lead, .close = true};
	int n = 0;
	if (!*s.name)
		return 0;
	/* Nowhere below: look around, and by close names if that directory is missing. */
	s.close = !look(&s, begin, ctx, dir);
	if (!s.found[1].n && wider(rel, shown, &start, &wide)) {
		s.lead = wide;
		(void)look(&s, begin, ctx, start);
	}
	for (int kind = 0; kind < 2; kind++)
		for (size_t k = 0; k < s.found[kind].n && n < MOST; k++, n++) {
			buf_puts(out, n ? ", " : "");
			text_name(out, s.found[kind].v[k], true);
		}
	vec_release(&s.found[0]);
	vec_release(&s.found[1]);
	return n;
}
