/* SPDX-License-Identifier: MIT */
/* The form that models write:
 *
 *	*** Begin Patch
 *	*** Add File: PATH         lines that begin with +
 *	*** Delete File: PATH
 *	*** Update File: PATH
 *	*** Move to: PATH          optional
 *	@@ LINE                    a line that stands before what follows; or nothing
 *	 line, -line, +line
 *	*** End of File            what is above it ends the file
 *	*** End Patch
 */
#include "pab_patch.h"

#include "mem.h"

/* Is the line the key and a path? Returns new memory, or NULL. */
static char *path_behind(const struct patch_line *l, const char *key)
{
	size_t n = strlen(key), len = l->n;
	if (len <= n || memcmp(l->p, key, n) != 0)
		return NULL;
	const char *p = l->p + n, *end = l->p + len;
	while (p < end && *p == ' ')
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\r'))
		end--;
	return end > p && !memchr(p, '\0', (size_t)(end - p))
		       ? xmemdup0(p, (size_t)(end - p))
		       : NULL;
}

static bool is(const struct patch_line *l, const char *text)
{
	size_t n = strlen(text), len = l->n;
	while (len > n && (l->p[len - 1] == ' ' || l->p[len - 1] == '\r'))
		len--;
	return len == n && !memcmp(l->p, text, n);
}

static int bad(const struct patch_text *t, const char *what, struct err *e)
{
	return err_set(e, ERR_BAD_INPUT, NULL, "line %lld of the patch: %s",
		(long long)t->number, what);
}

/* A file that was begun by an earlier section goes on with more hunks. */
static struct patch_file *again(struct patch *ps, const char *path)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->v[i].action == PATCH_EDIT && !strcmp(ps->v[i].new, path))
			return &ps->v[i];
	return NULL;
}

static struct patch_file *start(struct patch *ps, const struct patch_line *l)
{
	static const struct {
		const char *key;
		enum patch_action action;
	} keys[] = {{"*** Add File:", PATCH_CREATE}, {"*** Delete File:", PATCH_REMOVE},
		{"*** Update File:", PATCH_EDIT}};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char *path = path_behind(l, keys[i].key);
		if (!path)
			continue;
		struct patch_file *f =
			keys[i].action == PATCH_EDIT ? again(ps, path) : NULL;
		if (f) {
			free(path);
			return f;
		}
		f = patch_add(ps, keys[i].action);
		f->loose = true;
		f->whole = f->action == PATCH_REMOVE;
		f->old = path;
		f->new = xstrdup(path);
		return f;
	}
	return NULL;
}

static void add_anchor(struct patch_hunk *h, const struct patch_line *l)
{
	struct patch_line line = {.p = l->p + 2, .n = l->n - 2};
	if (line.n && *line.p == ' ') {
		line.p++;
		line.n--;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!line.n)
		return;
	h->anchors = xrealloc_n(h->anchors, h->n_anchors + 1, sizeof(*h->anchors));
	h->anchors[h->n_anchors++] = line;
}

/* A line below a file. Returns 0, or -1 with err. */
static int take(struct patch_text *t, struct patch_file *f, struct patch_hunk **h,
	struct patch_line *l, struct err *e)
{
	char op = l->n ? *l->p : ' ';
	if (f->action == PATCH_REMOVE)
		return l->n ? bad(t, "nothing stands below *** Delete File", e) : 0;
	if (f->action == PATCH_CREATE && op != '+')
		return l->n ? bad(t, "the lines of an added file begin with +", e) : 0;
	if (l->n >= 2 && !memcmp(l->p, "@@", 2)) {
		if (!*h || (*h)->n || (*h)->at_end)
			*h = patch_hunk(f, t->number);
		add_anchor(*h, l);
		return 0;
	}
	if (is(l, "*** End of File") && *h && (*h)->n) {
		(*h)->at_end = true;
		return 0;
	}
	if (op != ' ' && op != '-' && op != '+')
		return bad(t, "a line of a change begins with a blank, - or +", e);
	if (!*h || (*h)->at_end)
		*h = patch_hunk(f, t->number);
	struct patch_line line = {.p = l->p + (l->n > 0), .n = l->n - (l->n > 0)};
	patch_push(*h, op, &line);
	return 0;
}

/* Sees that every file says something. Blank lines behind a hunk are the form's, not the
 * file's. */
static int check(struct patch *ps, struct err *e)
{
	for (size_t i = 0; i < ps->n; i++) {
		struct patch_file *f = &ps->v[i];
		while (f->n && !f->v[f->n - 1].n && !f->v[f->n - 1].n_anchors)
			f->n--;
		for (size_t k = 0; k < f->n; k++)
			if (!f->v[k].n)
				return err_set(e, ERR_BAD_INPUT, f->new,
					"line %lld of the patch: nothing stands below @@",
					(long long)f->v[k].number);
		if (!f->n && f->action == PATCH_EDIT)
			return err_set(e, ERR_BAD_INPUT, f->new,
				"the patch says nothing of what is to change in it");
	}
	return 0;
}

int patch_begin(struct patch *ps, const char *p, size_t n, struct err *e)
{
	struct patch_text t = {p, p + n, 0};
	struct patch_line l;
	struct patch_file *f = NULL, *next;
	struct patch_hunk *h = NULL;
	bool ended = false;
	int r = patch_line(&t, &l) ? 0 : -1;
	while (r == 0 && !ended && patch_line(&t, &l)) {
		char *to = f && f->action == PATCH_EDIT && !f->n
				   ? path_behind(&l, "*** Move to:")
				   : NULL;
		if (to) {
			free(f->new);
			f->new = to;
			f->action = strcmp(f->old, to) != 0 ? PATCH_RENAME : PATCH_EDIT;
		} else if (is(&l, "*** End Patch")) {
			ended = true;
		} else if ((next = start(ps, &l))) {
			f = next;
			h = NULL;
		} else if (!f) {
			r = l.n ? bad(&t, "*** Add, Update or Delete File: PATH comes first",
					  e)
				: 0;
		} else {
			r = take(&t, f, &h, &l, e);
		}
	}
	if (r == 0 && !ended)
		r = err_set(e, ERR_BAD_INPUT, NULL,
			"the patch has no line *** End Patch: was it cut?");
	return r < 0 ? -1 : check(ps, e);
}
