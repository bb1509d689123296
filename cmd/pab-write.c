/* SPDX-License-Identifier: MIT */
/* Create or overwrite a file from standard input.
 * usage: pab-write [options] FILE
 * exit status: 0 2 3 4 5 7 */
#include "caller.h"
#include "diff.h"
#include "eol.h"
#include "hash.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "placeholder.h"
#include "sums.h"
#include "txn.h"

#include <errno.h>
#include <unistd.h>

static struct {
	struct txn_options txn;
	const char *if_match, *mode, *eol;
	int new_only, append, empty, literal, atomic, break_links, diff, dry_run;
} opts;

static const struct opt table[] = {
	{0, "if-match", "HASH", OPT_STR, OPT_PLAIN, &opts.if_match, 0,
		"only if its SHA-256 begins with HASH (8 digits or more)", 0, NULL},
	{0, "new", NULL, OPT_FLAG, OPT_PLAIN, &opts.new_only, 1,
		"only if the file does not exist", 0, NULL},
	{'a', "append", NULL, OPT_FLAG, OPT_PLAIN, &opts.append, 1,
		"add to the end instead of overwriting", 0, NULL},
	{0, "mode", "MODE", OPT_STR, OPT_PLAIN, &opts.mode, 0,
		"permission bits in octal, such as 755", 0, NULL},
	{0, "eol", "HOW", OPT_STR, OPT_PLAIN, &opts.eol, 0,
		"line ends: asis (default), keep (the file's), lf, crlf", 0, NULL},
	{0, "empty", NULL, OPT_FLAG, OPT_PLAIN, &opts.empty, 1,
		"empty input does mean an empty file", 0, NULL},
	{0, "literal", NULL, OPT_FLAG, OPT_PLAIN, &opts.literal, 1,
		"take input such as '// ... rest of code' as it is", 0, NULL},
	{0, "diff", NULL, OPT_FLAG, OPT_PLAIN, &opts.diff, 1,
		"print the change as a unified diff", 0, NULL},
	{'n', "dry-run", NULL, OPT_FLAG, OPT_PLAIN, &opts.dry_run, 1, "change nothing", 0,
		NULL},
	{0, "atomic", NULL, OPT_FLAG, OPT_PLAIN, &opts.atomic, 1,
		"refuse a file that can only be written in place", 0, NULL},
	{0, "break-links", NULL, OPT_FLAG, OPT_PLAIN, &opts.break_links, 1,
		"replace a file with several hard links under this name alone", 0, NULL},
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &opts.txn.fsync, 0,
		"wait until the file is on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(opts.txn),
	OPT_END,
};

static const char *const examples[] = {"printf 'hello\\n' | pab-write notes/a.txt",
	"a new file, directories made", "sort a.txt | pab-write a.txt",
	"safe: the input is read to its end first", "pab-write --new a.txt <b.txt",
	"status 4 when a.txt exists", "pab-write --if-match 9f3c2b1a a.txt <b.txt",
	"status 4 when a.txt changed", NULL};

static bool reads_input(const struct vec *operands)
{
	(void)operands;
	return true;
}

static const struct tool_spec spec = {
	.name = "pab-write",
	.job = "create or overwrite a file from standard input",
	.synopsis = "[options] FILE",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.input = reads_input,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 written, 2 usage or empty input, 3 not a regular file, 4 exists or\n"
		"  changed, 5 outside the root or not atomic, 7 the system failed",
	.examples = examples,
};

/* What is written, and what became of it. */
struct job {
	struct txn txn;
	struct buf input; /* standard input */
	struct buf old;   /* the file as it was */
	struct buf text;  /* the file as it becomes */
	int mode;         /* -1: kept, or as the umask says */
	unsigned flags;
	const char *eol_was, *eol_is; /* the line ends changed so; NULL: they did not */
	const char *eol_made;         /* the input's became this; NULL: kept */
	bool created, in_place, unchanged;
};

static int check_options(struct job *job, struct err *e)
{
	if (opts.if_match && hash_check(opts.if_match, e) < 0)
		return -1;
	if (opts.eol && strcmp(opts.eol, "asis") && strcmp(opts.eol, "keep") &&
		strcmp(opts.eol, "lf") && strcmp(opts.eol, "crlf"))
		return err_set(e, ERR_USAGE, NULL,
			"--eol is asis, keep, lf or crlf, not '%.20s'", opts.eol);
	if (opts.new_only && (opts.append || opts.if_match))
		return err_set(e, ERR_USAGE, NULL,
			"--new does not go with --append or --if-match");
	job->mode = -1;
	if (opts.mode) {
		size_t n = strlen(opts.mode);
		unsigned long m = strtoul(opts.mode, NULL, 8);
		if (!n || strspn(opts.mode, "01234567") != n || m > 07777)
			return err_set(e, ERR_USAGE, NULL,
				"--mode is octal, such as 644 or 0755, not '%.20s'",
				opts.mode);
		job->mode = (int)m;
	}
	job->flags = CHANGE_CREATE | (opts.new_only ? CHANGE_NEW : 0) |
		     (opts.atomic ? CHANGE_ATOMIC : 0) |
		     (opts.break_links ? CHANGE_BREAK_LINKS : 0);
	return change_sync(opts.txn.fsync, &job->flags, e);
}

/* Adds the input to job->text with the line ends that were asked for. */
static int convert(struct job *job, const char *show, struct err *e)
{
	struct eol_counts was = eol_count(job->old.p, job->old.len);
	struct eol_counts is = eol_count(job->input.p, job->input.len);
	const char *old = eol_uniform(&was), *in = eol_uniform(&is), *want = NULL;
	if (opts.eol && !strcmp(opts.eol, "keep"))
		want = old;
	else if (opts.eol && !strcmp(opts.eol, "lf"))
		want = "LF";
	else if (opts.eol && !strcmp(opts.eol, "crlf"))
		want = "CRLF";
	job->eol_was = job->eol_is = job->eol_made = NULL;
	if (!want) {
		buf_add(&job->text, job->input.p, job->input.len);
		if (old && in && old != in) {
			job->eol_was = old;
			job->eol_is = opts.append ? "mixed" : in;
		}
		return 0;
	}
	if (memchr(job->input.p, '\0', job->input.len))
		return err_set(e, ERR_BAD_INPUT, show,
			"the input holds NUL bytes; --eol is for text");
	eol_convert(&job->text, job->input.p, job->input.len, want[0] == 'C');
	if ((want[0] == 'C' ? is.lf : is.crlf) > 0)
		job->eol_made = want;
	return 0;
}

static void say_eol(struct tool *t, const struct job *job, const char *show)
{
	if (job->eol_was)
		out_notice_on(&t->out, show,
			"line ends change from %s to %s; --eol keep keeps them",
			job->eol_was, job->eol_is);
	if (job->eol_made)
		out_notice_on(
			&t->out, show, "the input's line ends became %s", job->eol_made);
}

/* Input that stands for text somebody left out would be the loss of it. */
static int check_input(const struct job *job, const char *show, struct err *e)
{
	size_t line = opts.literal ? 0
				   : placeholder_find(job->input.p, job->input.len,
					     job->old.p, job->old.len);
	if (!line)
		return 0;
	return err_set(e, ERR_BAD_INPUT, show,
		"line %zu of the input stands for text that was left out; write that text, "
		"or --literal to mean it",
		line);
}

/* What the file becomes, from what it is. Returns 0, or -1 with err. */
static int compose(struct job *job, struct change *c, struct err *e)
{
	const char *show = c->target->show;
	char sum[HASH_HEX + 1];
	buf_clear(&job->old);
	buf_clear(&job->text);
	if (change_read(c, &job->old, e) < 0)
		return -1;
	job->created = c->fd < 0;
	if (opts.if_match && job->created)
		return err_set(e, ERR_STALE, show, "does not exist, so --if-match fails");
	if (opts.if_match) {
		hash_bytes(job->old.p, job->old.len, sum);
		if (!hash_is(sum, opts.if_match))
			return err_set(e, ERR_STALE, show,
				"changed since it was read: its hash is now %.*s",
				HASH_SHOWN, sum);
	}
	if (!job->input.len && job->old.len && !opts.empty && !opts.append)
		return err_set(e, ERR_BAD_INPUT, show,
			"standard input is empty and the file is not; --empty to mean it");
	if (check_input(job, show, e) < 0)
		return -1;
	if (opts.append)
		buf_add(&job->text, job->old.p, job->old.len);
	return convert(job, show, e);
}

/* One attempt. Returns 0, 1 to begin again, -1 with err. */
static int try_write(
	struct tool *t, const struct target *target, struct job *job, struct err *e)
{
	struct change c;
	if (opts.diff && place_admit(&t->place, OP_READ, target, e) < 0)
		return -1;
	int r = change_begin(&c, &t->place, OP_WRITE, target, job->flags, t->home, e);
	if (r == 0)
		r = compose(job, &c, e);
	job->unchanged = r == 0 && !job->created && job->mode < 0 &&
			 job->old.len == job->text.len &&
			 !memcmp(job->old.p, job->text.p, job->old.len);
	if (r == 0 && !opts.dry_run && !job->unchanged) {
		r = change_stage(&c, job->text.p, job->text.len, job->mode, e);
		if (r == 0)
			r = txn_publish(&job->txn, &(struct change *){&c}, 1, e);
	}
	job->in_place = c.in_place;
	change_end(&c);
	return r;
}

static void print_text(struct tool *t, const struct job *job, const char *show)
{
	char size[32], lines[32];
	size_t n = eol_lines(job->text.p, job->text.len);
	struct buf *b = &t->out.buf;
	if (t->out.facts && !opts.dry_run && job->text.len <= SUMS_MOST) {
		struct buf sums CLEANUP(buf_release) = BUF_INIT;
		sums_of(&sums, job->text.p, job->text.len);
		out_fact(&t->out, "sums", sums.p, sums.len);
	}
	if (opts.diff) {
		diff_unified(b, show, job->created ? NULL : job->old.p, job->old.len,
			job->text.p, job->text.len);
		return;
	}
	if (t->out.quiet)
		return;
	buf_puts(b, opts.dry_run ? "would write " : "wrote ");
	out_name(&t->out, show);
	buf_printf(b, ": %s line%s, %s byte%s%s\n", num_commas(lines, (int64_t)n),
		n == 1 ? "" : "s", num_commas(size, (int64_t)job->text.len),
		job->text.len == 1 ? "" : "s",
		job->created     ? " (new)"
		: job->unchanged ? " (unchanged)"
		: job->in_place  ? " (in place, not atomic)"
				 : "");
}

static void print_json(struct tool *t, const struct job *job, const char *show)
{
	struct jout *j = &t->out.json;
	struct buf d CLEANUP(buf_release) = BUF_INIT;
	char sum[HASH_HEX + 1];
	hash_bytes(job->text.p, job->text.len, sum);
	jout_record(j, "write");
	jout_bytes(j, "path", show, strlen(show));
	jout_int(j, "lines", (int64_t)eol_lines(job->text.p, job->text.len));
	jout_int(j, "size", (int64_t)job->text.len);
	jout_bool(j, "created", job->created);
	jout_bool(j, "changed", !job->unchanged && !opts.dry_run);
	jout_bool(j, "atomic", !job->in_place);
	jout_str(j, "hash", sum);
	if (opts.diff) {
		diff_unified(&d, show, job->created ? NULL : job->old.p, job->old.len,
			job->text.p, job->text.len);
		jout_bytes(j, "diff", d.p, d.len);
	}
	jout_end_object(j);
}

static int write_operand(
	struct tool *t, const struct target *target, void *ctx, struct err *e)
{
	struct job *job = ctx;
	int64_t deadline = num_now_ms() + 10000;
	int r;
	while ((r = try_write(t, target, job, e)) == 1 && num_now_ms() < deadline)
		hold_nap(1000);
	if (r == 1)
		return err_set(e, ERR_BUSY, target->show, "in use: it keeps changing");
	if (r < 0)
		return -1;
	if (t->out.form == OUT_JSON)
		print_json(t, job, target->show);
	else
		print_text(t, job, target->show);
	say_eol(t, job, target->show);
	return 0;
}

static void run(struct tool *t, struct job *job)
{
	struct err e = {0};
	if (t->operands.n != 1) {
		tool_usage(
			t, "one FILE is needed; its content comes from standard input");
		return;
	}
	if (check_options(job, &e) < 0 || txn_start(&job->txn, t, &opts.txn, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	if (io_slurp(caller_stdin(), &job->input, CHANGE_INPUT_MAX) < 0) {
		if (errno == EFBIG)
			err_set(&e, ERR_TOO_LARGE, NULL,
				"standard input has more than 1 GiB");
		else
			err_set(&e, ERR_IO, NULL, "cannot read standard input: %s",
				strerror(errno));
		tool_fail(t, &e);
		return;
	}
	gate_content(t->place.gate, job->input.p, job->input.len);
	tool_each(t, NULL, write_operand, job);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	struct job job = {.input = BUF_INIT, .old = BUF_INIT, .text = BUF_INIT};
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		run(&t, &job);
		if ((j = tool_summary(&t)))
			jout_int(j, "files", t.out.status == 0);
	}
	buf_release(&job.input);
	buf_release(&job.old);
	buf_release(&job.text);
	return tool_end(&t);
}
