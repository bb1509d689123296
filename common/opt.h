/* SPDX-License-Identifier: MIT */
/* One table per program: it parses the command line, prints the help, and is dumped for
 * the pages, the completions and, later, the tool schemas. May include: err, vec. */
#ifndef OPT_H
#define OPT_H

#include "err.h"
#include "vec.h"

/* What a value is, which decides where it is opened and whether it travels: a path in the
 * place, a file of the caller's (opened here, pipes allowed, sent along) or plain text.
 */
enum opt_kind {
	OPT_PLAIN,
	OPT_PLACE_PATH,
	OPT_CALLER_FILE,
	OPT_CALLER_VARIABLE, /* the name of a variable of the caller's environment */
	OPT_CALLER,          /* the caller's own affair: where it acts; never sent */
};

enum opt_type {
	OPT_FLAG, /* int *dst = value */
	OPT_STR,  /* const char **dst; points into argv */
	OPT_INT,  /* int64_t *dst, from min to INT64_MAX */
	OPT_SIZE, /* int64_t *dst in bytes: 4k, 1M */
	OPT_TIME, /* int64_t *dst in milliseconds: 2s, 500ms, none */
	OPT_LIST, /* struct vec *dst, one entry each time it is given */
	OPT_CALL, /* call(value, dst, err): 0, or -1 with err set */
};

enum opt_flags {
	OPT_ALSO = 1 << 0, /* named in the help's "also" lines, not explained there */
	OPT_HABIT =
		1 << 1, /* accepted because people type it; does what is done anyway */
	OPT_HIDDEN = 1 << 2,    /* for pab's own scripts; not in the help */
	OPT_OR_CALLER = 1 << 3, /* a value that is no number is the caller's affair */
};

struct opt {
	char letter;      /* 0: none */
	const char *name; /* long name without the dashes; NULL: none */
	const char *arg;  /* what the value is called in the help; NULL: no value */
	enum opt_type type;
	enum opt_kind kind;
	void *dst;
	int64_t value; /* OPT_FLAG: what is stored; OPT_INT: the smallest allowed */
	const char *help;
	unsigned flags;
	int (*call)(const char *value, void *dst, struct err *e);
};

/* A table is an array of these ended by an entry that is all zero. */
#define OPT_END                                                                          \
	{                                                                                \
		0                                                                        \
	}

/* Parses argv[1..argc) by the tables (own first: a letter there hides the same one in
 * shared). Operands go to the vec operands; with stop, options end at the first operand.
 * "--" ends options; the last value wins. Returns 0, or -1 with a usage error that names
 * what was meant. */
int opt_parse(int argc, char **argv, const struct opt *own, const struct opt *shared,
	bool stop, struct vec *operands, struct err *e) NODISCARD;

/* What is done with each option of a command line, in its order: how it was written
 * (is_long), its value (NULL: it has none); o is NULL for an operand. Returns 0, or -1
 * with err, which ends it. */
typedef int opt_found(
	const struct opt *o, bool is_long, const char *value, void *ctx, struct err *e);

/* As opt_parse, but stores nothing and calls found instead. */
int opt_each(int argc, char **argv, const struct opt *own, const struct opt *shared,
	bool stop, opt_found *found, void *ctx, struct err *e) NODISCARD;

/* Prints the options part of --help on f, at most 90 columns wide. */
void opt_help(FILE *f, const struct opt *own, const struct opt *shared);

/* Prints one line an option on f: letter, name, argument, kind, help, separated by tabs,
 * "-" for what is absent. */
void opt_dump(FILE *f, const struct opt *own, const struct opt *shared);

/* The number of single-character changes that make a into b, at most max + 1 (bytes;
 * Damerau's swap of neighbours counts one). Returns it. */
size_t opt_distance(const char *a, const char *b, size_t max);

#endif
