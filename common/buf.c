/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include "diag.h"
#include "mem.h"

char buf_empty[1];

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->p);
	b->p = buf_empty;
	b->len = b->cap = 0;
}

void buf_clear(struct buf *b)
{
	if (b->cap)
		b->p[0] = '\0';
	b->len = 0;
}

void buf_grow(struct buf *b, size_t n)
{
	size_t need;
	if (__builtin_add_overflow(b->len, n, &need) || need > SIZE_MAX / 2)
		diag_oom();
	size_t cap = b->cap ? b->cap : 32;
	while (cap <= need)
		cap += cap / 2;
	b->p = xrealloc_n(b->cap ? b->p : NULL, cap, 1);
	b->cap = cap;
	b->p[b->len] = '\0';
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	buf_reserve(b, 60);
	size_t room = b->cap - b->len;
	int n = vsnprintf(b->p + b->len, room, fmt, ap);
	if (n < 0)
		bug("bad format");
	if ((size_t)n >= room) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_trim(struct buf *b, size_t len)
{
	if (len > b->len)
		bug("buf_trim grows");
	b->len = len;
	if (b->cap)
		b->p[len] = '\0';
}

char *buf_take(struct buf *b)
{
	char *p = b->cap ? b->p : xmemdup0("", 0);
	*b = (struct buf)BUF_INIT;
	return p;
}
