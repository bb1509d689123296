/* SPDX-License-Identifier: MIT */
/* The parts of pab-read: what kind of bytes a file holds, showing its lines or bytes, and
 * what is said about it. */
#ifndef PAB_READ_H
#define PAB_READ_H

#include "hash.h"
#include "text.h"
#include "tool.h"

/* A picture's or other binary's kind, from its first bytes. */
struct kind {
	const char *name;       /* "PNG image", "ELF executable"; "data" when unknown */
	const char *media_type; /* "image/png"; NULL when it is no picture */
	unsigned width, height; /* pixels; 0 when the header does not say */
};

/* Looks at the first n bytes. Returns the kind; name is never NULL. */
struct kind kind_of(const unsigned char *p, size_t n);

/* Lines, 1-based, both ends shown; last is INT64_MAX for "to the end". Negative first:
 * that many lines from the end. */
struct range {
	int64_t first, last;
};

/* "A:B" "A,B" "A:" ":B" "N" "N~K" "-K:". Returns 0, or -1 with a usage error. */
int range_parse(const char *s, struct range *out, struct err *e) NODISCARD;

/* What to show of one file. */
struct request {
	struct range *ranges; /* sorted, apart from each other */
	size_t n_ranges;
	int64_t line;    /* FILE:LINE; 0: not so */
	bool by_default; /* the range is the default one: notices count from --offset */
	bool raw;
	bool stat; /* totals only */
	bool tags; /* line tags (tag.h) instead of numbers */
	bool json;
	int64_t max_lines; /* how many lines to show in all; NUM_NONE: no end */
};

/* What was found out about one file while reading it. */
struct facts {
	const char *show;
	int64_t size;
	enum text_encoding encoding;
	int64_t lines;       /* all of them when counted, else those passed */
	bool counted;        /* lines, crlf, hash are those of the whole file */
	int64_t crlf, lf;    /* line ends of each kind */
	bool final_newline;  /* or empty */
	char hash[64 + 1];   /* "" when not asked for or not counted */
	int64_t first, last; /* lines shown; first is 0 when there were none */
	int64_t shown;       /* how many lines were shown */
	int64_t cut_at;    /* the line that did not fit; 0: all that was asked is shown */
	int64_t cut_lines; /* lines that were shown in part */
};

/* Reads the file open as fd and shows what is asked: text, raw bytes, or with json one
 * `file` record a range. Returns 0, or -1 with err. */
int show_lines(struct tool *t, int fd, const struct request *r, struct facts *f,
	struct err *e) NODISCARD;

/* Appends the text of a UTF-16 file as UTF-8, as a whole; hash (may be NULL) gets the
 * bytes as they are. Returns 0, or -1 with errno; EFBIG when it is more than 256 MB. */
int decode_utf16(int fd, struct hash *hash, bool be, struct buf *text) NODISCARD;

/* How many lines the file open as fd holds. Returns them, or -1 with errno. */
int64_t count_lines(int fd, enum text_encoding encoding) NODISCARD;

/* The JSON keys that describe the file as a whole. */
void facts_json(struct jout *j, const struct facts *f);

/* Returns "LF", "CRLF", "mixed (3 CRLF)", … written into out. */
const char *facts_eol(const struct facts *f, char out[64]);

/* Shows the bytes "A:B" that asked names. Returns 0, or -1 with err. */
int show_bytes(struct tool *t, int fd, const char *asked, bool raw, const struct facts *f,
	struct err *e) NODISCARD;

/* All bytes as they are, to standard output. Returns 0, or -1 with err. */
int show_raw(struct tool *t, int fd, const struct facts *f, struct err *e) NODISCARD;

/* A picture is named with kind and size, in JSON with its bytes; any other binary is an
 * error. Returns 0, or -1 with err. */
int show_binary(struct tool *t, int fd, const struct kind *k, const struct facts *f,
	struct err *e) NODISCARD;

/* --stat: one line, or record, about all of a file. */
void say_stat(struct tool *t, const struct facts *f);
int say_binary_stat(struct tool *t, int fd, const struct kind *k, struct facts *f,
	struct err *e) NODISCARD;

/* The notice behind the lines: what was not shown, and what is unusual about what was.
 * Sets status 1 when what was asked for lies past the end. */
void say_facts(struct tool *t, const struct request *r, const struct facts *f);

#endif
