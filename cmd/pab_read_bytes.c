/* SPDX-License-Identifier: MIT */
/* The bytes of a file, as they are: -b and --raw. */
#include "pab_read.h"

#include "io.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <unistd.h>

enum { MAX_RECORD = 256 << 20 }; /* a record is put together in memory */

/* "A:B" in bytes. Returns 0, or -1 with a usage error. */
static int parse_bytes(
	const char *s, int64_t size, int64_t *from, int64_t *to, struct err *e)
{
	const char *colon = strchr(s, ':');
	char *a CLEANUP(mem_freep) = xmemdup0(s, colon ? (size_t)(colon - s) : 0);
	*from = 0;
	*to = INT64_MAX;
	if (!colon || (!*a && !colon[1]) ||
		(*a && num_int(a, INT64_MIN + 1, INT64_MAX, from) < 0) ||
		(colon[1] && num_int(colon + 1, 0, INT64_MAX, to) < 0) ||
		(*from < 0 && colon[1]))
		return err_set(e, ERR_USAGE, NULL,
			"-b takes A:B, A:, :B or -K: in bytes from 0, not '%.40s'", s);
	if (*from > *to)
		return err_set(e, ERR_USAGE, NULL,
			"-b %.40s: the range ends before it starts", s);
	if (*from < 0)
		*from = *from + size < 0 ? 0 : *from + size;
	*to = *to > size ? size : *to;
	return 0;
}

/* Copies n bytes from the descriptor's position to standard output. */
static int copy_out(
	struct tool *t, int fd, int64_t n, const struct facts *f, struct err *e)
{
	char chunk[65536];
	while (n && !t->out.broken) {
		ssize_t got = io_read(fd, chunk,
			n < 0 || n > (int64_t)sizeof(chunk) ? sizeof(chunk) : (size_t)n);
		if (got < 0)
			return err_sys(e, f->show, errno);
		if (!got)
			break;
		buf_add(&t->out.buf, chunk, (size_t)got);
		out_drain(&t->out);
		n -= n < 0 ? 0 : got;
	}
	return 0;
}

static void bytes_json(struct tool *t, const struct facts *f, int64_t from,
	const struct buf *b, bool cut)
{
	struct jout *j = &t->out.json;
	jout_record(j, "file");
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	jout_int(j, "start_byte", from);
	jout_int(j, "end_byte", from + (int64_t)b->len);
	jout_bytes(j, "content", b->p, b->len);
	jout_bool(j, "truncated", cut);
	jout_end_object(j);
}

/* For a record, a terminal or a model the bytes are changed, so they are needed whole. */
static int show_changed(struct tool *t, int fd, int64_t from, int64_t n, bool cut,
	const struct facts *f, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (n > MAX_RECORD)
		return err_set(e, ERR_TOO_LARGE, f->show,
			"%lld bytes are more than 256 MB at once; name fewer with -b",
			(long long)n);
	buf_reserve(&b, (size_t)n);
	ssize_t got = io_read(fd, b.p, (size_t)n);
	if (got < 0)
		return err_sys(e, f->show, errno);
	b.len = (size_t)got;
	b.p[b.len] = '\0';
	if (t->out.form == OUT_JSON) {
		bytes_json(t, f, from, &b, cut);
	} else {
		text_escape(&t->out.buf, b.p, b.len);
		buf_addc(&t->out.buf, '\n');
	}
	return 0;
}

int show_bytes(struct tool *t, int fd, const char *asked, bool raw, const struct facts *f,
	struct err *e)
{
	int64_t from, to;
	bool json = t->out.form == OUT_JSON;
	if (parse_bytes(asked, f->size, &from, &to, e) < 0)
		return -1;
	if (from >= to && (from || f->size)) {
		out_status(&t->out, 1);
		out_notice_on(&t->out, f->show, "no bytes there; the file has %lld",
			(long long)f->size);
		return 0;
	}
	int64_t n = to - from;
	bool cut = !raw && n > t->limits.bytes;
	if (cut)
		n = t->limits.bytes;
	if (lseek(fd, from, SEEK_SET) < 0)
		return err_sys(e, f->show, errno);
	bool changed = json || (!raw && (t->out.tty || t->out.form == OUT_MODEL));
	if ((changed ? show_changed(t, fd, from, n, cut, f, e)
		     : copy_out(t, fd, n, f, e)) < 0)
		return -1;
	if (cut) {
		tool_cut(t);
		long long next = from + n;
		out_notice_on(&t->out, t->operands.n > 1 || json ? f->show : NULL,
			"bytes %lld to %lld of %lld; go on with -b %lld:%lld, or --raw",
			(long long)from, next, (long long)f->size, next, (long long)to);
	}
	return 0;
}

int show_raw(struct tool *t, int fd, const struct facts *f, struct err *e)
{
	return copy_out(t, fd, -1, f, e);
}
