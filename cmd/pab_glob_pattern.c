/* SPDX-License-Identifier: MIT */
#include "pab_glob.h"

#include "buf.h"
#include "mem.h"

static bool is_component(const char *s, size_t n, const char *want)
{
	return n == strlen(want) && !memcmp(s, want, n);
}

/* The pattern without empty and "." components; a leading slash is kept. */
static char *tidied(const char *s)
{
	struct buf b = BUF_INIT;
	if (*s == '/')
		buf_addc(&b, '/');
	while (*s) {
		size_t n = strcspn(s, "/");
		if (n && !is_component(s, n, ".")) {
			if (b.len && b.p[b.len - 1] != '/')
				buf_addc(&b, '/');
			buf_add(&b, s, n);
		}
		s += n + (s[n] == '/');
	}
	return buf_take(&b);
}

/* The length of the leading directories that hold no wildcard. */
static size_t plain_start(const char *s)
{
	size_t start = 0, plain = strcspn(s, "*?[{\\");
	for (size_t i = 0; i < plain; i++)
		if (s[i] == '/')
			start = i + 1;
	return start;
}

static bool has_dotdot(const char *s)
{
	for (; *s; s++) {
		size_t n = strcspn(s, "/");
		if (is_component(s, n, ".."))
			return true;
		s += n;
		if (!*s)
			break;
	}
	return false;
}

static int check(const char *typed, const char *rest, struct err *e)
{
	if (!*typed)
		return err_set(
			e, ERR_BAD_PATTERN, NULL, "an empty pattern names nothing");
	if (!*rest || has_dotdot(rest))
		return err_set(e, ERR_BAD_PATTERN, NULL,
			"'%.100s' names no files: .. and / can only begin a pattern",
			typed);
	return 0;
}

int pattern_init(struct pattern *p, const char *typed, unsigned flags, struct err *e)
{
	char *tidy CLEANUP(mem_freep) = tidied(typed);
	bool own_start = *tidy == '/' || !strncmp(tidy, "../", 3);
	size_t start = own_start ? plain_start(tidy) : 0, n = strlen(typed);
	bool anchored = own_start || (n > 1 && typed[0] == '.' && typed[1] == '/');
	unsigned how = (flags & PATTERN_ICASE ? MATCH_ICASE : 0) |
		       (flags & PATTERN_HIDDEN ? 0 : MATCH_PERIOD) |
		       (anchored ? 0 : MATCH_BASENAME);
	/* Read as typed first, so that an error counts the columns the user sees. */
	struct match *m = match_new(typed, n, how, e);
	if (!m)
		return err_add(e, "; \\ in front makes a character plain");
	match_free(m);
	if (check(typed, tidy + start, e) < 0)
		return -1;
	m = match_new(tidy + start, strlen(tidy + start), how, e);
	if (!m)
		return -1;
	*p = (struct pattern){
		.match = m,
		.text = xstrdup(tidy + start),
		.start = own_start ? xmemdup0(tidy, start > 1 ? start - 1 : start) : NULL,
		.dirs_only = typed[n - 1] == '/',
	};
	return 0;
}

void pattern_release(struct pattern *p)
{
	match_free(p->match);
	free(p->text);
	free(p->start);
	*p = (struct pattern){0};
}

bool pattern_names_git(const struct pattern *p)
{
	const char *at = p->text;
	while ((at = strstr(at, ".git"))) {
		if ((at == p->text || at[-1] == '/') && (!at[4] || at[4] == '/'))
			return true;
		at += 4;
	}
	return false;
}

bool pattern_passes(const struct pattern *p, const char *path)
{
	size_t n = strlen(path);
	return n < plain_start(p->text) && !strncmp(p->text, path, n) &&
	       p->text[n] == '/';
}
