/* SPDX-License-Identifier: MIT */
#include "edits.h"

#include "mem.h"

struct edit *edits_add(struct edits *es)
{
	if (es->n == es->cap) {
		es->cap = es->cap ? es->cap * 2 : 8;
		es->v = xrealloc_n(es->v, es->cap, sizeof(*es->v));
	}
	es->v[es->n] = (struct edit){.file = EDIT_EVERY};
	return &es->v[es->n++];
}

size_t edits_path(struct edits *es, const char *path)
{
	for (size_t i = es->paths.n; i-- > 0;)
		if (!strcmp(es->paths.v[i], path))
			return i;
	vec_add(&es->paths, path);
	return es->paths.n - 1;
}

void edit_lines(struct edit *ed, const char *p, size_t n)
{
	if (n && p[n - 1] == '\n')
		n--;
	if (n && p[n] == '\n' && p[n - 1] == '\r')
		n--;
	ed->new = xmemdup0(p, n);
	ed->n_new = n;
}

bool edit_is_tagged(const struct edit *ed)
{
	return ed->kind != EDIT_TEXT && ed->kind != EDIT_BLOCK;
}

static int check(const struct edit *ed, struct err *e)
{
	if (edit_is_tagged(ed)) {
		bool lines = ed->kind == EDIT_AT || ed->kind == EDIT_DELETE;
		if (lines && (!ed->at.line || !ed->to.line))
			return err_set(e, ERR_USAGE, NULL,
				"0 is the top of the file, no line; it goes with after and "
				"before");
		if (lines && ed->to.line < ed->at.line)
			return err_set(e, ERR_USAGE, NULL,
				"the last line stands above the first");
		return 0;
	}
	if (!ed->n_old)
		return err_set(e, ERR_USAGE, NULL,
			ed->old ? "the old text is only a blank line; add one beside it"
				: "the old text is empty; pab-write makes files");
	if (!ed->none && ed->n_old == ed->n_new && !memcmp(ed->old, ed->new, ed->n_old))
		return err_set(
			e, ERR_USAGE, NULL, "the old text and the new are the same");
	return 0;
}

int edits_check(const struct edits *es, struct err *e)
{
	for (size_t i = 0; i < es->n; i++)
		if (check(&es->v[i], e) < 0)
			return edits_blame(es, i, e);
	return 0;
}

int edits_blame(const struct edits *es, size_t i, struct err *e)
{
	char msg[sizeof(e->msg)];
	if (es->n < 2)
		return -1;
	snprintf(msg, sizeof(msg), "%s", e->msg);
	snprintf(e->msg, sizeof(e->msg), "edit %zu", i + 1);
	if (es->v[i].line)
		err_add(e, " (line %zu)", es->v[i].line);
	return err_add(e, ": %s", msg);
}

void edits_release(struct edits *es)
{
	for (size_t i = 0; i < es->n; i++) {
		free(es->v[i].old);
		free(es->v[i].new);
	}
	free(es->v);
	vec_release(&es->paths);
	*es = (struct edits){0};
}
