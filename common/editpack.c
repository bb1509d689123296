/* SPDX-License-Identifier: MIT */
#include "editpack.h"

#include "mem.h"

#include <inttypes.h>

/* A mark; "p LENGTH\n" and a path, for each; then for each edit the line below and its
 * texts. No line of numbers is longer than LINE. */
static const char mark[] = "\001pab edits 1\n";

#define NUMBERS "e %u %" PRId64 " %zu %u %u %u %" PRId64 " %x %" PRId64 " %x %zu %zu\n"
enum { LINE = 200 };

void editpack_write(const struct edits *es, struct buf *out)
{
	buf_puts(out, mark);
	for (size_t i = 0; i < es->paths.n; i++)
		buf_printf(out, "p %zu\n%s", strlen(es->paths.v[i]), es->paths.v[i]);
	for (size_t i = 0; i < es->n; i++) {
		const struct edit *ed = &es->v[i];
		buf_printf(out, NUMBERS, (unsigned)ed->kind,
			ed->file == EDIT_EVERY ? -1 : (int64_t)ed->file, ed->line,
			ed->none, ed->all, ed->words, ed->at.line, ed->at.hash,
			ed->to.line, ed->to.hash, ed->n_old, ed->n_new);
		buf_add(out, ed->old ? ed->old : "", ed->n_old);
		buf_add(out, ed->new ? ed->new : "", ed->n_new);
	}
}

bool editpack_is(const char *p, size_t n)
{
	return n >= sizeof(mark) - 1 && !memcmp(p, mark, sizeof(mark) - 1);
}

struct unpack {
	const char *p, *end;
};

/* Takes a line of numbers into out. Returns 0, or -1. */
static int take_line(struct unpack *u, char out[LINE])
{
	size_t left = (size_t)(u->end - u->p);
	const char *nl = memchr(u->p, '\n', left < LINE - 1 ? left : LINE - 1);
	if (!nl)
		return -1;
	size_t n = (size_t)(nl + 1 - u->p);
	memcpy(out, u->p, n);
	out[n] = '\0';
	u->p += n;
	return 0;
}

/* Takes n bytes. Returns new memory, or NULL when there are not so many. */
static char *take_text(struct unpack *u, size_t n)
{
	if (n > (size_t)(u->end - u->p))
		return NULL;
	u->p += n;
	return xmemdup0(u->p - n, n);
}

static int take_path(struct unpack *u, const char *line, struct edits *es)
{
	size_t n;
	if (sscanf(line, "p %zu\n", &n) != 1)
		return -1;
	char *path CLEANUP(mem_freep) = take_text(u, n);
	if (!path || strlen(path) != n || edits_path(es, path) != es->paths.n - 1)
		return -1;
	return 0;
}

static int take_edit(struct unpack *u, const char *line, struct edits *es)
{
	struct edit got = {0};
	unsigned kind, none, all, words;
	int64_t file;
	if (sscanf(line, NUMBERS, &kind, &file, &got.line, &none, &all, &words,
		    &got.at.line, &got.at.hash, &got.to.line, &got.to.hash, &got.n_old,
		    &got.n_new) != 12 ||
		kind > EDIT_DELETE || file < -1 ||
		(file >= 0 && (uint64_t)file >= es->paths.n) || got.at.line < 0 ||
		got.to.line < 0 || got.at.hash > 0xffff || got.to.hash > 0xffff)
		return -1;
	struct edit *ed = edits_add(es);
	*ed = got;
	ed->kind = (enum edit_kind)kind;
	ed->file = file < 0 ? EDIT_EVERY : (size_t)file;
	ed->none = none;
	ed->all = all;
	ed->words = words;
	ed->old = take_text(u, got.n_old);
	ed->new = ed->old ? take_text(u, got.n_new) : NULL;
	return ed->new ? 0 : -1;
}

int editpack_read(const char *p, size_t n, struct edits *es, struct err *e)
{
	struct unpack u = {p + sizeof(mark) - 1, p + n};
	char line[LINE];
	while (u.p < u.end) {
		int r = take_line(&u, line);
		if (r == 0)
			r = *line == 'p' ? take_path(&u, line, es)
					 : take_edit(&u, line, es);
		if (r < 0)
			return err_set(e, ERR_BAD_INPUT, NULL,
				"the request was damaged on its way");
	}
	return 0;
}
