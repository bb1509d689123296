/* SPDX-License-Identifier: MIT */
/* What was found, in words, as JSON, and the lines of the file. */
#include "explain.h"

#include "text.h"

static const struct {
	const char *name, *words; /* NULL: there is no more to say */
} kinds[EXPLAIN_KINDS] = {
	[EXPLAIN_NONE] = {"none", NULL},
	[EXPLAIN_PLAIN] = {"text", NULL},
	[EXPLAIN_MISSING] = {"end_of_file", NULL},
	[EXPLAIN_WORD] = {"part_of_word", NULL},
	[EXPLAIN_TRAILING] = {"trailing_blanks", "at the end of the line"},
	[EXPLAIN_TAB] = {"tab", NULL},
	[EXPLAIN_INDENT] = {"indentation", NULL},
	[EXPLAIN_BLANKS] = {"blanks", NULL},
	[EXPLAIN_LINE_END] = {"line_end", "in the line end"},
	[EXPLAIN_CASE] = {"case", "only in case"},
	[EXPLAIN_QUOTES] = {"quotes", NULL},
	[EXPLAIN_NO_BREAK] = {"no_break_space", NULL},
	[EXPLAIN_UNICODE] = {"unicode_form",
		"an accented letter is composed (NFC) in one "
		"and in parts (NFD) in the other"},
	[EXPLAIN_BACKSLASH] = {"backslash", NULL},
	[EXPLAIN_NUMBERS] = {"line_numbers", NULL},
	[EXPLAIN_CUT] = {"cut_mark", NULL},
	[EXPLAIN_APPLIED] = {"already_applied", NULL},
};

const char *explain_name(enum explain_kind kind)
{
	return kinds[kind].name;
}

static int say_difference(const struct explain *x, struct err *e)
{
	if (x->text_line > 1 || x->kind == EXPLAIN_MISSING || x->line != x->nearest)
		err_add(e, "; nearest is line %lld: line %zu of the text",
			(long long)x->nearest, x->text_line);
	else
		err_add(e, "; nearest is line %lld: it", (long long)x->nearest);
	if (x->kind == EXPLAIN_MISSING)
		return err_add(e, " is past the end of the file");
	if (x->kind == EXPLAIN_WORD)
		return err_add(e, " is there, but not as whole words or whole lines");
	err_add(e, " differs at column %zu: ", x->column);
	if (x->kind == EXPLAIN_UNICODE)
		return err_add(e, "%s", kinds[x->kind].words);
	err_add(e, "file has %s, text has %s", x->file_has, x->text_has);
	if (kinds[x->kind].words)
		err_add(e, " (%s)", kinds[x->kind].words);
	return -1;
}

int explain_message(const struct explain *x, struct err *e)
{
	switch (x->kind) {
	case EXPLAIN_NONE:
	case EXPLAIN_KINDS:
		return -1;
	case EXPLAIN_NUMBERS:
		return err_add(
			e, "; it starts with pab-read's line numbers; leave them out");
	case EXPLAIN_CUT:
		return err_add(e, "; it holds the mark of a line that pab-read cut; "
				  "--no-limit shows all of it");
	case EXPLAIN_APPLIED:
		return err_add(e,
			", but the new text is there once (line %lld): already applied?",
			(long long)x->nearest);
	case EXPLAIN_BACKSLASH:
		if (!x->text_line)
			return err_add(e,
				", but with its backslash escapes undone it is in line %lld: "
				"give it unescaped",
				(long long)x->nearest);
		return say_difference(x, e);
	default:
		return say_difference(x, e);
	}
}

static void say_json(struct jout *j, const struct explain *x)
{
	jout_str(j, "kind", kinds[x->kind].name);
	if (x->nearest)
		jout_int(j, "nearest_line", x->nearest);
	if (!x->text_line)
		return;
	jout_int(j, "line_number", x->line);
	jout_int(j, "text_line", (int64_t)x->text_line);
	jout_int(j, "column", (int64_t)x->column);
	if (x->file_has[0]) {
		jout_bytes(j, "file_has", x->file_has, strlen(x->file_has));
		jout_bytes(j, "text_has", x->text_has, strlen(x->text_has));
	}
	jout_array(j, "lines");
	for (size_t i = 0; i < x->n; i++) {
		jout_object(j, NULL);
		jout_int(j, "line_number", x->first + (int64_t)i);
		jout_bytes(j, "line", x->shown[i], strlen(x->shown[i]));
		jout_end_object(j);
	}
	jout_end_array(j);
}

/* Tabs as →; blanks that begin, end or follow each other as ·. */
static void say_line(struct buf *out, const char *s)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	size_t n = strlen(s), last = n;
	while (last && (s[last - 1] == ' ' || s[last - 1] == '\t'))
		last--;
	for (size_t i = 0, text = 0; i < n; i++) {
		bool dot =
			!text || i >= last || (i && s[i - 1] == ' ') || s[i + 1] == ' ';
		if (s[i] == '\t')
			buf_puts(&b, "→");
		else if (s[i] == ' ' && dot)
			buf_puts(&b, "·");
		else
			buf_addc(&b, s[i]);
		text |= s[i] != ' ' && s[i] != '\t';
	}
	text_escape(out, b.p, b.len);
}

void explain_detail(struct jout *j, struct buf *lines, const void *ctx)
{
	const struct explain *x = ctx;
	if (j && x->kind != EXPLAIN_NONE)
		say_json(j, x);
	for (size_t i = 0; lines && i < x->n; i++) {
		buf_printf(lines, "%6lld\t", (long long)x->first + (long long)i);
		say_line(lines, x->shown[i]);
		buf_addc(lines, '\n');
	}
}
