/* SPDX-License-Identifier: MIT */
/* List directories.
 * usage: pab-ls [options] [PATH ...]
 * exit status: 0 2 3 5 7 */
#include "entry.h"
#include "mem.h"
#include "num.h"
#include "start.h"
#include "tool.h"

#include <errno.h>
#include <time.h>

static struct {
	int64_t depth;
	unsigned kinds;
	enum entry_sort sort;
	int recursive, reverse, nul, details, itself, done_anyway;
} opts = {.kinds = ~0U};

static int sort_by_mtime(const char *value, void *dst, struct err *e)
{
	(void)value;
	return entry_sort_option("mtime", dst, e);
}

static int sort_by_size(const char *value, void *dst, struct err *e)
{
	(void)value;
	return entry_sort_option("size", dst, e);
}

static const struct opt table[] = {
	{'R', "recursive", NULL, OPT_FLAG, OPT_PLAIN, &opts.recursive, 1,
		"everything below, as paths", 0, NULL},
	{0, "depth", "N", OPT_INT, OPT_PLAIN, &opts.depth, 1, "-R, at most N levels", 0,
		NULL},
	{'d', "directory", NULL, OPT_FLAG, OPT_PLAIN, &opts.itself, 1,
		"the directory itself, not what is in it", 0, NULL},
	{'l', "long", NULL, OPT_FLAG, OPT_PLAIN, &opts.details, 1,
		"mode and time of change (UTC), too", 0, NULL},
	{0, "kind", "KINDS", OPT_CALL, OPT_PLAIN, &opts.kinds, 0,
		"only f files, d directories, l links, p, s, b", 0, entry_kinds_option},
	{0, "sort", "KEY", OPT_CALL, OPT_PLAIN, &opts.sort, 0,
		"path, mtime (newest first) or size (largest first)", 0,
		entry_sort_option},
	{'t', NULL, NULL, OPT_CALL, OPT_PLAIN, &opts.sort, 0, "--sort mtime", 0,
		sort_by_mtime},
	{'S', NULL, NULL, OPT_CALL, OPT_PLAIN, &opts.sort, 0, "--sort size", 0,
		sort_by_size},
	{'r', "reverse", NULL, OPT_FLAG, OPT_PLAIN, &opts.reverse, 1,
		"the other way round", 0, NULL},
	{'0', "null", NULL, OPT_FLAG, OPT_PLAIN, &opts.nul, 1,
		"NUL behind each exact path and nothing else, no limits", 0, NULL},
	{'a', "all", NULL, OPT_FLAG, OPT_PLAIN, &opts.done_anyway, 1, "show hidden names",
		OPT_HABIT, NULL},
	{'A', "almost-all", NULL, OPT_FLAG, OPT_PLAIN, &opts.done_anyway, 1,
		"show hidden names", OPT_HABIT, NULL},
	{'F', "classify", NULL, OPT_FLAG, OPT_PLAIN, &opts.done_anyway, 1,
		"/ behind a directory", OPT_HABIT, NULL},
	{'h', "human-readable", NULL, OPT_FLAG, OPT_PLAIN, &opts.done_anyway, 1,
		"sizes are plain bytes", OPT_HABIT, NULL},
	{'1', NULL, NULL, OPT_FLAG, OPT_PLAIN, &opts.done_anyway, 1, "one name a line",
		OPT_HABIT, NULL},
	OPT_END,
};

/* clang-format off */
static const char *const examples[] = {
	"pab-ls", "the current directory",
	"pab-ls --depth 2 src", "two levels, as paths",
	"pab-ls -lt logs", "the newest first, with times",
	"pab-ls -j src | jq .size", "one record a name", NULL};
/* clang-format on */

static const struct tool_spec spec = {
	.name = "pab-ls",
	.job = "list directories",
	.synopsis = "[options] [PATH ...]",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 listed (an empty directory, too), 2 usage, 3 no such file,\n"
		    "  5 outside the root, 7 the system failed or time ran out",
	.examples = examples,
};

/* The work of one call. */
struct listing {
	struct tool *t;
	struct entries entries;
	int64_t total, shown, unreadable, deadline;
	bool bare; /* names instead of paths */
	bool late;
	char *git; /* a .git that -R did not enter */
};

/* Listed in the order found, only what can be shown needs to be kept. */
static bool is_kept(const struct listing *l)
{
	bool in_order = opts.sort == ENTRY_BY_PATH && !opts.reverse;
	return !in_order || opts.nul || l->total <= l->t->limits.rows;
}

/* Does the form of the output tell more than the kind of this one? */
static bool needs_look(const struct listing *l, unsigned char type)
{
	bool text = l->t->out.form != OUT_JSON;
	if (opts.sort != ENTRY_BY_PATH || (text && opts.details) || !text)
		return true;
	return !opts.nul && (type == DT_REG || type == DT_LNK);
}

static void add(struct listing *l, char *path, const struct walk_entry *w)
{
	struct entry e = {.path = path, .type = w->type};
	l->total++;
	if (!is_kept(l)) {
		free(path);
		return;
	}
	if (needs_look(l, w->type))
		entry_look(&e, w);
	entries_give(&l->entries, &e);
}

static void add_below(struct listing *l, const struct target *dir, struct walk *walk,
	const struct walk_entry *w)
{
	bool git = w->type == DT_DIR && !strcmp(w->name, ".git");
	if (git)
		walk_prune(walk);
	if (git && opts.recursive && !l->git)
		l->git = target_show(dir->show, w->path);
	if (opts.kinds >> w->type & 1)
		add(l, target_show(dir->show, w->path), w);
}

/* Lists what is in a directory. */
static int list_dir(struct listing *l, const struct target *dir, struct err *e)
{
	struct start start;
	struct walk_entry w;
	int64_t seen = 0;
	if (start_walk(&start, &l->t->place, OP_LS, dir,
		    WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT | WALK_AHEAD,
		    (int)opts.depth, e) < 0)
		return -1;
	tool_down(l->t, start.down, start.n_down);
	while (!l->late && walk_next(start.walk, &w)) {
		add_below(l, dir, start.walk, &w);
		if (++seen % 256 == 0)
			l->late = num_now_ms() >= l->deadline;
	}
	int64_t unreadable = walk_counts(start.walk)->unreadable;
	if (!seen && !unreadable && l->t->operands.n > 1)
		out_notice(&l->t->out, "%s: empty directory", dir->show);
	else if (!seen && !unreadable)
		out_notice(&l->t->out, "empty directory");
	l->unreadable += unreadable;
	start_release(&start);
	return 0;
}

/* Lists the operand itself, of which *st is known. */
static int list_one(struct listing *l, const struct target *target, const struct stat *st,
	struct err *e)
{
	struct spot spot;
	const struct place *p = &l->t->place;
	if (root_spot(&p->roots, target->root, target->rel, false, &spot) < 0)
		return place_error(p, target, errno, e);
	struct walk_dir dir = {.fd = spot.dirfd};
	struct walk_entry w = {.path = target->show,
		.name = spot.name,
		.dir = &dir,
		.type = (unsigned char)IFTODT(st->st_mode)};
	if (opts.kinds >> w.type & 1)
		add(l, xstrdup(target->show), &w);
	mem_closep(&spot.dirfd);
	return 0;
}

static int list_operand(
	struct tool *t, const struct target *target, void *ctx, struct err *e)
{
	struct listing *l = ctx;
	struct stat st, behind;
	struct err why = {0};
	l->bare = t->operands.n == 1 && !opts.recursive;
	if (place_stat(&t->place, OP_LS, target, false, &st, e) < 0)
		return -1;
	bool is_dir = S_ISDIR(st.st_mode);
	if (S_ISLNK(st.st_mode) && !opts.itself) {
		is_dir = place_stat(&t->place, OP_LS, target, true, &behind, &why) == 0 &&
			 S_ISDIR(behind.st_mode);
		if (why.code == ERR_OUTSIDE_ROOT || why.code == ERR_DENIED) {
			*e = why;
			return -1;
		}
	}
	if (is_dir && !opts.itself)
		return list_dir(l, target, e);
	/* A link that leads nowhere is listed as what it is. */
	l->bare = false;
	return list_one(l, target, &st, e);
}

/* "-rw-r--r--" */
static void add_mode(struct buf *b, unsigned char type, mode_t mode)
{
	static const char letters[] = "rwxrwxrwx";
	static const char types[] = "?pc?d?b?-?l?s";
	char s[] = "----------";
	s[0] = type < sizeof(types) - 1 ? types[type] : '?';
	for (unsigned i = 0; i < 9; i++)
		if (mode >> (8 - i) & 1)
			s[i + 1] = letters[i];
	if (mode & S_ISUID)
		s[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		s[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		s[9] = mode & S_IXOTH ? 't' : 'T';
	buf_puts(b, s);
}

/* The bytes of a regular file, "-" for all else. */
static const char *size_text(const struct entry *e, char out[32])
{
	if (!e->known || e->type != DT_REG)
		return "-";
	snprintf(out, 32, "%lld", (long long)e->st.st_size);
	return out;
}

static void add_time(struct buf *b, const struct entry *e)
{
	char s[32] = "-";
	struct tm tm;
	if (e->known && gmtime_r(&e->st.st_mtim.tv_sec, &tm))
		strftime(s, sizeof(s), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_puts(b, s);
}

static void print_text(struct listing *l, const struct entry *e, int width)
{
	struct out *o = &l->t->out;
	const char *slash = l->bare ? strrchr(e->path, '/') : NULL;
	bool dotted = slash == e->path + 1 && *e->path == '.'; /* "./-x" */
	const char *colour = !o->colour          ? NULL
			     : e->type == DT_DIR ? "\033[1;34m"
			     : e->type == DT_LNK ? "\033[36m"
						 : NULL;
	char size[32];
	if (opts.details) {
		add_mode(&o->buf, e->type, e->known ? e->st.st_mode : 0);
		buf_addc(&o->buf, ' ');
	}
	buf_printf(&o->buf, "%*s ", width, size_text(e, size));
	if (opts.details) {
		add_time(&o->buf, e);
		buf_addc(&o->buf, ' ');
	}
	if (colour)
		buf_puts(&o->buf, colour);
	out_name(o, slash && !dotted ? slash + 1 : e->path);
	if (colour)
		buf_puts(&o->buf, "\033[m");
	if (e->type == DT_DIR)
		buf_addc(&o->buf, '/');
	if (e->link) {
		buf_puts(&o->buf, " -> ");
		out_name(o, e->link);
	}
	buf_addc(&o->buf, '\n');
}

static void print_entry(struct listing *l, const struct entry *e, int width)
{
	struct out *o = &l->t->out;
	if (o->form == OUT_JSON)
		entry_json(e, &o->json);
	else if (opts.nul)
		buf_add(&o->buf, e->path, strlen(e->path) + 1);
	else
		print_text(l, e, width);
	out_drain(o);
}

/* How many entries fit into the limits. */
static size_t count_fitting(const struct listing *l)
{
	const struct limits *lim = &l->t->limits;
	int64_t bytes = 0;
	size_t n = 0;
	if (opts.nul && l->t->out.form != OUT_JSON)
		return l->entries.n;
	for (; n < l->entries.n && (int64_t)n < lim->rows; n++) {
		bytes += (int64_t)strlen(l->entries.v[n].path) + 1;
		if (bytes > lim->bytes)
			break;
	}
	return n;
}

static void print_all(struct listing *l)
{
	char size[32];
	int width = 1;
	size_t n = count_fitting(l);
	bool padded = l->t->out.form == OUT_TEXT;
	for (size_t i = 0; padded && i < n; i++) {
		int w = (int)strlen(size_text(&l->entries.v[i], size));
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < n; i++)
		print_entry(l, &l->entries.v[i], width);
	l->shown = (int64_t)n;
}

static void conclude(struct listing *l)
{
	struct out *o = &l->t->out;
	char a[32], b[32];
	if (l->shown < l->total) {
		tool_cut(l->t);
		out_notice(o,
			"%s of %s names shown; name a directory below, or --no-limit",
			num_commas(a, l->shown), num_commas(b, l->total));
	}
	if (l->git)
		out_notice(o, "%s was not entered; name it to list it", l->git);
	if (l->unreadable)
		out_notice(o, "%s director%s could not be read",
			num_commas(a, l->unreadable), l->unreadable == 1 ? "y" : "ies");
	if (l->late) {
		struct err e;
		err_set(&e, ERR_TIMEOUT, NULL,
			"time ran out after %g s: the list is not complete; name a "
			"directory below, or --limits timeout=60",
			(double)l->t->limits.timeout / 1000);
		out_error(o, &e);
	}
}

static void summarise(struct listing *l)
{
	struct jout *j = tool_summary(l->t);
	if (!j)
		return;
	jout_int(j, "entries", l->total);
	jout_int(j, "shown", l->shown);
	jout_object(j, "skipped");
	jout_int(j, "unreadable", l->unreadable);
	jout_end_object(j);
	jout_bool(j, "incomplete", l->late || l->t->incomplete);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct listing l = {.t = &t};
	if (tool_begin(&t, &spec, argc, argv) < 0)
		return tool_end(&t);
	if (opts.depth)
		opts.recursive = 1;
	else
		opts.depth = opts.recursive ? 0 : 1;
	l.deadline =
		t.limits.timeout == NUM_NONE ? NUM_NONE : num_now_ms() + t.limits.timeout;
	tool_each(&t, ".", list_operand, &l);
	if (opts.sort != ENTRY_BY_PATH || opts.reverse)
		entries_sort(&l.entries, opts.sort, opts.reverse);
	print_all(&l);
	conclude(&l);
	summarise(&l);
	entries_release(&l.entries);
	free(l.git);
	return tool_end(&t);
}
