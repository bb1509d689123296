/* SPDX-License-Identifier: MIT */
#include "forward.h"

#include "caller.h"
#include "far.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* The caller's variables that mean something to a tool wherever it runs. */
static const char *const sent[] = {"PAB_ACTOR", "PAB_CWD", "PAB_FSYNC", "PAB_JOURNAL",
	"PAB_LIMITS", "PAB_OUTPUT", "NO_COLOR"};

struct request {
	struct forward *w;
	struct far far;
	size_t file; /* how many files of the caller's it has */
	struct vec operands;
	bool input;    /* standard input may be asked for */
	bool terminal; /* the command is to have one */
};

static int add_word(struct request *q, const char *word, struct err *e)
{
	return far_item(&q->far, ITEM_ARGUMENT, word, strlen(word), e);
}

static int add_variable(struct request *q, const char *name, struct err *e)
{
	/* Where it acts is the far end's own. */
	static const char *const theirs[] = {"PAB_BACKEND", "PAB_ALLOW", "PAB_HOME",
		"PAB_RUNTIME", "PAB_RULES", "PAB_ASK", "PAB_AUDIT"};
	const char *value = getenv(name);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		if (!strcmp(name, theirs[i]))
			return 0;
	if (!value || !*name || strchr(name, '='))
		return 0;
	char *entry CLEANUP(mem_freep) = xasprintf("%s=%s", name, value);
	return far_item(&q->far, ITEM_ENV, entry, strlen(entry), e);
}

/* A file of the caller's; one that may have to be sent again is read once. */
static int add_file(
	struct request *q, const char *prefix, const char *name, struct err *e)
{
	struct forward *w = q->w;
	if (!w->may_ask)
		return far_file(&q->far, prefix, name, -1, e);
	if (q->file == w->n_files) {
		int kept = keep_file(w->gate, name, e);
		if (kept < 0)
			return -1;
		w->files = xrealloc_n(w->files, w->n_files + 1, sizeof(*w->files));
		w->files[w->n_files++] = kept;
	}
	int fd = w->files[q->file++];
	int copy = lseek(fd, 0, SEEK_SET) < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? err_sys(e, name, errno)
			: far_file(&q->far, prefix, name, copy, e);
}

static int add_operand(struct request *q, const char *word, struct err *e)
{
	if (q->w->operands == OPT_CALLER_FILE && strcmp(word, "-") != 0)
		return add_file(q, "", word, e);
	return add_word(q, word, e);
}

/* One option as one word, or two when it has no long name; "-x" "value". */
static int add_option(
	struct request *q, const struct opt *o, const char *value, struct err *e)
{
	char letter[3] = {'-', o->letter, '\0'};
	if (!o->name && (add_word(q, letter, e) < 0 || !value))
		return o->name || value ? -1 : 0;
	if (!o->name)
		return add_word(q, value, e);
	char *head CLEANUP(mem_freep) = xasprintf("--%s%s", o->name, value ? "=" : "");
	if (o->kind == OPT_CALLER_FILE && strcmp(value, "-") != 0)
		return add_file(q, head, value, e);
	char *word CLEANUP(mem_freep) = xasprintf("%s%s", head, value ? value : "");
	return add_word(q, word, e);
}

static int add_found(
	const struct opt *o, bool is_long, const char *value, void *ctx, struct err *e)
{
	struct request *q = ctx;
	int64_t number;
	(void)is_long;
	if (!o) {
		q->input |= !strcmp(value, "-");
		return vec_add(&q->operands, value), 0;
	}
	if (o->kind == OPT_CALLER ||
		(o->flags & OPT_OR_CALLER && num_int(value, 0, INT64_MAX, &number) < 0))
		return 0;
	if (o->kind == OPT_CALLER_VARIABLE && add_variable(q, value, e) < 0)
		return -1;
	q->terminal |= o->name && !strcmp(o->name, "terminal");
	if (o->name && !strcmp(o->name, "raw"))
		q->far.as_it_is = true;
	q->input |= o->name && !strcmp(o->name, "stdin");
	q->input |= o->kind == OPT_CALLER_FILE && !strcmp(value, "-");
	return add_option(q, o, value, e);
}

/* Are descriptors 1 and 2 the same file? What is written to them then keeps its order. */
static bool is_merged(void)
{
	struct stat a, b;
	return fstat(STDOUT_FILENO, &a) == 0 && fstat(STDERR_FILENO, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int add_caller(struct request *q, struct err *e)
{
	bool *tty = q->far.tty;
	for (int fd = 0; fd < 3; fd++)
		tty[fd] = caller_is_tty(fd);
	/* One that is only printed to is made there; one with keys is passed through. */
	q->far.terminal = q->terminal && q->input && tty[0] && tty[1];
	q->far.as_it_is |= q->far.terminal;
	mode_t mask = umask(0);
	umask(mask);
	char flags =
		(char)((tty[0] ? FRAME_IN_TTY : 0) | (tty[1] ? FRAME_OUT_TTY : 0) |
			(tty[2] ? FRAME_ERR_TTY : 0) | (is_merged() ? FRAME_MERGED : 0) |
			(caller_waits() ? FRAME_WAITS : 0) |
			(q->far.terminal ? FRAME_TERMINAL : 0));
	char four[4] = {0, 0, (char)(mask >> 8), (char)mask};
	if (far_item(&q->far, ITEM_FLAGS, &flags, 1, e) < 0 ||
		far_item(&q->far, ITEM_UMASK, four, sizeof(four), e) < 0 ||
		far_item(&q->far, ITEM_SHOWN, q->w->shown, strlen(q->w->shown), e) < 0)
		return -1;
	const char *mount = q->w->mount;
	if (mount && far_item(&q->far, ITEM_MOUNT, mount, strlen(mount), e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(sent); i++)
		if (add_variable(q, sent[i], e) < 0)
			return -1;
	return 0;
}

/* The rules that hold, in pieces that fit. */
static int add_rules(struct request *q, struct err *e)
{
	enum { PIECE = 64 << 10 };
	size_t n;
	for (const char *p = q->w->rules; (n = strlen(p)); p += n) {
		n = n < PIECE ? n : PIECE;
		if (far_item(&q->far, ITEM_RULES, p, n, e) < 0)
			return -1;
	}
	return 0;
}

static int add_grants(struct request *q, struct err *e)
{
	for (size_t i = 0; i < q->w->granted->n; i++) {
		const char *what = q->w->granted->v[i];
		if (far_item(&q->far, ITEM_GRANT, what, strlen(what), e) < 0)
			return -1;
	}
	return 0;
}

static int put_together(struct request *q, struct err *e)
{
	const struct forward *w = q->w;
	if (add_word(q, w->tool, e) < 0 ||
		opt_each(w->argc, w->argv, w->own, w->shared, w->stop, add_found, q, e) <
			0 ||
		add_word(q, "--", e) < 0)
		return -1;
	for (size_t i = 0; i < q->operands.n; i++)
		if (add_operand(q, q->operands.v[i], e) < 0)
			return -1;
	return add_rules(q, e) < 0 || add_grants(q, e) < 0 ? -1 : add_caller(q, e);
}

/* How the tool ended over there is how we end: by the signal that we passed on, too. */
static int end_alike(const struct request *q, struct err *e)
{
	const struct far *f = &q->far;
	if (!f->by_signal) {
		out_status(q->w->out, 0);
		q->w->out->status = f->number;
		return 0;
	}
	if (f->number == SIGINT || f->number == SIGTERM || f->number == SIGHUP) {
		(void)signal(f->number, SIG_DFL);
		(void)raise(f->number);
	}
	return err_set(e, ERR_BACKEND, NULL, "%s was ended there by signal %d",
		q->w->tool, f->number);
}

/* It ended, or waits for a grant: then what it printed is not what it would. */
static int end(struct request *q, struct forward *w, struct err *e)
{
	struct far *f = &q->far;
	buf_clear(&w->needs);
	if (w->may_ask && f->needs.len && !f->by_signal && f->keep[1]) {
		buf_add(&w->needs, f->needs.p, f->needs.len);
		return 2;
	}
	far_release_output(f, STDOUT_FILENO);
	far_release_output(f, STDERR_FILENO);
	if (!f->broken)
		return end_alike(q, e);
	w->out->broken = f->broken;
	return 1;
}

/* Standard input that may have to be sent again, or is translated, is kept. What goes to
 * a command is kept when there is a question: it is not read before. */
static int keep_if_needed(struct request *q, struct err *e)
{
	struct forward *w = q->w;
	w->takes_input = q->input;
	if (!q->input || w->commands || !(w->may_ask || w->translate))
		return 0;
	if (!w->kept && keep_input(w->gate, w->translate, e) < 0)
		return -1;
	w->kept = true;
	return 0;
}

void forward_release(struct forward *w)
{
	for (size_t i = 0; i < w->n_files; i++)
		close(w->files[i]);
	free(w->files);
	buf_release(&w->needs);
}

/* One attempt. *again is whether the far end ended before it took anything: it had been
 * idle for long. Returns as forward_run. */
static int attempt(struct forward *w, bool *again, struct err *e)
{
	struct request q = {.w = w, .input = w->input};
	struct dial d = {-1, -1, 0};
	far_init(&q.far);
	int r = put_together(&q, e);
	if (r == 0)
		r = keep_if_needed(&q, e);
	if (r == 0 && w->kept && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		r = err_sys(e, NULL, errno);
	q.far.keep[0] = w->may_ask && !w->commands;
	q.far.keep[1] = w->may_ask;
	/* Whoever is there does not get what the tool would not read. */
	q.far.keeps_input = !q.input;
	if (r == 0)
		r = dial_open(&d, w->home, w->backend, e);
	if (r == 0) {
		r = far_run(&q.far, &d, e);
		*again = r < 0 && q.far.unheard && !d.pid;
	}
	if (r == 0)
		r = end(&q, w, e);
	dial_close(&d);
	far_release(&q.far);
	vec_release(&q.operands);
	return r;
}

int forward_run(struct forward *w, struct err *e)
{
	enum { ATTEMPTS = 5 };
	struct err first;
	bool again = false;
	int r = attempt(w, &again, e);
	for (int i = 1; again && i < ATTEMPTS; i++) {
		if (i == 1)
			first = *e;
		again = false;
		r = attempt(w, &again, e);
		if (r < 0 && e->code == ERR_BACKEND)
			*e = first;
	}
	return r;
}
