/* SPDX-License-Identifier: MIT */
/* What the two halves of shline share: lists of commands (shline.c) and words
 * (shword.c). May include: shline. */
#ifndef SHPARSE_H
#define SHPARSE_H

#include "shline.h"

enum { SH_DEPTH = 40, SH_LONGEST = 256 << 10, SH_MOST = 20000 };

struct sh_document {
	char *end;
	bool quoted, tabs;
	size_t command;
};

struct sh_variable {
	char *name, *value; /* value NULL: not known */
};

struct sh_parser {
	const char *s;
	struct sh_line *line;
	size_t at;    /* the command that words go to */
	bool first;   /* a command may begin here */
	bool loop;    /* its words are those of "for" */
	bool pattern; /* a pattern of a case comes next */
	unsigned depth, cases;
	struct sh_document documents[8];
	size_t n_documents;
	struct sh_variable *vars;
	size_t n_vars;
};

void sh_unsure(struct sh_parser *p, const char *why);
struct sh_command *sh_current(struct sh_parser *p);

/* Commands up to the byte `until`, which is not taken, or the end. */
void sh_list(struct sh_parser *p, char until);

/* One word at p->s; what it is divided into besides is added to the command. Returns
 * whether there is one. */
bool sh_word(struct sh_parser *p, struct sh_word *w);

/* The substitutions in text that is expanded as between double quotes. */
void sh_substitutions(struct sh_parser *p, const char *text);

/* A variable gets a value: NAME=VALUE; or one that is not known. */
void sh_set(struct sh_parser *p, const char *assignment);
void sh_set_unknown(struct sh_parser *p, const char *name);

void sh_add_words(struct sh_words *list, const struct sh_word *w);
void sh_parser_release(struct sh_parser *p);

#endif
