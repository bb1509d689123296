/* SPDX-License-Identifier: MIT */
/* Replace text in files, all or nothing.
 * usage: pab-edit [options] --old TEXT --new TEXT FILE ...
 * exit status: 0 2 3 4 5 7 */
#include "pab_edit.h"

#include "caller.h"
#include "diff.h"
#include "hash.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "text.h"
#include "txn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct {
	struct txn_options txn;
	const char *old, *new, *old_file, *new_file, *if_match;
	int all, words, atomic, break_links, diff, dry_run;
} opts;

static const struct opt table[] = {
	{0, "old", "TEXT", OPT_STR, OPT_PLAIN, &opts.old, 0,
		"the text to replace, exact and in one place only", 0, NULL},
	{0, "new", "TEXT", OPT_STR, OPT_PLAIN, &opts.new, 0, "what replaces it", 0, NULL},
	{0, "old-file", "FILE", OPT_STR, OPT_CALLER_FILE, &opts.old_file, 0,
		"the text to replace is FILE's; - is standard input", 0, NULL},
	{0, "new-file", "FILE", OPT_STR, OPT_CALLER_FILE, &opts.new_file, 0,
		"what replaces it is FILE's", 0, NULL},
	{'a', "all", NULL, OPT_FLAG, OPT_PLAIN, &opts.all, 1, "replace it in every place",
		0, NULL},
	{'w', "word", NULL, OPT_FLAG, OPT_PLAIN, &opts.words, 1, "whole words only", 0,
		NULL},
	{0, "if-match", "HASH", OPT_STR, OPT_PLAIN, &opts.if_match, 0,
		"only if its SHA-256 begins with HASH (8 digits or more)", 0, NULL},
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

static const char *const examples[] = {"pab-edit --old 'x = 1;' --new 'x = 2;' a.c",
	"one place, exact", "pab-edit -w --all --old foo --new bar *.c",
	"a name everywhere, or nowhere", "pab-edit --old-file o.txt --new-file n.txt a.c",
	"texts of many lines, unquoted", "pab-edit -n --diff --old a --new b a.c",
	"only show what would change", NULL};

static const struct tool_spec spec = {
	.name = "pab-edit",
	.job = "replace text in files, all or nothing",
	.synopsis = "[options] --old TEXT --new TEXT FILE ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.input = true,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 edited, 2 usage, 3 no such file or no regular one, 4 text absent,\n"
		"  ambiguous or file changed, 5 outside the root or not atomic, 7 the "
		"system failed",
	.examples = examples,
};

/* One file of the transaction. */
struct job {
	struct target target;
	size_t order;    /* among the operands */
	struct spot key; /* puts the locks in one order for everyone */
	struct stat st;  /* of the file, to find it named twice */
	struct change change;
	bool begun;
	struct buf old, text;
	struct places at;
};

struct jobs {
	struct job *v; /* in the order of their keys */
	size_t n;
	struct replacement r;
	struct buf old_text, new_text;
	unsigned flags;
	size_t failed; /* the first operand that leads nowhere, or SIZE_MAX */
	struct err why;
	struct txn txn;
};

/* A text given as an argument or in one of the caller's files. */
static int take_text(
	const char *arg, const char *file, const char *name, struct buf *b, struct err *e)
{
	if (arg && file)
		return err_set(
			e, ERR_USAGE, NULL, "--%s and --%s-file both given", name, name);
	if (!arg && !file)
		return err_set(
			e, ERR_USAGE, NULL, "--%s or --%s-file is needed", name, name);
	if (arg) {
		buf_puts(b, arg);
		return 0;
	}
	int fd CLEANUP(mem_closep) = caller_open(file);
	if (fd >= 0 && io_slurp(fd, b, CHANGE_MAX) == 0)
		return 0;
	if (errno == EFBIG)
		return err_set(
			e, ERR_TOO_LARGE, caller_name(file), "holds more than 1 GiB");
	return err_sys(e, caller_name(file), errno);
}

static int take_request(struct tool *t, struct jobs *js, struct err *e)
{
	js->flags = (opts.atomic ? CHANGE_ATOMIC : 0) |
		    (opts.break_links ? CHANGE_BREAK_LINKS : 0);
	if (opts.if_match && hash_check(opts.if_match, e) < 0)
		return -1;
	if (opts.old_file && opts.new_file && !strcmp(opts.old_file, "-") &&
		!strcmp(opts.new_file, "-"))
		return err_set(e, ERR_USAGE, NULL,
			"standard input cannot be the old text and the new");
	if (txn_start(&js->txn, t, &opts.txn, e) < 0 ||
		change_sync(opts.txn.fsync, &js->flags, e) < 0 ||
		take_text(opts.old, opts.old_file, "old", &js->old_text, e) < 0 ||
		take_text(opts.new, opts.new_file, "new", &js->new_text, e) < 0)
		return -1;
	js->r = (struct replacement){js->old_text.p, js->old_text.len, js->new_text.p,
		js->new_text.len, opts.all, opts.words};
	if (!js->r.n_old)
		return err_set(e, ERR_USAGE, NULL,
			"the old text is empty; pab-write makes files");
	if (js->r.n_old == js->r.n_new && !memcmp(js->r.old, js->r.new, js->r.n_old))
		return err_set(
			e, ERR_USAGE, NULL, "the old text and the new are the same");
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct job *x = a, *y = b;
	return change_compare(&x->key, &y->key);
}

static void drop_job(struct job *job)
{
	target_release(&job->target);
	if (job->key.dirfd >= 0)
		close(job->key.dirfd);
	buf_release(&job->old);
	buf_release(&job->text);
	places_release(&job->at);
}

/* Is the file among those before it? By another name that is the same file too (a hard
 * link), and its lock would be waited for in vain. Returns 1, 0, or -1 with err. */
static int named_before(
	const struct jobs *js, size_t n, const struct job *job, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct job *other = &js->v[i];
		if (change_compare(&other->key, &job->key) == 0)
			return 1;
		if (!job->st.st_nlink || !change_same(&other->st, &job->st))
			continue;
		if (!opts.break_links)
			return 1;
		err_set(e, ERR_USAGE, job->target.show, "is the same file as ");
		struct buf b CLEANUP(buf_release) = BUF_INIT;
		text_name(&b, other->target.show, true);
		return err_add(e, "%.400s; with --break-links name one of them", b.p);
	}
	return 0;
}

/* Finds where one operand leads; what was named before is dropped. */
static int find_job(struct tool *t, struct jobs *js, size_t i, struct err *e)
{
	struct job *job = &js->v[js->n];
	int r = 0;
	*job = (struct job){
		.order = i, .key = {.dirfd = -1}, .old = BUF_INIT, .text = BUF_INIT};
	if (place_target(&t->place, t->operands.v[i], &job->target, e) < 0 ||
		place_spot(&t->place, OP_EDIT, &job->target, false, &job->key, e) < 0)
		r = -1;
	else if (fstatat(job->key.dirfd, job->key.name, &job->st, AT_SYMLINK_NOFOLLOW) <
		 0)
		job->st.st_nlink = 0; /* change_begin says so */
	if (r == 0)
		r = named_before(js, js->n, job, e);
	if (r == 0)
		js->n++;
	else
		drop_job(job);
	return r < 0 ? -1 : 0;
}

/* The same for all, sorted by where they lead. The first that leads nowhere is
 * remembered. */
static void find_jobs(struct tool *t, struct jobs *js)
{
	struct err why;
	js->failed = SIZE_MAX;
	js->v = xcalloc(t->operands.n, sizeof(*js->v));
	for (size_t i = 0; i < t->operands.n; i++)
		if (find_job(t, js, i, &why) < 0 && js->failed == SIZE_MAX) {
			js->failed = i;
			js->why = why;
		}
	qsort(js->v, js->n, sizeof(*js->v), by_key);
}

/* Begins, reads and prepares one file. Returns 0, 1 to begin again, -1 with err. */
static int prepare(struct tool *t, struct jobs *js, struct job *job, struct err *e)
{
	const char *show = job->target.show;
	char sum[HASH_HEX + 1];
	buf_clear(&job->old);
	buf_clear(&job->text);
	places_release(&job->at);
	job->begun = true;
	if (change_begin(&job->change, &t->place, OP_EDIT, &job->target, js->flags,
		    t->home, e) < 0 ||
		change_read(&job->change, &job->old, e) < 0)
		return -1;
	if (opts.if_match) {
		hash_bytes(job->old.p, job->old.len, sum);
		if (!hash_is(sum, opts.if_match))
			return err_set(e, ERR_STALE, show,
				"changed since it was read: its hash is now %.*s",
				HASH_SHOWN, sum);
	}
	if (replace_text(
		    &js->r, job->old.p, job->old.len, show, &job->text, &job->at, e) < 0)
		return -1;
	if (opts.dry_run || js->failed != SIZE_MAX)
		return 0; /* nothing will be written */
	return change_stage(&job->change, job->text.p, job->text.len, -1, e);
}

/* Publishes all or none. Returns 0, 1 or -1. */
static int publish(struct jobs *js, struct err *e)
{
	struct change **v CLEANUP(mem_freep) = xcalloc(js->n, sizeof(struct change *));
	for (size_t i = 0; i < js->n; i++)
		v[i] = &js->v[i].change;
	return txn_publish(&js->txn, v, js->n, e);
}

static void end_all(struct jobs *js)
{
	for (size_t i = 0; i < js->n; i++) {
		if (js->v[i].begun)
			change_end(&js->v[i].change);
		js->v[i].begun = false;
	}
}

/* Prepares all, in the order of the locks, which differs from backend to backend: of
 * several errors the first operand's counts. Returns 0, 1 to begin again, -1 with err. */
static int prepare_all(struct tool *t, struct jobs *js, struct err *e)
{
	struct err why = {0};
	size_t first = js->failed;
	if (first != SIZE_MAX)
		*e = js->why;
	for (size_t i = 0; i < js->n; i++) {
		struct job *job = &js->v[i];
		int r = job->order < first ? prepare(t, js, job, &why) : 0;
		if (r > 0)
			return r;
		if (r < 0) {
			first = job->order;
			*e = why;
		}
	}
	return first == SIZE_MAX ? 0 : -1;
}

/* One attempt at the transaction. Returns 0, 1 to begin again, -1 with err. */
static int try_all(struct tool *t, struct jobs *js, struct err *e)
{
	int r = prepare_all(t, js, e);
	if (r == 0 && !opts.dry_run)
		r = publish(js, e);
	end_all(js);
	return r;
}

static void print_text(struct tool *t, const struct job *job)
{
	char n[32];
	struct buf *b = &t->out.buf;
	if (opts.diff) {
		diff_unified(b, job->target.show, job->old.p, job->old.len, job->text.p,
			job->text.len);
		return;
	}
	if (t->out.quiet)
		return;
	buf_puts(b, opts.dry_run ? "would edit " : "edited ");
	out_name(&t->out, job->target.show);
	buf_printf(b, ": %s replacement%s, ", num_commas(n, (int64_t)job->at.n),
		job->at.n == 1 ? "" : "s");
	places_text(b, &job->at);
	buf_puts(b, job->change.in_place ? " (in place, not atomic)\n" : "\n");
}

static void print_json(struct tool *t, const struct job *job)
{
	struct jout *j = &t->out.json;
	struct buf d CLEANUP(buf_release) = BUF_INIT;
	char sum[HASH_HEX + 1];
	hash_bytes(job->text.p, job->text.len, sum);
	jout_record(j, "edit");
	jout_bytes(j, "path", job->target.show, strlen(job->target.show));
	jout_int(j, "occurrences", (int64_t)job->at.n);
	jout_array(j, "line_numbers");
	for (size_t i = 0; i < job->at.n; i++)
		jout_int(j, NULL, job->at.line[i]);
	jout_end_array(j);
	jout_int(j, "size", (int64_t)job->text.len);
	jout_bool(j, "changed", !opts.dry_run);
	jout_bool(j, "atomic", !job->change.in_place);
	jout_str(j, "hash", sum);
	if (opts.diff) {
		diff_unified(&d, job->target.show, job->old.p, job->old.len, job->text.p,
			job->text.len);
		jout_bytes(j, "diff", d.p, d.len);
	}
	jout_end_object(j);
}

/* Prints in the order of the operands, as the caller thinks of them. */
static void print_all(struct tool *t, struct jobs *js)
{
	for (size_t i = 0; i < t->operands.n; i++) {
		for (size_t k = 0; k < js->n; k++) {
			if (js->v[k].target.operand != t->operands.v[i])
				continue;
			if (t->out.form == OUT_JSON)
				print_json(t, &js->v[k]);
			else
				print_text(t, &js->v[k]);
		}
	}
}

static int edit(struct tool *t, struct jobs *js, struct err *e)
{
	int64_t deadline = num_now_ms() + 10000;
	int r = take_request(t, js, e);
	if (r < 0)
		return -1;
	gate_content(t->place.gate, js->old_text.p, js->old_text.len);
	gate_content(t->place.gate, js->new_text.p, js->new_text.len);
	find_jobs(t, js);
	while ((r = try_all(t, js, e)) == 1 && num_now_ms() < deadline)
		hold_nap(1000);
	if (r == 1)
		r = err_set(
			e, ERR_BUSY, js->v[0].target.show, "in use: it keeps changing");
	if (r < 0 && t->operands.n > 1 && !js->txn.torn)
		err_add(e, "; nothing was changed");
	return r;
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	struct err e = {0};
	struct jobs js = {.old_text = BUF_INIT, .new_text = BUF_INIT};
	int64_t places = 0;
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		int r = 0;
		if (!t.operands.n)
			r = tool_usage(&t, "no FILE to edit");
		else if (edit(&t, &js, &e) < 0)
			r = tool_fail(&t, &e);
		else
			print_all(&t, &js);
		for (size_t i = 0; r == 0 && i < js.n; i++)
			places += (int64_t)js.v[i].at.n;
		if ((j = tool_summary(&t))) {
			jout_int(j, "files", r == 0 ? (int64_t)js.n : 0);
			jout_int(j, "occurrences", places);
		}
	}
	for (size_t i = 0; i < js.n; i++)
		drop_job(&js.v[i]);
	free(js.v);
	buf_release(&js.old_text);
	buf_release(&js.new_text);
	return tool_end(&t);
}
