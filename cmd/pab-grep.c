/* SPDX-License-Identifier: MIT */
/* pab-grep: search the contents of files for a pattern.
 * usage: pab-grep [options] PATTERN [PATH ...]
 *        pab-grep [options] -e PATTERN ... [PATH ...]
 * exit: 0 found; 1 no match; 2 wrong usage or pattern; 3 no such file, or not one that
 * can be searched; 5 outside the root; 7 input or output failed, or time ran out. */
#include "pab_grep.h"

#include "caller.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "start.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct {
	struct vec pattern_files;
	struct filter filter;
	int icase, smart, word, line, type_list;
	int hidden, no_ignore, unrestricted, quiet, habit;
	const char *colour;
	int64_t after, before, context, depth;
	struct grep grep;
} opts = {.after = -1, .before = -1, .grep = {.max_count = NUM_NONE}};

/* -B is the backend for every pab tool and context for every grep. A backend is never
 * all digits. */
static int before_or_backend(const char *value, void *dst, struct err *e)
{
	(void)e;
	if (num_int(value, 0, INT64_MAX, dst) < 0)
		tool_set_backend(value);
	return 0;
}

static int one_more(const char *value, void *dst, struct err *e)
{
	(void)value;
	(void)e;
	++*(int *)dst;
	return 0;
}

static int choose_colour(const char *value, void *dst, struct err *e)
{
	if (strcmp(value, "auto") && strcmp(value, "always") && strcmp(value, "never"))
		return err_set(e, ERR_USAGE, NULL,
			"--color is auto, always or never, not '%.40s'", value);
	*(const char **)dst = value;
	return 0;
}

#define FLAG(letter, name, dst, value, help, flags)                                      \
	{                                                                                \
		letter, name, NULL, OPT_FLAG, OPT_PLAIN, dst, value, help, flags, NULL   \
	}
#define HABIT(letter, name, help) FLAG(letter, name, &opts.habit, 1, help, OPT_HABIT)
#define FILTER(letter, name, arg, help, flags, call)                                     \
	{                                                                                \
		letter, name, arg, OPT_CALL, OPT_PLAIN, &opts.filter, 0, help, flags,    \
			call                                                             \
	}

static const struct opt table[] = {
	{'e', "regexp", "PATTERN", OPT_LIST, OPT_PLAIN, &opts.grep.patterns, 0,
		"search for this (repeatable; then all operands are paths)", 0, NULL},
	FLAG('F', "fixed-strings", &opts.grep.fixed, 1, "PATTERN is plain text", 0),
	FLAG('i', "ignore-case", &opts.icase, 1, "letters of either case are equal", 0),
	FLAG('S', "smart-case", &opts.smart, 1, "-i unless PATTERN holds a capital", 0),
	FLAG('w', "word-regexp", &opts.word, 1, "whole words only", 0),
	FLAG('x', "line-regexp", &opts.line, 1, "whole lines only", 0),
	FLAG('v', "invert-match", &opts.grep.invert, 1, "lines that do not match", 0),
	FLAG('l', "files-with-matches", &opts.grep.mode, GREP_WITH, "names only", 0),
	FLAG('L', "files-without-match", &opts.grep.mode, GREP_WITHOUT,
		"names of files without a match", 0),
	FLAG('c', "count", &opts.grep.mode, GREP_COUNT, "path:count of files with hits",
		0),
	FLAG('o', "only-matching", &opts.grep.only, 1, "print each match, not its line",
		0),
	FLAG('q', "quiet", &opts.quiet, 1, "print nothing, stop at the first match", 0),
	{'A', "after-context", "N", OPT_INT, OPT_PLAIN, &opts.after, 0,
		"N lines after each hit too", 0, NULL},
	{'B', "before-context", "N", OPT_CALL, OPT_PLAIN, &opts.before, 0,
		"N lines before each hit too; -B SPEC, not a number: --backend",
		OPT_OR_CALLER, before_or_backend},
	{'C', "context", "N", OPT_INT, OPT_PLAIN, &opts.context, 0,
		"N lines before and after", 0, NULL},
	FLAG('U', "multiline", &opts.grep.multiline, 1, "a match may span lines", 0),
	{'m', "max-count", "N", OPT_INT, OPT_PLAIN, &opts.grep.max_count, 1,
		"at most N lines of a file", 0, NULL},
	FILTER('g', "glob", "GLOB",
		"only files that match; !GLOB: not those (repeatable)", 0, filter_glob),
	FILTER('t', "type", "TYPE", "only files of this type (repeatable; --type-list)",
		0, filter_type),
	FLAG('.', "hidden", &opts.hidden, 1, "names that begin with a dot too", 0),
	{'u', "unrestricted", NULL, OPT_CALL, OPT_PLAIN, &opts.unrestricted, 0,
		"ignored files too; -uu: and hidden; -uuu: and binary", 0, one_more},
	{'f', "file", "FILE", OPT_LIST, OPT_CALLER_FILE, &opts.pattern_files, 0,
		"patterns from a file of the caller's, one a line", OPT_ALSO, NULL},
	FLAG('a', "text", &opts.grep.text, 1, "search binary files too", OPT_ALSO),
	FLAG('0', "null", &opts.grep.nul, 1, "with -l, -L, -c: a NUL after the path",
		OPT_ALSO),
	FLAG(0, "no-ignore", &opts.no_ignore, 1, "search ignored files too", OPT_ALSO),
	FILTER(0, "include", "GLOB", "as -g GLOB", OPT_ALSO, filter_include),
	FILTER(0, "exclude", "GLOB", "files that are not searched", OPT_ALSO,
		filter_exclude),
	FILTER(0, "exclude-dir", "GLOB", "directories that are not entered", OPT_ALSO,
		filter_exclude_dir),
	{0, "depth", "N", OPT_INT, OPT_PLAIN, &opts.depth, 1,
		"do not go deeper; 1 is what stands in PATH itself", OPT_ALSO, NULL},
	{0, "max-depth", "N", OPT_INT, OPT_PLAIN, &opts.depth, 1, "as --depth", OPT_ALSO,
		NULL},
	FLAG(0, "type-list", &opts.type_list, 1, "print the file types and exit",
		OPT_ALSO),
	{0, "color", "WHEN", OPT_CALL, OPT_PLAIN, &opts.colour, 0,
		"auto, always or never", OPT_ALSO, choose_colour},
	HABIT('r', "recursive", "directories are always searched"),
	HABIT('R', "dereference-recursive", "as -r; links are not followed"),
	HABIT('n', "line-number", "line numbers are always printed"),
	HABIT('H', "with-filename", "paths are always printed"),
	HABIT('E', "extended-regexp", "patterns are PCRE2, which reads these too"),
	HABIT('P', "perl-regexp", "patterns are PCRE2"),
	HABIT('I', NULL, "binary files are left out"),
	HABIT('s', "no-messages", "what cannot be read in a walk is only counted"),
	HABIT(0, "no-heading", "each line has its path"),
	OPT_END,
};

static const char *const examples[] = {
	"pab-grep 'error|warning'",
	"in all files but hidden and ignored ones",
	"pab-grep -F 'a[i]' src",
	"plain text, in src",
	"pab-grep -C2 -t py 'def main'",
	"with two lines around, in Python files",
	"git log | pab-grep fix -",
	"standard input, when it is named",
	NULL,
};

/* The pattern, unless an option gave it. */
static size_t front(void)
{
	return opts.grep.patterns.n || opts.pattern_files.n ? 0 : 1;
}

static const struct tool_spec spec = {
	.name = "pab-grep",
	.job = "search the contents of files",
	.synopsis = "[options] PATTERN [PATH ...]",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.front = front,
	.limits = TOOL_LIMITS(-1), /* 100 hits or 1,000 names */
	.statuses = "0 found, 1 no match, 2 usage or pattern, 3 no such file,\n"
		    "  5 outside the root, 7 failed or out of time",
	.examples = examples,
};

struct patterns {
	struct re_pattern *v;
	size_t n;
	struct buf *files; /* the texts of -f */
};

static void add_pattern(struct patterns *ps, const char *p, size_t n)
{
	ps->v = xrealloc_n(ps->v, ps->n + 1, sizeof(*ps->v));
	ps->v[ps->n++] = (struct re_pattern){p, n};
}

/* Reads a file of patterns, one a line; -f is the caller's, not the place's. */
static int read_patterns(
	struct patterns *ps, const char *path, struct buf *b, struct err *e)
{
	enum { LARGEST = 16 << 20 };
	int fd = caller_open(path);
	int r = fd < 0 ? -1 : io_slurp(fd, b, LARGEST);
	if (r < 0)
		err_sys(e, caller_name(path), errno);
	if (fd >= 0)
		close(fd);
	for (size_t at = 0; r == 0 && at < b->len;) {
		const char *nl = memchr(b->p + at, '\n', b->len - at);
		size_t end = nl ? (size_t)(nl - b->p) : b->len;
		add_pattern(ps, b->p + at, end - at);
		at = end + 1;
	}
	return r;
}

static unsigned re_flags(void)
{
	return (opts.icase ? RE_ICASE : 0) | (opts.smart ? RE_SMART_CASE : 0) |
	       (opts.grep.fixed ? RE_FIXED : 0) | (opts.word ? RE_WORD : 0) |
	       (opts.line ? RE_LINE : 0) | (opts.grep.multiline ? RE_MULTILINE : 0);
}

/* Takes the pattern from the operands when no option gave one, and compiles. Returns 0,
 * or -1 with the error printed. */
static int compile_patterns(struct tool *t, struct grep *g)
{
	struct err e = {0};
	struct patterns ps = {0};
	size_t n_files = opts.pattern_files.n;
	struct buf *files = xcalloc(n_files + 1, sizeof(*files));
	int r = 0;
	if (!opts.grep.patterns.n && !n_files) {
		if (!t->operands.n) {
			free(files);
			return tool_usage(t, "no PATTERN");
		}
		vec_give(&opts.grep.patterns, t->operands.v[0]);
		memmove(t->operands.v, t->operands.v + 1,
			t->operands.n-- * sizeof(*t->operands.v));
	}
	for (size_t i = 0; i < opts.grep.patterns.n; i++)
		add_pattern(
			&ps, opts.grep.patterns.v[i], strlen(opts.grep.patterns.v[i]));
	for (size_t i = 0; i <= n_files; i++)
		files[i] = (struct buf)BUF_INIT;
	for (size_t i = 0; i < n_files && r == 0; i++)
		r = read_patterns(&ps, opts.pattern_files.v[i], &files[i], &e);
	g->re = r < 0 ? NULL : re_new(ps.v, ps.n, re_flags(), &e);
	for (size_t i = 0; i < n_files; i++)
		buf_release(&files[i]);
	free(files);
	free(ps.v);
	return g->re ? 0 : tool_fail(t, &e);
}

static void settle(struct tool *t, struct grep *g)
{
	bool names = g->mode == GREP_WITH || g->mode == GREP_WITHOUT;
	bool json = t->out.form == OUT_JSON;
	g->t = t;
	if (fstat(STDOUT_FILENO, &g->output) < 0)
		g->output.st_mode = 0;
	g->only = g->only && !json; /* the records have the matches */
	bool context = !g->only && g->mode == GREP_LINES;
	g->before = !context ? 0 : opts.before >= 0 ? opts.before : opts.context;
	g->after = !context ? 0 : opts.after >= 0 ? opts.after : opts.context;
	g->text = g->text || opts.unrestricted > 2;
	t->out.quiet = t->out.quiet || opts.quiet;
	if (opts.colour && t->out.form == OUT_TEXT)
		t->out.colour =
			strcmp(opts.colour, "auto") ? *opts.colour == 'a' : t->out.colour;
	g->limits = t->limits;
	if (g->limits.rows < 0)
		g->limits.rows = names ? 1000 : 100;
	if (g->mode == GREP_COUNT || t->out.quiet || (names && g->nul))
		g->limits.rows = g->limits.bytes = NUM_NONE;
	g->deadline = t->limits.timeout == NUM_NONE ? NUM_NONE
						    : num_now_ms() + t->limits.timeout;
}

static unsigned walk_flags(void)
{
	unsigned flags = 0;
	if (opts.hidden || opts.unrestricted > 1)
		flags |= WALK_HIDDEN;
	if (opts.no_ignore || opts.unrestricted > 0)
		flags |= WALK_NO_IGNORE;
	if (opts.unrestricted > 1)
		flags |= WALK_KEEP_GIT;
	return flags;
}

/* One entry of a walk: goes into the pool, or is left out. */
static void take_entry(struct grep *g, struct walk *w, const struct target *start,
	const struct walk_entry *entry)
{
	bool dir = entry->type == DT_DIR;
	if (entry->type != DT_REG && (!dir || !opts.filter.n))
		return;
	char *show = target_show(start->show, entry->path);
	if (dir) {
		if (!filter_enters(&opts.filter, show, entry->path))
			walk_prune(w);
		free(show);
		return;
	}
	if (!filter_takes(&opts.filter, show, entry->path, entry->name)) {
		free(show);
		return;
	}
	struct file f = {.path = show, .dir = walk_dir_ref(entry->dir), .fd = -1};
	f.name = show + strlen(show) - strlen(entry->name);
	pool_add(g->pool, &f);
}

static int search_dir(struct grep *g, const struct target *target, struct err *e)
{
	struct start s;
	struct walk_entry entry;
	unsigned seen = 0;
	if (start_walk(&s, &g->t->place, OP_GREP, target, walk_flags(), (int)opts.depth,
		    e) < 0)
		return -1;
	tool_down(g->t, s.down, s.n_down);
	while (!atomic_load(&g->stop) && walk_next(s.walk, &entry)) {
		take_entry(g, s.walk, target, &entry);
		if (++seen % 256 == 0 && num_now_ms() >= g->deadline) {
			g->counts.timed_out = true;
			atomic_store(&g->stop, true);
		}
	}
	const struct walk_counts *c = walk_counts(s.walk);
	g->counts.ignored += c->ignored;
	g->counts.hidden += c->hidden;
	g->counts.unreadable += c->unreadable;
	start_release(&s);
	return 0;
}

static void add_open(struct grep *g, const char *show, int fd)
{
	struct file f = {.path = xstrdup(show), .fd = fd, .named = true};
	f.name = f.path;
	pool_add(g->pool, &f);
}

/* The one function that opens operands. Returns 0, or -1 with err. */
static int search_operand(struct grep *g, const char *operand, struct err *e)
{
	struct target target;
	struct stat st;
	int r = 0, fd;
	if (!strcmp(operand, "-")) {
		add_open(g, operand, caller_stdin());
		return 0;
	}
	if (store_is(operand)) {
		fd = store_open(g->t->home, operand, e);
		if (fd >= 0)
			add_open(g, operand, fd);
		return fd < 0 ? -1 : 0;
	}
	if (place_target(&g->t->place, operand, &target, e) < 0)
		return -1;
	fd = place_open_file(&g->t->place, OP_GREP, &target, &st, e);
	if (fd >= 0)
		add_open(g, target.show, fd);
	else if (e->code == ERR_IS_DIR)
		r = search_dir(g, &target, e);
	else
		r = -1;
	target_release(&target);
	return r;
}

/* Searches all operands; an error comes behind the results of those before it. */
static void search_all(struct tool *t, struct grep *g)
{
	g->pool = pool_new(g);
	if (!t->operands.n)
		vec_add(&t->operands, ".");
	for (size_t i = 0; i < t->operands.n && !atomic_load(&g->stop); i++) {
		struct err e = {0};
		if (search_operand(g, t->operands.v[i], &e) == 0)
			continue;
		pool_finish(g->pool);
		out_error(&t->out, &e);
	}
	pool_finish(g->pool);
	pool_free(g->pool);
}

static void run(struct tool *t, struct grep *g)
{
	int64_t begun = num_now_ms();
	if (opts.type_list) {
		type_list(&t->out.buf);
		return;
	}
	if (compile_patterns(t, g) < 0)
		return;
	settle(t, g);
	bool path_named = t->operands.n > 0;
	search_all(t, g);
	say_end(t, g, path_named);
	say_summary(t, g, num_now_ms() - begun);
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t, &opts.grep);
	re_free(opts.grep.re);
	spread_free(opts.grep.spread);
	filter_release(&opts.filter);
	vec_release(&opts.grep.patterns);
	vec_release(&opts.pattern_files);
	return tool_end(&t);
}
