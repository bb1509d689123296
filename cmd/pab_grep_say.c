/* SPDX-License-Identifier: MIT */
/* What pab-grep says at the end: that nothing was found, what was cut, what was left
 * out. */
#include "pab_grep.h"

#include "caller.h"
#include "num.h"

#include <unistd.h>

/* "s" unless n is 1. */
static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void add_skipped(struct buf *b, int64_t n, const char *what)
{
	char num[32];
	if (n)
		buf_printf(b, "%s%s %s", b->len ? ", " : " (", num_commas(num, n), what);
}

/* Does any pattern hold the text? */
static bool in_patterns(const struct grep *g, const char *text)
{
	for (size_t i = 0; i < g->patterns.n; i++)
		if (strstr(g->patterns.v[i], text))
			return true;
	return false;
}

static void say_nothing_found(struct tool *t, const struct grep *g)
{
	const struct counts *c = &g->counts;
	char num[32];
	struct buf b = BUF_INIT;
	add_skipped(&b, c->ignored, "ignored");
	add_skipped(&b, c->hidden, "hidden");
	add_skipped(&b, c->binary, "binary");
	add_skipped(&b, c->unreadable, "unreadable");
	if (b.len)
		buf_puts(&b, ")");
	if (!g->fixed && in_patterns(g, "\\|"))
		buf_puts(&b, "; alternation here is a|b, not a\\|b");
	if (!g->fixed && !g->multiline && in_patterns(g, "\\n"))
		buf_puts(&b, "; a match that spans lines needs -U");
	if (g->mode == GREP_WITHOUT)
		out_notice(&t->out, "all of %s file%s match%s", num_commas(num, c->files),
			plural(c->files), b.p);
	else
		out_notice(&t->out, "no match in %s file%s%s", num_commas(num, c->files),
			plural(c->files), b.p);
	buf_release(&b);
}

static void say_cut(struct tool *t, const struct grep *g)
{
	const struct counts *c = &g->counts;
	char n[4][32];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (g->spread && c->files_hit > 1) {
		buf_puts(&b, "; most in ");
		spread_text(g->spread, &t->out, &b);
	}
	if (g->mode == GREP_LINES)
		out_notice(&t->out,
			"%s of %s hits shown, in %s of %s file%s; narrow the search, or "
			"--no-limit%s",
			num_commas(n[0], g->rows), num_commas(n[1], c->hits),
			num_commas(n[2], g->files_shown), num_commas(n[3], c->files_hit),
			plural(c->files_hit), b.p);
	else
		out_notice(&t->out,
			"%s of %s files shown; narrow the search, or --no-limit",
			num_commas(n[0], g->rows), num_commas(n[1], c->listed));
	tool_cut(t);
}

static void say_skipped(struct tool *t, const struct counts *c)
{
	char num[32];
	if (c->limit)
		out_notice(&t->out,
			"%s line%s left out: too much work for this pattern, "
			"or longer than 64 MiB",
			num_commas(num, c->limit), plural(c->limit));
	if (c->too_large)
		out_notice(&t->out, "%s file%s left out: too large to be read whole",
			num_commas(num, c->too_large), plural(c->too_large));
	if (c->unreadable && c->lines)
		out_notice(&t->out, "%s file%s or director%s could not be read",
			num_commas(num, c->unreadable), plural(c->unreadable),
			c->unreadable == 1 ? "y" : "ies");
}

/* A pipe that has data and was not named is told of: most greps would have read it. */
static void say_pipe_waits(struct tool *t)
{
	if (caller_waits())
		out_notice(&t->out, "searched the working directory, not the pipe on "
				    "standard input; that is read when - is named");
}

void say_end(struct tool *t, const struct grep *g, bool path_named)
{
	const struct counts *c = &g->counts;
	bool found = g->mode == GREP_WITHOUT ? c->listed > 0 : c->lines > 0;
	bool limited = g->limits.rows != NUM_NONE || g->limits.bytes != NUM_NONE;
	char num[32];
	struct err e;
	if (!path_named)
		say_pipe_waits(t);
	if (!found && !c->timed_out && (c->files || !t->out.status))
		say_nothing_found(t, g);
	if (c->cut)
		tool_cut(t);
	if (limited && g->rows < (g->mode == GREP_LINES ? c->hits : c->listed))
		say_cut(t, g);
	say_skipped(t, c);
	if (!found)
		out_status(&t->out, 1);
	if (!c->timed_out)
		return;
	err_set(&e, ERR_TIMEOUT, NULL, "timed out after %g s: %s file%s searched",
		(double)t->limits.timeout / 1000, num_commas(num, c->files),
		plural(c->files));
	out_error(&t->out, &e);
}

void say_summary(struct tool *t, const struct grep *g, int64_t elapsed)
{
	const struct counts *c = &g->counts;
	struct jout *j = tool_summary(t);
	if (!j)
		return;
	jout_int(j, "files", c->files);
	jout_int(j, "matches", c->lines);
	jout_int(j, "files_with_matches", c->files_hit);
	jout_object(j, "skipped");
	jout_int(j, "ignored", c->ignored);
	jout_int(j, "hidden", c->hidden);
	jout_int(j, "binary", c->binary);
	jout_int(j, "unreadable", c->unreadable);
	jout_int(j, "too_large", c->too_large);
	jout_int(j, "limit", c->limit);
	jout_end_object(j);
	if (g->spread && g->rows < c->hits)
		spread_json(g->spread, j);
	jout_bool(j, "incomplete", c->timed_out || t->incomplete);
	jout_int(j, "elapsed_ms", elapsed);
}
