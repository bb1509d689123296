/* SPDX-License-Identifier: MIT */
/* What is asked for, from the command line and standard input. */
#include "pab_edit.h"

#include "blocks.h"
#include "caller.h"
#include "change.h"
#include "editpack.h"
#include "io.h"
#include "mem.h"

#include <errno.h>

static int usage(struct err *e, const char *why)
{
	return err_set(e, ERR_USAGE, NULL, "%s", why);
}

/* All of one of the caller's files, or of standard input. */
static int slurp(const char *file, struct buf *b, struct err *e)
{
	int fd CLEANUP(mem_closep) = caller_open(file);
	if (fd >= 0 && io_slurp(fd, b, CHANGE_INPUT_MAX) == 0)
		return 0;
	if (errno == EFBIG)
		return err_set(
			e, ERR_TOO_LARGE, caller_name(file), "holds more than 1 GiB");
	return err_sys(e, caller_name(file), errno);
}

/* A text given as an argument or in a file. */
static int take_text(
	const char *arg, const char *file, const char *name, struct buf *b, struct err *e)
{
	if (arg && file)
		return err_set(
			e, ERR_USAGE, NULL, "--%s and --%s-file both given", name, name);
	if (!arg && !file)
		return err_set(
			e, ERR_USAGE, NULL, "--%s or --%s-file is needed", name, name);
	if (!arg)
		return slurp(file, b, e);
	buf_puts(b, arg);
	return 0;
}

/* The content of a buf, NULL when it is empty. */
static char *give(struct buf *b, size_t *n)
{
	*n = b->len;
	return b->len ? buf_take(b) : NULL;
}

static int take_replacement(const struct request_args *a, struct edits *es, struct err *e)
{
	struct buf old CLEANUP(buf_release) = BUF_INIT;
	struct buf new CLEANUP(buf_release) = BUF_INIT;
	if (a->old_file && a->new_file && !strcmp(a->old_file, "-") &&
		!strcmp(a->new_file, "-"))
		return usage(e, "standard input cannot be the old text and the new");
	if (take_text(a->old, a->old_file, "old", &old, e) < 0 ||
		take_text(a->new, a->new_file, "new", &new, e) < 0)
		return -1;
	struct edit *ed = edits_add(es);
	ed->kind = EDIT_TEXT;
	ed->old = give(&old, &ed->n_old);
	ed->new = give(&new, &ed->n_new);
	return 0;
}

/* Which of the options that take a tag is given. Returns 0, or -1 when several are. */
static int find_tag(const struct request_args *a, enum edit_kind *kind, const char **tag)
{
	const char *const given[] = {a->at, a->after, a->before, a->delete};
	static const enum edit_kind kinds[] = {
		EDIT_AT, EDIT_AFTER, EDIT_BEFORE, EDIT_DELETE};
	*tag = NULL;
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		if (!given[i])
			continue;
		if (*tag)
			return -1;
		*tag = given[i];
		*kind = kinds[i];
	}
	return 0;
}

static int take_tags(
	const struct request_args *a, const char *tag, struct edit *ed, struct err *e)
{
	size_t n = strlen(tag);
	if (ed->kind == EDIT_DELETE)
		return tag_parse_range(tag, n, &ed->at, &ed->to, e);
	if (tag_parse(tag, n, &ed->at, e) < 0)
		return -1;
	ed->to = ed->at;
	return a->to ? tag_parse(a->to, strlen(a->to), &ed->to, e) : 0;
}

/* The lines that go in: of an argument, a file, or else standard input. */
static int take_lines(const struct request_args *a, struct edit *ed, struct err *e)
{
	struct buf new CLEANUP(buf_release) = BUF_INIT;
	const char *file = a->new || a->new_file ? a->new_file : "-";
	if (take_text(a->new, file, "new", &new, e) < 0)
		return -1;
	if (!a->new && !new.len)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"%s is empty; --delete removes lines, --new '' is one blank line",
			a->new_file ? "the file of the new text" : "standard input");
	edit_lines(ed, new.p, new.len);
	return 0;
}

static int take_tagged(const struct request_args *a, enum edit_kind kind, const char *tag,
	struct edits *es, struct err *e)
{
	if (a->old || a->old_file)
		return usage(e, "a tag takes the place of --old");
	if (a->to && kind != EDIT_AT)
		return usage(e, "--to goes with --at");
	struct edit *ed = edits_add(es);
	ed->kind = kind;
	if (take_tags(a, tag, ed, e) < 0)
		return -1;
	if (kind != EDIT_DELETE)
		return take_lines(a, ed, e);
	if (a->new || a->new_file)
		return usage(e, "--delete takes no new text; --at replaces lines");
	ed->none = true;
	return 0;
}

bool request_is_json(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && p[i] && strchr(" \t\r\n", p[i]))
		i++;
	return i < n && (p[i] == '[' || p[i] == '{');
}

static int take_stdin(edits_reader *json, struct edits *es, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	size_t i = 0;
	if (slurp("-", &b, e) < 0)
		return -1;
	while (i < b.len && strchr(" \t\r\n", b.p[i]) && b.p[i])
		i++;
	if (i == b.len)
		return usage(e, "no edit: standard input is empty, which takes blocks or "
				"JSON; or give --old and --new, or a tag");
	if (caller_is_far() && editpack_is(b.p, b.len))
		return editpack_read(b.p, b.len, es, e);
	if (!request_is_json(b.p, b.len))
		return blocks_parse(b.p, b.len, es, e);
	if (!json)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"JSON is read where the request is made; give blocks");
	return json(b.p, b.len, es, e);
}

/* Each edit has its files, and each file that is named its edits. */
static int check_files(const struct edits *es, size_t named, struct err *e)
{
	bool *used CLEANUP(mem_freep) = xcalloc(es->paths.n, sizeof(*used));
	for (size_t i = 0; i < es->n; i++) {
		const struct edit *ed = &es->v[i];
		bool every = ed->file == EDIT_EVERY;
		if (every && !es->paths.n) {
			usage(e, "no FILE to edit: name one, or put its path above "
				 "<<<<<<< SEARCH (in JSON, a path)");
			return edits_blame(es, i, e);
		}
		if (every && !named) {
			usage(e, "it has no path, and other edits have");
			return edits_blame(es, i, e);
		}
		if (every && edit_is_tagged(ed) && es->paths.n > 1)
			return usage(e, "a line tag is of one file; name one");
		if (!every && named && ed->file >= named) {
			err_set(e, ERR_USAGE, es->paths.v[ed->file],
				"is not among the FILEs named; leave the path out, or name no "
				"FILE");
			return edits_blame(es, i, e);
		}
		for (size_t k = 0; k < es->paths.n; k++)
			used[k] |= every || ed->file == k;
	}
	for (size_t k = 0; k < es->paths.n; k++)
		if (!used[k])
			return err_set(e, ERR_USAGE, es->paths.v[k],
				"the request has no edit of this file");
	return 0;
}

int request_take(const struct request_args *a, const struct vec *files,
	edits_reader *json, struct edits *es, struct err *e)
{
	enum edit_kind kind = EDIT_TEXT;
	const char *tag;
	int r;
	for (size_t i = 0; i < files->n; i++)
		edits_path(es, files->v[i]);
	size_t named = es->paths.n;
	if (find_tag(a, &kind, &tag) < 0)
		return usage(e, "one of --at, --after, --before and --delete");
	if (a->to && !tag)
		return usage(e, "--to goes with --at");
	if (tag)
		r = take_tagged(a, kind, tag, es, e);
	else if (a->old || a->old_file || a->new || a->new_file)
		r = take_replacement(a, es, e);
	else
		r = take_stdin(json, es, e);
	for (size_t i = 0; i < es->n; i++) {
		es->v[i].all |= a->all;
		es->v[i].words |= a->words;
	}
	if (r == 0)
		r = edits_check(es, e);
	return r == 0 ? check_files(es, named, e) : r;
}
