/* SPDX-License-Identifier: MIT */
#include "near.h"

#include "mem.h"
#include "opt.h"
#include "temp.h"
#include "text.h"
#include "vec.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

enum { MOST = 3, MAX_ENTRIES = 2000, MAX_DEPTH = 8 };

struct search {
	const char *name;    /* what is missing */
	const char *lead;    /* what stands before a name when it is shown: "", "src/" */
	bool close;          /* close names count, too, in the directory itself */
	struct vec found[2]; /* close names, then the same name elsewhere; as shown */
	size_t score[MOST];
	int left;
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

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A hidden name is only offered for a hidden one, in the same directory. */
static bool is_wanted(const struct search *s, const char *name, const char *prefix)
{
	return s->name[0] == '.' && !*prefix && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && !temp_is(name);
}

/* Looks through fd (which it closes), prefix being its path below the start. */
static void look(struct search *s, int fd, const char *prefix, int depth)
{
	struct vec dirs = {0};
	DIR *d = fdopendir(fd);
	struct dirent *ent;
	if (!d) {
		close(fd);
		return;
	}
	while (s->left > 0 && (ent = readdir(d))) {
		s->left--;
		if (ent->d_name[0] == '.' && !is_wanted(s, ent->d_name, prefix))
			continue;
		size_t points =
			!depth && s->close ? score(s->name, ent->d_name) : SIZE_MAX;
		if (points != SIZE_MAX)
			keep(s, ent->d_name, points);
		else if (!strcmp(ent->d_name, s->name))
			vec_give(&s->found[1],
				xasprintf("%s%s%s", s->lead, prefix, s->name));
		if (ent->d_type == DT_DIR && strcmp(ent->d_name, "node_modules") != 0)
			vec_add(&dirs, ent->d_name);
	}
	if (dirs.n)
		qsort(dirs.v, dirs.n, sizeof(*dirs.v), by_name);
	for (size_t k = 0; k < dirs.n && depth < MAX_DEPTH && s->left > 0; k++) {
		int sub = openat(dirfd(d), dirs.v[k],
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		char *below CLEANUP(mem_freep) = xasprintf("%s%s/", prefix, dirs.v[k]);
		look(s, sub, below, depth + 1);
	}
	vec_release(&dirs);
	closedir(d);
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

static int open_dir(const struct roots *rs, size_t i, const char *dir)
{
	return root_open(rs, i, dir, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
}

int near_names(const struct roots *rs, size_t i, const char *rel, const char *shown,
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
	struct search s = {.name = slash ? slash + 1 : rel,
		.lead = lead,
		.close = true,
		.left = MAX_ENTRIES};
	int n = 0;
	if (!*s.name)
		return 0;
	int fd = open_dir(rs, i, dir);
	if (fd >= 0)
		look(&s, fd, "", 0);
	/* Nowhere below: look around, and by close names if that directory is missing. */
	s.close = fd < 0;
	if (!s.found[1].n && wider(rel, shown, &start, &wide)) {
		s.lead = wide;
		fd = open_dir(rs, i, start);
		if (fd >= 0)
			look(&s, fd, "", 0);
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
