/* SPDX-License-Identifier: MIT */
#include "editjson.h"

#include "base64.h"
#include "buf.h"
#include "jin.h"
#include "mem.h"

/* What an object may have; the second name is the library's. */
enum key { PATH, OLD, NEW, ALL, WORD, AT, TO, AFTER, BEFORE, DELETE, EDITS, KEYS };

static const struct {
	const char *name, *other;
	bool text; /* may also come as NAME_b64 */
} keys[KEYS] = {
	[PATH] = {"path", "file_path", true},
	[OLD] = {"old", "old_string", true},
	[NEW] = {"new", "new_string", true},
	[ALL] = {"all", "replace_all", false},
	[WORD] = {"word", "word", false},
	[AT] = {"at", "at", false},
	[TO] = {"to", "to", false},
	[AFTER] = {"after", "after", false},
	[BEFORE] = {"before", "before", false},
	[DELETE] = {"delete", "delete", false},
	[EDITS] = {"edits", "edits", false},
};

/* One object, its values found. */
struct object {
	const jin_node *v[KEYS];
	bool coded[KEYS]; /* it came as base64 */
};

static int bad(struct err *e, const char *key, const char *why)
{
	return err_set(e, ERR_BAD_INPUT, NULL, "'%.40s' %s", key, why);
}

/* The key a member's name stands for. Returns it, or KEYS. */
static enum key find_key(const char *name, bool *coded)
{
	for (enum key k = 0; k < KEYS; k++) {
		size_t n = strlen(keys[k].name);
		*coded = keys[k].text && !strncmp(name, keys[k].name, n) &&
			 !strcmp(name + n, "_b64");
		if (*coded || !strcmp(name, keys[k].name) || !strcmp(name, keys[k].other))
			return k;
	}
	return KEYS;
}

static int find_values(const jin_node *n, struct object *o, struct err *e)
{
	if (!jin_is_object(n))
		return err_set(e, ERR_BAD_INPUT, NULL,
			"it is no JSON object such as {\"path\":…,\"old\":…,\"new\":…}");
	for (const jin_node *m = jin_first(n); m; m = jin_next(m)) {
		bool coded;
		enum key k = find_key(jin_key(m), &coded);
		if (k == KEYS)
			return bad(e, jin_key(m),
				"is no key of an edit; there are path old new all word at to "
				"after before delete edits");
		if (o->v[k])
			return bad(e, keys[k].name, "is given twice");
		o->v[k] = m;
		o->coded[k] = coded;
	}
	return 0;
}

/* The text of a key, whose bytes the caller frees; NULL when it is not there. */
static int take_text(
	const struct object *o, enum key k, char **out, size_t *n, struct err *e)
{
	const char *s = o->v[k] ? jin_string(o->v[k]) : NULL;
	struct buf b = BUF_INIT;
	if (o->v[k] && !s)
		return bad(e, keys[k].name, "is no string");
	if (!s)
		return 0;
	int r = 0;
	if (o->coded[k])
		r = base64_decode(&b, s, strlen(s));
	else
		buf_add(&b, s, strlen(s));
	*n = b.len;
	*out = xmemdup0(b.p, b.len);
	buf_release(&b);
	return r < 0 ? bad(e, keys[k].name, "is no base64") : 0;
}

static int take_flag(const struct object *o, enum key k, bool *out, struct err *e)
{
	int v = o->v[k] ? jin_bool(o->v[k]) : 0;
	if (v < 0)
		return bad(e, keys[k].name, "is neither true nor false");
	*out = v;
	return 0;
}

/* The keys that go with what the edit does, and no others. */
static int check_keys(const struct object *o, enum key does, struct err *e)
{
	static const unsigned with[KEYS] = {
		[OLD] = 1U << NEW | 1U << ALL | 1U << WORD,
		[AT] = 1U << TO | 1U << NEW,
		[AFTER] = 1U << NEW,
		[BEFORE] = 1U << NEW,
	};
	for (enum key k = 0; k < KEYS; k++)
		if (o->v[k] && k != PATH && k != does && !(with[does] >> k & 1))
			return err_set(e, ERR_BAD_INPUT, NULL,
				"'%s' does not go with '%s'", keys[k].name,
				keys[does].name);
	if (does != DELETE && !o->v[NEW])
		return bad(e, keys[does].name, "is given and 'new' is not");
	return 0;
}

static int take_tags(
	const struct object *o, enum key does, struct edit *ed, struct err *e)
{
	const char *at = jin_string(o->v[does]);
	const char *to = o->v[TO] ? jin_string(o->v[TO]) : NULL;
	if (!at || (o->v[TO] && !to))
		return bad(e, keys[at ? TO : does].name, "is no string");
	if (does == DELETE)
		return tag_parse_range(at, strlen(at), &ed->at, &ed->to, e);
	if (tag_parse(at, strlen(at), &ed->at, e) < 0)
		return -1;
	ed->to = ed->at;
	return to ? tag_parse(to, strlen(to), &ed->to, e) : 0;
}

/* Fills the edit that was added for the object. */
static int take_edit(const struct object *o, struct edit *ed, struct err *e)
{
	static const enum edit_kind kinds[KEYS] = {[OLD] = EDIT_TEXT,
		[AT] = EDIT_AT,
		[AFTER] = EDIT_AFTER,
		[BEFORE] = EDIT_BEFORE,
		[DELETE] = EDIT_DELETE};
	static const enum key does[] = {OLD, AT, AFTER, BEFORE, DELETE};
	char *new CLEANUP(mem_freep) = NULL;
	size_t n_new = 0, i = 0;
	while (i < ARRAY_LEN(does) && !o->v[does[i]])
		i++;
	if (i == ARRAY_LEN(does))
		return err_set(e, ERR_BAD_INPUT, NULL,
			"it has none of old, at, after, before and delete");
	ed->kind = kinds[does[i]];
	if (check_keys(o, does[i], e) < 0 || take_text(o, NEW, &new, &n_new, e) < 0)
		return -1;
	if (edit_is_tagged(ed)) {
		ed->none = !new;
		if (new)
			edit_lines(ed, new, n_new);
		return take_tags(o, does[i], ed, e);
	}
	ed->new = new;
	ed->n_new = n_new;
	new = NULL;
	if (take_text(o, OLD, &ed->old, &ed->n_old, e) < 0 ||
		take_flag(o, ALL, &ed->all, e) < 0 || take_flag(o, WORD, &ed->words, e))
		return -1;
	if (ed->old && !ed->n_old) { /* as if there were none: no line at all */
		free(ed->old);
		ed->old = NULL;
	}
	return 0;
}

static int take_all(
	const jin_node *array, size_t file, bool nested, struct edits *es, struct err *e);

static int take_object(
	const jin_node *n, size_t file, bool nested, struct edits *es, struct err *e)
{
	struct object o = {0};
	char *path CLEANUP(mem_freep) = NULL;
	size_t n_path = 0;
	if (find_values(n, &o, e) < 0 || take_text(&o, PATH, &path, &n_path, e) < 0)
		return -1;
	if (path && strlen(path) != n_path)
		return bad(e, "path", "holds a NUL");
	if (path && nested)
		return bad(e, "path", "stands beside 'edits' already");
	if (path)
		file = edits_path(es, path);
	if (o.v[EDITS]) {
		for (enum key k = 0; k < KEYS; k++)
			if (o.v[k] && k != PATH && k != EDITS)
				return bad(e, keys[k].name, "does not go with 'edits'");
		if (nested || !jin_is_array(o.v[EDITS]))
			return bad(e, "edits", "is no array of edits");
		return take_all(o.v[EDITS], file, true, es, e);
	}
	struct edit *ed = edits_add(es);
	ed->file = file;
	return take_edit(&o, ed, e);
}

static int take_all(
	const jin_node *array, size_t file, bool nested, struct edits *es, struct err *e)
{
	size_t i = 1;
	for (const jin_node *n = jin_first(array); n; n = jin_next(n), i++) {
		if (take_object(n, file, nested, es, e) == 0)
			continue;
		char msg[sizeof(e->msg)];
		snprintf(msg, sizeof(msg), "%s", e->msg);
		return err_set(e, e->code, NULL, "edit %zu: %s", i, msg);
	}
	return 0;
}

int editjson_parse(const char *p, size_t n, struct edits *es, struct err *e)
{
	struct jin *j = jin_parse(p, n, e);
	if (!j)
		return -1;
	const jin_node *root = jin_root(j);
	int r = jin_is_array(root) ? take_all(root, EDIT_EVERY, false, es, e)
				   : take_object(root, EDIT_EVERY, false, es, e);
	jin_free(j);
	if (r == 0 && !es->n)
		r = err_set(e, ERR_BAD_INPUT, NULL, "the request holds no edit");
	return r;
}
