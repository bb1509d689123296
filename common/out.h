/* SPDX-License-Identifier: MIT */
/* The one place that prints. Results go to standard output through a buffer; notices and
 * errors to standard error after that buffer is flushed; with JSON everything is records
 * on standard output; for a model, notices and errors stand on standard output too as
 * "[pab: …]". Remembers the worst exit status. May include: buf, err, jout. */
#ifndef OUT_H
#define OUT_H

#include "buf.h"
#include "err.h"
#include "jout.h"

enum out_form {
	OUT_TEXT,
	OUT_JSON,
	OUT_MODEL,
};

struct out {
	enum out_form form;
	bool tty;    /* standard output is a terminal: escape control bytes */
	bool colour; /* and NO_COLOR is unset */
	bool quiet;  /* no notices, no result lines of changes */
	bool facts;  /* standard error has lines for a program that calls: out_fact() */
	int broken;  /* errno of the first failed write; said once, at the end */
	int status;  /* the worst so far */
	int failed;  /* not 0: errors start with their code and end with this status */
	struct buf buf;
	struct jout json; /* onto buf */
};

void out_init(struct out *o, enum out_form form);
void out_release(struct out *o);

/* Writes the buffer out when it holds 64 KiB or more, so that results stream. */
void out_drain(struct out *o);

/* Writes the buffer out. A failure is remembered and reported by out_finish. */
void out_flush(struct out *o);

/* Remembers status if it is worse than what was. */
void out_status(struct out *o, int status);

/* One line about the result as a whole; nothing when quiet. */
void out_notice(struct out *o, const char *fmt, ...) PRINTF(2, 3);

/* The same about one path (NULL: none), which stands in front as people can read it and,
 * with JSON, under its own key. */
void out_notice_on(struct out *o, const char *path, const char *fmt, ...) PRINTF(3, 4);

/* One line about what failed, "path: message", and its status remembered. */
void out_error(struct out *o, const struct err *e);

/* Adds what else is known of an error: keys to its record (lines is NULL), or whole lines
 * that follow it (j is NULL). */
typedef void out_detail(struct jout *j, struct buf *lines, const void *ctx);

/* As out_error, with detail (NULL: none) called for more. */
void out_error_with(
	struct out *o, const struct err *e, out_detail *detail, const void *ctx);

/* Appends a path or name to the buffer as people (or the terminal, or a model) need it:
 * text_name with strict where bytes must be escaped. */
void out_name(struct out *o, const char *name);

/* Appends a line's text (no newline): escaped on a terminal and for a model, cut to
 * `columns` code points. Returns whether it was cut. */
bool out_text(struct out *o, const void *p, size_t n, int64_t columns);

/* With facts, a line for the program that hands the rest to a model: "NAME VALUE" on
 * standard error ("code stale", "sums …"). Nothing else is written there then. */
void out_fact(struct out *o, const char *name, const char *value, size_t n);

/* Flushes, closes standard output and checks it; a failure is an error on standard error
 * and status 7. Returns the exit status. */
int out_finish(struct out *o);

#endif
