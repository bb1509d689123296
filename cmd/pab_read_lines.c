/* SPDX-License-Identifier: MIT */
/* The lines of one file, read once from start to end in constant memory (UTF-16 is
 * decoded whole first): shown where asked, counted and hashed on the way. */
#include "pab_read.h"

#include "hash.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "sums.h"
#include "tag.h"

#include <errno.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 17,
	MAX_COUNT = 64 << 20, /* what is read on merely for totals */
};

/* The line being put together from chunks. */
struct reader {
	struct tool *t;
	const struct request *r;
	struct facts *f;
	struct buf line;    /* its bytes as far as they are kept */
	size_t keep;        /* how many of them are kept; more would not be shown */
	int64_t dropped;    /* code points after them */
	bool as_is;         /* raw bytes to standard output: nothing is kept or changed */
	bool last_cr;       /* the byte before this chunk is a CR */
	bool in_line;       /* some byte of an unfinished line was seen */
	size_t at_range;    /* the range that is being shown or comes next */
	int64_t budget;     /* bytes still to be printed */
	struct buf content; /* JSON: of the current range */
	int64_t start;      /* JSON: its first line */
	struct tag_sum sum; /* --tags: of the line as far as it was seen */
	struct buf tags;    /* JSON: those of the current range, unsigned each */
	bool full;          /* no more is shown */
	struct buf tail;    /* --stat: the start of a character cut by the chunk's end */
	struct hash *hash;
	struct sums sums;
	bool sum_lines; /* for a program that calls */
};

static bool wanted(const struct reader *d, int64_t line)
{
	return !d->full && d->at_range < d->r->n_ranges &&
	       line >= d->r->ranges[d->at_range].first;
}

/* Ends the content of one JSON range; the record is written when the file's facts are
 * known. */
struct piece {
	int64_t first, last;
	char *text;
	size_t n;
	unsigned *tags; /* NULL: not asked for */
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
	ps->v[ps->n++] = (struct piece){d->start, d->f->last, buf_take(&d->content), n,
		d->r->tags ? (unsigned *)(void *)buf_take(&d->tags) : NULL};
	d->start = 0;
}

/* Appends a line's text as far as its columns go, and how many more there are. Returns
 * whether there are. */
static bool put_text(struct reader *d, struct buf *b, const char *p, size_t n)
{
	const struct out *o = &d->t->out;
	int64_t columns = d->r->raw ? NUM_NONE : d->t->limits.columns;
	size_t part = (int64_t)n <= columns ? n : text_offset_of(p, n, (size_t)columns);
	int64_t left = d->dropped + (int64_t)text_columns(p + part, n - part);
	if (!d->r->json && (o->tty || o->form == OUT_MODEL))
		text_escape(b, p, part);
	else
		buf_add(b, p, part);
	if (left)
		buf_printf(b, "…[+%lld]", (long long)left);
	return left != 0;
}

/* What stands in front of a line: its number or its tag. */
static void put_number(struct reader *d, struct buf *b, int64_t number, unsigned hash)
{
	/* Ranges that do not touch are set apart. */
	if (d->f->last && d->f->last + 1 != number)
		buf_puts(b, "--\n");
	if (d->r->tags)
		buf_printf(b, "%lld:%04x|", (long long)number, hash);
	else
		buf_printf(b, "%6lld\t", (long long)number);
}

/* Shows one line, whose end (LF, CRLF or none) follows its n bytes. Returns false when
 * it did not fit. */
static bool show_line(
	struct reader *d, int64_t number, const char *p, size_t n, const char *end)
{
	unsigned hash = d->r->tags ? tag_end(&d->sum, *end != '\0') : 0;
	struct facts *f = d->f;
	struct buf *b = d->r->json ? &d->content : &d->t->out.buf;
	size_t before = b->len;
	if (!d->r->raw && !d->r->json)
		put_number(d, b, number, hash);
	bool cut = put_text(d, b, p, n);
	buf_puts(b, d->r->raw || d->r->json ? end : "\n");
	int64_t size = (int64_t)(b->len - before);
	if (size > d->budget && f->shown) {
		buf_trim(b, before);
		return false;
	}
	if (d->r->json && d->r->tags)
		buf_add(&d->tags, &hash, sizeof(hash));
	d->budget -= d->budget == NUM_NONE ? 0 : size;
	f->cut_lines += cut;
	return true;
}

/* A line is complete; its bytes are counted and, where asked for, shown. */
static void take_line(
	struct reader *d, struct pieces *ps, const char *p, size_t n, const char *end)
{
	struct facts *f = d->f;
	int64_t number = ++f->lines;
	if (*end)
		*(end[0] == '\r' ? &f->crlf : &f->lf) += 1;
	if (!wanted(d, number))
		return;
	if (!d->as_is &&
		(f->shown == d->r->max_lines || !show_line(d, number, p, n, end))) {
		f->cut_at = number;
		d->full = true;
		return;
	}
	if (f->encoding == TEXT_UTF8 && !text_is_utf8(p, n))
		f->encoding = TEXT_8BIT;
	d->start = d->start ? d->start : number;
	f->first = f->first ? f->first : number;
	f->last = number;
	f->shown++;
	if (d->as_is && f->shown == d->r->max_lines)
		d->full = true;
	if (number >= d->r->ranges[d->at_range].last) {
		if (d->r->json)
			end_piece(d, ps);
		d->at_range++;
	}
	if (!d->r->json)
		out_drain(&d->t->out);
}

/* Takes part of a line that is longer than what was read at once. */
static void keep_part(struct reader *d, const char *p, size_t n)
{
	d->in_line |= n != 0;
	if (!wanted(d, d->f->lines + 1))
		return;
	if (d->as_is) {
		buf_add(&d->t->out.buf, p, n);
		out_drain(&d->t->out);
		return;
	}
	if (d->r->tags)
		tag_add(&d->sum, p, n);
	size_t room = d->dropped ? 0 : d->keep - d->line.len, part = n < room ? n : room;
	while (part && part < n && ((unsigned char)p[part] & 0xc0) == 0x80)
		part--;
	buf_add(&d->line, p, part);
	for (size_t i = part; i < n; i++)
		d->dropped += (p[i] & 0xc0) != 0x80;
}

static void end_line(
	struct reader *d, struct pieces *ps, const char *p, size_t n, const char *end)
{
	bool cr = end[0] == '\r';
	if (d->as_is) {
		keep_part(d, p, n);
		keep_part(d, "\n", *end != '\0');
		n = 0;
	} else if (d->line.len || d->dropped) {
		keep_part(d, p, n);
		p = d->line.p;
		n = d->line.len;
	} else if (d->r->tags && wanted(d, d->f->lines + 1)) {
		tag_add(&d->sum, p, n);
	}
	if (cr && d->dropped)
		d->dropped--;
	else if (cr && n && p[n - 1] == '\r')
		n--;
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

/* --stat: is all of it UTF-8? A character may be cut by the chunk's end. */
static void check_utf8(struct reader *d, const char *p, size_t n)
{
	struct buf *b = &d->tail;
	buf_add(b, p, n);
	size_t tail = text_tail(b->p, b->len);
	if (!text_is_utf8(b->p, b->len - tail))
		d->f->encoding = TEXT_8BIT;
	memmove(b->p, b->p + b->len - tail, tail);
	buf_trim(b, tail);
}

static void take_chunk(struct reader *d, struct pieces *ps, const char *p, size_t n)
{
	const char *stop = p + n;
	if (d->hash)
		hash_add(d->hash, p, n);
	if (d->sum_lines)
		sums_add(&d->sums, p, n);
	if (d->r->stat && d->f->encoding == TEXT_UTF8)
		check_utf8(d, p, n);
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
	return shown && !d->r->stat && (d->as_is || d->f->size - at > MAX_COUNT);
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

static int read_utf16(struct reader *d, struct pieces *ps, int fd)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	struct hash *hash = d->hash;
	if (decode_utf16(fd, hash, d->f->encoding == TEXT_UTF16BE, &text) < 0)
		return -1;
	d->hash = NULL; /* it is of the bytes in the file */
	take_chunk(d, ps, text.p, text.len);
	d->hash = hash;
	d->f->counted = true;
	return 0;
}

/* After the last byte: a line without an end, the sum, what is still buffered. */
static void finish(struct reader *d, struct pieces *ps)
{
	d->f->final_newline = !d->in_line;
	if (d->tail.len)
		d->f->encoding = TEXT_8BIT;
	if (d->in_line && d->f->counted)
		end_line(d, ps, "", 0, "");
	end_piece(d, ps);
	char sum[HASH_HEX + 1];
	if (d->hash) {
		hash_finish(d->hash, sum);
		if (d->f->counted)
			memcpy(d->f->hash, sum, sizeof(sum));
	}
	if (d->sum_lines && d->f->counted) {
		struct buf b CLEANUP(buf_release) = BUF_INIT;
		sums_end(&d->sums, d->f->hash, &b);
		out_fact(&d->t->out, "sums", b.p, b.len);
	}
}

static void print_tags(struct jout *j, const struct piece *p)
{
	char tag[40];
	if (!p->tags)
		return;
	jout_array(j, "tags");
	for (int64_t line = p->first; line <= p->last; line++) {
		snprintf(tag, sizeof(tag), "%lld:%04x", (long long)line,
			p->tags[line - p->first]);
		jout_str(j, NULL, tag);
	}
	jout_end_array(j);
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
			print_tags(j, &ps->v[i]);
		} else if (!d->r->stat) {
			jout_str(j, "content", "");
		}
		jout_bool(j, "truncated", d->f->cut_at || d->f->cut_lines);
		if (d->f->cut_at && i + 1 >= ps->n)
			jout_int(j, "next_offset", d->f->cut_at - 1);
		jout_end_object(j);
		out_drain(&d->t->out);
	}
}

/* How many bytes of a line are worth keeping: four a column, and a line end. */
static size_t kept_bytes(const struct tool *t, const struct request *r)
{
	int64_t columns = r->raw ? NUM_NONE : t->limits.columns;
	return columns > INT64_MAX / 16 ? SIZE_MAX / 2 : (size_t)columns * 4 + 2;
}

/* Lines of UTF-16 as the bytes they are cannot be had: they would come as UTF-8. */
static int refuse_raw(const struct facts *f, struct err *e)
{
	return err_set(e, ERR_USAGE, f->show,
		"%s: --raw gives all of it, or the bytes that -b names, not lines",
		text_encoding_name(f->encoding));
}

static void release(struct reader *d)
{
	buf_release(&d->line);
	buf_release(&d->content);
	buf_release(&d->tail);
	buf_release(&d->tags);
	sums_release(&d->sums);
}

int show_lines(
	struct tool *t, int fd, const struct request *r, struct facts *f, struct err *e)
{
	struct pieces ps = {0};
	struct reader d = {.t = t,
		.r = r,
		.f = f,
		.line = BUF_INIT,
		.content = BUF_INIT,
		.tail = BUF_INIT,
		.sum = TAG_SUM_INIT,
		.sums = SUMS_INIT,
		.tags = BUF_INIT,
		.as_is = r->raw && !r->json,
		.keep = kept_bytes(t, r),
		.budget = r->raw ? NUM_NONE : t->limits.bytes};
	bool wide = f->encoding == TEXT_UTF16LE || f->encoding == TEXT_UTF16BE;
	bool skip = f->encoding == TEXT_UTF8_BOM && !d.as_is;
	if (wide && d.as_is && !r->stat)
		return refuse_raw(f, e);
	d.full = d.as_is && !r->max_lines;
	d.sum_lines = t->out.facts && f->size <= SUMS_MOST;
	if (r->stat || (r->json && f->size <= MAX_COUNT) || d.sum_lines)
		d.hash = hash_new();
	int got = wide ? read_utf16(&d, &ps, fd) : read_chunks(&d, &ps, fd, skip ? 3 : 0);
	if (got < 0 && errno == EFBIG)
		err_set(e, ERR_TOO_LARGE, f->show, "UTF-16 of more than 256 MB");
	else if (got < 0)
		err_sys(e, f->show, errno);
	if (got == 0 || d.hash)
		finish(&d, &ps);
	if (got == 0 && r->json)
		print_pieces(&d, &ps);
	for (size_t i = 0; i < ps.n; i++) {
		free(ps.v[i].text);
		free(ps.v[i].tags);
	}
	free(ps.v);
	release(&d);
	return got;
}
