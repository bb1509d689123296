/* SPDX-License-Identifier: MIT */
/* Find files by the pattern of their names.
 * usage: pab-glob [options] PATTERN [PATH ...]
 * exit status: 0 1 2 3 5 7 */
#include "pab_glob.h"

#include "entry.h"
#include "mem.h"
#include "num.h"
#include "start.h"
#include "tool.h"

enum { LOOK_AT_CLOCK = 256 }; /* entries between two looks */

static struct {
	struct vec patterns;
	int64_t depth;
	unsigned kinds;
	enum entry_sort sort;
	int hidden, no_ignore, icase, reverse, nul, unrestricted;
} opts = {.kinds = 1U << DT_REG | 1U << DT_LNK};

static int unrestrict(const char *value, void *dst, struct err *e)
{
	(void)value;
	(void)dst;
	(void)e;
	opts.no_ignore = 1;
	opts.hidden |= opts.unrestricted;
	opts.unrestricted = 1;
	return 0;
}

static const struct opt table[] = {
	{'e', "pattern", "PATTERN", OPT_LIST, OPT_PLAIN, &opts.patterns, 0,
		"a pattern; repeatable, then every operand is a PATH", 0, NULL},
	{'i', "ignore-case", NULL, OPT_FLAG, OPT_PLAIN, &opts.icase, 1,
		"ASCII letters match in either case", 0, NULL},
	{'.', "hidden", NULL, OPT_FLAG, OPT_PLAIN, &opts.hidden, 1,
		"wildcards match names that begin with a dot", 0, NULL},
	{0, "no-ignore", NULL, OPT_FLAG, OPT_PLAIN, &opts.no_ignore, 1,
		"what .gitignore and .ignore leave out, too", 0, NULL},
	{'u', NULL, NULL, OPT_CALL, OPT_PLAIN, NULL, 0,
		"--no-ignore; -uu is --no-ignore --hidden, and .git", 0, unrestrict},
	{0, "kind", "KINDS", OPT_CALL, OPT_PLAIN, &opts.kinds, 0,
		"f files, d directories, l links, p, s, b (default f,l)", 0,
		entry_kinds_option},
	{0, "depth", "N", OPT_INT, OPT_PLAIN, &opts.depth, 1,
		"at most N levels below PATH", 0, NULL},
	{0, "sort", "KEY", OPT_CALL, OPT_PLAIN, &opts.sort, 0,
		"path, mtime (newest first) or size (largest first)", 0,
		entry_sort_option},
	{0, "reverse", NULL, OPT_FLAG, OPT_PLAIN, &opts.reverse, 1, "the other way round",
		0, NULL},
	{'0', "null", NULL, OPT_FLAG, OPT_PLAIN, &opts.nul, 1,
		"NUL behind each exact path, no limits", 0, NULL},
	OPT_END,
};

/* clang-format off */
static const char *const examples[] = {
	"pab-glob '*.c'", "every C file, at any depth",
	"pab-glob 'src/**/*_test.{py,js}'", "tests below src",
	"pab-glob --sort mtime '*' docs", "what changed last in docs",
	"pab-glob -0 '*.tmp' | xargs -0 rm", "any name, safely", NULL};
/* clang-format on */

/* The pattern, unless an option gave it. */
static size_t front(void)
{
	return opts.patterns.n ? 0 : 1;
}

static const struct tool_spec spec = {
	.name = "pab-glob",
	.job = "find files by the pattern of their names",
	.synopsis = "[options] PATTERN [PATH ...]",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.front = front,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 found, 1 nothing found, 2 usage or bad pattern,\n"
		    "  3 no such directory, 5 outside the root,\n"
		    "  7 the system failed or time ran out",
	.examples = examples,
};

/* The work of one call. */
struct search {
	struct tool *t;
	struct pattern *patterns;
	size_t n_patterns;
	const struct pattern *only; /* the one with a start of its own, else NULL */
	struct entries kept;        /* to be sorted, when not in path order */
	struct walk_counts counts;
	int64_t total, shown, bytes, dirs, walks, deadline;
	struct buf path;   /* of the entry that is shown */
	char *link;        /* one that a pattern leads through */
	bool from_operand; /* the pattern was the first operand */
	bool late;         /* the time was up */
	bool full;         /* what is found from here on is only counted */
};

static bool is_streamed(void)
{
	return opts.sort == ENTRY_BY_PATH && !opts.reverse;
}

/* Prints one name, while there is room. */
static void show(struct search *s, const struct entry *e)
{
	struct out *o = &s->t->out;
	bool exact = opts.nul && o->form != OUT_JSON;
	int64_t n = (int64_t)strlen(e->path) + 1;
	if (!exact &&
		(s->shown >= s->t->limits.rows || n > s->t->limits.bytes - s->bytes))
		s->full = true;
	if (s->full)
		return;
	s->shown++;
	s->bytes += n;
	if (o->form == OUT_JSON) {
		entry_json(e, &o->json);
	} else if (exact) {
		buf_add(&o->buf, e->path, strlen(e->path) + 1);
	} else {
		out_name(o, e->path);
		buf_puts(&o->buf, e->type == DT_DIR ? "/\n" : "\n");
	}
	out_drain(o);
}

static void take(struct search *s, const struct target *dir, const struct walk_entry *w)
{
	struct entry e = {.type = w->type};
	s->total++;
	if (s->full)
		return;
	if (s->t->out.form == OUT_JSON || !is_streamed())
		entry_look(&e, w);
	if (!is_streamed()) {
		e.path = target_show(dir->show, w->path);
		entries_give(&s->kept, &e);
		return;
	}
	buf_clear(&s->path);
	target_add_show(&s->path, dir->show, w->path);
	e.path = s->path.p;
	show(s, &e);
	free(e.link);
}

/* What the patterns say about an entry. */
struct verdict {
	bool named;   /* a pattern matches it, whatever its kind */
	bool taken;   /* and its kind is wanted */
	bool below;   /* one may match something in it */
	bool through; /* one leads through this link */
};

static struct verdict judge(const struct search *s, const struct walk_entry *w)
{
	struct verdict v = {0};
	bool is_dir = w->type == DT_DIR;
	for (size_t i = 0; i < s->n_patterns; i++) {
		const struct pattern *p = &s->patterns[i];
		if (s->only ? p != s->only : p->start != NULL)
			continue;
		if (!v.taken && match_path(p->match, w->path)) {
			v.named = true;
			v.taken = p->dirs_only ? is_dir : opts.kinds >> w->type & 1;
		}
		if (is_dir && !v.below)
			v.below = match_below(p->match, w->path);
		v.through |= w->type == DT_LNK && pattern_passes(p, w->path);
	}
	return v;
}

static void consider(struct search *s, struct walk *walk, const struct target *dir,
	const struct walk_entry *w)
{
	struct verdict v = judge(s, w);
	if (w->type == DT_DIR && !v.below)
		walk_prune(walk);
	if (w->name[0] == '.' && !v.named && !v.below && !opts.hidden)
		s->counts.hidden++;
	if (v.through && !s->link)
		s->link = target_show(dir->show, w->path);
	s->dirs += v.named && !v.taken && w->type == DT_DIR;
	if (v.taken)
		take(s, dir, w);
}

static void count(struct search *s, const struct walk_counts *c)
{
	s->counts.entries += c->entries;
	s->counts.ignored += c->ignored;
	s->counts.unreadable += c->unreadable;
	s->walks++;
}

static unsigned walk_flags(const struct search *s)
{
	bool git = opts.hidden && opts.no_ignore;
	for (size_t i = 0; i < s->n_patterns; i++)
		git |= pattern_names_git(&s->patterns[i]);
	return WALK_HIDDEN | WALK_AHEAD | (git ? WALK_KEEP_GIT : 0) |
	       (opts.no_ignore ? WALK_NO_IGNORE : 0);
}

/* Walks one directory and takes what the patterns name. */
static int search_dir(struct search *s, const struct target *dir, struct err *e)
{
	struct start start;
	struct walk_entry w;
	if (start_walk(&start, &s->t->place, OP_GLOB, dir, walk_flags(s), (int)opts.depth,
		    e) < 0)
		return -1;
	tool_down(s->t, start.down, start.n_down);
	for (unsigned n = 1; !s->late && walk_next(start.walk, &w); n++) {
		consider(s, start.walk, dir, &w);
		if (n % LOOK_AT_CLOCK == 0)
			s->late = num_now_ms() >= s->deadline;
	}
	count(s, walk_counts(start.walk));
	start_release(&start);
	return 0;
}

/* Walks where a pattern begins by itself, seen from `from` (NULL: it is absolute). */
static int search_start(
	struct search *s, const char *from, const struct pattern *p, struct err *e)
{
	struct target dir;
	char *operand CLEANUP(mem_freep) =
		from ? target_show(from, p->start) : xstrdup(p->start);
	if (place_target(&s->t->place, operand, &dir, e) < 0)
		return -1;
	s->only = p;
	int r = search_dir(s, &dir, e);
	s->only = NULL;
	target_release(&dir);
	return r;
}

/* One PATH: the patterns that are looked for below it in one walk, then those that lead
 * up from it. */
static int search_operand(
	struct tool *t, const struct target *dir, void *ctx, struct err *e)
{
	struct search *s = ctx;
	bool plain = false;
	(void)t;
	for (size_t i = 0; i < s->n_patterns; i++)
		plain |= !s->patterns[i].start;
	if (plain && search_dir(s, dir, e) < 0) {
		if (e->code == ERR_NOT_DIR && s->from_operand)
			err_add(e, "; quote the pattern, else the shell expands it");
		return -1;
	}
	for (size_t i = 0; i < s->n_patterns; i++) {
		const struct pattern *p = &s->patterns[i];
		if (p->start && *p->start != '/' && search_start(s, dir->show, p, e) < 0)
			return -1;
	}
	return 0;
}

static void search_all(struct search *s)
{
	struct tool *t = s->t;
	size_t absolute = 0;
	for (size_t i = 0; i < s->n_patterns; i++) {
		struct err e = {0};
		const struct pattern *p = &s->patterns[i];
		if (!p->start || *p->start != '/')
			continue;
		absolute++;
		if (search_start(s, NULL, p, &e) < 0)
			out_error(&t->out, &e);
	}
	if (absolute < s->n_patterns)
		tool_each(t, ".", search_operand, s);
	else if (t->operands.n)
		out_notice(&t->out, "an absolute pattern says where; %s was not searched",
			t->operands.n > 1 ? "the PATHs" : t->operands.v[0]);
}

/* The patterns: those of -e, else the first operand. */
static int read_patterns(struct search *s, struct err *e)
{
	struct vec *operands = &s->t->operands;
	unsigned flags =
		(opts.hidden ? PATTERN_HIDDEN : 0) | (opts.icase ? PATTERN_ICASE : 0);
	if (!opts.patterns.n) {
		if (!operands->n)
			return err_set(e, ERR_USAGE, NULL,
				"no pattern: usage: pab-glob %s; '*' is every file",
				spec.synopsis);
		s->from_operand = true;
		vec_give(&opts.patterns, operands->v[0]);
		operands->n--;
		memmove(operands->v, operands->v + 1, (operands->n + 1) * sizeof(char *));
	}
	s->patterns = xcalloc(opts.patterns.n, sizeof(*s->patterns));
	for (size_t i = 0; i < opts.patterns.n; i++, s->n_patterns++)
		if (pattern_init(&s->patterns[i], opts.patterns.v[i], flags, e) < 0)
			return -1;
	return 0;
}

/* "14 ignored" and the like, separated by commas, behind b. */
static void add_count(struct buf *b, int64_t n, const char *what)
{
	char number[32];
	if (n)
		buf_printf(b, "%s%s %s", b->len ? ", " : "", num_commas(number, n), what);
}

static void say_nothing_found(struct search *s)
{
	struct buf left = BUF_INIT, b = BUF_INIT;
	char number[32];
	const struct walk_counts *c = &s->counts;
	add_count(&left, c->ignored, "ignored");
	add_count(&left, c->hidden, "hidden");
	add_count(&left, c->unreadable,
		c->unreadable == 1 ? "directory unreadable" : "directories unreadable");
	buf_printf(&b, "no match in %s name%s", num_commas(number, c->entries),
		c->entries == 1 ? "" : "s");
	if (left.len)
		buf_printf(&b, " (%s)", left.p);
	if (c->hidden || c->ignored)
		buf_printf(&b, "; %s%s%s show%s those", c->hidden ? "--hidden" : "",
			c->hidden && c->ignored ? " and " : "",
			c->ignored ? "--no-ignore" : "",
			c->hidden && c->ignored ? "" : "s");
	if (s->dirs)
		buf_printf(&b, "; %s director%s: --kind d", num_commas(number, s->dirs),
			s->dirs == 1 ? "y matches" : "ies match");
	if (s->link)
		buf_printf(&b, "; %s is a link, which is not followed: give it as PATH",
			s->link);
	out_notice(&s->t->out, "%s", b.p);
	buf_release(&left);
	buf_release(&b);
}

static void say_late(struct search *s)
{
	struct err e;
	char number[32];
	err_set(&e, ERR_TIMEOUT, NULL,
		"time ran out after %g s: the %s name%s found are not all; "
		"name a directory, or --limits timeout=60",
		(double)s->t->limits.timeout / 1000, num_commas(number, s->total),
		s->total == 1 ? "" : "s");
	out_error(&s->t->out, &e);
}

/* What the result as a whole needs to have said. */
static void conclude(struct search *s)
{
	struct out *o = &s->t->out;
	char a[32], b[32];
	if (s->late)
		say_late(s);
	else if (!s->total && s->walks)
		say_nothing_found(s);
	if (!s->total)
		out_status(o, 1);
	if (s->shown < s->total) {
		tool_cut(s->t);
		out_notice(o, "%s of %s names shown; narrow the pattern, or --no-limit",
			num_commas(a, s->shown), num_commas(b, s->total));
	}
	if (s->total && s->counts.unreadable)
		out_notice(o, "%s director%s could not be read",
			num_commas(a, s->counts.unreadable),
			s->counts.unreadable == 1 ? "y" : "ies");
}

static void summarise(struct search *s)
{
	struct jout *j = tool_summary(s->t);
	if (!j)
		return;
	jout_int(j, "matches", s->total);
	jout_int(j, "shown", s->shown);
	jout_int(j, "names", s->counts.entries);
	jout_object(j, "skipped");
	jout_int(j, "ignored", s->counts.ignored);
	jout_int(j, "hidden", s->counts.hidden);
	jout_int(j, "unreadable", s->counts.unreadable);
	jout_end_object(j);
	jout_bool(j, "incomplete", s->late || s->t->incomplete);
}

static void release(struct search *s)
{
	for (size_t i = 0; i < s->n_patterns; i++)
		pattern_release(&s->patterns[i]);
	free(s->patterns);
	free(s->link);
	buf_release(&s->path);
	entries_release(&s->kept);
	vec_release(&opts.patterns);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct err e = {0};
	struct search s = {.t = &t, .path = BUF_INIT};
	if (tool_begin(&t, &spec, argc, argv) < 0)
		goto out;
	if (read_patterns(&s, &e) < 0) {
		tool_fail(&t, &e);
		goto out;
	}
	s.deadline =
		t.limits.timeout == NUM_NONE ? NUM_NONE : num_now_ms() + t.limits.timeout;
	search_all(&s);
	entries_sort(&s.kept, opts.sort, opts.reverse);
	for (size_t i = 0; i < s.kept.n; i++)
		show(&s, &s.kept.v[i]);
	conclude(&s);
	summarise(&s);
out:
	release(&s);
	return tool_end(&t);
}
