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

/* Makes room for n more bytes after len. */
void buf_reserve(struct buf *b, size_t n);

/* Append n bytes at p, one byte, a string, formatted text. */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_addc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

/* Shortens the content to len bytes; len must not be larger than it is. */
void buf_trim(struct buf *b, size_t len);

/* Gives the content, NUL-terminated, to the caller, who frees it; the buf is empty. */
char *buf_take(struct buf *b) NODISCARD;

#endif
