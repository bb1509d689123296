/* SPDX-License-Identifier: MIT */
/* What went wrong: a code from the closed list of DESIGN section 5, the path it is about
 * (bytes, not yet made printable) and a short message. Nothing here prints. A struct err
 * owns nothing and starts as all zero. May include: pab. */
#ifndef ERR_H
#define ERR_H

enum err_code {
	ERR_NONE,
	ERR_USAGE,
	ERR_BAD_PATTERN,
	ERR_BAD_INPUT,
	ERR_NOT_FOUND,
	ERR_IS_DIR,
	ERR_NOT_DIR,
	ERR_NOT_REGULAR,
	ERR_BINARY,
	ERR_TOO_LARGE,
	ERR_NO_MATCH,
	ERR_AMBIGUOUS,
	ERR_STALE,
	ERR_EXISTS,
	ERR_OUTSIDE_ROOT,
	ERR_DENIED,
	ERR_UNSUPPORTED,
	ERR_ASK,
	ERR_IO,
	ERR_BACKEND,
	ERR_TIMEOUT,
	ERR_BUSY,
};

struct err {
	enum err_code code;
	char path[4097];  /* "" when it is about no path; longer paths are cut */
	char msg[600];    /* lower case, no full stop, never the request's own text */
	char request[33]; /* with ERR_ASK: what a person is asked by; else "" */
};

/* Fills *e; path may be NULL. Returns -1, so that a function can end with it. */
int err_set(struct err *e, enum err_code code, const char *path, const char *fmt, ...)
	PRINTF(4, 5);

/* Fills *e from errno as number, in the words users know: "no such file". Returns -1. */
int err_sys(struct err *e, const char *path, int number);

/* Appends to the message, for a hint found later: "; near: src/utils.c". Returns -1. */
int err_add(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* Fills *e from a line "not_found: text". Returns 0, or -1: it is none. */
int err_parse(struct err *e, const char *p, size_t n) NODISCARD;

/* Returns the code's name in messages and JSON: "not_found". */
const char *err_name(enum err_code code);

/* Returns the exit status the code stands for: 2 to 7, 0 for ERR_NONE. */
int err_status(enum err_code code);

/* Returns the more severe of two exit statuses, in the order 7, 5, 6, 3, 4, 2, 1, 0. */
int err_worse(int a, int b);

#endif
