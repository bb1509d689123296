/* SPDX-License-Identifier: MIT */
/* Show files with line numbers.
 * usage: pab-read [options] FILE[:LINE] ...
 * exit status: 0 1 2 3 5 7 */
#include "pab_read.h"

#include "caller.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "store.h"

#include <ctype.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOOK = 8000, LOOK_FAR = 1 << 20, AROUND = 10, MAX_STDIN = 256 << 20 };

static struct {
	int64_t offset, limit;
	struct vec ranges;
	const char *bytes;
	int raw, stat, tags, numbers;
} opts = {.limit = -1};

static const struct opt table[] = {
	{0, "offset", "N", OPT_INT, OPT_PLAIN, &opts.offset, 0, "skip the first N lines",
		0, NULL},
	{0, "limit", "N", OPT_INT, OPT_PLAIN, &opts.limit, 0,
		"show at most N lines (default 2000)", 0, NULL},
	{'r', "range", "A:B", OPT_LIST, OPT_PLAIN, &opts.ranges, 0,
		"lines A to B; also A,B A: :B N N~K -K: (last K); repeatable", 0, NULL},
	{'b', "bytes", "A:B", OPT_STR, OPT_PLAIN, &opts.bytes, 0,
		"bytes A to B, from 0, B not included; also A: and -K:", 0, NULL},
	{0, "raw", NULL, OPT_FLAG, OPT_PLAIN, &opts.raw, 1,
		"the bytes as they are: no numbers, no limits", 0, NULL},
	{0, "tags", NULL, OPT_FLAG, OPT_PLAIN, &opts.tags, 1,
		"line tags N:hhhh| instead of numbers, for pab-edit --at", 0, NULL},
	{0, "stat", NULL, OPT_FLAG, OPT_PLAIN, &opts.stat, 1,
		"lines, bytes, line ends, encoding, hash; not the text", 0, NULL},
	{'n', "number", NULL, OPT_FLAG, OPT_PLAIN, &opts.numbers, 1, "number the lines",
		OPT_HABIT, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-read src/a.c",
	"the first 2,000 lines, numbered", "pab-read src/a.c:120",
	"around line 120, as pab-grep prints it", "pab-read -r 1:40 -r -20: build.log",
	"the first 40 lines and the last 20", "pab-read --stat src/a.c",
	"line ends, encoding, hash for --if-match", NULL};

static const struct tool_spec spec = {
	.name = "pab-read",
	.job = "show files with line numbers",
	.synopsis = "[options] FILE[:LINE] ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 shown, 1 offset past the end, 2 usage, 3 no such file or not text,\n"
		"  5 outside the root, 7 the system failed",
	.examples = examples,
};

/* Counts for the summary. */
static struct {
	int64_t files, lines;
} done;

/* Takes ":LINE" off the end of the operand, whose first n bytes count. Returns how many
 * are left, or 0 when there is none. */
static size_t line_suffix(const char *operand, size_t n, int64_t *line)
{
	size_t d = n;
	while (d && isdigit((unsigned char)operand[d - 1]))
		d--;
	char *digits CLEANUP(mem_freep) = xmemdup0(operand + d, n - d);
	if (d < 2 || operand[d - 1] != ':' || num_int(digits, 1, INT64_MAX / 2, line) < 0)
		return 0;
	return d - 1;
}

/* Standard input becomes a file in memory, so that there is one way to read. */
static int open_stdin(struct stat *st, struct err *e)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "-", errno);
	int64_t n = io_copy(caller_stdin(), fd, MAX_STDIN);
	char more;
	if (n < 0)
		err_sys(e, "-", errno);
	else if (n == MAX_STDIN && io_read(STDIN_FILENO, &more, 1) == 1)
		n = err_set(e, ERR_TOO_LARGE, "-", "standard input has more than 256 MB");
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0 || fstat(fd, st) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Does the operand name what is no file of the place: standard input, a kept output? */
static bool is_special(const char *operand)
{
	return !strcmp(operand, "-") || store_is(operand);
}

static int open_operand(
	struct tool *t, const struct target *target, struct stat *st, struct err *e)
{
	if (!strcmp(target->operand, "-"))
		return open_stdin(st, e);
	if (store_is(target->operand)) {
		int fd = store_open(t->home, target->operand, e);
		return fd < 0 || fstat(fd, st) == 0 ? fd
						    : err_sys(e, target->operand, errno);
	}
	return place_open_file(&t->place, OP_READ, target, st, e);
}

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Joins ranges, which are sorted, where they touch or overlap. Returns how many are left.
 */
static size_t join(struct range *v, size_t n)
{
	size_t kept = 0;
	for (size_t i = 1; i < n; i++) {
		struct range *last = &v[kept];
		if (last->last == INT64_MAX || v[i].first <= last->last + 1)
			last->last = v[i].last > last->last ? v[i].last : last->last;
		else
			v[++kept] = v[i];
	}
	return kept + 1;
}

/* Turns the options into ranges in order, apart from each other. */
static int make_request(
	struct request *r, int fd, int64_t line, const struct facts *f, struct err *e)
{
	size_t n = opts.ranges.n;
	int64_t total = -1;
	r->ranges = xcalloc(n + 1, sizeof(*r->ranges));
	r->by_default = !n && !line;
	r->line = line;
	r->n_ranges = n ? n : 1;
	r->ranges[0] = (struct range){opts.offset + 1, INT64_MAX};
	if (line)
		r->ranges[0] =
			(struct range){line > AROUND ? line - AROUND : 1, line + AROUND};
	for (size_t i = 0; i < n; i++) {
		struct range *one = &r->ranges[i];
		if (range_parse(opts.ranges.v[i], one, e) < 0)
			return -1;
		if (one->first > 0)
			continue;
		if (total < 0 && (total = count_lines(fd, f->encoding)) < 0)
			return err_sys(e, f->show, errno);
		one->first = one->first + total < 0 ? 1 : one->first + total + 1;
	}
	qsort(r->ranges, r->n_ranges, sizeof(*r->ranges), by_first);
	r->n_ranges = join(r->ranges, r->n_ranges);
	return 0;
}

static int show_text(struct tool *t, int fd, int64_t line, struct facts *f, struct err *e)
{
	struct request r = {.raw = opts.raw,
		.stat = opts.stat,
		.tags = opts.tags,
		.json = t->out.form == OUT_JSON,
		.max_lines = opts.limit >= 0 ? opts.limit
			     : opts.raw      ? NUM_NONE
					     : t->limits.lines};
	int got = make_request(&r, fd, line, f, e);
	if (got == 0 && opts.stat)
		r.n_ranges = 0;
	if (got == 0)
		got = show_lines(t, fd, &r, f, e);
	done.lines += f->shown;
	if (got == 0 && (f->cut_at || f->cut_lines))
		tool_cut(t);
	if (got == 0 && opts.stat && !r.json)
		say_stat(t, f);
	else if (got == 0 && !opts.stat)
		say_facts(t, &r, f);
	free(r.ranges);
	return got;
}

/* What the first bytes say. A JPEG's size may stand behind long segments. */
static int look_at(int fd, struct kind *k, struct facts *f, struct err *e)
{
	char *far CLEANUP(mem_freep) = NULL;
	unsigned char look[LOOK];
	ssize_t n = io_pread(fd, look, sizeof(look), 0);
	if (n < 0)
		return err_sys(e, f->show, errno);
	*k = kind_of(look, (size_t)n);
	if (k->media_type && !k->width) {
		far = xmalloc(LOOK_FAR);
		n = io_pread(fd, far, LOOK_FAR, 0);
		if (n > 0)
			*k = kind_of((unsigned char *)far, (size_t)n);
	}
	f->encoding = k->media_type ? TEXT_BINARY : text_guess(look, (size_t)n);
	return 0;
}

static int show_file(struct tool *t, int fd, int64_t line, struct facts *f, struct err *e)
{
	struct kind k;
	bool lines = line || opts.ranges.n || opts.offset || opts.limit >= 0;
	if (look_at(fd, &k, f, e) < 0)
		return -1;
	if (opts.bytes)
		return show_bytes(t, fd, opts.bytes, opts.raw, f, e);
	if (opts.raw && t->out.form != OUT_JSON && !lines && !opts.stat)
		return show_raw(t, fd, f, e);
	if (f->encoding == TEXT_BINARY && opts.stat)
		return say_binary_stat(t, fd, &k, f, e);
	if (f->encoding == TEXT_BINARY && !opts.raw)
		return show_binary(t, fd, &k, f, e);
	return show_text(t, fd, line, f, e);
}

/* May the operand that could not be opened end in a line? Special ones but the store's
 * have none; an id of the store with a line behind it is none. */
static bool may_have_line(const char *operand, const struct err *e)
{
	if (store_is(operand))
		return e->code == ERR_USAGE;
	return !is_special(operand) &&
	       (e->code == ERR_NOT_FOUND || e->code == ERR_NOT_DIR);
}

/* Opens FILE where the operand is FILE:LINE, FILE:LINE:COLUMN or, as copied from a
 * search, has a ":" behind them. Returns a descriptor and the line, or -1 with err. */
static int open_at_line(struct tool *t, const char *operand, struct target *base,
	struct stat *st, int64_t *line, struct err *e)
{
	struct err first = *e;
	size_t n = strlen(operand);
	int fd = -1;
	while (n && operand[n - 1] == ':')
		n--;
	for (int parts = 0; parts < 2 && fd < 0; parts++) {
		if (!(n = line_suffix(operand, n, line)))
			break;
		char *name CLEANUP(mem_freep) = xmemdup0(operand, n);
		target_release(base);
		if (place_target(&t->place, name, base, e) < 0)
			break;
		base->operand = name;
		fd = open_operand(t, base, st, e);
		base->operand = operand;
		if (fd < 0 && !may_have_line(operand, e))
			break;
	}
	if (fd < 0 && e->code == ERR_OUTSIDE_ROOT)
		*e = first;
	if (fd < 0 || (!opts.ranges.n && !opts.offset && !opts.bytes))
		return fd;
	close(fd);
	return err_set(e, ERR_USAGE, base->show,
		"a line behind the name does not go with -r, -b or --offset");
}

/* What is read must not grow by what is written. */
static int refuse_output(const struct stat *st, const struct facts *f, struct err *e)
{
	struct stat out;
	if (!st->st_size || fstat(STDOUT_FILENO, &out) < 0 || out.st_ino != st->st_ino ||
		out.st_dev != st->st_dev)
		return 0;
	return err_set(e, ERR_USAGE, f->show, "standard output goes to the same file");
}

static void print_header(struct tool *t, const struct facts *f)
{
	buf_puts(&t->out.buf, done.files > 1 ? "\n==> " : "==> ");
	out_name(&t->out, f->show);
	buf_puts(&t->out.buf, " <==\n");
}

static int read_operand(
	struct tool *t, const struct target *target, void *ctx, struct err *e)
{
	struct stat st = {0};
	struct target base = {0};
	int64_t line = 0;
	int r = -1;
	(void)ctx;
	int fd CLEANUP(mem_closep) = open_operand(t, target, &st, e);
	if (fd < 0 && may_have_line(target->operand, e))
		fd = open_at_line(t, target->operand, &base, &st, &line, e);
	struct facts f = {
		.show = base.show ? base.show : target->show, .size = st.st_size};
	if (is_special(target->operand)) /* shown without "./" in front */
		f.show = base.show ? base.show + 2 : target->operand;
	if (fd >= 0 && refuse_output(&st, &f, e) == 0) {
		done.files++;
		if (t->operands.n > 1 && t->out.form != OUT_JSON && !opts.raw &&
			!opts.stat)
			print_header(t, &f);
		r = show_file(t, fd, line, &f, e);
	}
	target_release(&base);
	return r;
}

int main(int argc, char **argv)
{
	struct tool t;
	struct jout *j;
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		if (opts.bytes && (opts.ranges.n || opts.offset || opts.limit >= 0))
			tool_usage(&t, "-b does not go with -r, --offset or --limit");
		else if (opts.tags && (opts.raw || opts.bytes))
			tool_usage(&t, "--tags does not go with --raw or -b");
		else if (opts.ranges.n && (opts.offset || opts.limit >= 0))
			tool_usage(&t, "-r does not go with --offset or --limit");
		else
			tool_each(&t, NULL, read_operand, NULL);
		if ((j = tool_summary(&t))) {
			jout_int(j, "files", done.files);
			jout_int(j, "lines", done.lines);
		}
	}
	vec_release(&opts.ranges);
	return tool_end(&t);
}
