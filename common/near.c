/* SPDX-License-Identifier: MIT */
#include "near.h"

#include "mem.h"
#include "opt.h"
#include "text.h"
#include "vec.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

enum { MOST = 3, MAX_ENTRIES = 2000, MAX_DEPTH = 8 };

struct search {
	const char *name;  /* what is missing */
	const char *shown; /* the directory part as the user wrote it, "" or "src/" */
	struct vec found[2]; /* close names, then the same name elsewhere */
	size_t score[MOST];
	int left;
};

static size_t score(const char *want, const char *have)
{
	char a[NAME_MAX + 1], b[NAME_MAX + 1];
	size_t limit = strlen(want) / 3 + 1;
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
	while (at < v->n && (s->score[at] < points ||
				    (s->score[at] == points && strcmp(v->v[at], name) < 0)))
		at++;
	if (at == MOST)
		return;
	vec_add(v, name);
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
		if (ent->d_name[0] == '.')
			continue;
		size_t points = *prefix ? SIZE_MAX : score(s->name, ent->d_name);
		if (points != SIZE_MAX)
			keep(s, ent->d_name, points);
		else if (!strcmp(ent->d_name, s->name))
			vec_give(&s->found[1], xasprintf("%s%s", prefix, s->name));
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

int near_names(const struct roots *rs, size_t i, const char *rel, const char *shown,
	struct buf *out)
{
	const char *slash = strrchr(rel, '/'), *shown_slash = strrchr(shown, '/');
	char *dir CLEANUP(mem_freep) =
		slash == rel ? xstrdup("/") : xmemdup0(rel, slash ? (size_t)(slash - rel) : 0);
	char *lead CLEANUP(mem_freep) =
		xmemdup0(shown, shown_slash ? (size_t)(shown_slash - shown) + 1 : 0);
	struct search s = {.name = slash ? slash + 1 : rel, .left = MAX_ENTRIES};
	int n = 0;
	int fd = *s.name ? root_open(rs, i, dir, O_RDONLY | O_DIRECTORY, 0) : -1;
	if (fd >= 0)
		look(&s, fd, "", 0);
	/* A missing directory on the way: the name may stand higher up. */
	if (fd < 0 && *s.name && (fd = root_open(rs, i, "", O_RDONLY | O_DIRECTORY, 0)) >= 0) {
		*lead = '\0';
		look(&s, fd, "", 0);
	}
	for (int kind = 0; kind < 2; kind++)
		for (size_t k = 0; k < s.found[kind].n && n < MOST; k++, n++) {
			buf_printf(out, "%s%s", n ? ", " : "", lead);
			text_name(out, s.found[kind].v[k], true);
		}
	vec_release(&s.found[0]);
	vec_release(&s.found[1]);
	return n;
}
