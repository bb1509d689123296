/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include "io.h"
#include "mem.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <unistd.h>

void capture_init(struct capture *c, int64_t limit, const char *home)
{
	*c = (struct capture){
		.limit = limit,
		.home = home,
		.head = BUF_INIT,
		.tail = BUF_INIT,
		.folded = BUF_INIT,
		.raw = BUF_INIT,
		.fd = -1,
	};
	fold_init(&c->fold, false);
}

void capture_fold(struct capture *c, bool terminal)
{
	c->folds = true;
	c->fold.terminal = terminal;
}

void capture_release(struct capture *c)
{
	buf_release(&c->head);
	buf_release(&c->tail);
	buf_release(&c->folded);
	buf_release(&c->raw);
	fold_release(&c->fold);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static int64_t count_newlines(const char *p, size_t n)
{
	int64_t count = 0;
	const char *end = p + n;
	for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		count++;
	return count;
}

static void store(struct capture *c, const char *p, size_t n)
{
	if (c->fd < 0 || c->why.code)
		return;
	if ((int64_t)n > STORE_ONE - c->stored)
		n = (size_t)(STORE_ONE - c->stored);
	if (io_write(c->fd, p, n) < 0) {
		err_sys(&c->why, NULL, errno);
		c->stored = lseek(c->fd, 0, SEEK_END);
		return;
	}
	c->stored += (int64_t)n;
}

/* Opens the store and puts there what is here. */
static void begin_store(struct capture *c)
{
	c->whole = true;
	if (store_new(c->home, "out", c->id, &c->fd, &c->why) < 0)
		return;
	store(c, c->raw.p, c->raw.len);
	buf_release(&c->raw);
}

/* Where the last character that is whole ends in p[0..n). */
static size_t whole_chars(const char *p, size_t n)
{
	size_t back = 0;
	while (back < 3 && back < n && ((unsigned char)p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == n)
		return n;
	size_t start = n - 1 - back;
	return (unsigned char)p[start] >= 0xc0 &&
			       !text_char((const unsigned char *)p + start, n - start)
		       ? start
		       : n;
}

/* The head takes no more: what behind its last line stands there goes to the tail. */
static void close_head(struct capture *c)
{
	char *nl = memrchr(c->head.p, '\n', c->head.len);
	size_t keep = nl ? (size_t)(nl + 1 - c->head.p) : 0;
	if (!nl)
		keep = whole_chars(c->head.p, c->head.len);
	c->by_line = nl;
	c->full = true;
	buf_add(&c->tail, c->head.p + keep, c->head.len - keep);
	buf_trim(&c->head, keep);
}

/* The last bytes are what counts; now and then what is before them is thrown away. */
static void add_tail(struct capture *c, const char *p, size_t n)
{
	size_t cap = (size_t)c->limit - c->head.len;
	if (n > cap) {
		p += n - cap;
		n = cap;
	}
	if (c->tail.len + n > 2 * cap) {
		size_t keep = cap - n;
		memmove(c->tail.p, c->tail.p + c->tail.len - keep, keep);
		buf_trim(&c->tail, keep);
	}
	buf_add(&c->tail, p, n);
}

/* Keeps it as it came: here, until it is more than is shown, then in the store. */
static void add_raw(struct capture *c, const char *p, size_t n)
{
	if (!c->whole && (int64_t)n > c->limit - c->bytes)
		begin_store(c);
	if (c->whole)
		store(c, p, n);
	else
		buf_add(&c->raw, p, n);
}

/* Takes what is to be shown. */
static void add_shown(struct capture *c, const char *p, size_t n)
{
	size_t quarter = c->limit == NUM_NONE ? SIZE_MAX : (size_t)c->limit / 4;
	c->shown += (int64_t)n;
	c->newlines += count_newlines(p, n);
	if (!c->full) {
		size_t room = quarter - c->head.len;
		size_t take = n < room ? n : room;
		buf_add(&c->head, p, take);
		p += take;
		n -= take;
		if (take == room)
			close_head(c);
	}
	if (n)
		add_tail(c, p, n);
}

static void add_folded(struct capture *c)
{
	add_shown(c, c->folded.p, c->folded.len);
	buf_clear(&c->folded);
}

void capture_add(struct capture *c, const void *p, size_t n)
{
	if (!n)
		return;
	if (c->limit != NUM_NONE)
		add_raw(c, p, n);
	c->bytes += (int64_t)n;
	c->last = ((const unsigned char *)p)[n - 1];
	if (!c->folds) {
		add_shown(c, p, n);
	} else {
		fold_add(&c->fold, p, n, &c->folded);
		add_folded(c);
	}
	c->lines = c->newlines + (c->last != '\n');
}

void capture_end(struct capture *c)
{
	if (c->folds)
		fold_end(&c->fold, &c->folded);
	add_folded(c);
	c->lines = c->newlines + (c->bytes && c->last != '\n');
}

size_t capture_settled(const struct capture *c)
{
	if (c->full)
		return c->by_line ? c->head.len : 0;
	char *nl = memrchr(c->head.p, '\n', c->head.len);
	return nl ? (size_t)(nl + 1 - c->head.p) : 0;
}

void capture_forget(struct capture *c, size_t n)
{
	if (c->limit != NUM_NONE)
		return;
	memmove(c->head.p, c->head.p + n, c->head.len - n);
	buf_trim(&c->head, c->head.len - n);
}

void capture_keep(struct capture *c)
{
	if (!c->whole && c->limit != NUM_NONE)
		begin_store(c);
}

/* Drops the first n bytes of the tail. */
static void drop(struct capture *c, size_t n)
{
	memmove(c->tail.p, c->tail.p + n, c->tail.len - n);
	buf_trim(&c->tail, c->tail.len - n);
}

bool capture_gap(struct capture *c)
{
	int64_t here = (int64_t)(c->head.len + c->tail.len);
	if (c->limit == NUM_NONE || c->shown <= c->limit)
		return false;
	size_t cap = (size_t)c->limit - c->head.len;
	if (here > c->limit)
		drop(c, c->tail.len - cap);
	char *nl = memchr(c->tail.p, '\n', c->tail.len / 4);
	size_t n = nl ? (size_t)(nl + 1 - c->tail.p) : 0;
	while (!nl && n < 3 && n < c->tail.len &&
		((unsigned char)c->tail.p[n] & 0xc0) == 0x80)
		n++;
	drop(c, n);
	return true;
}

void capture_where(const struct capture *c, struct buf *out)
{
	char n[32];
	if (c->fd >= 0 && c->stored == c->bytes)
		buf_printf(out, "all of it: @out:%s", c->id);
	else if (c->fd >= 0 && c->stored > 0)
		buf_printf(out, "the first %s bytes: @out:%s", num_commas(n, c->stored),
			c->id);
	else
		buf_printf(out, "not kept: %s", c->why.msg);
}

void capture_mark(const struct capture *c, struct buf *out)
{
	char n[32];
	int64_t lines = c->newlines - count_newlines(c->head.p, c->head.len) -
			count_newlines(c->tail.p, c->tail.len);
	int64_t bytes = c->shown - (int64_t)(c->head.len + c->tail.len);
	buf_puts(out, "[pab: ");
	if (lines)
		buf_printf(
			out, "%s line%s, ", num_commas(n, lines), lines == 1 ? "" : "s");
	buf_printf(
		out, "%s byte%s left out; ", num_commas(n, bytes), bytes == 1 ? "" : "s");
	capture_where(c, out);
	buf_addc(out, ']');
}
