/* SPDX-License-Identifier: MIT */
/* A line for the shell taken apart into its simple commands, wherever they stand: in
 * lists, pipelines, groups, loops, substitutions of any kind and here-documents. What it
 * does not understand it says. May include: buf. */
#ifndef SHLINE_H
#define SHLINE_H

#include "buf.h"

/* Stands in a text for what only the shell will know: the value of a variable, the output
 * of a command. */
#define SH_UNKNOWN '\001'
#define SH_UNKNOWN_TEXT "\001"

struct sh_word {
	char *text;    /* without quotes, expanded as far as that can be known */
	char *pattern; /* for glob(3), with "\" before what was quoted; NULL: no glob */
	bool quoted;   /* any of it was */
	bool output;   /* some of it is what a command prints */
};

struct sh_words {
	struct sh_word *v;
	size_t n, cap;
};

enum sh_redirect_kind { SH_READS, SH_WRITES, SH_READS_AND_WRITES };

struct sh_redirect {
	enum sh_redirect_kind kind;
	struct sh_word to;
};

struct sh_command {
	struct sh_words words;
	struct sh_words extra; /* what braces in a word may become in some shells */
	struct sh_words sets;  /* NAME=VALUE in front of it, or alone */
	struct sh_redirect *redirects;
	size_t n_redirects;
	char *document; /* a here-document for its standard input, or NULL */
	bool fed;       /* its standard input is a pipe or a document */
};

struct sh_line {
	struct sh_command *v;
	size_t n, cap;
	const char *unsure; /* why it is not wholly understood; NULL: it is */
};

/* Takes the text apart. Returns it; whoever called frees it with sh_line_release(). */
struct sh_line sh_parse(const char *text);

void sh_line_release(struct sh_line *l);

/* Appends words as a shell would take them back: quoted where that is needed. */
void sh_quote(struct buf *out, const char *word);

#endif
