/* SPDX-License-Identifier: MIT */
/* The heart of pab-edit: what a list of edits makes of one file's bytes. */
#ifndef PAB_EDIT_H
#define PAB_EDIT_H

#include "buf.h"
#include "editjson.h"
#include "err.h"
#include "explain.h"
#include "out.h"
#include "pab_edit_units.h"

/* Bytes of a file that are replaced, and what goes there. */
struct splice {
	size_t from, to;
	size_t new, n_new; /* in the text of the splices */
};

/* Splices in order, apart from each other. */
struct splices {
	struct splice *v;
	size_t n, cap;
	struct buf text;
	char said[160]; /* how the new text was indented; "": it was not touched */
};

#define SPLICES_INIT                                                                     \
	{                                                                                \
		.text = BUF_INIT                                                         \
	}

void splices_release(struct splices *sp);

/* Adds the bytes from..to of u, which become new (in the file's encoding), its k-th line
 * end being the k-th of those bytes, then their last, then the neighbour's; one that is
 * spelled CRLF stays. */
void splices_add(struct splices *sp, const struct units *u, size_t from, size_t to,
	const struct buf *new);

/* Finds the places of a text edit in u. LF in old matches CRLF too. Returns 0, or -1 with
 * err: no_match with *why filled, ambiguous (the lines in its message), bad_input when
 * the request cannot be said in the file's encoding. */
int replace_find(const struct edit *ed, const struct units *u, const char *show,
	bool indent, struct splices *sp, struct explain *why, struct err *e) NODISCARD;

/* The same for lines that are indented otherwise throughout: the new text is indented to
 * match. Adds as many as there are. */
void indent_find(const struct edit *ed, const struct units *u, struct splices *sp);

/* Places as line numbers, 1-based. */
struct places {
	int64_t *line;
	size_t n, cap;
};

void places_release(struct places *ps);
void places_add(struct places *ps, int64_t line);

/* Appends "line 12" or "lines 12, 80, 141", each once, at most ten and how many more. */
void places_text(struct buf *out, const struct places *ps);

/* A run of bytes of the draft: of the file as it was read, or put there by an edit. */
struct piece {
	size_t len;
	size_t from;   /* in the file; PIECE_NEW: put there */
	bool head;     /* the beginning of what an edit put there */
	int64_t after; /* it was added below this line of the file; -1: not so */
};

#define PIECE_NEW SIZE_MAX

/* A file as it becomes, edit by edit. */
struct draft {
	struct units file; /* as it was read */
	struct units now;  /* as it is, in text once something changed */
	struct buf text;
	struct piece *v;
	size_t n, cap;
	size_t *lines;  /* where each line of the file begins; NULL until a tag is used */
	size_t n_lines; /* and lines[n_lines] is its end */
	int64_t (*gone)[2]; /* first and last of the lines replaced or removed by tag */
	size_t n_gone;
	int64_t count;  /* places replaced */
	bool tagged;    /* some edit named lines by tags */
	char said[160]; /* how new text was indented */
};

enum draft_flags {
	DRAFT_INDENT = 1 << 0,  /* --indent */
	DRAFT_LITERAL = 1 << 1, /* --literal */
};

/* Begins with the n bytes at p, which must stay. */
void draft_init(struct draft *d, const char *p, size_t n);

/* Applies those of the edits whose numbers are given, in their order; text is sought in
 * what those before it made, tags are of the file as it was read. Returns 0, or -1 with
 * err, and *why filled when a text was not found. */
int draft_apply(struct draft *d, const struct edits *es, const size_t *which, size_t n,
	unsigned flags, const char *show, struct explain *why, struct err *e) NODISCARD;

/* The same for one edit by tag: where it is in the draft. Returns 0, or -1 with err:
 * stale for a line that changed, bad_input for one that another edit changed. */
int tags_find(struct draft *d, const struct edit *ed, struct splices *sp,
	struct err *e) NODISCARD;

/* Where the lines of run i begin, which itself begins at from: lines added below one that
 * had no end begin with that end. Returns the offset. */
size_t draft_start(const struct draft *d, size_t i, size_t from);

/* The lines of the draft at which something was put, in order. */
void draft_places(const struct draft *d, struct places *at);

/* Appends "12:9f3c" and so on for the lines put there, to a string (a blank between) or
 * an array; at most most, and how many more. */
void draft_tags(const struct draft *d, size_t most, struct buf *out, struct jout *j);

void draft_release(struct draft *d);

/* The request as the command line has it. */
struct request_args {
	const char *old, *new, *old_file, *new_file;
	const char *at, *to, *after, *before, *delete;
	bool all, words;
};

/* Understands the request: a text, a tag, or blocks or JSON on standard input, about the
 * files named, else those that it names itself, which become es->paths. json reads JSON;
 * NULL where that cannot be. Returns 0, or -1 with err. */
int request_take(const struct request_args *a, const struct vec *files,
	edits_reader *json, struct edits *es, struct err *e) NODISCARD;

/* Do the n bytes at p begin as JSON does? Returns whether. */
bool request_is_json(const char *p, size_t n) NODISCARD;

/* One file that was edited, to be told. */
struct edited {
	const char *show;
	const struct buf *old;
	const struct draft *draft;
	bool in_place, diff, dry_run;
};

/* Prints the line, the diff or the record of one file. */
void say_edited(struct out *o, const struct edited *x);

#endif
