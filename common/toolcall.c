/* SPDX-License-Identifier: MIT */
#include "toolcall.h"

#include "jin.h"
#include "mem.h"
#include "text.h"
#include "toolrun.h"

#include <ctype.h>
#include <unistd.h>

/* So many changed lines are shown with a refusal; then the model knows them. */
enum { MOST_SHOWN = 100, MOST_RANGES = 20 };

/* A call that is being done. */
struct doing {
	const struct call *c;
	const struct ledger *l;
	const char *path; /* of the file that it is about */
	char *key;        /* of that in the ledger; NULL: nothing is kept of this call */
	struct answer *a;
};

static void say(struct answer *a, const char *fmt, ...) PRINTF(2, 3);

static void say(struct answer *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&a->text, fmt, ap);
	va_end(ap);
}

void answer_error(struct answer *a, const struct err *e)
{
	answer_release(a);
	a->error = true;
	a->status = err_status(e->code);
	snprintf(a->code, sizeof(a->code), "%s", err_name(e->code));
	say(a, "[pab: %s%s%s]\n", e->path, e->path[0] ? ": " : "", e->msg);
}

void answer_release(struct answer *a)
{
	buf_release(&a->text);
	buf_release(&a->image);
	*a = (struct answer){.text = BUF_INIT, .image = BUF_INIT};
}

static void copy_fact(const struct ran *r, const char *name, char *out, size_t size)
{
	size_t n = 0;
	const char *v = ran_fact(r, name, &n);
	snprintf(out, size, "%.*s", v ? (int)(n < size ? n : size - 1) : 0, v ? v : "");
}

/* Commands end with a status of their own; what finds nothing did what was asked. */
static bool is_error(const struct call *c, int status)
{
	if (c->tool->flags & TOOL_RUNS)
		return status == 124 || status == 125;
	return status > 1;
}

static void take_image(struct answer *a, const struct ran *r)
{
	size_t n = 0;
	const char *v = ran_fact(r, "image", &n);
	const char *blank = v ? memchr(v, ' ', n) : NULL;
	if (!blank)
		return;
	snprintf(a->media, sizeof(a->media), "%.*s", (int)(blank - v), v);
	buf_add(&a->image, blank + 1, n - (size_t)(blank + 1 - v));
}

/* Makes the answer of what a program printed. */
static void take_ran(const struct call *c, const struct ran *r, struct answer *a)
{
	size_t n = 0;
	answer_release(a);
	a->status = r->status;
	a->error = is_error(c, r->status);
	a->truncated = ran_fact(r, "truncated", &n) != NULL;
	copy_fact(r, "code", a->code, sizeof(a->code));
	copy_fact(r, "job", a->job, sizeof(a->job));
	take_image(a, r);
	if (text_is_utf8(r->text.p, r->text.len))
		buf_add(&a->text, r->text.p, r->text.len);
	else
		text_escape(&a->text, r->text.p, r->text.len);
	if (!a->text.len && r->facts.len && a->error)
		text_escape(&a->text, r->facts.p, r->facts.len);
	if (!a->text.len)
		say(a, "[pab: %s]\n", a->error ? "failed" : "no output");
}

/* Runs the call's program, with one more word behind its name when there is one. Returns
 * 0, or -1 with an answer that says why. */
static int run(struct doing *d, const char *word, const char *form, struct ran *r)
{
	struct vec argv CLEANUP(vec_release) = {0};
	struct err e;
	const struct call *c = d->c;
	for (size_t i = 0; i < c->argv.n; i++) {
		vec_add(&argv, c->argv.v[i]);
		if (!i && word)
			vec_add(&argv, word);
	}
	if (tool_run(&argv, c->input.p, c->input.len, form, r, &e) == 0)
		return 0;
	ran_release(r);
	answer_error(d->a, &e);
	return -1;
}

/* A path without what does not matter in it: so it is called in the ledger. */
static char *make_key(const char *p)
{
	struct buf b = BUF_INIT;
	const char *world = getenv("PAB_BACKEND");
	char *cwd CLEANUP(mem_freep) = getcwd(NULL, 0);
	const char *root = world && !strncmp(world, "local:", 6) ? world + 6 : cwd;
	size_t n = root ? strlen(root) : 0;
	bool local = !world || !strncmp(world, "local", 5);
	if (local && n && !strncmp(p, root, n) && p[n] == '/')
		p += n + 1;
	buf_printf(&b, "%s\n", world ? world : "local");
	while (*p) {
		size_t len = strcspn(p, "/");
		if (len && !(len == 1 && *p == '.')) {
			buf_addc(&b, '/');
			buf_add(&b, p, len);
		}
		p += len + (p[len] == '/');
	}
	return buf_take(&b);
}

/* The same of FILE:LINE. */
static char *make_key_of(const struct call *c)
{
	size_t n = strlen(c->path), end = n;
	while (c->tool->flags & TOOL_SHOWS && end &&
		isdigit((unsigned char)c->path[end - 1]))
		end--;
	bool is_line = end < n && end && c->path[end - 1] == ':';
	char *bare CLEANUP(mem_freep) = xmemdup0(c->path, is_line ? end - 1 : n);
	return make_key(bare);
}

/* What a program told of the files it changed, for the ledger: "now PATH SUMS", "now PATH
 * gone", "moved PATH PATH"; PATH as in the ledger. Returns 0, or -1 with err. */
static int note(
	const struct ledger *l, const char *fact, size_t n, bool moved, struct err *e)
{
	const char *blank = memchr(fact, ' ', n);
	size_t word = blank ? (size_t)(blank - fact) : n,
	       rest = n - word - (blank != NULL);
	char *path CLEANUP(mem_freep) = ledger_path(fact, word);
	char *key CLEANUP(mem_freep) = make_key(path);
	if (!blank)
		return 0;
	if (moved) {
		char *to CLEANUP(mem_freep) = ledger_path(blank + 1, rest);
		char *to_key CLEANUP(mem_freep) = make_key(to);
		return ledger_move(l, key, to_key, e);
	}
	bool gone = rest == 4 && !memcmp(blank + 1, "gone", 4);
	return ledger_put(l, key, gone ? NULL : blank + 1, rest, e);
}

static void note_all(struct doing *d, const struct ran *r)
{
	static const char *const names[] = {"now", "moved"};
	struct err e;
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (const char *f = NULL; (f = ran_next(r, names[i], f, &n));)
			if (note(d->l, f, n, i == 1, &e) < 0)
				say(d->a, "[pab: not noted: %s]\n", e.msg);
}

/* Runs it for the model; what it shows or wrote is kept in the ledger. */
static void run_and_keep(struct doing *d, const char *word)
{
	struct ran r;
	struct err e;
	size_t n = 0;
	if (run(d, word, "model+facts", &r) < 0)
		return;
	take_ran(d->c, &r, d->a);
	const char *sums = ran_fact(&r, "sums", &n);
	if (d->key && r.status <= 1 && ledger_put(d->l, d->key, sums, n, &e) < 0)
		say(d->a, "[pab: not noted as seen: %s]\n", e.msg);
	if (d->l && d->c->tool->flags & TOOL_TELLS)
		note_all(d, &r);
	ran_release(&r);
}

/* Runs pab-read on the file with the words. Returns 0, or -1. */
static int read_file(struct doing *d, const struct vec *words, struct ran *r)
{
	struct vec argv CLEANUP(vec_release) = {0};
	struct err e;
	vec_add(&argv, "pab-read");
	for (size_t i = 0; i < words->n; i++)
		vec_add(&argv, words->v[i]);
	vec_add(&argv, "--");
	vec_add(&argv, d->path);
	if (tool_run(&argv, "", 0, "model+facts", r, &e) == 0)
		return 0;
	ran_release(r);
	return -1;
}

/* The file as it is now against what was seen of it. */
struct stale {
	struct seen seen, now;
	char *sums; /* of now, as text */
	bool *changed;
	bool gone;    /* lines went */
	bool missing; /* the file did */
	size_t count; /* of changed lines */
	size_t ranges;
};

/* Finds out what changed. Returns whether that could be done, and something did. */
static bool look(struct doing *d, struct stale *s)
{
	struct vec words CLEANUP(vec_release) = {0};
	struct ran r;
	size_t n = 0;
	vec_add(&words, "--limit=0");
	if (read_file(d, &words, &r) < 0)
		return false;
	const char *sums = ran_fact(&r, "sums", &n);
	s->sums = xmemdup0(sums ? sums : "", sums ? n : 0);
	s->missing = r.status == 3;
	ran_release(&r);
	if (seen_parse(&s->now, s->sums, n) < 0 || !strcmp(s->now.hash, s->seen.hash))
		return false;
	s->changed = seen_changed(&s->seen, &s->now, &s->gone);
	for (size_t i = 0; i < s->now.n; i++) {
		s->count += s->changed[i];
		s->ranges += s->changed[i] && (!i || !s->changed[i - 1]);
	}
	return true;
}

static void stale_release(struct stale *s)
{
	seen_release(&s->seen);
	seen_release(&s->now);
	free(s->sums);
	free(s->changed);
}

/* Appends "lines 3-4, 9" or what else happened; with words, an option for each. */
static void add_ranges(const struct stale *s, struct buf *b, struct vec *words)
{
	size_t said = 0;
	for (size_t i = 0, k; i < s->now.n; i = k + 1) {
		for (k = i; k < s->now.n && s->changed[k]; k++)
			;
		if (k == i)
			continue;
		if (words)
			vec_give(words, xasprintf("-r%zu:%zu", i + 1, k));
		if (said == MOST_RANGES)
			break;
		buf_printf(b, "%s%zu",
			said++         ? ", "
			: s->count > 1 ? "lines "
				       : "line ",
			i + 1);
		if (k > i + 1)
			buf_printf(b, "-%zu", k);
	}
	if (said < s->ranges)
		buf_puts(b, ", ...");
	if (!said)
		buf_puts(b, s->gone ? "lines were removed" : "its bytes");
}

/* Refuses, with the lines that changed; when all are shown, the model knows them. */
static void refuse(struct doing *d, const struct stale *s)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct vec words CLEANUP(vec_release) = {0};
	struct ran r = {.text = BUF_INIT, .facts = BUF_INIT};
	struct err e;
	bool few = s->count && s->count <= MOST_SHOWN && s->ranges <= MOST_RANGES;
	add_ranges(s, &b, few ? &words : NULL);
	if (d->c->tool->flags & TOOL_HASHLINES)
		vec_add(&words, "--tags");
	bool shown = few && read_file(d, &words, &r) == 0 && r.status == 0;
	answer_release(d->a);
	d->a->error = true;
	d->a->status = 4;
	snprintf(d->a->code, sizeof(d->a->code), "stale");
	say(d->a, "[pab: %s: changed since you read it (%s); nothing was written; %s]\n",
		d->path, b.p,
		shown ? "as they are now:" : "read it again before you change it");
	if (shown && ledger_put(d->l, d->key, s->sums, strlen(s->sums), &e) == 0)
		buf_add(&d->a->text, r.text.p, r.text.len);
	ran_release(&r);
}

/* Are the lines from..to (from 1) all as they were seen? */
static bool is_untouched(const struct stale *s, int64_t from, int64_t to)
{
	for (int64_t i = from < 1 ? 1 : from; i <= to && i <= (int64_t)s->now.n; i++)
		if (s->changed[i - 1])
			return false;
	return true;
}

/* Where a text edit would be made, of one record of pab-edit's: line numbers of the new
 * text, so that each place before one has moved it. */
static bool places_untouched(
	const struct call *c, const struct stale *s, const jin_node *numbers)
{
	int64_t moved = 0, line = 0;
	for (const jin_node *n = jin_first(numbers); n; n = jin_next(n)) {
		if (jin_int(n, &line) < 0 ||
			!is_untouched(s, line - moved, line - moved + c->old_lines))
			return false;
		moved += c->new_lines - c->old_lines;
	}
	return true;
}

/* Tries the edit without making it. Returns 1 when the lines it touches are as they were
 * seen, 0 when they are not, -1 when it cannot be made at all. */
static int own_lines(struct doing *d, const struct stale *s)
{
	struct ran r;
	struct err e;
	int answer = -1;
	if (d->c->tool->flags & TOOL_HASHLINES)
		return is_untouched(s, d->c->first, d->c->last);
	if (run(d, "--dry-run", "json", &r) < 0)
		return -1;
	size_t n = strcspn(r.text.p, "\n");
	struct jin *j = r.status == 0 ? jin_parse(r.text.p, n, &e) : NULL;
	const jin_node *numbers = j ? jin_get(jin_root(j), "line_numbers") : NULL;
	if (numbers)
		answer = places_untouched(d->c, s, numbers);
	jin_free(j);
	ran_release(&r);
	return answer;
}

/* The edit of a file that changed: made when its own lines did not. */
static void edit_stale(struct doing *d, const struct stale *s)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char *word CLEANUP(mem_freep) = xasprintf("--if-match=%s", s->now.hash);
	int own = own_lines(d, s);
	if (own == 0) {
		refuse(d, s);
		return;
	}
	run_and_keep(d, word);
	add_ranges(s, &b, NULL);
	say(d->a, "[pab: %s changed since you read it: %s%s]\n", d->c->path, b.p,
		d->a->error ? "" : "; the lines of this edit did not");
}

static bool is_code(const struct answer *a, const char *code)
{
	return a->error && !strcmp(a->code, code);
}

/* A change to a file of which something was seen. */
static void change(struct doing *d, struct stale *s)
{
	char *word CLEANUP(mem_freep) = xasprintf("--if-match=%s", s->seen.hash);
	bool writes = d->c->tool->op == OP_WRITE;
	run_and_keep(d, word);
	if (!is_code(d->a, "stale"))
		return;
	if (!look(d, s)) {
		/* A file that is gone can be written anew; else it is the tags. */
		if (writes && s->missing)
			run_and_keep(d, "--new");
		return;
	}
	if (writes)
		refuse(d, s);
	else
		edit_stale(d, s);
}

/* May this file of a patch be changed, "PATH HASH FROM-TO ..." or "... all"? Returns
 * whether; if not, the answer says why; if so, notices may say something. */
static bool may_patch(struct doing *d, const char *fact, size_t n, struct buf *notices)
{
	struct stale s = {0};
	char *text CLEANUP(mem_freep) = xmemdup0(fact, n);
	char *rest = text;
	const char *word = strsep(&rest, " "), *hash = strsep(&rest, " "), *range;
	char *path CLEANUP(mem_freep) = ledger_path(word, strlen(word));
	char *key CLEANUP(mem_freep) = make_key(path);
	struct doing one = {.c = d->c, .l = d->l, .a = d->a, .path = path, .key = key};
	bool may = true;
	if (hash && ledger_get(d->l, key, &s.seen) && strcmp(s.seen.hash, hash) != 0 &&
		look(&one, &s)) {
		while (may && (range = strsep(&rest, " "))) {
			const char *to = strchr(range, '-');
			may = to && is_untouched(&s, strtoll(range, NULL, 10),
					    strtoll(to + 1, NULL, 10));
		}
		if (may) {
			buf_printf(notices, "[pab: %s changed since you read it: ", path);
			add_ranges(&s, notices, NULL);
			buf_puts(notices, "; the lines of this patch did not]\n");
		} else {
			refuse(&one, &s);
		}
	}
	stale_release(&s);
	return may;
}

/* Asks the program first what it would change. */
static void patch(struct doing *d)
{
	struct buf notices CLEANUP(buf_release) = BUF_INIT;
	struct ran r;
	size_t n = 0;
	bool may = true;
	if (run(d, "--dry-run", "model+facts", &r) < 0)
		return;
	for (const char *f = NULL; may && (f = ran_next(&r, "was", f, &n));)
		may = may_patch(d, f, n, &notices);
	ran_release(&r);
	if (!may)
		return;
	run_and_keep(d, NULL);
	if (!d->a->error)
		buf_add(&d->a->text, notices.p, notices.len);
}

void call_do(const struct call *c, const struct ledger *l, struct answer *a)
{
	static const char several[] = "\n"; /* no path: who changes several files */
	struct doing d = {.c = c, .l = l, .a = a, .path = c->path};
	bool tells = l && c->tool->flags & TOOL_TELLS;
	struct stale s = {0};
	bool kept = l && c->path && c->tool->flags & (TOOL_SHOWS | TOOL_CHANGES);
	*a = (struct answer){.text = BUF_INIT, .image = BUF_INIT};
	char *key CLEANUP(mem_freep) = kept && *c->path != '@' ? make_key_of(c) : NULL;
	d.key = key;
	if (key || tells)
		ledger_hold(l, key ? key : several);
	if (key && c->tool->flags & TOOL_CHANGES && ledger_get(l, key, &s.seen))
		change(&d, &s);
	else if (tells && c->tool->op == OP_EDIT)
		patch(&d);
	else
		run_and_keep(&d, NULL);
	if (key || tells)
		ledger_let(l, key ? key : several);
	stale_release(&s);
}
