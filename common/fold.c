/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include "text.h"

enum {
	MOST_LINE = 64 << 10, /* held back of one line */
	MOST_STRING = 4096,   /* a sequence that is longer is none */
};

/*
 * state      byte                        next
 * TEXT       ESC                         ESCAPE
 * ESCAPE     [                           CSI
 *            ] P X ^ _                   STRING
 *            0x20-0x2f                   ESCAPE
 *            other                       TEXT, the sequence is over
 * CSI        0x20-0x3f                   CSI
 *            other                       TEXT, the sequence is over
 * STRING     BEL                         TEXT, the sequence is over
 *            ESC                         STRING_ESC
 * STRING_ESC \                           TEXT, the sequence is over
 *            other                       ESCAPE's rules for it
 * CAN, SUB and LF end any sequence; LF is then a line's end all the same.
 */
enum { TEXT, ESCAPE, CSI, STRING, STRING_ESC };

enum { BEL = 7, BS = 8, CAN = 0x18, SUB = 0x1a, ESC = 0x1b };

void fold_init(struct fold *f, bool terminal)
{
	*f = (struct fold){.terminal = terminal, .line = BUF_INIT};
}

void fold_release(struct fold *f)
{
	buf_release(&f->line);
}

static void settle(struct fold *f, struct buf *out)
{
	buf_add(out, f->line.p, f->line.len);
	buf_clear(&f->line);
}

/* The CR is not followed by what would write over the line: it stays as it came. */
static void keep_cr(struct fold *f)
{
	if (f->returned)
		buf_addc(&f->line, '\r');
	f->returned = false;
}

static void end_line(struct fold *f, struct buf *out)
{
	if (!f->terminal)
		keep_cr(f);
	f->returned = false;
	buf_addc(&f->line, '\n');
	settle(f, out);
}

/* Something is about to be written: over the line, when a CR came before. */
static void begin_over(struct fold *f)
{
	if (f->returned && f->line.len)
		f->overwritten++;
	else if (f->returned)
		f->sequences++;
	if (f->returned)
		buf_clear(&f->line);
	f->returned = false;
}

static void go_back(struct fold *f)
{
	size_t n = f->line.len;
	f->sequences++;
	while (n && ((unsigned char)f->line.p[n - 1] & 0xc0) == 0x80)
		n--;
	buf_trim(&f->line, n ? n - 1 : 0);
}

static void add_control(struct fold *f, unsigned char c, struct buf *out)
{
	switch (c) {
	case '\n':
		end_line(f, out);
		return;
	case '\r':
		f->sequences += f->returned;
		f->returned = true;
		return;
	case ESC:
		f->state = ESCAPE;
		f->length = 0;
		return;
	case BS:
		go_back(f);
		return;
	case BEL:
		f->sequences++;
		return;
	case '\0':
		keep_cr(f);
		settle(f, out);
		f->binary = true;
		buf_addc(out, '\0');
		return;
	default:
		begin_over(f);
		buf_addc(&f->line, (char)c);
	}
}

static void after_escape(struct fold *f, unsigned char c)
{
	if (c == '[')
		f->state = CSI;
	else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
		f->state = STRING;
	else if (c < 0x20 || c > 0x2f)
		f->state = TEXT;
	else
		f->state = ESCAPE;
}

/* One byte inside a sequence. */
static void in_sequence(struct fold *f, unsigned char c, struct buf *out)
{
	bool ends = c == CAN || c == SUB || c == '\n' || ++f->length > MOST_STRING;
	if (ends || (f->state == STRING && c == BEL) ||
		(f->state == STRING_ESC && c == '\\'))
		f->state = TEXT;
	else if (f->state == CSI)
		f->state = c >= 0x20 && c <= 0x3f ? CSI : TEXT;
	else if (f->state == STRING)
		f->state = c == ESC ? STRING_ESC : STRING;
	else
		after_escape(f, c);
	f->sequences += f->state == TEXT;
	if (c == '\n')
		end_line(f, out);
}

/* How many of the bytes at p mean nothing but themselves. */
static size_t plain(const unsigned char *p, size_t n)
{
	size_t i = 0;
	while (i < n && (p[i] >= 0x20 || p[i] == '\t'))
		i++;
	return i;
}

/* Whole lines without anything to fold pass at once. Returns how many bytes did. */
static size_t pass_lines(
	struct fold *f, const unsigned char *p, size_t n, struct buf *out)
{
	size_t i = 0, whole = 0;
	if (f->state != TEXT || f->returned)
		return 0;
	while (i < n && (p[i] >= 0x20 || p[i] == '\t' || p[i] == '\n'))
		if (p[i++] == '\n')
			whole = i;
	if (whole)
		settle(f, out);
	buf_add(out, p, whole);
	return whole;
}

void fold_add(struct fold *f, const void *v, size_t n, struct buf *out)
{
	const unsigned char *p = v, *end = p + n;
	while (p < end && !f->binary) {
		p += pass_lines(f, p, (size_t)(end - p), out);
		size_t k = f->state == TEXT ? plain(p, (size_t)(end - p)) : 0;
		if (k) {
			begin_over(f);
			buf_add(&f->line, p, k);
			p += k;
		} else if (p < end && f->state == TEXT) {
			add_control(f, *p++, out);
		} else if (p < end) {
			in_sequence(f, *p++, out);
		}
		if (f->line.len > MOST_LINE)
			settle(f, out);
	}
	buf_add(out, p, (size_t)(end - p));
}

void fold_end(struct fold *f, struct buf *out)
{
	f->sequences += f->state != TEXT;
	f->state = TEXT;
	keep_cr(f);
	settle(f, out);
}

size_t fold_whole(const void *v, size_t n)
{
	enum { FAR = 256 };
	const unsigned char *p = v;
	n -= text_tail(v, n);
	struct fold f;
	struct buf out = BUF_INIT;
	size_t from = n > FAR ? n - FAR : 0;
	const unsigned char *nl = memrchr(p + from, '\n', n - from);
	size_t start = nl ? (size_t)(nl + 1 - p) : from;
	size_t whole = n;
	fold_init(&f, false);
	for (size_t i = start; i < n; i++) {
		bool was = f.state != TEXT || f.returned;
		fold_add(&f, p + i, 1, &out);
		bool is = f.state != TEXT || f.returned;
		if (is && !was)
			whole = i;
		else if (!is)
			whole = n;
	}
	fold_release(&f);
	buf_release(&out);
	return whole;
}
