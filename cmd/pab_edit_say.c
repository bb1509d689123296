/* SPDX-License-Identifier: MIT */
/* What became of a file: a line, a diff, a record. */
#include "pab_edit.h"

#include "diff.h"
#include "hash.h"
#include "num.h"
#include "sums.h"

enum { MOST_TAGS = 40 };

static void add_diff(struct buf *out, const struct edited *x)
{
	const struct units *now = &x->draft->now;
	diff_unified(out, x->show, x->old->p, x->old->len, now->p, now->n);
}

static void say_text(struct out *o, const struct edited *x, const struct places *at)
{
	char n[32];
	struct buf tags CLEANUP(buf_release) = BUF_INIT;
	const struct draft *d = x->draft;
	struct buf *b = &o->buf;
	buf_puts(b, x->dry_run ? "would edit " : "edited ");
	out_name(o, x->show);
	buf_printf(b, ": %s %s%s, ", num_commas(n, d->count),
		d->tagged ? "edit" : "replacement", d->count == 1 ? "" : "s");
	places_text(b, at);
	if (d->tagged)
		draft_tags(d, MOST_TAGS, &tags, NULL);
	if (tags.len)
		buf_printf(b, "; now %s", tags.p);
	if (d->said[0])
		buf_printf(b, " (%s)", d->said);
	buf_puts(b, x->in_place ? " (in place, not atomic)\n" : "\n");
}

static void say_json(struct jout *j, const struct edited *x, const struct places *at)
{
	struct buf d CLEANUP(buf_release) = BUF_INIT;
	const struct units *now = &x->draft->now;
	char sum[HASH_HEX + 1];
	hash_bytes(now->p, now->n, sum);
	jout_record(j, "edit");
	jout_bytes(j, "path", x->show, strlen(x->show));
	jout_int(j, "occurrences", x->draft->count);
	jout_array(j, "line_numbers");
	for (size_t i = 0; i < at->n; i++)
		jout_int(j, NULL, at->line[i]);
	jout_end_array(j);
	if (x->draft->tagged) {
		jout_array(j, "tags");
		draft_tags(x->draft, SIZE_MAX, NULL, j);
		jout_end_array(j);
	}
	if (x->draft->said[0])
		jout_str(j, "reindented", x->draft->said);
	jout_int(j, "size", (int64_t)now->n);
	jout_bool(j, "changed", !x->dry_run);
	jout_bool(j, "atomic", !x->in_place);
	jout_str(j, "hash", sum);
	if (x->diff) {
		add_diff(&d, x);
		jout_bytes(j, "diff", d.p, d.len);
	}
	jout_end_object(j);
}

/* What the file holds now, for a program that calls. */
static void tell_sums(struct out *o, const struct edited *x)
{
	const struct units *now = &x->draft->now;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (!o->facts || x->dry_run || now->n > SUMS_MOST)
		return;
	sums_of(&b, now->p, now->n);
	out_fact(o, "sums", b.p, b.len);
}

void say_edited(struct out *o, const struct edited *x)
{
	struct places at = {0};
	tell_sums(o, x);
	if (o->form != OUT_JSON && x->diff) {
		add_diff(&o->buf, x);
		return;
	}
	if (o->form != OUT_JSON && o->quiet)
		return;
	draft_places(x->draft, &at);
	if (o->form == OUT_JSON)
		say_json(&o->json, x, &at);
	else
		say_text(o, x, &at);
	places_release(&at);
}
