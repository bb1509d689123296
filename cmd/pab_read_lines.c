/* SPDX-License-Identifier: MIT */
/* The lines of one file, read once from start to end in constant memory (UTF-16 is
 * decoded whole first): shown where asked, counted and hashed on the way. */
#include "pab_read.h"

#include "hash.h"
#include "io.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 17,
	MAX_COUNT = 64 << 20, /* what is read on merely for totals */
	MAX_UTF16 = 256 << 20,
	MAX_LINE = 16 << 20, /* bytes of one line that are kept to be shown */
};

/* The line being put together from chunks. */
struct reader {
	struct tool *t;
	const struct request *r;
	struct facts *f;
	struct buf line;    /* its bytes as far as they are kept */
	int64_t dropped;    /* code points after them */
	bool last_cr;	    /* the byte before this chunk is a CR */
	bool in_line;	    /* some byte of an unfinished line was seen */
	size_t at_range;    /* the range that is being shown or comes next */
	int64_t shown;	    /* lines shown */
	int64_t budget;	    /* bytes still to be printed */
	struct buf content; /* JSON: of the current range */
	int64_t start;	    /* JSON: its first line */
	bool full;	    /* no more is shown */
	struct hash *hash;
};

static bool wanted(const struct reader *d, int64_t line)
{
	return !d->full && d->at_range < d->r->n_ranges &&
	       line >= d->r->ranges[d->at_range].first;
}

const char *facts_eol(const struct facts *f, char out[64])
{
	if (f->crlf && f->lf)
		snprintf(out, 64, "mixed line ends (%lld CRLF, %lld LF)", (long long)f->crlf,
			(long long)f->lf);
	else
		snprintf(out, 64, "%s", f->crlf ? "CRLF" : f->lf ? "LF" : "no line end");
	return out;
}

void facts_json(struct jout *j, const struct facts *f)
{
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	if (f->counted)
		jout_int(j, "lines", f->lines);
	else
		jout_null(j, "lines");
	jout_str(j, "eol",
		f->crlf && f->lf ? "mixed"
		: f->crlf	 ? "crlf"
		: f->lf		 ? "lf"
				 : "none");
	jout_str(j, "encoding", text_encoding_name(f->encoding));
	if (f->counted)
		jout_bool(j, "final_newline", f->final_newline);
	if (f->hash[0])
		jout_str(j, "hash", f->hash);
}

/* Ends the content of one JSON range; the record is written when the file's facts are
 * known. */
struct piece {
	int64_t first, last;
	char *text;
	size_t n;
};

struct pieces {
	struct piece *v;
	size_t n;
};

static void end_piece(struct reader *d, struct pieces *ps)
{
	if (!d->start)
		return;
	size_t n = d->content.len;
	ps->v = xrealloc_n(ps->v, ps->n + 1, sizeof(*ps->v));
	ps->v[ps->n++] =
		(struct piece){d->start, d->f->last, buf_take(&d->content), n};
	d->start = 0;
}

/* Shows one line, whose end (LF, CRLF or none) follows its n bytes. Returns false when
 * it did not fit. */
static bool show_line(struct reader *d, int64_t number, const char *p, size_t n,
	const char *end)
{
	struct out *o = &d->t->out;
	struct buf *b = d->r->json ? &d->content : &o->buf;
	size_t before = b->len;
	int64_t columns = d->r->raw ? NUM_NONE : d->t->limits.columns;
	bool cut = false;
	if (!d->r->raw && !d->r->json)
		buf_printf(b, "%6lld\t", (long long)number);
	if (d->r->raw || d->r->json)
		cut = text_cut(b, p, n, columns == NUM_NONE ? SIZE_MAX : (size_t)columns);
	else
		cut = out_text(o, p, n, columns);
	if (d->dropped && !cut)
		buf_printf(b, "…[+%lld]", (long long)d->dropped);
	buf_puts(b, d->r->raw || d->r->json ? end : "\n");
	int64_t size = (int64_t)(b->len - before);
	if (size > d->budget && d->shown) {
		buf_trim(b, before);
		return false;
	}
	d->budget -= d->budget == NUM_NONE ? 0 : size;
	if (cut || d->dropped)
		tool_cut(d->t);
	return true;
}

/* A line is complete. */
static void take_line(struct reader *d, struct pieces *ps, const char *p, size_t n,
	const char *end)
{
	struct facts *f = d->f;
	int64_t number = ++f->lines;
	if (*end)
		*(end[0] == '\r' ? &f->crlf : &f->lf) += 1;
	if (!wanted(d, number))
		return;
	if (d->shown == d->r->max_lines || !show_line(d, number, p, n, end)) {
		f->cut_at = number;
		d->full = true;
		return;
	}
	const struct range *range = &d->r->ranges[d->at_range];
	d->start = d->start ? d->start : number;
	f->first = f->first ? f->first : number;
	f->last = number;
	d->shown++;
	if (number >= range->last) {
		if (d->r->json)
			end_piece(d, ps);
		d->at_range++;
		if (d->at_range < d->r->n_ranges && !d->r->json && !d->r->raw)
			buf_puts(&d->t->out.buf, "--\n");
	}
	if (!d->r->json)
		out_drain(&d->t->out);
}

/* Keeps part of a line that is longer than what was read at once. */
static void keep_part(struct reader *d, const char *p, size_t n)
{
	d->in_line |= n != 0;
	if (!wanted(d, d->f->lines + 1))
		return;
	size_t room = d->t->limits.columns == NUM_NONE || d->r->raw
			      ? n
			      : (size_t)MAX_LINE - d->line.len;
	size_t keep = n < room ? n : room;
	buf_add(&d->line, p, keep);
	for (size_t i = keep; i < n; i++)
		d->dropped += (p[i] & 0xc0) != 0x80;
}

static void end_line(struct reader *d, struct pieces *ps, const char *p, size_t n,
	const char *end)
{
	if (d->line.len || d->dropped) {
		keep_part(d, p, n);
		p = d->line.p;
		n = d->line.len;
		if (end[0] == '\r' && n && p[n - 1] == '\r')
			n--;
	} else if (end[0] == '\r' && n && p[n - 1] == '\r') {
		n--;
	}
	take_line(d, ps, p, n, end);
	buf_clear(&d->line);
	d->dropped = 0;
	d->in_line = false;
}

/* Lines that nobody asked to see are only counted. */
static const char *count_only(struct reader *d, const char *p, const char *stop)
{
	struct facts *f = d->f;
	const char *lf;
	while (!wanted(d, f->lines + 1) && (lf = memchr(p, '\n', (size_t)(stop - p)))) {
		bool cr = lf > p ? lf[-1] == '\r' : d->last_cr;
		f->lines++;
		*(cr ? &f->crlf : &f->lf) += 1;
		d->in_line = d->last_cr = false;
		p = lf + 1;
	}
	return p;
}

static void take_chunk(struct reader *d, struct pieces *ps, const char *p, size_t n)
{
	const char *stop = p + n;
	if (d->hash)
		hash_add(d->hash, p, n);
	while (p < stop) {
		p = count_only(d, p, stop);
		const char *lf = p < stop ? memchr(p, '\n', (size_t)(stop - p)) : NULL;
		if (!lf)
			break;
		bool cr = lf > p ? lf[-1] == '\r' : d->last_cr;
		end_line(d, ps, p, (size_t)(lf - p), cr ? "\r\n" : "\n");
		d->last_cr = false;
		p = lf + 1;
	}
	if (p < stop) {
		keep_part(d, p, (size_t)(stop - p));
		d->last_cr = stop[-1] == '\r';
	}
}

/* May reading stop here? Yes when nothing more is shown and the rest is too long to be
 * read merely for totals. */
static bool enough(const struct reader *d, int64_t at)
{
	bool shown = d->full || d->at_range >= d->r->n_ranges;
	return shown && !d->r->stat && d->f->size - at > MAX_COUNT;
}

static int read_chunks(struct reader *d, struct pieces *ps, int fd, int64_t skip)
{
	char *chunk CLEANUP(mem_freep) = xmalloc(CHUNK);
	int64_t at = 0;
	for (;;) {
		if (enough(d, at))
			return 0;
		ssize_t n = io_read(fd, chunk, CHUNK);
		if (n < 0)
			return -1;
		if (!n)
			break;
		size_t off = at < skip ? (size_t)(skip - at) : 0;
		if (off && d->hash)
			hash_add(d->hash, chunk, off);
		take_chunk(d, ps, chunk + off, (size_t)n - off);
		at += n;
	}
	d->f->counted = true;
	return 0;
}

/* UTF-16 is decoded as a whole; its hash is that of the bytes. */
static int read_utf16(struct reader *d, struct pieces *ps, int fd)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	if (io_slurp(fd, &bytes, MAX_UTF16) < 0)
		return -1;
	if (d->hash) {
		hash_add(d->hash, bytes.p, bytes.len);
		hash_finish(d->hash, d->f->hash);
		d->hash = NULL;
	}
	text_from_utf16(&text, (unsigned char *)bytes.p + 2, bytes.len - 2,
		d->f->encoding == TEXT_UTF16BE);
	take_chunk(d, ps, text.p, text.len);
	d->f->counted = true;
	return 0;
}

/* After the last byte: a line without an end, the sum, what is still buffered. */
static void finish(struct reader *d, struct pieces *ps)
{
	d->f->final_newline = !d->in_line;
	if (d->in_line && d->f->counted)
		end_line(d, ps, "", 0, "");
	end_piece(d, ps);
	char sum[HASH_HEX + 1];
	if (d->hash) {
		hash_finish(d->hash, sum);
		if (d->f->counted)
			memcpy(d->f->hash, sum, sizeof(sum));
	}
}

static void print_pieces(struct reader *d, struct pieces *ps)
{
	struct jout *j = &d->t->out.json;
	bool none = !ps->n;
	for (size_t i = 0; i < ps->n || none; i++, none = false) {
		jout_record(j, "file");
		facts_json(j, d->f);
		if (i < ps->n) {
			jout_int(j, "start_line", ps->v[i].first);
			jout_int(j, "end_line", ps->v[i].last);
			jout_bytes(j, "content", ps->v[i].text, ps->v[i].n);
		} else if (!d->r->stat) {
			jout_str(j, "content", "");
		}
		jout_bool(j, "truncated", d->f->cut_at != 0);
		if (d->f->cut_at && i + 1 >= ps->n)
			jout_int(j, "next_offset", d->f->cut_at - 1);
		jout_end_object(j);
		out_drain(&d->t->out);
	}
}

int show_lines(struct tool *t, int fd, const struct request *r, struct facts *f,
	struct err *e)
{
	struct pieces ps = {0};
	struct reader d = {.t = t, .r = r, .f = f, .line = BUF_INIT, .content = BUF_INIT,
		.budget = r->raw ? NUM_NONE : t->limits.bytes};
	if ((r->stat || r->json) && (r->stat || f->size <= MAX_COUNT))
		d.hash = hash_new();
	bool wide = f->encoding == TEXT_UTF16LE || f->encoding == TEXT_UTF16BE;
	int got = wide ? read_utf16(&d, &ps, fd)
		       : read_chunks(&d, &ps, fd, f->encoding == TEXT_UTF8_BOM ? 3 : 0);
	if (got < 0 && errno == EFBIG)
		err_set(e, ERR_TOO_LARGE, f->show, "UTF-16 of more than 256 MB");
	else if (got < 0)
		err_sys(e, f->show, errno);
	if (got == 0 || d.hash)
		finish(&d, &ps);
	if (got == 0 && r->json)
		print_pieces(&d, &ps);
	for (size_t i = 0; i < ps.n; i++)
		free(ps.v[i].text);
	free(ps.v);
	buf_release(&d.line);
	buf_release(&d.content);
	return got;
}
