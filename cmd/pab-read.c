/* SPDX-License-Identifier: MIT */
/* Show files with line numbers.
 * usage: pab-read [options] FILE[:LINE] ...
 * exit status: 0 1 2 3 5 7 */
#include "pab_read.h"

#include "change.h"
#include "hash.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "store.h"
#include "undo.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOOK = 8000, AROUND = 20, MAX_STDIN = 256 << 20, MAX_IMAGE = 50 << 20 };

static struct {
	int64_t offset, limit;
	struct vec ranges;
	const char *bytes;
	int raw, stat, numbers;
} opts = {.limit = -1};

static const struct opt table[] = {
	{0, "offset", "N", OPT_INT, OPT_PLAIN, &opts.offset, 0, "skip the first N lines", 0,
		NULL},
	{0, "limit", "N", OPT_INT, OPT_PLAIN, &opts.limit, 0,
		"show at most N lines (default 2000)", 0, NULL},
	{'r', "range", "A:B", OPT_LIST, OPT_PLAIN, &opts.ranges, 0,
		"lines A to B; also A,B A: :B N N~K -K: (the last K); repeatable", 0, NULL},
	{'b', "bytes", "A:B", OPT_STR, OPT_PLAIN, &opts.bytes, 0,
		"bytes A to B, from 0, B not included; also A: and -K:", 0, NULL},
	{0, "raw", NULL, OPT_FLAG, OPT_PLAIN, &opts.raw, 1,
		"the bytes as they are: no numbers, no limits", 0, NULL},
	{0, "stat", NULL, OPT_FLAG, OPT_PLAIN, &opts.stat, 1,
		"lines, bytes, line ends, encoding and hash instead of the text", 0, NULL},
	{'n', "number", NULL, OPT_FLAG, OPT_PLAIN, &opts.numbers, 1, "number the lines",
		OPT_HABIT, NULL},
	OPT_END,
};

static const char *const examples[] = {
	"pab-read src/a.c", "the first 2,000 lines, numbered",
	"pab-read src/a.c:120", "around line 120, as pab-grep prints it",
	"pab-read -r 1:40 -r -20: build.log", "the first 40 lines and the last 20",
	"pab-read --stat src/a.c", "line ends, encoding, hash for --if-match", NULL};

static const struct tool_spec spec = {
	.name = "pab-read",
	.job = "show files with line numbers",
	.synopsis = "[options] FILE[:LINE] ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 shown, 1 offset past the end, 2 usage, 3 no such file or not text,\n"
		    "  5 outside the root, 7 the system failed",
	.examples = examples,
};

/* Counts for the summary. */
static struct {
	int64_t files, lines, bytes;
} done;

/* FILE:LINE or FILE:LINE:COLUMN. Returns the line and the length of FILE, or 0. */
static int64_t line_suffix(const char *operand, size_t *n)
{
	int64_t line = 0;
	size_t end = strlen(operand);
	while (end && operand[end - 1] == ':')
		end--; /* as copied from "path:12:" */
	for (int parts = 0; parts < 2; parts++) {
		size_t d = end;
		while (d && isdigit((unsigned char)operand[d - 1]))
			d--;
		char *digits CLEANUP(mem_freep) = xmemdup0(operand + d, end - d);
		if (d == end || d < 2 || operand[d - 1] != ':' ||
			num_int(digits, 1, INT64_MAX / 2, &line) < 0)
			break;
		*n = end = d - 1;
	}
	return line;
}

/* Standard input becomes a file in memory, so that there is one way to read. */
static int open_stdin(struct stat *st, struct err *e)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "-", errno);
	int64_t n = io_copy(STDIN_FILENO, fd, MAX_STDIN);
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

/* A write in place that was interrupted is rolled back before the file is shown. */
static int recover(struct tool *t, const struct target *target, int fd, struct stat *st,
	struct err *e)
{
	struct change c;
	if (!undo_pending(t->home, st))
		return fd;
	close(fd);
	int r = change_begin(&c, &t->place, OP_READ, target, 0, t->home, e);
	if (c.recovered)
		out_notice(&t->out, "%s: an interrupted change was rolled back",
			target->show);
	change_end(&c);
	return r < 0 ? -1 : place_open_file(&t->place, OP_READ, target, st, e);
}

static int open_operand(struct tool *t, const struct target *target, struct stat *st,
	struct err *e)
{
	if (!strcmp(target->operand, "-"))
		return open_stdin(st, e);
	if (store_is(target->operand)) {
		int fd = store_open(t->home, target->operand, e);
		return fd < 0 || fstat(fd, st) == 0 ? fd : err_sys(e, target->show, errno);
	}
	int fd = place_open_file(&t->place, OP_READ, target, st, e);
	return fd < 0 ? fd : recover(t, target, fd, st, e);
}

/* Lines in the whole file, for ranges counted from the end. */
static int64_t count_lines(int fd)
{
	enum { CHUNK = 1 << 17 };
	char *chunk CLEANUP(mem_freep) = xmalloc(CHUNK);
	int64_t lines = 0;
	char last = '\n';
	off_t at = 0;
	ssize_t n;
	while ((n = io_pread(fd, chunk, CHUNK, at)) > 0) {
		for (const char *p = chunk; (p = memchr(p, '\n', (size_t)(chunk + n - p)));
			p++)
			lines++;
		last = chunk[n - 1];
		at += n;
	}
	return lines + (last != '\n');
}

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Turns the options into ranges in order, apart from each other. */
static int make_request(struct request *r, int fd, int64_t line, struct err *e)
{
	size_t n = line ? 1 : opts.ranges.n;
	r->ranges = xcalloc(n + 1, sizeof(*r->ranges));
	r->by_default = !n;
	r->n_ranges = n ? n : 1;
	r->ranges[0] = (struct range){line ? line - AROUND : opts.offset + 1,
		line ? line + AROUND : INT64_MAX};
	for (size_t i = 0; i < n && !line; i++) {
		struct range *one = &r->ranges[i];
		if (range_parse(opts.ranges.v[i], one, e) < 0)
			return -1;
		if (one->first < 0)
			one->first += count_lines(fd) + 1;
		if (one->first < 1)
			one->first = 1;
	}
	if (r->ranges[0].first < 1)
		r->ranges[0].first = 1;
	qsort(r->ranges, r->n_ranges, sizeof(*r->ranges), by_first);
	size_t kept = 0;
	for (size_t i = 1; i < r->n_ranges; i++) {
		struct range *last = &r->ranges[kept], *next = &r->ranges[i];
		if (last->last == INT64_MAX || next->first <= last->last + 1)
			last->last = next->last > last->last ? next->last : last->last;
		else
			r->ranges[++kept] = *next;
	}
	r->n_ranges = kept + 1;
	return 0;
}

/* "A:B" in bytes. Returns 0, or -1 with a usage error. */
static int parse_bytes(const char *s, int64_t size, int64_t *from, int64_t *to,
	struct err *e)
{
	const char *colon = strchr(s, ':');
	char *a CLEANUP(mem_freep) = xmemdup0(s, colon ? (size_t)(colon - s) : 0);
	*from = 0;
	*to = size;
	if (!colon || (*a && num_int(a, INT64_MIN + 1, INT64_MAX, from) < 0) ||
		(colon[1] && num_int(colon + 1, 0, INT64_MAX, to) < 0) ||
		(*from < 0 && colon[1]))
		return err_set(e, ERR_USAGE, NULL,
			"-b takes A:B, A: or -K: in bytes from 0, not '%.40s'", s);
	if (*from < 0)
		*from = *from + size < 0 ? 0 : *from + size;
	*to = *to > size ? size : *to;
	return 0;
}

static int show_bytes(struct tool *t, int fd, const struct facts *f, struct err *e)
{
	int64_t from, to;
	if (parse_bytes(opts.bytes, f->size, &from, &to, e) < 0)
		return -1;
	if (from >= to) {
		out_status(&t->out, 1);
		out_notice(&t->out, "%s: no bytes there; the file has %lld", f->show,
			(long long)f->size);
		return 0;
	}
	if (lseek(fd, from, SEEK_SET) < 0)
		return err_sys(e, f->show, errno);
	if (opts.raw && t->out.form != OUT_JSON) {
		out_flush(&t->out);
		int64_t n = io_copy(fd, STDOUT_FILENO, to - from);
		done.bytes += n;
		return n < 0 ? err_sys(e, f->show, errno) : 0;
	}
	int64_t n = to - from;
	if (n > t->limits.bytes && !opts.raw)
		n = t->limits.bytes;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_reserve(&b, (size_t)n);
	ssize_t got = io_read(fd, b.p, (size_t)n);
	if (got < 0)
		return err_sys(e, f->show, errno);
	done.bytes += got;
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "file");
		jout_bytes(j, "path", f->show, strlen(f->show));
		jout_int(j, "size", f->size);
		jout_int(j, "start_byte", from);
		jout_int(j, "end_byte", from + got);
		jout_bytes(j, "content", b.p, (size_t)got);
		jout_bool(j, "truncated", n < to - from);
		jout_end_object(j);
	} else if (t->out.tty || t->out.form == OUT_MODEL) {
		text_escape(&t->out.buf, b.p, (size_t)got);
		buf_addc(&t->out.buf, '\n');
	} else {
		buf_add(&t->out.buf, b.p, (size_t)got);
	}
	if (n < to - from) {
		tool_cut(t);
		out_notice(&t->out, "bytes %lld to %lld of %lld; go on with -b %lld:%lld, or --raw",
			(long long)from, (long long)(from + n), (long long)f->size,
			(long long)(from + n), (long long)to);
	}
	return 0;
}

/* A picture or other binary: named with kind and size, in JSON with its bytes. */
static int show_binary(struct tool *t, int fd, const struct kind *k, const struct facts *f,
	struct err *e)
{
	char size[32], pixels[48] = "";
	num_commas(size, f->size);
	if (k->width)
		snprintf(pixels, sizeof(pixels), ", %ux%u", k->width, k->height);
	if (!k->media_type)
		return err_set(e, ERR_BINARY, f->show,
			"binary, %s, %s bytes; -b 0:512 shows bytes, --raw all of them",
			k->name, size);
	if (t->out.form != OUT_JSON) {
		out_name(&t->out, f->show);
		buf_printf(&t->out.buf, ": %s%s, %s bytes (--json gives it)\n", k->name,
			pixels, size);
		return 0;
	}
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (f->size > MAX_IMAGE && t->limits.bytes != NUM_NONE)
		return err_set(e, ERR_TOO_LARGE, f->show,
			"%s of %s bytes, more than 50 MB; --no-limit gives it", k->name, size);
	if (lseek(fd, 0, SEEK_SET) < 0 || io_slurp(fd, &b, SIZE_MAX / 4) < 0)
		return err_sys(e, f->show, errno);
	char sum[HASH_HEX + 1];
	hash_bytes(b.p, b.len, sum);
	struct jout *j = &t->out.json;
	jout_record(j, "file");
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	jout_str(j, "media_type", k->media_type);
	jout_int(j, "width", k->width);
	jout_int(j, "height", k->height);
	jout_str(j, "hash", sum);
	jout_base64(j, "content_b64", b.p, b.len);
	jout_bool(j, "truncated", false);
	jout_end_object(j);
	return 0;
}

/* One line about all of a file: --stat. */
static void print_stat(struct tool *t, const struct facts *f, const struct kind *k)
{
	char size[32], lines[32], eol[64];
	struct buf *b = &t->out.buf;
	out_name(&t->out, f->show);
	num_commas(size, f->size);
	num_commas(lines, f->lines);
	if (f->encoding == TEXT_BINARY)
		buf_printf(b, ": %s bytes, binary, %s", size, k->name);
	else
		buf_printf(b, ": %s line%s, %s bytes, %s%s, %s", lines,
			f->lines == 1 ? "" : "s", size, facts_eol(f, eol),
			f->final_newline ? "" : ", no newline at the end",
			text_encoding_name(f->encoding));
	buf_printf(b, ", hash %.*s\n", HASH_SHOWN, f->hash);
}

static void bytes_short(char out[32], int64_t n)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
	double v = (double)n;
	size_t u = 0;
	for (; v >= 1000 && u + 1 < ARRAY_LEN(units); u++)
		v /= 1000;
	snprintf(out, 32, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

/* What was not shown, and what is unusual about what was. */
static void say_facts(struct tool *t, const struct request *r, const struct facts *f)
{
	char eol[64], total[80], size[32];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	bool odd_eol = f->crlf > 0, odd_text = f->encoding != TEXT_UTF8;
	if (t->operands.n > 1)
		buf_printf(&b, "%s: ", f->show);
	if (f->counted && !f->lines && !f->size) {
		buf_puts(&b, "empty file");
	} else if (!f->first) {
		out_status(&t->out, 1);
		buf_printf(&b, "%s is past the end; the file has %lld line%s",
			r->by_default ? "the offset" : "the range", (long long)f->lines,
			f->lines == 1 ? "" : "s");
	} else if (f->cut_at || odd_eol || odd_text) {
		bytes_short(size, f->size);
		snprintf(total, sizeof(total), f->counted ? "%lld" : "more than %lld lines (%s)",
			(long long)f->lines, size);
		buf_printf(&b, "lines %lld-%lld of %s", (long long)f->first,
			(long long)f->last, total);
		if (odd_eol)
			buf_printf(&b, ", %s", facts_eol(f, eol));
		if (odd_text)
			buf_printf(&b, ", %s", text_encoding_name(f->encoding));
		if (f->cut_at && r->by_default)
			buf_printf(&b, "; go on with --offset %lld",
				(long long)f->cut_at - 1);
		else if (f->cut_at)
			buf_printf(&b, "; go on with -r %lld:", (long long)f->cut_at);
	} else {
		return;
	}
	out_notice(&t->out, "%s", b.p);
}

static int show_text(struct tool *t, int fd, int64_t line, struct facts *f,
	struct err *e)
{
	struct request r = {.raw = opts.raw, .stat = opts.stat,
		.json = t->out.form == OUT_JSON,
		.max_lines = opts.limit >= 0 ? opts.limit
			     : opts.raw	     ? NUM_NONE
					     : t->limits.lines};
	int got = make_request(&r, fd, line, e);
	if (got == 0 && opts.stat)
		r.n_ranges = 0;
	if (got == 0)
		got = show_lines(t, fd, &r, f, e);
	free(r.ranges);
	if (got < 0)
		return -1;
	if (f->cut_at)
		tool_cut(t);
	done.lines += f->first ? f->last - f->first + 1 : 0;
	if (opts.stat && !r.json)
		print_stat(t, f, &(struct kind){.name = "data"});
	else if (!opts.stat && !(opts.raw && f->first))
		say_facts(t, &r, f);
	return 0;
}

/* Whole and raw: the kernel copies it. */
static int copy_raw(struct tool *t, int fd, const struct facts *f, struct err *e)
{
	out_flush(&t->out);
	int64_t n = io_copy(fd, STDOUT_FILENO, -1);
	if (n < 0)
		return err_sys(e, f->show, errno);
	done.bytes += n;
	return 0;
}

static int show_file(struct tool *t, int fd, int64_t line, struct facts *f, struct err *e)
{
	unsigned char look[LOOK];
	ssize_t n = io_pread(fd, look, sizeof(look), 0);
	if (n < 0)
		return err_sys(e, f->show, errno);
	struct kind k = kind_of(look, (size_t)n);
	f->encoding = k.media_type ? TEXT_BINARY : text_guess(look, (size_t)n);
	if (opts.bytes)
		return show_bytes(t, fd, f, e);
	if (opts.raw && t->out.form != OUT_JSON && !line && !opts.ranges.n && !opts.offset &&
		opts.limit < 0)
		return copy_raw(t, fd, f, e);
	if (f->encoding == TEXT_BINARY && opts.stat) {
		if (hash_fd(fd, f->hash) < 0)
			return err_sys(e, f->show, errno);
		f->counted = true;
		if (t->out.form != OUT_JSON) {
			print_stat(t, f, &k);
			return 0;
		}
		jout_record(&t->out.json, "file");
		facts_json(&t->out.json, f);
		jout_str(&t->out.json, "kind", k.name);
		jout_end_object(&t->out.json);
		return 0;
	}
	if (f->encoding == TEXT_BINARY && !opts.raw)
		return show_binary(t, fd, &k, f, e);
	return show_text(t, fd, line, f, e);
}

static int read_operand(struct tool *t, const struct target *target, void *ctx,
	struct err *e)
{
	struct stat st = {0};
	struct target base = {0};
	struct err first;
	const struct target *it = target;
	size_t n = 0;
	int64_t line = 0;
	(void)ctx;
	int fd CLEANUP(mem_closep) = open_operand(t, target, &st, e);
	if (fd < 0 && (e->code == ERR_NOT_FOUND || e->code == ERR_NOT_DIR) &&
		(line = line_suffix(target->operand, &n))) {
		char *name CLEANUP(mem_freep) = xmemdup0(target->operand, n);
		first = *e;
		if (place_target(&t->place, name, &base, e) == 0) {
			base.operand = name;
			fd = open_operand(t, &base, &st, e);
			it = &base;
		}
		if (fd < 0 && e->code == ERR_OUTSIDE_ROOT)
			*e = first;
	}
	int r = -1;
	struct facts f = {.show = it->show, .size = st.st_size};
	if (fd >= 0 && t->operands.n > 1 && t->out.form != OUT_JSON && !opts.raw &&
		!opts.stat) {
		buf_puts(&t->out.buf, done.files ? "\n==> " : "==> ");
		out_name(&t->out, f.show);
		buf_puts(&t->out.buf, " <==\n");
	}
	if (fd >= 0) {
		done.files++;
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
