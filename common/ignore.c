/* SPDX-License-Identifier: MIT */
#include "ignore.h"

#include "io.h"
#include "mem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 8 << 20 };

enum shape {
	EXACT,  /* equal to text */
	ENDING, /* ends in text */
	GLOB,   /* matched by m */
};

struct rule {
	enum shape shape;
	bool negated;
	bool dir_only;
	bool anchored; /* compared with the path below the level, not with the name */
	char *text;
	size_t n;
	struct match *m;
	size_t before; /* the one before it in its list, and 1; 0: none */
};

/* Rules are kept in lists by the byte that what they match ends in; number 256 is of
 * those for which there is no such byte. */
enum { LISTS = 257 };

struct ignore {
	struct ignore *above;
	size_t base; /* where the path below this level begins in a path */
	struct rule *v;
	size_t n;           /* the last one that matches decides */
	size_t last[LISTS]; /* the last rule of each list, and 1 */
};

static bool is_plain(const char *s)
{
	return !s[strcspn(s, "*?[\\")];
}

/* gitignore(5): trailing blanks go, unless a backslash keeps them. Tabs are no blanks. */
static size_t trimmed(const char *s, size_t n)
{
	size_t end = 0;
	for (size_t i = 0; i < n; i++) {
		bool escaped = s[i] == '\\';
		if (escaped && ++i == n)
			return n;
		if (escaped || s[i] != ' ')
			end = i + 1;
	}
	return end;
}

static void add_rule(struct ignore *ig, const char *s, size_t n)
{
	struct rule r = {0};
	struct err e;
	if (n && *s == '!') {
		r.negated = true;
		s++, n--;
	}
	if (n && s[n - 1] == '/') {
		r.dir_only = true;
		n--;
	}
	r.anchored = memchr(s, '/', n) != NULL;
	if (n && *s == '/')
		s++, n--;
	if (!n)
		return; /* matches nothing */
	r.text = xmemdup0(s, n);
	r.n = n;
	if (is_plain(r.text)) {
		r.shape = EXACT;
	} else if (!r.anchored && *s == '*' && is_plain(r.text + 1)) {
		r.shape = ENDING;
		memmove(r.text, r.text + 1, r.n);
		r.n--;
	} else {
		r.shape = GLOB;
		r.m = match_new(s, n, MATCH_GIT, &e);
	}
	ig->v = xrealloc_n(ig->v, ig->n + 1, sizeof(*ig->v));
	int end = r.shape == GLOB ? match_last(r.m)
		  : r.n           ? (unsigned char)r.text[r.n - 1]
				  : -1;
	size_t list = end < 0 ? LISTS - 1 : (size_t)end;
	r.before = ig->last[list];
	ig->v[ig->n++] = r;
	ig->last[list] = ig->n;
}

static void add_line(struct ignore *ig, const char *s, size_t n)
{
	if (!n || *s == '#')
		return;
	if (s[n - 1] == '\r')
		n--;
	add_rule(ig, s, trimmed(s, strnlen(s, n)));
}

static void add_text(struct ignore *ig, const char *s, size_t n)
{
	const char *end = s + n;
	if (n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3))
		s += 3;
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl ? nl : end;
		add_line(ig, s, (size_t)(stop - s));
		s = stop + 1;
	}
}

static struct ignore *level_new(const char *path, struct ignore *above)
{
	struct ignore *ig = xcalloc(1, sizeof(*ig));
	ig->above = above;
	ig->base = *path ? strlen(path) + 1 : 0;
	return ig;
}

struct ignore *ignore_parse(
	const char *text, size_t n, const char *path, struct ignore *above)
{
	struct ignore *ig = level_new(path, above);
	add_text(ig, text, n);
	return ig;
}

unsigned ignore_file(const char *name)
{
	if (!strcmp(name, ".gitignore"))
		return IGNORE_GITIGNORE;
	if (!strcmp(name, ".ignore"))
		return IGNORE_DOTIGNORE;
	return strcmp(name, ".git") ? 0 : IGNORE_GIT;
}

/* Adds the rules of a regular file that is no link; there may be none. */
static void add_file(struct ignore *ig, int dirfd, const char *name)
{
	struct buf b = BUF_INIT;
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(
		dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (io_slurp(fd, &b, MAX_FILE) == 0)
		add_text(ig, b.p, b.len);
	buf_release(&b);
}

static void add_exclude(struct ignore *ig, int dirfd)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int git CLEANUP(mem_closep) = openat(dirfd, ".git", flags);
	int info CLEANUP(mem_closep) = git < 0 ? -1 : openat(git, "info", flags);
	if (info >= 0)
		add_file(ig, info, "exclude");
}

struct ignore *ignore_read(int fd, const char *path, unsigned which, struct ignore *above)
{
	if (!which)
		return above;
	struct ignore *ig = level_new(path, above);
	if (which & IGNORE_GIT)
		add_exclude(ig, fd);
	if (which & IGNORE_GITIGNORE)
		add_file(ig, fd, ".gitignore");
	if (which & IGNORE_DOTIGNORE)
		add_file(ig, fd, ".ignore");
	if (ig->n)
		return ig;
	ignore_free(ig, above);
	return above;
}

struct entry_path {
	const char *path;
	size_t len;
	const char *name;
	size_t name_len;
	bool is_dir;
};

static bool rule_match(const struct rule *r, const char *s, size_t n)
{
	switch (r->shape) {
	case EXACT:
		return n == r->n && !memcmp(s, r->text, n);
	case ENDING:
		return n >= r->n && !memcmp(s + n - r->n, r->text, r->n);
	default:
		return match_path(r->m, s);
	}
}

/* The last rule behind number `floor` of a list that matches, and 1. Returns floor when
 * there is none. */
static size_t last_match(
	const struct ignore *ig, size_t list, size_t floor, const struct entry_path *p)
{
	for (size_t i = ig->last[list]; i > floor; i = ig->v[i - 1].before) {
		const struct rule *r = &ig->v[i - 1];
		if (r->dir_only && !p->is_dir)
			continue;
		if (r->anchored ? rule_match(r, p->path + ig->base, p->len - ig->base)
				: rule_match(r, p->name, p->name_len))
			return i;
	}
	return floor;
}

bool ignore_match(const struct ignore *ig, const char *path, bool is_dir)
{
	size_t n = strlen(path);
	const char *slash = memrchr(path, '/', n);
	const char *name = slash ? slash + 1 : path;
	struct entry_path p = {path, n, name, (size_t)(path + n - name), is_dir};
	unsigned char end = n ? (unsigned char)path[n - 1] : 0;
	for (; ig; ig = ig->above) {
		size_t i = last_match(ig, end, 0, &p);
		i = last_match(ig, LISTS - 1, i, &p);
		if (i)
			return !ig->v[i - 1].negated;
	}
	return false;
}

void ignore_free(struct ignore *ig, struct ignore *above)
{
	if (!ig || ig == above)
		return;
	for (size_t i = 0; i < ig->n; i++) {
		free(ig->v[i].text);
		match_free(ig->v[i].m);
	}
	free(ig->v);
	free(ig);
}
