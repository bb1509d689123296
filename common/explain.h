/* SPDX-License-Identifier: MIT */
/* Why a text is not in a file: the nearest place, the first difference there and of what
 * kind it is, and the lines of the file around it. For an edit and for a hunk of a patch
 * that do not apply. A struct explain starts as EXPLAIN_INIT; its owner releases it. May
 * include: err, jout, nearest. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "buf.h"
#include "err.h"
#include "jout.h"

enum explain_kind {
	EXPLAIN_NONE,    /* no place is like it */
	EXPLAIN_PLAIN,   /* other text */
	EXPLAIN_MISSING, /* the file ends before the text does */
	EXPLAIN_WORD,    /* the text is there, but as a part of words or lines */
	EXPLAIN_TRAILING,
	EXPLAIN_TAB,
	EXPLAIN_INDENT,
	EXPLAIN_BLANKS, /* how many blanks there are within the line */
	EXPLAIN_LINE_END,
	EXPLAIN_CASE,
	EXPLAIN_QUOTES,
	EXPLAIN_NO_BREAK,
	EXPLAIN_UNICODE,
	EXPLAIN_BACKSLASH,
	EXPLAIN_NUMBERS, /* the text holds pab-read's line numbers or tags */
	EXPLAIN_CUT,     /* or the mark of a line that it cut */
	EXPLAIN_APPLIED, /* the new text is there already */
	EXPLAIN_KINDS,
};

enum { EXPLAIN_LINES = 8 };

struct explain {
	enum explain_kind kind;
	int64_t nearest;   /* the line of the file where the place begins; 0: none */
	int64_t line;      /* the line of the file with the first difference */
	size_t text_line;  /* and which line of the text that is, from 1 */
	size_t column;     /* where in the file's line, in characters from 1 */
	char file_has[64]; /* what stands there in the file: "a tab"; "": not known */
	char text_has[64]; /* and in the text */
	int64_t first;     /* the first line shown; 0: none are */
	char *shown[EXPLAIN_LINES]; /* the file's lines, cut to what matters */
	size_t n;
};

#define EXPLAIN_INIT                                                                     \
	{                                                                                \
		.kind = EXPLAIN_NONE                                                     \
	}

/* What is looked for. Bytes of the caller's, UTF-8 where they are text. */
struct explain_ask {
	const char *file; /* the file's content */
	size_t n_file;
	const char *text; /* what is not in it */
	size_t n_text;
	bool lines; /* as whole lines; else it may begin and end within lines */
};

/* Fills *x. Kinds that the text itself shows come first: pab-read's line numbers, a cut
 * mark, backslashes too many. Never EXPLAIN_APPLIED, which the caller knows. */
void explain(struct explain *x, const struct explain_ask *q);

/* Appends to the message what was found: "; nearest is line 88: line 2 of the text
 * differs at column 5: file has a tab, text has 4 blanks". Returns -1. */
int explain_message(const struct explain *x, struct err *e);

/* Returns the kind's name in JSON: "trailing_blanks". */
const char *explain_name(enum explain_kind kind);

/* Adds the keys of an error record; appends the lines shown, "    88<TAB>…" each, tabs
 * as → and blanks that matter as ·. The shape of out_detail (out.h): one of j and lines
 * is NULL, ctx is a struct explain. */
void explain_detail(struct jout *j, struct buf *lines, const void *ctx);

void explain_release(struct explain *x);

#endif
