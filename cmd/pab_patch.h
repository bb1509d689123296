/* SPDX-License-Identifier: MIT */
/* The parts of pab-patch: parse (a unified diff) and begin (the "*** Begin Patch" form)
 * understand a patch, apply puts the hunks of one file into its content, why explains a
 * hunk that has no place. */
#ifndef PAB_PATCH_H
#define PAB_PATCH_H

#include "buf.h"
#include "err.h"
#include "vec.h"

/* One line of a hunk; its bytes are the patch's, without the line end. */
struct patch_line {
	char op; /* ' ' stays, '-' goes, '+' comes */
	const char *p;
	size_t n;
	bool bare; /* it ends the file, and has no newline */
};

struct patch_hunk {
	int64_t old_at, new_at; /* 1-based; -1: wherever it matches */
	struct patch_line *v;
	size_t n, cap;
	struct patch_line *anchors; /* lines that stand before it, in this order */
	size_t n_anchors;
	bool at_end;    /* it ends where the file does */
	int64_t number; /* the line of the patch where it starts */
};

enum patch_action { PATCH_EDIT, PATCH_CREATE, PATCH_REMOVE, PATCH_RENAME, PATCH_COPY };

struct patch_file {
	enum patch_action action;
	char *old, *new; /* both are set; they differ only when it is renamed or copied */
	int mode;        /* its new mode in git's terms, 0: as it is */
	int old_mode;    /* likewise, for --reverse */
	bool loose;      /* the form that knows no line numbers, and no "no newline" */
	bool whole;      /* a removal without its content */
	struct patch_hunk *v;
	size_t n, cap;
};

struct patch {
	struct patch_file *v;
	size_t n, cap;
};

/* Understands the n bytes at p, which must outlive the patch, in either form. strip: how
 * many components go off the front of names, -1: the a/ and b/ of git. Returns 0, or -1
 * with err (bad_input, unsupported); the patch then needs no release. */
int patch_parse(struct patch *ps, const char *p, size_t n, int64_t strip,
	struct err *e) NODISCARD;

/* The two forms, for patch_parse() alone. */
int patch_unified(struct patch *ps, const char *p, size_t n, int64_t strip,
	struct err *e) NODISCARD;
int patch_begin(struct patch *ps, const char *p, size_t n, struct err *e) NODISCARD;

/* The next line of the text. Returns false at its end. */
struct patch_text {
	const char *p, *end;
	int64_t number; /* of the line that was taken last */
};
bool patch_line(struct patch_text *t, struct patch_line *l);

/* Used by both forms. */
struct patch_file *patch_add(struct patch *ps, enum patch_action action);
struct patch_hunk *patch_hunk(struct patch_file *f, int64_t number);
void patch_push(struct patch_hunk *h, char op, const struct patch_line *l);

/* Turns it around. Returns 0, or -1 with err when it does not say what was there. */
int patch_reverse(struct patch *ps, struct err *e) NODISCARD;

void patch_release(struct patch *ps);

/* Where one hunk went, as lines of the new content. */
struct patch_place {
	int64_t line;  /* 1-based */
	int64_t moved; /* by so many lines from where the patch has it */
};

/* Appends to out what the n bytes at p become; places has room for f->n. LF in the patch
 * matches CRLF, and new lines take the line end of those they replace or follow. Returns
 * 0, or -1 with err: no_match, ambiguous. */
int patch_apply(const struct patch_file *f, const char *p, size_t n, const char *show,
	struct buf *out, struct patch_place *places, struct err *e) NODISCARD;

/* A content as lines; both ends of a line count as its own. */
struct patch_lines {
	struct patch_line *v; /* op '\n', '\r' (CRLF), 0 (none): how it ends */
	size_t n;
};

/* Does the line of the file match that of the hunk, however both end? */
bool patch_equal(const struct patch_line *file, const struct patch_line *hunk) NODISCARD;

/* Why: explains that hunk number `at` (0-based) of the file has no place from line `from`
 * on. Returns -1 with err. */
int patch_why(const struct patch_file *f, size_t at, const struct patch_lines *ls,
	size_t from, const char *show, struct err *e);

#endif
