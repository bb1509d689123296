/* SPDX-License-Identifier: MIT */
#include "pab_job.h"

#include "find.h"
#include "fold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PAUSE = 20,        /* milliseconds between two looks at what runs */
	CHUNK = 256 << 10, /* looked at or passed on at a time */
};

/* One output of a job, read from `next` on. */
struct source {
	struct known k;
	const char *name; /* "out" or "err" */
	int fd;
	int64_t next, size; /* size: how much there was at the last look */
	int64_t first;      /* where the reading began */
	int64_t lost;       /* bytes that were to be read and are gone */
	int cursor;         /* the file of this reader's place, locked; -1: none */
	struct buf shown;   /* of a record: the text */
	int64_t cut;        /* lines that were too long */
	bool more;          /* there is more, and the limit is reached */
};

/* Where this reader's last --new ended is kept in the job's directory, in a file of the
 * reader's name in hexadecimal digits. Returns 0, or -1 with err. */
static int open_cursor(struct source *s, const char *reader, struct err *e)
{
	struct buf name CLEANUP(buf_release) = BUF_INIT;
	char text[32] = {0};
	if (strlen(reader) > 100)
		return err_set(e, ERR_USAGE, NULL, "--reader has at most 100 bytes");
	buf_printf(&name, "new-%s-", s->name);
	for (const char *p = reader; *p; p++)
		buf_printf(&name, "%02x", (unsigned char)*p);
	s->cursor = job_output(&s->k.job, name.p, O_RDWR | O_CREAT);
	if (s->cursor < 0)
		return err_sys(e, s->k.job.id, errno);
	/* Two calls of one reader come one after the other. */
	(void)flock(s->cursor, LOCK_EX);
	if (io_pread(s->cursor, text, sizeof(text) - 1, 0) > 0)
		(void)!num_int(text, 0, INT64_MAX / 2, &s->next);
	return 0;
}

static int close_cursor(struct source *s, struct err *e)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", (long long)s->next);
	if (pwrite(s->cursor, text, strlen(text), 0) != (ssize_t)strlen(text))
		return err_sys(e, s->k.job.id, errno);
	return 0;
}

/* Looks again: how much there is by now, and whether more can come. */
static void look(struct source *s)
{
	struct stat st;
	(void)!known_runs(&s->k); /* before the size: what has ended writes no more */
	s->size = fstat(s->fd, &st) == 0 ? st.st_size : s->size;
}

/* The start of the last `lines` lines, but at most `bytes` before the end. */
static int64_t find_tail(const struct source *s, int64_t lines, int64_t bytes)
{
	int64_t least = s->size > bytes ? s->size - bytes : 0, at = s->size;
	int64_t start = s->size;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_reserve(&b, CHUNK);
	while (at > least) {
		size_t n = at - least < CHUNK ? (size_t)(at - least) : CHUNK;
		at -= (int64_t)n;
		if (io_pread(s->fd, b.p, n, at) != (ssize_t)n)
			break;
		const char *nl = b.p + n;
		while ((nl = memrchr(b.p, '\n', (size_t)(nl - b.p)))) {
			int64_t next = at + (nl + 1 - b.p);
			if (next == s->size)
				continue; /* the end of the last line */
			start = next;
			if (--lines == 0)
				return start;
		}
	}
	/* When the limit comes first: from the first line in it. */
	return !least || start == s->size ? least : start;
}

/* How much of the n bytes can be shown by themselves. `whole`: nothing comes behind them
 * that could belong to them. */
static size_t settled(const char *p, size_t n, bool whole, bool full)
{
	if (whole)
		return n;
	const char *nl = full ? memrchr(p, '\n', n) : NULL;
	if (nl && (size_t)(nl + 1 - p) > n / 2)
		return (size_t)(nl + 1 - p);
	size_t k = fold_whole(p, n);
	return !k && n > 256 ? n : k; /* no text: a sequence has its end by then */
}

/* Passes over what is gone. */
static void skip_gap(struct source *s)
{
	int64_t from, to;
	if (!job_gap(s->fd, &from, &to) || s->next < from || s->next >= to)
		return;
	s->lost += to - s->next;
	s->next = to;
}

/* Reads from next up to size, at most `most` bytes, and nothing torn. Returns how much,
 * 0 when there is nothing to be shown yet, or -1 with errno. */
static ssize_t read_some(struct source *s, struct buf *b, int64_t most)
{
	int64_t from, to, end = s->size;
	skip_gap(s);
	if (job_gap(s->fd, &from, &to) && s->next < from)
		end = from;
	int64_t n = end - s->next;
	bool full = n > most;
	if (full)
		n = most;
	if (n <= 0)
		return 0;
	buf_clear(b);
	buf_reserve(b, (size_t)n);
	ssize_t got = io_pread(s->fd, b->p, (size_t)n, s->next);
	if (got <= 0)
		return got;
	bool whole = !full && (end < s->size || s->k.state != JOB_RUNS);
	b->len = settled(b->p, (size_t)got, whole, full);
	b->p[b->len] = '\0';
	return (ssize_t)b->len;
}

static void show_text(struct tool *t, struct source *s, const struct buf *raw)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct fold f;
	fold_init(&f, true);
	fold_add(&f, raw->p, raw->len, &b);
	fold_end(&f, &b);
	fold_release(&f);
	if (t->out.form == OUT_JSON) {
		buf_add(&s->shown, b.p, b.len);
		return;
	}
	const char *p = b.p, *end = p + b.len;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		s->cut += out_text(
			&t->out, p, (size_t)((nl ? nl : end) - p), t->limits.columns);
		if (nl)
			buf_addc(&t->out.buf, '\n');
		p = nl ? nl + 1 : end;
	}
}

/* Shows what is there by now, within the limit. Returns 0, or -1 with err. */
static int show(struct tool *t, struct source *s, bool raw, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int64_t limit = raw ? NUM_NONE : t->limits.bytes;
	for (;;) {
		int64_t left = limit == NUM_NONE ? CHUNK
						 : limit - (s->next - s->first - s->lost);
		ssize_t n = left <= 0 ? 0 : read_some(s, &b, left < CHUNK ? left : CHUNK);
		if (n < 0)
			return err_sys(e, s->k.job.id, errno);
		s->more = left <= 0 && s->next < s->size;
		if (!n)
			break;
		if (raw)
			buf_add(&t->out.buf, b.p, b.len);
		else
			show_text(t, s, &b);
		s->next += n;
		out_drain(&t->out);
		if (t->out.broken)
			break;
	}
	out_flush(&t->out);
	return 0;
}

/* Shows what comes until the job has ended, the time is over or the limit reached. */
static int follow(
	struct tool *t, struct source *s, bool raw, int64_t until, struct err *e)
{
	for (;;) {
		look(s);
		if (show(t, s, raw, e) < 0)
			return -1;
		if (s->k.state != JOB_RUNS || s->more || t->out.broken)
			return 0;
		if (num_now_ms() >= until) {
			out_status(&t->out, JOB_TIMED_OUT);
			return 0;
		}
		(void)poll(NULL, 0, PAUSE);
	}
}

/* Looks for the expression in the lines from *at on, which is left at the first that is
 * not whole. Returns whether it was found; line is what matched. */
static bool search(struct source *s, struct find *f, int64_t *at, struct buf *line)
{
	struct buf raw CLEANUP(buf_release) = BUF_INIT;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	bool found = false;
	buf_reserve(&raw, CHUNK);
	while (!found && *at < s->size) {
		int64_t left = s->size - *at;
		ssize_t n =
			io_pread(s->fd, raw.p, left < CHUNK ? (size_t)left : CHUNK, *at);
		if (n <= 0)
			return false;
		const char *nl = memrchr(raw.p, '\n', (size_t)n);
		struct find_line hit;
		struct fold fold;
		fold_init(&fold, true);
		buf_clear(&text);
		fold_add(&fold, raw.p, (size_t)n, &text);
		fold_end(&fold, &text);
		fold_release(&fold);
		found = find_next(f, text.p, text.len, 0, &hit) == FIND_HIT;
		if (found)
			buf_add(line, text.p + hit.start, hit.end - hit.start);
		if (!nl && n < CHUNK)
			return found;
		*at += nl ? nl + 1 - raw.p : n;
	}
	return found;
}

/* Waits for a line that matches. Returns 0 and the exit status in *status, or -1 with
 * err.
 */
static int wait_for(struct tool *t, struct source *s, const struct asked *a,
	int64_t until, int *status, struct err *e)
{
	struct re_pattern pattern = {a->wait_for, strlen(a->wait_for)};
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	struct re *re = re_new(&pattern, 1, 0, e);
	if (!re)
		return -1;
	struct find *f = find_new(re, NUM_NONE);
	int64_t at = s->first;
	for (*status = -1; *status < 0;) {
		look(s);
		bool ended = s->k.state != JOB_RUNS;
		if (search(s, f, &at, &line))
			*status = 0;
		else if (ended)
			*status = 1;
		else if (num_now_ms() >= until)
			*status = JOB_TIMED_OUT;
		else
			(void)poll(NULL, 0, PAUSE);
	}
	if (*status == 0)
		out_notice(&t->out, "%s: seen: %.200s", s->k.job.id, line.p);
	else if (*status == 1)
		out_notice(&t->out, "%s: ended without it", s->k.job.id);
	else
		out_notice(&t->out, "%s: not seen in time", s->k.job.id);
	find_free(f);
	re_free(re);
	return 0;
}

/* What was shown, what there is, how it is, and how to go on. */
static void say_where(struct tool *t, const struct source *s)
{
	char a[32], b[32], c[32];
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	buf_printf(&line, "%s: ", s->k.job.id);
	known_say(&s->k, &line);
	if (s->next > s->first)
		buf_printf(&line, "; bytes %s-%s of %s", num_commas(a, s->first),
			num_commas(b, s->next), num_commas(c, s->size));
	else
		buf_puts(&line, "; no new output");
	if (s->next < s->size || s->k.state == JOB_RUNS)
		buf_printf(&line, "; go on with --offset %lld", (long long)s->next);
	if (s->lost)
		buf_printf(&line, "; %s bytes were not kept", num_commas(a, s->lost));
	if (s->cut)
		buf_printf(&line, "; %lld line%s cut, whole in @job:%s.%s",
			(long long)s->cut, s->cut == 1 ? "" : "s", s->k.job.id, s->name);
	out_notice(&t->out, "%s", line.p);
}

static void say_record(struct tool *t, const struct source *s)
{
	struct jout *j = &t->out.json;
	known_record(&s->k, j);
	jout_str(j, "stream", s->name);
	jout_bytes(j, "output", s->shown.p, s->shown.len);
	jout_int(j, "offset", s->first);
	jout_int(j, "next_offset", s->next);
	jout_int(j, "size", s->size);
	jout_int(j, "lost", s->lost);
	jout_bool(j, "truncated", s->more);
	jout_end_object(j);
}

/* Standard error that is kept apart must not be missed. */
static void say_other(struct tool *t, const struct source *s, const char *name)
{
	struct stat st;
	char n[32];
	if (strchr(name, '.') ||
		fstatat(s->k.job.dir, "err", &st, AT_SYMLINK_NOFOLLOW) < 0 || !st.st_size)
		return;
	out_notice(&t->out, "%s: %s bytes of standard error: pab-job read %s.err",
		s->k.job.id, num_commas(n, st.st_size), s->k.job.id);
}

/* Where the reading begins. Returns 0, or -1 with err. */
static int find_start(
	struct tool *t, struct source *s, const struct asked *a, struct err *e)
{
	look(s);
	if (a->fresh && open_cursor(s, a->reader, e) < 0)
		return -1;
	if (a->offset >= 0)
		s->next = a->offset;
	else if (!a->fresh && !a->raw && !a->wait_for)
		s->next = find_tail(s, a->lines,
			t->limits.bytes == NUM_NONE ? s->size : t->limits.bytes);
	s->first = s->next;
	if (s->next <= s->size)
		return 0;
	out_status(&t->out, 1);
	out_notice(&t->out, "%s: offset %lld is past its %lld bytes", s->k.job.id,
		(long long)s->next, (long long)s->size);
	return 0;
}

static int read_source(struct tool *t, struct source *s, const char *name,
	const struct asked *a, struct err *e)
{
	int64_t now = num_now_ms(), until = NUM_NONE;
	int status = 0;
	if (a->timeout >= 0 && a->timeout < NUM_NONE - now)
		until = now + a->timeout;
	if (find_start(t, s, a, e) < 0)
		return -1;
	if (a->wait_for && wait_for(t, s, a, until, &status, e) < 0)
		return -1;
	if (a->wait_for && a->offset < 0 && !a->fresh && !a->raw)
		s->first = s->next = find_tail(s, a->lines, t->limits.bytes);
	if (a->follow ? follow(t, s, a->raw, until, e) < 0 : show(t, s, a->raw, e) < 0)
		return -1;
	if (a->fresh && !t->out.broken && close_cursor(s, e) < 0)
		return -1;
	t->truncated |= s->more || s->cut;
	if (t->out.form == OUT_JSON)
		say_record(t, s);
	else if (!a->raw)
		say_where(t, s);
	say_other(t, s, name);
	if (status)
		t->out.status = status;
	return 0;
}

int job_show_output(
	struct tool *t, const char *name, const struct asked *a, struct err *e)
{
	char id[JOB_ID_MAX];
	struct source s = {.fd = -1, .cursor = -1, .shown = BUF_INIT};
	if (job_name(name, id, &s.name, e) < 0 || known_open(&s.k, t->home, id, e) < 0)
		return -1;
	s.fd = job_output(&s.k.job, s.name, O_RDONLY);
	int status = s.fd < 0 ? err_sys(e, name, errno) : read_source(t, &s, name, a, e);
	mem_closep(&s.fd);
	mem_closep(&s.cursor);
	buf_release(&s.shown);
	known_release(&s.k);
	return status;
}
