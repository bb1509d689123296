/* SPDX-License-Identifier: MIT */
/* Unified diffs, as diff -u and git write them. Lines before the first file, and between
 * files, are passed over, as patch(1) does. */
#include "pab_patch.h"

#include "mem.h"

#include <ctype.h>

bool patch_line(struct patch_text *t, struct patch_line *l)
{
	if (t->p >= t->end)
		return false;
	const char *nl = memchr(t->p, '\n', (size_t)(t->end - t->p));
	*l = (struct patch_line){.p = t->p, .n = (size_t)((nl ? nl : t->end) - t->p)};
	t->p = nl ? nl + 1 : t->end;
	t->number++;
	return true;
}

struct patch_file *patch_add(struct patch *ps, enum patch_action action)
{
	if (ps->n == ps->cap) {
		ps->cap = ps->cap ? 2 * ps->cap : 8;
		ps->v = xrealloc_n(ps->v, ps->cap, sizeof(*ps->v));
	}
	ps->v[ps->n] = (struct patch_file){.action = action};
	return &ps->v[ps->n++];
}

struct patch_hunk *patch_hunk(struct patch_file *f, int64_t number)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 8;
		f->v = xrealloc_n(f->v, f->cap, sizeof(*f->v));
	}
	f->v[f->n] = (struct patch_hunk){.old_at = -1, .new_at = -1, .number = number};
	return &f->v[f->n++];
}

void patch_push(struct patch_hunk *h, char op, const struct patch_line *l)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 16;
		h->v = xrealloc_n(h->v, h->cap, sizeof(*h->v));
	}
	h->v[h->n] = *l;
	h->v[h->n++].op = op;
}

void patch_release(struct patch *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		struct patch_file *f = &ps->v[i];
		for (size_t k = 0; k < f->n; k++) {
			free(f->v[k].v);
			free(f->v[k].anchors);
		}
		free(f->v);
		free(f->old);
		free(f->new);
	}
	free(ps->v);
	*ps = (struct patch){0};
}

static void swap(char **a, char **b)
{
	char *c = *a;
	*a = *b;
	*b = c;
}

static void reverse_hunk(struct patch_hunk *h)
{
	int64_t at = h->old_at;
	h->old_at = h->new_at;
	h->new_at = at;
	for (size_t i = 0; i < h->n; i++) {
		char *op = &h->v[i].op;
		*op = *op == '-' ? '+' : *op == '+' ? '-' : *op;
	}
}

int patch_reverse(struct patch *ps, struct err *e)
{
	for (size_t i = 0; i < ps->n; i++) {
		struct patch_file *f = &ps->v[i];
		if (f->whole || f->action == PATCH_COPY)
			return err_set(e, ERR_UNSUPPORTED, f->old,
				"cannot be reversed: the patch does not hold %s",
				f->whole ? "its content" : "what a copy replaces");
		if (f->action == PATCH_CREATE || f->action == PATCH_REMOVE)
			f->action =
				f->action == PATCH_CREATE ? PATCH_REMOVE : PATCH_CREATE;
		swap(&f->old, &f->new);
		int mode = f->mode;
		f->mode = f->old_mode;
		f->old_mode = mode;
		for (size_t k = 0; k < f->n; k++)
			reverse_hunk(&f->v[k]);
	}
	return 0;
}

static bool starts(const struct patch_line *l, const char *with)
{
	size_t n = strlen(with);
	return l->n >= n && !memcmp(l->p, with, n);
}

/* One escape of a quoted name, at *p behind the backslash. Returns its byte, or -1. */
static int unescape(const char **p, const char *end)
{
	static const char letters[] = "abtnvfr\"\\", bytes[] = "\a\b\t\n\v\f\r\"\\";
	int c = 0, digits = 0;
	if (*p >= end)
		return -1;
	const char *at = memchr(letters, **p, sizeof(letters) - 1);
	if (at) {
		++*p;
		return (unsigned char)bytes[at - letters];
	}
	for (; digits < 3 && *p < end && **p >= '0' && **p <= '7'; ++*p, digits++)
		c = c * 8 + **p - '0';
	return digits == 3 && c < 256 && c ? c : -1;
}

/* A name that stands at the end of a line, quoted as git does or plain up to a tab.
 * Returns new memory, or NULL when it is no name. */
static char *take_name(const char *p, size_t n)
{
	const char *end = p + n;
	struct buf b = BUF_INIT;
	if (n && end[-1] == '\r')
		end--;
	if (p < end && *p == '"') {
		for (p++; p < end && *p != '"';) {
			int c = (unsigned char)*p++;
			if (c == '\\' && (c = unescape(&p, end)) < 0)
				break;
			buf_addc(&b, (char)c);
		}
		if (p >= end || *p != '"')
			buf_clear(&b);
	} else {
		const char *tab = memchr(p, '\t', (size_t)(end - p));
		buf_add(&b, p, (size_t)((tab ? tab : end) - p));
	}
	if (b.len && !memchr(b.p, '\0', b.len))
		return buf_take(&b);
	buf_release(&b);
	return NULL;
}

/* Takes `strip` components off the front. Returns new memory, or NULL when there are not
 * so many. */
static char *stripped(const char *name, int64_t strip)
{
	for (; strip > 0; strip--) {
		name = strchr(name, '/');
		if (!name)
			return NULL;
		name += strspn(name, "/");
	}
	return *name ? xstrdup(name) : NULL;
}

/* What the header of one file says. */
struct header {
	char *minus, *plus; /* of the lines "---" and "+++" */
	char *from, *to;    /* of "rename" and "copy" */
	char *git;          /* of "diff --git", when both names are one */
	int old_mode, new_mode;
	bool created, removed, copied, any;
};

static void header_release(struct header *h)
{
	free(h->minus);
	free(h->plus);
	free(h->from);
	free(h->to);
	free(h->git);
	*h = (struct header){0};
}

static int octal(const struct patch_line *l, size_t at)
{
	int mode = 0;
	for (size_t i = at; i < l->n && l->p[i] >= '0' && l->p[i] <= '7' && i < at + 6;
		i++)
		mode = mode * 8 + l->p[i] - '0';
	return mode;
}

static void set_name(char **name, const struct patch_line *l, size_t at)
{
	free(*name);
	*name = take_name(l->p + at, l->n - at);
}

/* "diff --git a/NAME b/NAME", where both are one name: what a change of mode, an empty
 * new file or its removal has no other line for. */
static void set_git(struct header *h, const struct patch_line *l)
{
	const char *p = l->p + 11;
	size_t n = l->n - 11;
	if (n && p[n - 1] == '\r')
		n--;
	free(h->git);
	h->git = NULL;
	h->any = true;
	if (n && *p == '"') {
		h->git = take_name(p, n);
		return;
	}
	size_t half = n / 2;
	const char *a = memchr(p, '/', n), *b = p + half + 1;
	const char *bs = n % 2 && p[half] == ' ' ? memchr(b, '/', n - half - 1) : NULL;
	if (a && bs && p + half - a == p + n - bs &&
		!memcmp(a, bs, (size_t)(p + half - a)))
		h->git = xmemdup0(p, half);
}

/* Takes a line between the files. Returns false when it says nothing here. */
static bool take_header(struct header *h, const struct patch_line *l)
{
	static const struct {
		const char *key;
		char what;
	} keys[] = {{"old mode ", 'o'}, {"new mode ", 'n'}, {"deleted file mode ", 'd'},
		{"new file mode ", 'c'}, {"rename from ", 'f'}, {"rename to ", 't'},
		{"copy from ", 'F'}, {"copy to ", 'T'}};
	for (size_t i = 0; h->any && i < ARRAY_LEN(keys); i++) {
		size_t n = strlen(keys[i].key);
		char what = keys[i].what;
		if (!starts(l, keys[i].key))
			continue;
		if (what == 'o' || what == 'd')
			h->old_mode = octal(l, n);
		if (what == 'n' || what == 'c')
			h->new_mode = octal(l, n);
		h->removed |= what == 'd';
		h->created |= what == 'c';
		h->copied |= what == 'F';
		if (what == 'f' || what == 'F')
			set_name(&h->from, l, n);
		if (what == 't' || what == 'T')
			set_name(&h->to, l, n);
		return true;
	}
	return false;
}

static bool is_null(const char *name)
{
	return name && !strcmp(name, "/dev/null");
}

/* The names as they are in the place. Returns 0, or -1. */
static int names(const struct header *h, int64_t strip, char **old, char **new)
{
	const char *a = h->minus ? h->minus : h->git, *b = h->plus ? h->plus : h->git;
	bool git = (is_null(a) || (a && !strncmp(a, "a/", 2))) &&
		   (is_null(b) || (b && (!strncmp(b, "b/", 2) || b == h->git)));
	int64_t n = strip >= 0 ? strip : git;
	if (h->from && h->to) {
		*old = stripped(h->from, strip > 1 ? strip - 1 : 0);
		*new = stripped(h->to, strip > 1 ? strip - 1 : 0);
		return *old && *new ? 0 : -1;
	}
	if (!a || !b || (is_null(a) && is_null(b)))
		return -1;
	*old = stripped(is_null(a) ? b : a, n);
	*new = stripped(is_null(b) ? a : b, n);
	return *old && *new ? 0 : -1;
}

/* Makes a file of the header. Returns it, or NULL with err. */
static struct patch_file *add_file(
	struct patch *ps, struct header *h, int64_t strip, int64_t line, struct err *e)
{
	struct patch_file *f = patch_add(ps, PATCH_EDIT);
	if (names(h, strip, &f->old, &f->new) < 0) {
		err_set(e, ERR_BAD_INPUT, NULL,
			"line %lld of the patch: no file is named so far%s",
			(long long)line,
			strip > 0 ? " that has as many components as --strip takes off"
				  : "");
		return NULL;
	}
	f->mode = h->new_mode;
	f->old_mode = h->old_mode;
	if (h->created || is_null(h->minus))
		f->action = PATCH_CREATE;
	else if (h->removed || is_null(h->plus))
		f->action = PATCH_REMOVE;
	else if (h->copied)
		f->action = PATCH_COPY;
	else if (strcmp(f->old, f->new) != 0 && h->from)
		f->action = PATCH_RENAME;
	if (f->action == PATCH_EDIT && strcmp(f->old, f->new) != 0) {
		/* diff -u a.orig a: patch(1) changes the one whose name is shorter. */
		bool first = strlen(f->old) < strlen(f->new);
		char **from = first ? &f->old : &f->new, **to = first ? &f->new : &f->old;
		free(*to);
		*to = xstrdup(*from);
	}
	int kind = (f->mode ? f->mode : f->old_mode) & 0170000;
	if (kind && kind != 0100000) {
		err_set(e, ERR_UNSUPPORTED, f->new,
			"is %s in the patch; pab-patch changes regular files",
			kind == 0120000 ? "a symbolic link" : "no file");
		return NULL;
	}
	return f;
}

static int64_t number(const char **p, const char *end)
{
	int64_t n = 0;
	if (*p >= end || !isdigit((unsigned char)**p))
		return -1;
	for (; *p < end && isdigit((unsigned char)**p); ++*p) {
		n = n * 10 + **p - '0';
		if (n > INT32_MAX)
			return -1;
	}
	return n;
}

/* "-12,3": a start and how many, 1 when it is not said. Returns 0, or -1. */
static int range(const char **p, const char *end, char sign, int64_t *at, int64_t *n)
{
	if (*p >= end || **p != sign)
		return -1;
	++*p;
	*at = number(p, end);
	*n = 1;
	if (*at >= 0 && *p < end && **p == ',') {
		++*p;
		*n = number(p, end);
	}
	return *at < 0 || *n < 0 ? -1 : 0;
}

/* One hunk, whose first line is l. Returns 0, or -1 with err. */
static int take_hunk(struct patch_text *t, struct patch_file *f,
	const struct patch_line *l, struct err *e)
{
	const char *p = l->p + 3, *end = l->p + l->n;
	struct patch_hunk *h = patch_hunk(f, t->number);
	struct patch_line line;
	int64_t n_old, n_new;
	if (range(&p, end, '-', &h->old_at, &n_old) < 0 || p >= end || *p++ != ' ' ||
		range(&p, end, '+', &h->new_at, &n_new) < 0 || end - p < 3 ||
		memcmp(p, " @@", 3) != 0)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"line %lld of the patch: a hunk begins @@ -LINE,COUNT +LINE,COUNT @@",
			(long long)t->number);
	while (n_old > 0 || n_new > 0) {
		if (!patch_line(t, &line))
			return err_set(e, ERR_BAD_INPUT, NULL,
				"the patch ends in the hunk of line %lld, which has %lld old and "
				"%lld new lines less than it says",
				(long long)h->number, (long long)n_old, (long long)n_new);
		/* Mailers take the blank off an empty line. */
		char op = line.n ? *line.p : ' ';
		if (op == '\\' && h->n) {
			h->v[h->n - 1].bare = true;
			continue;
		}
		if ((op != ' ' && op != '-' && op != '+') || (op != '+' && n_old <= 0) ||
			(op != '-' && n_new <= 0))
			return err_set(e, ERR_BAD_INPUT, NULL,
				"line %lld of the patch does not fit its hunk, which says %lld "
				"more old lines and %lld new ones",
				(long long)t->number, (long long)n_old, (long long)n_new);
		n_old -= op != '+';
		n_new -= op != '-';
		line.p += line.n > 0;
		line.n -= line.n > 0;
		patch_push(h, op, &line);
	}
	struct patch_text ahead = *t;
	if (patch_line(&ahead, &line) && line.n && *line.p == '\\' && h->n) {
		h->v[h->n - 1].bare = true;
		*t = ahead;
	}
	return 0;
}

/* A header of git's that no hunk followed: a mode, a rename, an empty file. */
static int flush(
	struct patch *ps, struct header *h, int64_t strip, int64_t line, struct err *e)
{
	bool says = h->new_mode || h->old_mode || (h->from && h->to);
	int r = says && !add_file(ps, h, strip, line, e) ? -1 : 0;
	header_release(h);
	return r;
}

static bool is_binary(const struct patch_line *l)
{
	return starts(l, "GIT binary patch") || (starts(l, "Binary files ") && l->n > 7 &&
							memmem(l->p, l->n, " differ", 7));
}

/* Takes the lines "---" and "+++", and all hunks below them. Returns 0, or -1 with err.
 */
static int take_file(struct patch *ps, struct patch_text *t, struct header *h,
	struct patch_line *l, int64_t strip, struct err *e)
{
	struct patch_text ahead = *t;
	struct patch_line plus;
	set_name(&h->minus, l, 4);
	if (!patch_line(&ahead, &plus) || !starts(&plus, "+++ "))
		return 0; /* a line that only looks so */
	*t = ahead;
	set_name(&h->plus, &plus, 4);
	struct patch_file *f = add_file(ps, h, strip, t->number, e);
	header_release(h);
	if (!f)
		return -1;
	for (ahead = *t; patch_line(&ahead, l) && starts(l, "@@ -"); ahead = *t) {
		*t = ahead;
		if (take_hunk(t, f, l, e) < 0)
			return -1;
	}
	if (f->n)
		return 0;
	return err_set(e, ERR_BAD_INPUT, f->new,
		"line %lld of the patch: no hunk stands below", (long long)t->number);
}

int patch_unified(struct patch *ps, const char *p, size_t n, int64_t strip, struct err *e)
{
	struct patch_text t = {p, p + n, 0};
	struct header h CLEANUP(header_release) = {0};
	struct patch_line l;
	int r = 0;
	while (r == 0 && patch_line(&t, &l)) {
		if (starts(&l, "diff --git ")) {
			r = flush(ps, &h, strip, t.number, e);
			set_git(&h, &l);
		} else if (is_binary(&l) && h.any) {
			r = err_set(e, ERR_UNSUPPORTED, NULL,
				"line %lld of the patch: a binary file; pab-write writes it",
				(long long)t.number);
		} else if (starts(&l, "@@ -")) {
			r = err_set(e, ERR_BAD_INPUT, NULL,
				"line %lld of the patch: a hunk of no file; --- and +++ name it",
				(long long)t.number);
		} else if (starts(&l, "--- ")) {
			r = take_file(ps, &t, &h, &l, strip, e);
		} else {
			take_header(&h, &l);
		}
	}
	return r < 0 ? -1 : flush(ps, &h, strip, t.number, e);
}

int patch_parse(struct patch *ps, const char *p, size_t n, int64_t strip, struct err *e)
{
	static const char begin[] = "*** Begin Patch";
	struct patch_text t = {p, p + n, 0};
	struct patch_line l;
	bool form = false;
	int r;
	*ps = (struct patch){0};
	while (!form && patch_line(&t, &l)) {
		if (starts(&l, "--- ") || starts(&l, "diff --git "))
			break;
		form = starts(&l, begin);
	}
	if (form)
		r = patch_begin(ps, l.p, (size_t)(p + n - l.p), e);
	else
		r = patch_unified(ps, p, n, strip, e);
	if (r == 0 && !ps->n)
		r = err_set(e, ERR_BAD_INPUT, NULL,
			"no patch in the input: a unified diff, or *** Begin Patch");
	if (r < 0)
		patch_release(ps);
	return r;
}
