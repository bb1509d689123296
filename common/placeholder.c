/* SPDX-License-Identifier: MIT */
#include "placeholder.h"

#include <ctype.h>

enum { MAX_LINE = 200, MAX_WORDS = 12, WORD = 16 };

/* A line in words: lower case, letters alone. */
struct words {
	char v[MAX_WORDS][WORD];
	size_t n;
};

static bool among(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

static bool any_among(const struct words *w, const char *const *list)
{
	for (size_t i = 0; i < w->n; i++)
		if (among(w->v[i], list))
			return true;
	return false;
}

/* Takes what begins a comment off the line. Returns whether something did. */
static bool strip_opening(const char **p, const char *end)
{
	static const char *const marks[] = {"<!--", "{/*", "(*", "/*", "//", "--", "#",
		";", "%", "*", "'", "\"", NULL};
	const char *start = *p;
	for (size_t i = 0; marks[i];) {
		size_t n = strlen(marks[i]);
		if ((size_t)(end - *p) >= n && !memcmp(*p, marks[i], n)) {
			*p += n;
			i = 0;
		} else {
			i++;
		}
	}
	return *p > start;
}

/* Splits into words. Returns false when something else than words and the punctuation of
 * such lines stands there. */
static bool split(const char *p, const char *end, struct words *w)
{
	w->n = 0;
	while (p < end) {
		size_t len = 0;
		while (p + len < end && isalpha((unsigned char)p[len]))
			len++;
		if (!len) {
			bool dots = end - p >= 3 && !memcmp(p, "\xe2\x80\xa6", 3);
			if (!dots && !strchr(" \t.,:;-()[]{}<>*/!'\"`&\r", *p))
				return false;
			p += dots ? 3 : 1;
			continue;
		}
		if (w->n == MAX_WORDS)
			return false;
		size_t kept = len < WORD - 1 ? len : WORD - 1;
		for (size_t i = 0; i < kept; i++)
			w->v[w->n][i] = (char)tolower((unsigned char)p[i]);
		w->v[w->n++][kept] = '\0';
		p += len;
	}
	return w->n > 0;
}

static bool has_dots(const char *p, size_t n)
{
	return memmem(p, n, "...", 3) || memmem(p, n, "\xe2\x80\xa6", 3);
}

bool placeholder_is(const char *line, size_t n)
{
	static const char *const left[] = {"rest", "remaining", "remainder", "existing",
		"unchanged", "previous", "omitted", "elided", "same", NULL};
	static const char *const of[] = {"code", "file", "files", "function", "functions",
		"method", "methods", "class", "classes", "implementation", "content",
		"contents", "lines", "body", "tests", "test", "imports", "logic",
		"module", "script", "document", "definitions", "declarations", "fields",
		"items", "entries", "section", "sections", "text", "props", "styles",
		"unchanged", "omitted", "elided", "here", "before", "above", NULL};
	static const char *const stays[] = {"unchanged", "omitted", "elided", "same",
		"here", "before", "above", "remains", "stays", NULL};
	static const char *const opens[] = {
		"rest", "remaining", "remainder", "existing", "unchanged", NULL};
	const char *p = line, *end = line + n;
	struct words w;
	while (p < end && isspace((unsigned char)*p))
		p++;
	if (end - p > MAX_LINE)
		return false;
	bool comment = strip_opening(&p, end);
	while (p < end && isspace((unsigned char)*p))
		p++;
	bool framed = p < end && strchr("[(<.\xe2", *p);
	if ((!comment && !framed) || !split(p, end, &w))
		return false;
	bool dots = has_dots(p, (size_t)(end - p));
	if (dots)
		return any_among(&w, left) && any_among(&w, of);
	size_t first = !strcmp(w.v[0], "the") && w.n > 1;
	if (!among(w.v[first], opens))
		return false;
	bool is_short = w.n <= first + 4;
	return w.n <= 8 && any_among(&w, of) &&
	       (any_among(&w, stays) || (is_short && !strcmp(w.v[first], "rest")));
}

/* Is the line, without the blanks around it, a line of p? */
static bool has_line(const char *p, size_t n, const char *line, size_t len)
{
	while (len && isspace((unsigned char)*line))
		line++, len--;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	for (size_t i = 0; i + len <= n;) {
		const char *at = memmem(p + i, n - i, line, len);
		if (!at)
			return false;
		size_t from = (size_t)(at - p), to = from + len;
		i = from + 1;
		while (from && (p[from - 1] == ' ' || p[from - 1] == '\t'))
			from--;
		while (to < n && (p[to] == ' ' || p[to] == '\t' || p[to] == '\r'))
			to++;
		if ((!from || p[from - 1] == '\n') && (to == n || p[to] == '\n'))
			return true;
	}
	return false;
}

size_t placeholder_find(const char *p, size_t n, const char *was, size_t n_was)
{
	size_t number = 0;
	for (size_t i = 0; i < n;) {
		const char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf ? (size_t)(lf - (p + i)) : n - i;
		number++;
		if (placeholder_is(p + i, len) && !has_line(was, n_was, p + i, len))
			return number;
		i += len + 1;
	}
	return 0;
}
