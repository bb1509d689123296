/* SPDX-License-Identifier: MIT */
/* Replace text in files, all or nothing.
 * usage: pab-edit [options] [FILE ...]
 *	pab-edit [options] --old TEXT --new TEXT FILE ...
 * exit status: 0 2 3 4 5 7 */
#include "pab_edit.h"

#include "editpack.h"
#include "hash.h"
#include "hold.h"
#include "mem.h"
#include "num.h"
#include "text.h"
#include "txn.h"

#include <fcntl.h>
#include <unistd.h>

static struct {
	struct txn_options txn;
	const char *old, *new, *old_file, *new_file, *at, *to, *after, *before, *delete;
	const char *if_match;
	int all, words, indent, literal, atomic, break_links, diff, dry_run;
} opts;

static const struct opt table[] = {
	{0, "old", "TEXT", OPT_STR, OPT_PLAIN, &opts.old, 0,
		"the text to replace, exact and in one place only", 0, NULL},
	{0, "new", "TEXT", OPT_STR, OPT_PLAIN, &opts.new, 0, "what replaces it", 0, NULL},
	{0, "old-file", "FILE", OPT_STR, OPT_CALLER_FILE, &opts.old_file, 0,
		"the text to replace is FILE's; - is standard input", 0, NULL},
	{0, "new-file", "FILE", OPT_STR, OPT_CALLER_FILE, &opts.new_file, 0,
		"what replaces it is FILE's", 0, NULL},
	{0, "at", "TAG", OPT_STR, OPT_PLAIN, &opts.at, 0,
		"the line to replace, N:hhhh as pab-read --tags shows it", 0, NULL},
	{0, "to", "TAG", OPT_STR, OPT_PLAIN, &opts.to, 0,
		"and all lines down to this one", 0, NULL},
	{0, "after", "TAG", OPT_STR, OPT_PLAIN, &opts.after, 0,
		"add lines below this one; 0 is the top", 0, NULL},
	{0, "before", "TAG", OPT_STR, OPT_PLAIN, &opts.before, 0, "add lines above it", 0,
		NULL},
	{0, "delete", "A[,B]", OPT_STR, OPT_PLAIN, &opts.delete, 0,
		"remove the line of a tag, or those from one to another", 0, NULL},
	{'a', "all", NULL, OPT_FLAG, OPT_PLAIN, &opts.all, 1, "replace it in every place",
		0, NULL},
	{'w', "word", NULL, OPT_FLAG, OPT_PLAIN, &opts.words, 1, "whole words only", 0,
		NULL},
	{0, "indent", NULL, OPT_FLAG, OPT_PLAIN, &opts.indent, 1,
		"lines may be indented otherwise; the new ones follow", 0, NULL},
	{0, "literal", NULL, OPT_FLAG, OPT_PLAIN, &opts.literal, 1,
		"take new text such as '// ... rest of code' as it is", 0, NULL},
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

static const char blocks[] =
	"blocks: each has old lines and new ones,\n"
	"  src/a.c                                       unquoted; a path stands above\n"
	"  <<<<<<< SEARCH\n  x = 1;\n  =======\n  x = 2;\n  >>>>>>> REPLACE\n  END";

static const char *const examples[] = {"pab-edit <<'END'", blocks,
	"pab-edit -w --all --old foo --new bar *.c", "a name everywhere, or nowhere",
	"pab-edit --at 12:9f3c --new 'x = 2;' a.c", "the line with this tag",
	"pab-edit -n --diff <edits.json", "only show; JSON works as blocks do", NULL};

/* The static executable runs where others understood the request; see TOOL_READER. */
#ifdef PAB_STATIC
#define EDITS_READER NULL
#define TRANSLATE NULL
#else
#define EDITS_READER editjson_parse
#define TRANSLATE translate

/* A request in JSON becomes one that a far end reads. */
static int translate(struct buf *b, struct err *e)
{
	struct edits es CLEANUP(edits_release) = {0};
	if (opts.at || opts.after || opts.before || !request_is_json(b->p, b->len))
		return 0;
	if (editjson_parse(b->p, b->len, &es, e) < 0)
		return -1;
	buf_clear(b);
	editpack_write(&es, b);
	return 0;
}
#endif

/* Either the content for lines that a tag names, or the whole request. */
static bool reads_input(const struct vec *operands)
{
	(void)operands;
	return !opts.new && !opts.new_file && !opts.old && !opts.old_file && !opts.delete;
}

static const struct tool_spec spec = {
	.name = "pab-edit",
	.job = "replace text in files, all or nothing",
	.synopsis =
		"[options] [FILE ...] | pab-edit [options] --old TEXT --new TEXT FILE ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.input = reads_input,
	.translate = TRANSLATE,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 edited, 2 usage or no edit, 3 no such file or no regular one, 4 text\n"
		"  absent, ambiguous or file changed, 5 outside the root or not atomic, 7 the "
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
	struct buf old;
	struct draft draft; /* what becomes of it */
	size_t *which;      /* the edits of this file */
	size_t n_which;
	struct explain why; /* a text was not found */
};

struct jobs {
	struct job *v; /* in the order of their keys */
	size_t n;
	struct edits edits;
	size_t *leads; /* which job, by its order, each path leads to */
	unsigned flags;
	size_t failed; /* the first path that leads nowhere, or SIZE_MAX */
	const struct explain *failed_why;
	struct err why;
	struct txn txn;
};

static int take_request(struct tool *t, struct jobs *js, struct err *e)
{
	struct request_args a = {opts.old, opts.new, opts.old_file, opts.new_file,
		opts.at, opts.to, opts.after, opts.before, opts.delete, opts.all,
		opts.words};
	js->flags = (opts.atomic ? CHANGE_ATOMIC : 0) |
		    (opts.break_links ? CHANGE_BREAK_LINKS : 0);
	if (opts.if_match && hash_check(opts.if_match, e) < 0)
		return -1;
	if (txn_start(&js->txn, t, &opts.txn, e) < 0 ||
		change_sync(opts.txn.fsync, &js->flags, e) < 0)
		return -1;
	return request_take(&a, &t->operands, EDITS_READER, &js->edits, e);
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
	draft_release(&job->draft);
	free(job->which);
	explain_release(&job->why);
}

/* Is the file among those before it? By another name that is the same file too (a hard
 * link), and its lock would be waited for in vain. Returns 1 with *as, the order of that
 * one, 0, or -1 with err. */
static int named_before(
	const struct jobs *js, size_t n, const struct job *job, size_t *as, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct job *other = &js->v[i];
		*as = other->order;
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

/* Finds where one path leads; what was named before is dropped. */
static int find_job(struct tool *t, struct jobs *js, size_t i, struct err *e)
{
	struct job *job = &js->v[js->n];
	size_t as = 0;
	int r = 0;
	*job = (struct job){.order = i,
		.key = {.dirfd = -1},
		.old = BUF_INIT,
		.draft = {.text = BUF_INIT},
		.why = EXPLAIN_INIT};
	if (place_target(&t->place, js->edits.paths.v[i], &job->target, e) < 0 ||
		place_spot(&t->place, OP_EDIT, &job->target, false, &job->key, e) < 0)
		r = -1;
	else if (fstatat(job->key.dirfd, job->key.name, &job->st, AT_SYMLINK_NOFOLLOW) <
		 0)
		job->st.st_nlink = 0; /* change_begin says so */
	if (r == 0)
		r = named_before(js, js->n, job, &as, e);
	js->leads[i] = r > 0 ? as : i;
	if (r == 0)
		js->n++;
	else
		drop_job(job);
	return r < 0 ? -1 : 0;
}

/* The edits of a job, in the order of the request. */
static void choose_edits(const struct jobs *js, struct job *job)
{
	const struct edits *es = &js->edits;
	job->which = xcalloc(es->n, sizeof(*job->which));
	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].file == EDIT_EVERY || js->leads[es->v[i].file] == job->order)
			job->which[job->n_which++] = i;
}

/* The same for all, sorted by where they lead. The first that leads nowhere is
 * remembered. */
static void find_jobs(struct tool *t, struct jobs *js)
{
	struct err why;
	size_t n = js->edits.paths.n;
	js->failed = SIZE_MAX;
	js->v = xcalloc(n, sizeof(*js->v));
	js->leads = xcalloc(n, sizeof(*js->leads));
	for (size_t i = 0; i < n; i++)
		if (find_job(t, js, i, &why) < 0 && js->failed == SIZE_MAX) {
			js->failed = i;
			js->why = why;
		}
	for (size_t i = 0; i < js->n; i++)
		choose_edits(js, &js->v[i]);
	qsort(js->v, js->n, sizeof(*js->v), by_key);
}

static unsigned draft_flags(void)
{
	return (opts.indent ? DRAFT_INDENT : 0) | (opts.literal ? DRAFT_LITERAL : 0);
}

/* Begins, reads and prepares one file. Returns 0, 1 to begin again, -1 with err. */
static int prepare(struct tool *t, struct jobs *js, struct job *job, struct err *e)
{
	const char *show = job->target.show;
	char sum[HASH_HEX + 1];
	buf_clear(&job->old);
	draft_release(&job->draft);
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
	draft_init(&job->draft, job->old.p, job->old.len);
	if (draft_apply(&job->draft, &js->edits, job->which, job->n_which, draft_flags(),
		    show, &job->why, e) < 0)
		return -1;
	if (opts.dry_run || js->failed != SIZE_MAX)
		return 0; /* nothing will be written */
	return change_stage(&job->change, job->draft.now.p, job->draft.now.n, -1, e);
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
			js->failed_why = &job->why;
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

/* Prints in the order of the request, as the caller thinks of it. */
static void print_all(struct tool *t, struct jobs *js)
{
	for (size_t i = 0; i < js->edits.paths.n; i++) {
		for (size_t k = 0; k < js->n; k++) {
			const struct job *job = &js->v[k];
			if (job->order == i)
				say_edited(&t->out,
					&(struct edited){job->target.show, &job->old,
						&job->draft, job->change.in_place,
						opts.diff, opts.dry_run});
		}
		out_drain(&t->out);
	}
}

static int edit(struct tool *t, struct jobs *js, struct err *e)
{
	int64_t deadline = num_now_ms() + 10000;
	int r = take_request(t, js, e);
	if (r < 0)
		return -1;
	for (size_t i = 0; i < js->edits.n; i++) {
		const struct edit *ed = &js->edits.v[i];
		gate_content(t->place.gate, ed->old ? ed->old : "", ed->n_old);
		gate_content(t->place.gate, ed->new ? ed->new : "", ed->n_new);
	}
	find_jobs(t, js);
	while ((r = try_all(t, js, e)) == 1 && num_now_ms() < deadline)
		hold_nap(1000);
	if (r == 1)
		r = err_set(
			e, ERR_BUSY, js->v[0].target.show, "in use: it keeps changing");
	if (r < 0 && (js->edits.paths.n > 1 || js->edits.n > 1) && !js->txn.torn)
		err_add(e, "; nothing was changed");
	return r;
}

static void drop_all(struct jobs *js)
{
	for (size_t i = 0; i < js->n; i++)
		drop_job(&js->v[i]);
	free(js->v);
	free(js->leads);
	edits_release(&js->edits);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	struct err e = {0};
	struct jobs js = {0};
	int64_t places = 0;
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		int r = edit(&t, &js, &e);
		if (r < 0)
			out_error_with(&t.out, &e, js.failed_why ? explain_detail : NULL,
				js.failed_why);
		else
			print_all(&t, &js);
		for (size_t i = 0; r == 0 && i < js.n; i++)
			places += js.v[i].draft.count;
		if ((j = tool_summary(&t))) {
			jout_int(j, "files", r == 0 ? (int64_t)js.n : 0);
			jout_int(j, "occurrences", places);
		}
	}
	drop_all(&js);
	return tool_end(&t);
}
