/* SPDX-License-Identifier: MIT */
/* Why a hunk has no place: whether it is there already, and else the place where most of
 * its lines are, with the first that differs. */
#include "pab_patch.h"

#include "text.h"

enum { SHOWN = 60, MOST_WORK = 50000000 };

/* How many of the lines that `op` leaves out not match from `at` on; *bad is the first
 * that does not. */
static size_t score(const struct patch_hunk *h, char without,
	const struct patch_lines *ls, size_t at, const struct patch_line **bad,
	size_t *bad_at)
{
	size_t n = 0, k = at;
	*bad = NULL;
	for (size_t i = 0; i < h->n; i++) {
		if (h->v[i].op == without)
			continue;
		if (k < ls->n && patch_equal(&ls->v[k], &h->v[i])) {
			n++;
		} else if (!*bad) {
			*bad = &h->v[i];
			*bad_at = k;
		}
		k++;
	}
	return n;
}

static void quote(struct err *e, const struct patch_line *l)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	text_escape(&b, l->p, text_offset_of(l->p, l->n, SHOWN));
	err_add(e, "'%s%s'", b.p, text_columns(l->p, l->n) > SHOWN ? "…" : "");
}

static bool has_new(const struct patch_hunk *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].op == '+')
			return true;
	return false;
}

/* Are its new lines there? Returns the line (1-based), 0: no. */
static size_t find_applied(const struct patch_hunk *h, const struct patch_lines *ls)
{
	const struct patch_line *bad;
	size_t bad_at;
	for (size_t at = 0; has_new(h) && at < ls->n; at++) {
		(void)score(h, '-', ls, at, &bad, &bad_at);
		if (!bad)
			return at + 1;
	}
	return 0;
}

int patch_why(const struct patch_file *f, size_t i, const struct patch_lines *ls,
	size_t from, const char *show, struct err *e)
{
	const struct patch_hunk *h = &f->v[i];
	const struct patch_line *bad = NULL, *b = NULL;
	size_t best = 0, at = 0, bad_at = 0, k = 0;
	err_set(e, ERR_NO_MATCH, show,
		"hunk %zu of %zu (line %lld of the patch) does not fit", i + 1, f->n,
		(long long)h->number);
	if (ls->n * h->n > MOST_WORK)
		return -1;
	size_t applied = find_applied(h, ls);
	if (applied)
		return err_add(e,
			", but its new lines are there (line %zu): already applied?",
			applied);
	for (size_t try = from; try < ls->n; try++) {
		size_t n = score(h, '+', ls, try, &b, &k);
		if (n > best) {
			best = n;
			at = try;
			bad = b;
			bad_at = k;
		}
	}
	if (!best)
		return err_add(e, "; none of its lines is there");
	if (!bad)
		return err_add(e,
			h->n_anchors
				? "; its lines are at line %zu, not below its @@ line"
				: "; at line %zu the end of the file differs",
			at + 1);
	err_add(e, "; nearest is line %zu: the patch has ", at + 1);
	quote(e, bad);
	if (bad_at >= ls->n)
		return err_add(e, " where the file ends");
	err_add(e, ", line %zu of the file is ", bad_at + 1);
	quote(e, &ls->v[bad_at]);
	return -1;
}
