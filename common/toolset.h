/* SPDX-License-Identifier: MIT */
/* The tools that a model is given: the one table from which come their schemas, the
 * prompt, the help and the way from a call's arguments to a program of pab's. May
 * include: rules, vec. */
#ifndef TOOLSET_H
#define TOOLSET_H

#include "rules.h"
#include "vec.h"

enum arg_type { ARG_STRING, ARG_INTEGER, ARG_BOOLEAN };

/* How an argument reaches the program. */
enum arg_way {
	ARG_OPTION,  /* --name=value */
	ARG_FLAG,    /* the option alone, when it is true */
	ARG_UNLESS,  /* the option alone, when it is false */
	ARG_CHOICE,  /* the option of the choice that is made */
	ARG_OPERAND, /* behind "--" */
	ARG_INPUT,   /* standard input */
	ARG_MEMBER,  /* a member of the JSON object on standard input */
	ARG_TAG,     /* part of an edit by tags */
};

struct toolset_choice {
	const char *value, *option; /* option NULL: none is needed */
};

struct toolset_arg {
	const char *name;
	enum arg_type type;
	bool required;
	enum arg_way way;
	const char *option;
	const char *about; /* for a model; NULL: its name says it all */
	const struct toolset_choice *choices; /* the first holds when none is made */
};

enum toolset_flags {
	TOOL_READS = 1 << 0,     /* changes nothing */
	TOOL_EXTRA = 1 << 1,     /* not among those that are given unasked */
	TOOL_SHOWS = 1 << 2,     /* what it shows is remembered (ledger.h) */
	TOOL_CHANGES = 1 << 3,   /* it changes the one file that path names */
	TOOL_RUNS = 1 << 4,      /* its status is a command's own */
	TOOL_REPLACES = 1 << 5,  /* edits by old and new text */
	TOOL_HASHLINES = 1 << 6, /* edits by line tags; one of both is given */
	TOOL_TELLS = 1 << 7,     /* it tells which files it changed (toolcall.c) */
};

struct toolset_tool {
	const char *name;
	const char *program, *words; /* words: first operands, parted by blanks */
	const char *about;           /* for a model */
	const char *hint;            /* a line for the prompt; NULL: none */
	unsigned flags;
	enum op op; /* without it the tool is of no use */
	const struct toolset_arg *args;
};

/* All of them, ended by one without a name. */
extern const struct toolset_tool toolset[];

/* The tool of that name. Returns NULL when there is none. */
const struct toolset_tool *toolset_find(const char *name);

/* Which of them a model is given. */
struct toolset_choice_of {
	struct vec only; /* names, "ls,glob" too; empty: not so */
	bool all, read_only, hashline;
	const struct rules *rules; /* that hold; NULL: none */
};

/* The options that say so; a program's own table has TOOLSET_OPTIONS of them. */
struct toolset_options {
	struct toolset_choice_of choice;
	const char *tools, *edit_format;
	int read_only;
};

#define TOOLSET_OPTIONS(o)                                                               \
	{0, "only", "NAMES", OPT_LIST, OPT_PLAIN, &(o).choice.only, 0,                   \
		"these tools alone, parted by commas (repeatable)", 0, NULL},            \
		{0, "tools", "default|all", OPT_STR, OPT_PLAIN, &(o).tools, 0,           \
			"seven of them (default), or all", 0, NULL},                     \
		{0, "read-only", NULL, OPT_FLAG, OPT_PLAIN, &(o).read_only, 1,           \
			"only those that change nothing", 0, NULL},                      \
	{                                                                                \
		0, "edit-format", "FORMAT", OPT_STR, OPT_PLAIN, &(o).edit_format, 0,     \
			"str_replace: edits by text (default); hashline: by line tags",  \
			0, NULL                                                          \
	}

/* Understands them: o->choice is filled; rules are those that hold (NULL: none). Returns
 * 0, or -1 with a usage error. */
int toolset_choose(
	struct toolset_options *o, const struct rules *rules, struct err *e) NODISCARD;

/* Is the tool given? Returns whether. */
bool toolset_has(
	const struct toolset_choice_of *c, const struct toolset_tool *t) NODISCARD;

#endif
