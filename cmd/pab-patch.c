/* SPDX-License-Identifier: MIT */
/* Apply a patch to files, all or nothing.
 * usage: pab-patch [options] [PATCH]
 * exit status: 0 2 3 4 5 7 */
#include "pab_patch.h"

#include "caller.h"
#include "io.h"
#include "ledger.h"
#include "mem.h"
#include "txn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct {
	struct txn_options txn;
	int64_t strip;
	int dry_run, reverse, atomic;
} opts = {.strip = -1};

static const struct opt table[] = {
	{'n', "dry-run", NULL, OPT_FLAG, OPT_PLAIN, &opts.dry_run, 1,
		"change nothing, say what would", 0, NULL},
	{'R', "reverse", NULL, OPT_FLAG, OPT_PLAIN, &opts.reverse, 1,
		"take back what the patch does", 0, NULL},
	{'p', "strip", "N", OPT_INT, OPT_PLAIN, &opts.strip, 0,
		"take N components off names (default: git's a/ and b/)", 0, NULL},
	{0, "atomic", NULL, OPT_FLAG, OPT_PLAIN, &opts.atomic, 1,
		"refuse a file that can only be written in place", 0, NULL},
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &opts.txn.fsync, 0,
		"wait until the files are on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(opts.txn),
	OPT_END,
};

static const char *const examples[] = {"git diff HEAD~1 | pab-patch -R",
	"take back what a commit did", "pab-patch fix.diff", "a patch in a file of yours",
	"pab-patch -n fix.diff", "would it apply?", "pab-patch -p2 <upstream.diff",
	"two components off each name", NULL};

static bool reads_input(const struct vec *operands)
{
	return !operands->n;
}

static const struct tool_spec spec = {
	.name = "pab-patch",
	.job = "apply a patch to files, all or nothing",
	.synopsis = "[options] [PATCH]",
	.opts = table,
	.operands = OPT_CALLER_FILE,
	.input = reads_input,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 applied, 2 usage or not a patch, 3 no such file, 4 does not fit,\n"
		    "  ambiguous or exists, 5 outside the root or not supported, 7 the "
		    "system\n  failed",
	.examples = examples,
};

/* One file of the patch, and what became of it. */
struct work {
	const struct patch_file *f;
	struct patch_place *places;
	char *show, *from; /* as they are printed */
	struct buf source; /* what the old name holds */
	bool seen;         /* one of the two halves of a rename has read it */
	bool in_place;
	int64_t added, removed;
	char was[HASH_HEX + 1]; /* what it would change; for a program that calls */
	struct buf sums;        /* what it is now; likewise */
};

struct job {
	struct tool *t;
	struct txn txn;
	struct buf text;
	struct patch patch;
	struct work *v;
	unsigned flags;
};

static int read_patch(struct job *job, struct err *e)
{
	const char *file = job->t->operands.n ? job->t->operands.v[0] : "-";
	int fd CLEANUP(mem_closep) = caller_open(file);
	if (fd >= 0 && io_slurp(fd, &job->text, CHANGE_INPUT_MAX) == 0) {
		gate_content(job->t->place.gate, job->text.p, job->text.len);
		return 0;
	}
	if (errno == EFBIG)
		return err_set(
			e, ERR_TOO_LARGE, caller_name(file), "holds more than 1 GiB");
	return err_sys(e, caller_name(file), errno);
}

/* The permission bits that the patch means. Returns -1 when it says nothing of them. */
static int mode_of(const struct patch_file *f, const struct stat *st)
{
	if (!f->mode)
		return -1;
	bool run = f->mode & 0100;
	if (!st) {
		mode_t mask = umask(0);
		umask(mask);
		return (int)((run ? 0777 : 0666) & ~mask);
	}
	mode_t bits = st->st_mode & 07777;
	return (int)(run ? bits | (bits & 0444) >> 2 : bits & ~(mode_t)0111);
}

static int put_hunks(struct work *w, const struct buf *old, const char *show,
	struct buf *out, struct err *e)
{
	w->added = w->removed = 0;
	for (size_t i = 0; i < w->f->n; i++)
		for (size_t k = 0; k < w->f->v[i].n; k++) {
			w->added += w->f->v[i].v[k].op == '+';
			w->removed += w->f->v[i].v[k].op == '-';
		}
	return patch_apply(w->f, old->p, old->len, show, out, w->places, e);
}

/* Both halves of a rename read the old file, each in its turn; what they read must be the
 * same. Returns 0, or 1 to begin again. */
static int agree(struct work *w, const struct buf *now)
{
	bool differ = w->seen &&
		      (w->source.len != now->len ||
			      (now->len && memcmp(w->source.p, now->p, now->len) != 0));
	w->seen = !w->seen;
	if (differ)
		w->seen = false;
	buf_clear(&w->source);
	buf_add(&w->source, now->p, now->len);
	return differ;
}

/* Keeps what a program that calls is told. */
static void know_old(const struct job *job, struct work *w, const struct buf *old)
{
	if (job->t->out.facts && opts.dry_run)
		hash_bytes(old->p, old->len, w->was);
}

static void know_new(const struct job *job, struct work *w, const struct buf *now)
{
	buf_clear(&w->sums);
	if (job->t->out.facts && !opts.dry_run)
		sums_of(&w->sums, now->p, now->len);
}

/* The new name of a rename or copy, which gets all that the old one has. */
static int stage_new_name(
	struct job *job, struct work *w, struct txn_file *file, struct err *e)
{
	struct buf old CLEANUP(buf_release) = BUF_INIT,
		       out CLEANUP(buf_release) = BUF_INIT;
	struct target t CLEANUP(target_release) = {0};
	struct stat st;
	if (place_target(&job->t->place, w->f->old, &t, e) < 0)
		return -1;
	int fd CLEANUP(mem_closep) = place_open_file(&job->t->place, OP_READ, &t, &st, e);
	if (fd < 0)
		return -1;
	if (io_slurp(fd, &old, CHANGE_MAX) < 0)
		return err_sys(e, t.show, errno);
	if (w->f->action == PATCH_RENAME && agree(w, &old))
		return 1;
	if (put_hunks(w, &old, t.show, &out, e) < 0)
		return -1;
	know_new(job, w, &out);
	file->change.like = fd;
	int r = opts.dry_run ? 0
			     : change_stage(&file->change, out.p, out.len,
				       mode_of(w->f, &st), e);
	file->change.like = -1;
	return r;
}

/* The old name of a rename, or a file that goes. */
static int stage_old_name(
	struct job *job, struct work *w, struct txn_file *file, struct err *e)
{
	struct buf old CLEANUP(buf_release) = BUF_INIT,
		       out CLEANUP(buf_release) = BUF_INIT;
	const char *show = file->target.show;
	if (change_read(&file->change, &old, e) < 0)
		return -1;
	know_old(job, w, &old);
	if (w->f->action == PATCH_RENAME && agree(w, &old))
		return 1;
	if (w->f->action == PATCH_REMOVE && !w->f->whole) {
		if (put_hunks(w, &old, show, &out, e) < 0)
			return -1;
		if (out.len)
			return err_set(e, ERR_NO_MATCH, show,
				"holds more than the patch removes; it stays");
	}
	return opts.dry_run ? 0 : change_remove(&file->change, e);
}

static int stage(void *ctx, struct txn_file *file, struct err *e)
{
	struct job *job = ctx;
	struct work *w = file->own;
	struct buf old CLEANUP(buf_release) = BUF_INIT,
		       out CLEANUP(buf_release) = BUF_INIT;
	struct change *c = &file->change;
	enum patch_action action = w->f->action;
	bool new_name = file->flags & CHANGE_NEW;
	if (new_name && c->fd >= 0)
		return err_set(e, ERR_EXISTS, file->target.show, "already exists");
	if (action == PATCH_RENAME || action == PATCH_COPY)
		return new_name ? stage_new_name(job, w, file, e)
				: stage_old_name(job, w, file, e);
	if (action == PATCH_REMOVE)
		return stage_old_name(job, w, file, e);
	if (change_read(c, &old, e) < 0 ||
		put_hunks(w, &old, file->target.show, &out, e) < 0)
		return -1;
	if (action == PATCH_EDIT)
		know_old(job, w, &old);
	know_new(job, w, &out);
	if (opts.dry_run)
		return 0;
	return change_stage(
		c, out.p, out.len, mode_of(w->f, c->fd < 0 ? NULL : &c->st), e);
}

/* A patch is often a stranger's: without a root that holds it, it names nothing above the
 * current directory. Returns 0, or -1 with err. */
static int check_name(
	const struct place *p, const struct work *w, const char *name, struct err *e)
{
	bool up = false;
	const char *c = name;
	do {
		c += *c == '/';
		up = !strncmp(c, "..", 2) && (!c[2] || c[2] == '/');
		c = strchr(c, '/');
	} while (c && !up);
	if (p->roots.confined || (!up && (*name != '/' || w->f->loose)))
		return 0;
	return err_set(e, ERR_OUTSIDE_ROOT, name,
		"a patch names files below the current directory; with -B local:DIR the "
		"root decides");
}

/* Adds one name. Returns 0, or -1 with err. */
static int add_name(struct job *job, struct work *w, const char *name, enum op op,
	unsigned flags, char **show, struct err *e)
{
	struct target t;
	if (check_name(&job->t->place, w, name, e) < 0 ||
		place_target(&job->t->place, name, &t, e) < 0)
		return -1;
	*show = xstrdup(t.show);
	if (txn_add(&job->txn, &t, op, job->flags | flags, w, e))
		return 0;
	if (!e->code)
		err_set(e, ERR_BAD_INPUT, *show, "is in the patch twice");
	return -1;
}

static int add_file(struct job *job, size_t i, struct err *e)
{
	const struct patch_file *f = &job->patch.v[i];
	struct work *w = &job->v[i];
	unsigned fresh = CHANGE_CREATE | CHANGE_NEW;
	w->f = f;
	w->places = xcalloc(f->n + 1, sizeof(*w->places));
	if (f->action == PATCH_RENAME || f->action == PATCH_COPY) {
		if (f->action == PATCH_RENAME &&
			add_name(job, w, f->old, OP_EDIT, 0, &w->from, e) < 0)
			return -1;
		if (f->action == PATCH_COPY)
			w->from = xstrdup(f->old);
		return add_name(job, w, f->new, OP_WRITE, fresh, &w->show, e);
	}
	bool create = f->action == PATCH_CREATE;
	return add_name(job, w, f->new, create ? OP_WRITE : OP_EDIT, create ? fresh : 0,
		&w->show, e);
}

static const char *const done[] = {"patched", "created", "removed", "renamed", "copied"};
static const char *const would[] = {"patch", "create", "remove", "rename", "copy"};

static void print_text(struct tool *t, const struct work *w)
{
	struct out *o = &t->out;
	const struct patch_file *f = w->f;
	if (opts.dry_run)
		buf_printf(&o->buf, "would %s ", would[f->action]);
	else
		buf_printf(&o->buf, "%s ", done[f->action]);
	if (w->from) {
		out_name(o, w->from);
		buf_puts(&o->buf, " -> ");
	}
	out_name(o, w->show);
	if (!f->whole)
		buf_printf(&o->buf, ": %zu hunk%s, +%lld -%lld", f->n,
			f->n == 1 ? "" : "s", (long long)w->added, (long long)w->removed);
	for (size_t i = 0; i < f->n && !f->loose; i++)
		if (w->places[i].moved)
			buf_printf(&o->buf, "; hunk %zu moved by %lld to line %lld",
				i + 1, (long long)w->places[i].moved,
				(long long)w->places[i].line);
	buf_puts(&o->buf, w->in_place ? " (in place, not atomic)\n" : "\n");
}

static void print_json(struct tool *t, const struct work *w)
{
	struct jout *j = &t->out.json;
	jout_record(j, "patch");
	jout_bytes(j, "path", w->show, strlen(w->show));
	jout_str(j, "action", w->f->action == PATCH_EDIT ? "edit" : would[w->f->action]);
	if (w->from)
		jout_bytes(j, "from", w->from, strlen(w->from));
	jout_array(j, "hunks");
	for (size_t i = 0; i < w->f->n; i++) {
		jout_object(j, NULL);
		jout_int(j, "line_number", w->places[i].line);
		jout_int(j, "moved", w->f->loose ? 0 : w->places[i].moved);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_int(j, "added", w->added);
	jout_int(j, "removed", w->removed);
	jout_bool(j, "changed", !opts.dry_run);
	jout_bool(j, "atomic", !w->in_place);
	jout_end_object(j);
}

/* The lines of the old content that the hunks name. */
static void add_lines(struct buf *b, const struct work *w)
{
	int64_t moved = 0;
	for (size_t i = 0; i < w->f->n; i++) {
		const struct patch_hunk *h = &w->f->v[i];
		int64_t n_old = 0, n_new = 0, line = w->places[i].line - moved;
		for (size_t k = 0; k < h->n; k++) {
			n_old += h->v[k].op != '+';
			n_new += h->v[k].op != '-';
		}
		buf_printf(
			b, " %lld-%lld", (long long)line, (long long)(line + n_old - 1));
		moved += n_new - n_old;
	}
}

static void tell(struct tool *t, const char *fact, const char *path, const char *more)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	ledger_word(&b, path);
	buf_printf(&b, " %s", more);
	out_fact(&t->out, fact, b.p, b.len);
}

/* Tells a program that calls: "was PATH HASH LINES" of what would change, "now PATH SUMS"
 * and "now PATH gone" of what did. */
static void tell_work(struct tool *t, const struct work *w)
{
	enum patch_action action = w->f->action;
	const char *old = action == PATCH_RENAME ? w->from : w->show;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (opts.dry_run && *w->was) {
		buf_puts(&b, w->was);
		if (action == PATCH_REMOVE)
			buf_puts(&b, " all");
		else
			add_lines(&b, w);
		tell(t, "was", old, b.p);
	}
	if (opts.dry_run)
		return;
	if (action == PATCH_REMOVE || action == PATCH_RENAME)
		tell(t, "now", old, "gone");
	if (action != PATCH_REMOVE)
		tell(t, "now", w->show, w->sums.p);
}

static int apply(struct job *job, struct err *e)
{
	struct txn *x = &job->txn;
	size_t n = job->patch.n;
	int r = 0;
	job->v = xcalloc(n, sizeof(*job->v));
	for (size_t i = 0; i < n; i++)
		job->v[i].source = job->v[i].sums = (struct buf)BUF_INIT;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_file(job, i, e);
	if (r < 0)
		return n > 1 ? err_add(e, "; nothing was changed") : -1;
	if (txn_run(x, stage, job, opts.dry_run, e) < 0)
		return -1;
	for (size_t i = 0; i < x->n; i++) {
		struct work *w = x->v[i].own;
		w->in_place |= x->v[i].change.in_place;
	}
	for (size_t i = 0; job->t->out.facts && i < n; i++)
		tell_work(job->t, &job->v[i]);
	for (size_t i = 0; i < n; i++) {
		if (job->t->out.form == OUT_JSON)
			print_json(job->t, &job->v[i]);
		else if (!job->t->out.quiet)
			print_text(job->t, &job->v[i]);
	}
	return 0;
}

static int run(struct tool *t, struct job *job, struct err *e)
{
	job->t = t;
	job->flags = opts.atomic ? CHANGE_ATOMIC : 0;
	if (t->operands.n > 1)
		return err_set(e, ERR_USAGE, NULL, "one PATCH, or standard input");
	if (txn_start(&job->txn, t, &opts.txn, e) < 0 ||
		change_sync(opts.txn.fsync, &job->flags, e) < 0 ||
		read_patch(job, e) < 0 ||
		patch_parse(&job->patch, job->text.p, job->text.len, opts.strip, e) < 0)
		return -1;
	if (opts.reverse && patch_reverse(&job->patch, e) < 0)
		return -1;
	return apply(job, e);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	struct err e = {0};
	struct job job = {.text = BUF_INIT};
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		int r = run(&t, &job, &e);
		if (r < 0)
			(void)tool_fail(&t, &e);
		if ((j = tool_summary(&t)))
			jout_int(j, "files", r < 0 ? 0 : (int64_t)job.patch.n);
	}
	for (size_t i = 0; job.v && i < job.patch.n; i++) {
		free(job.v[i].places);
		free(job.v[i].show);
		free(job.v[i].from);
		buf_release(&job.v[i].source);
		buf_release(&job.v[i].sums);
	}
	free(job.v);
	txn_release(&job.txn);
	patch_release(&job.patch);
	buf_release(&job.text);
	return tool_end(&t);
}
