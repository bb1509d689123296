/* SPDX-License-Identifier: MIT */
/* Growing bytes. p[0..len) are the content, p[len] is always NUL, and the content may
 * hold NULs. A buf starts as BUF_INIT, which needs no call; its owner calls
 * buf_release(). May include: mem. */
#ifndef BUF_H
#define BUF_H

#include <stdarg.h>

struct buf {
	char *p;
	size_t len;
	size_t cap; /* 0 while p is the shared empty string */
};

extern char buf_empty[1];
#define BUF_INIT                                                                         \
	{                                                                                \
		.p = buf_empty                                                           \
	}

/* Frees the content; the buf is as after BUF_INIT. */
void buf_release(struct buf *b);

/* Forgets the content and keeps the memory. */
void buf_clear(struct buf *b);

/* What buf_reserve() does when the room is short. */
void buf_grow(struct buf *b, size_t n);

/* Makes room for n more bytes after len. */
static inline void buf_reserve(struct buf *b, size_t n)
{
	if (n >= b->cap - b->len)
		buf_grow(b, n);
}

/* Append n bytes at p, one byte, a string, formatted text. */
static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	buf_reserve(b, n);
	memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

static inline void buf_addc(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->p[b->len++] = c;
	b->p[b->len] = '\0';
}

static inline void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

/* Shortens the content to len bytes; len must not be larger than it is. */
void buf_trim(struct buf *b, size_t len);

/* Gives the content, NUL-terminated, to the caller, who frees it; the buf is empty. */
char *buf_take(struct buf *b) NODISCARD;

#endif
