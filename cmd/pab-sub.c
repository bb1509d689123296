/* SPDX-License-Identifier: MIT */
/* Replace a pattern across files: shows the diff; --apply does it, all or nothing.
 * usage: pab-sub [options] PATTERN REPLACEMENT [PATH ...]
 * exit status: 0 1 2 3 5 7 */
#include "pab_sub.h"

#include "diff.h"
#include "filter.h"
#include "hash.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "start.h"
#include "text.h"
#include "txn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct {
	struct txn_options txn;
	struct filter filter;
	int fixed, icase, smart, word, hidden, no_ignore, apply, diff, atomic;
} opts;

#define FLAG(letter, name, dst, help)                                                    \
	{                                                                                \
		letter, name, NULL, OPT_FLAG, OPT_PLAIN, dst, 1, help, 0, NULL           \
	}

static const struct opt table[] = {
	FLAG(0, "apply", &opts.apply, "do it; without, the diff is shown"),
	FLAG('F', "fixed-strings", &opts.fixed, "PATTERN and REPLACEMENT are plain text"),
	FLAG('i', "ignore-case", &opts.icase, "letters of either case are equal"),
	FLAG('S', "smart-case", &opts.smart, "-i unless PATTERN holds a capital"),
	FLAG('w', "word-regexp", &opts.word, "whole words only"),
	{'g', "glob", "GLOB", OPT_CALL, OPT_PLAIN, &opts.filter, 0,
		"only files that match; !GLOB: not those (repeatable)", 0, filter_glob},
	{'t', "type", "TYPE", OPT_CALL, OPT_PLAIN, &opts.filter, 0,
		"only files of this type, as for pab-grep (repeatable)", 0, filter_type},
	FLAG('.', "hidden", &opts.hidden, "names that begin with a dot too"),
	FLAG(0, "no-ignore", &opts.no_ignore, "ignored files too"),
	FLAG(0, "diff", &opts.diff, "with --apply, print the diff all the same"),
	FLAG(0, "atomic", &opts.atomic,
		"refuse a file that can only be written in place"),
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &opts.txn.fsync, 0,
		"wait until the files are on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(opts.txn),
	OPT_END,
};

static const char *const examples[] = {"pab-sub -w old_name new_name src",
	"show what it would do", "pab-sub -w --apply old_name new_name src",
	"do it, in all files or in none",
	"pab-sub 'f\\((\\w+), (\\w+)\\)' 'f($2, $1)' -t c", "groups; $$ is a dollar",
	"pab-sub -F 'a[i]' 'a.at(i)'", "plain text", NULL};

/* The pattern and what is put in its place. */
static size_t front(void)
{
	return 2;
}

static const struct tool_spec spec = {
	.name = "pab-sub",
	.job = "replace a pattern across files, all or nothing",
	.synopsis = "[options] PATTERN REPLACEMENT [PATH ...]",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.front = front,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 shown or done, 1 no match, 2 usage or pattern, 3 no such file,\n"
		"  5 outside the root or read-only, 7 the system failed or out of time",
	.examples = examples,
};

struct job {
	struct tool *t;
	struct txn txn;
	struct sub *sub;
	unsigned flags;
	struct sub_result **results; /* of the files of the transaction, by order */
	struct buf *olds;
	size_t n_results;
	int64_t looked_at, binary, unreadable, ignored, hidden, files, places, undecided;
	int64_t begun;
	bool timed_out;
};

enum { LOOKED_AT = 8000 };

static bool is_text(const struct buf *b)
{
	enum text_encoding k =
		text_guess(b->p, b->len < LOOKED_AT ? b->len : (size_t)LOOKED_AT);
	return k != TEXT_BINARY && k != TEXT_UTF16LE && k != TEXT_UTF16BE;
}

/* Shows, or takes into the transaction, a file in which something matches. */
static int take_file(
	struct job *job, struct target *target, const struct buf *b, struct err *e)
{
	struct tool *t = job->t;
	struct sub_result r CLEANUP(sub_result_release) = SUB_RESULT_INIT;
	if (opts.apply) {
		if (!txn_add(&job->txn, target, OP_EDIT, job->flags, NULL, e) && e->code)
			return -1;
		return 0;
	}
	enum find_result got = sub_apply(job->sub, b->p, b->len, &r);
	job->timed_out |= got == FIND_TIMEOUT;
	job->undecided += r.undecided;
	if (got != FIND_HIT)
		return 0;
	job->files++;
	job->places += r.places;
	size_t before = t->out.buf.len;
	struct buf d CLEANUP(buf_release) = BUF_INIT;
	diff_unified(&d, target->show, b->p, b->len, r.text.p, r.text.len);
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "edit");
		jout_bytes(j, "path", target->show, strlen(target->show));
		jout_int(j, "occurrences", r.places);
		jout_bool(j, "changed", false);
		jout_bytes(j, "diff", d.p, d.len);
		jout_end_object(j);
	} else if (job->begun + (int64_t)d.len <= t->limits.bytes) {
		buf_add(&t->out.buf, d.p, d.len);
	} else {
		tool_cut(t);
	}
	job->begun += (int64_t)(t->out.buf.len - before);
	out_drain(&t->out);
	return 0;
}

/* Looks into the open file. Returns 0, or -1 with err. */
static int look(struct job *job, struct target *target, int fd, bool named, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (io_slurp(fd, &b, CHANGE_MAX) < 0) {
		job->unreadable++;
		return named ? err_sys(e, target->show, errno) : 0;
	}
	if (!is_text(&b)) {
		job->binary++;
		return named ? err_set(e, ERR_BINARY, target->show,
				       "binary or UTF-16; pab-edit changes such a file")
			     : 0;
	}
	job->looked_at++;
	enum find_result got = sub_matches(job->sub, b.p, b.len);
	job->timed_out |= got == FIND_TIMEOUT;
	return got == FIND_HIT ? take_file(job, target, &b, e) : 0;
}

static int take_entry(struct job *job, struct walk *w, const struct target *start,
	const struct walk_entry *we, struct err *e)
{
	char *show CLEANUP(mem_freep) = target_show(start->show, we->path);
	if (we->type == DT_DIR && !filter_enters(&opts.filter, show, we->path))
		walk_prune(w);
	if (we->type != DT_REG || !filter_takes(&opts.filter, show, we->path, we->name))
		return 0;
	int fd CLEANUP(mem_closep) = openat(we->dir->fd, we->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct target target CLEANUP(target_release) = {0};
	target_below(&job->t->place, start, we->path, &target);
	if (fd < 0) {
		job->unreadable++;
		return 0;
	}
	return look(job, &target, fd, false, e);
}

static int take_dir(struct job *job, const struct target *target, struct err *e)
{
	struct start s;
	struct walk_entry we;
	unsigned flags =
		(opts.hidden ? WALK_HIDDEN : 0) | (opts.no_ignore ? WALK_NO_IGNORE : 0);
	if (start_walk(&s, &job->t->place, OP_GREP, target, flags, 0, e) < 0)
		return -1;
	tool_down(job->t, s.down, s.n_down);
	int r = 0;
	while (r == 0 && !job->timed_out && walk_next(s.walk, &we))
		r = take_entry(job, s.walk, target, &we, e);
	const struct walk_counts *c = walk_counts(s.walk);
	job->ignored += c->ignored;
	job->hidden += c->hidden;
	job->unreadable += c->unreadable;
	start_release(&s);
	return r;
}

static int take_operand(struct job *job, const char *operand, struct err *e)
{
	struct target target CLEANUP(target_release) = {0};
	struct stat st;
	if (place_target(&job->t->place, operand, &target, e) < 0)
		return -1;
	int fd CLEANUP(mem_closep) =
		place_open_file(&job->t->place, OP_GREP, &target, &st, e);
	if (fd >= 0)
		return look(job, &target, fd, true, e);
	return e->code == ERR_IS_DIR ? take_dir(job, &target, e) : -1;
}

/* What becomes of a file that is locked. */
static int stage(void *ctx, struct txn_file *f, struct err *e)
{
	struct job *job = ctx;
	struct sub_result *r = &(*job->results)[f->order];
	struct buf *old = &job->olds[f->order];
	buf_clear(old);
	if (change_read(&f->change, old, e) < 0)
		return -1;
	enum find_result got = sub_apply(job->sub, old->p, old->len, r);
	if (got == FIND_TIMEOUT)
		return err_set(e, ERR_TIMEOUT, f->target.show, "out of time");
	if (got == FIND_NONE)
		return err_set(e, ERR_STALE, f->target.show, "changed while it was read");
	return change_stage(&f->change, r->text.p, r->text.len, -1, e);
}

static void print_one(struct job *job, const struct txn_file *f)
{
	enum { SHOWN = 10 };
	const struct sub_result *r = &(*job->results)[f->order];
	const struct buf *old = &job->olds[f->order];
	struct out *o = &job->t->out;
	struct buf d CLEANUP(buf_release) = BUF_INIT;
	char n[32], sum[HASH_HEX + 1];
	if (opts.diff)
		diff_unified(
			&d, f->target.show, old->p, old->len, r->text.p, r->text.len);
	if (o->form == OUT_JSON) {
		struct jout *j = &o->json;
		hash_bytes(r->text.p, r->text.len, sum);
		jout_record(j, "edit");
		jout_bytes(j, "path", f->target.show, strlen(f->target.show));
		jout_int(j, "occurrences", r->places);
		jout_array(j, "line_numbers");
		for (size_t i = 0; i < r->n_lines; i++)
			jout_int(j, NULL, r->lines[i]);
		jout_end_array(j);
		jout_int(j, "size", (int64_t)r->text.len);
		jout_bool(j, "changed", true);
		jout_bool(j, "atomic", !f->change.in_place);
		jout_str(j, "hash", sum);
		if (opts.diff)
			jout_bytes(j, "diff", d.p, d.len);
		jout_end_object(j);
		return;
	}
	if (opts.diff || o->quiet) {
		buf_add(&o->buf, d.p, d.len);
		return;
	}
	buf_puts(&o->buf, "edited ");
	out_name(o, f->target.show);
	buf_printf(&o->buf, ": %s replacement%s, line%s", num_commas(n, r->places),
		r->places == 1 ? "" : "s", r->n_lines == 1 ? "" : "s");
	for (size_t i = 0; i < r->n_lines && i < SHOWN; i++)
		buf_printf(&o->buf, "%s %lld", i ? "," : "", (long long)r->lines[i]);
	if (r->n_lines > SHOWN)
		buf_printf(&o->buf, " and %zu more", r->n_lines - SHOWN);
	buf_puts(&o->buf, f->change.in_place ? " (in place, not atomic)\n" : "\n");
}

static int by_order(const void *a, const void *b)
{
	const struct txn_file *x = a, *y = b;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int apply(struct job *job, struct err *e)
{
	struct txn *x = &job->txn;
	size_t n = x->n;
	struct sub_result *all CLEANUP(mem_freep) = xcalloc(n + 1, sizeof(*all));
	job->results = &all;
	job->olds = xcalloc(n + 1, sizeof(*job->olds));
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct sub_result)SUB_RESULT_INIT;
		job->olds[i] = (struct buf)BUF_INIT;
	}
	int r = txn_run(x, stage, job, false, e);
	if (r == 0)
		qsort(x->v, n, sizeof(*x->v), by_order);
	for (size_t i = 0; i < n && r == 0; i++) {
		print_one(job, &x->v[i]);
		job->files++;
		job->places += all[x->v[i].order].places;
	}
	for (size_t i = 0; i < n; i++) {
		sub_result_release(&all[i]);
		buf_release(&job->olds[i]);
	}
	free(job->olds);
	return r;
}

/* The last line: what was done, or how to do it. */
static void say_end(struct job *job)
{
	struct out *o = &job->t->out;
	char f[32], p[32];
	num_commas(f, job->files);
	num_commas(p, job->places);
	if (job->undecided)
		out_notice(o, "%lld lines were too much to decide, and stay as they are",
			(long long)job->undecided);
	if (job->t->truncated)
		out_notice(o, "part of the diff is left out; --no-limit shows it");
	if (job->files)
		out_notice(o, "%s file%s, %s place%s%s", f, job->files == 1 ? "" : "s", p,
			job->places == 1 ? "" : "s",
			opts.apply ? "" : "; --apply to do it");
	else
		out_notice(o, "no match in %lld file%s (%lld ignored, %lld binary)",
			(long long)job->looked_at, job->looked_at == 1 ? "" : "s",
			(long long)job->ignored, (long long)job->binary);
	if (!job->files)
		out_status(o, 1);
}

static void run(struct tool *t, struct job *job)
{
	struct err e = {0};
	struct vec *v = &t->operands;
	unsigned re = (opts.icase ? RE_ICASE : 0) | (opts.smart ? RE_SMART_CASE : 0) |
		      (opts.fixed ? RE_FIXED : 0) | (opts.word ? RE_WORD : 0);
	int64_t deadline = t->limits.timeout == NUM_NONE
				   ? NUM_NONE
				   : num_now_ms() + t->limits.timeout;
	job->t = t;
	job->flags = opts.atomic ? CHANGE_ATOMIC : 0;
	if (v->n < 2) {
		tool_usage(t, "PATTERN and REPLACEMENT are needed");
		return;
	}
	if (txn_start(&job->txn, t, &opts.txn, &e) < 0 ||
		change_sync(opts.txn.fsync, &job->flags, &e) < 0 ||
		!(job->sub = sub_new(v->v[0], v->v[1], re, deadline, &e))) {
		tool_fail(t, &e);
		return;
	}
	int r = 0;
	for (size_t i = 2; (i < v->n || i == 2) && r == 0 && !job->timed_out; i++)
		r = take_operand(job, i < v->n ? v->v[i] : ".", &e);
	if (r == 0 && job->timed_out)
		r = err_set(&e, ERR_TIMEOUT, NULL, "out of time%s",
			opts.apply ? "; nothing was changed" : "");
	if (r == 0 && opts.apply && job->txn.n)
		r = apply(job, &e);
	if (r < 0)
		tool_fail(t, &e);
	else
		say_end(job);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	struct job job = {0};
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		run(&t, &job);
		if ((j = tool_summary(&t))) {
			jout_int(j, "files", job.files);
			jout_int(j, "occurrences", job.places);
		}
	}
	txn_release(&job.txn);
	sub_free(job.sub);
	filter_release(&opts.filter);
	return tool_end(&t);
}
