/* SPDX-License-Identifier: MIT */
/* What every program does alike: options, place, output form, limits, the loop over the
 * operands, the last record and the exit status. A main() is tool_begin, its work,
 * tool_end. May include: limit, opt, out, place. */
#ifndef TOOL_H
#define TOOL_H

#include "forward.h"
#include "limit.h"
#include "opt.h"
#include "out.h"
#include "place.h"

struct tool_spec {
	const char *name;     /* "pab-ls" */
	const char *job;      /* one sentence without a full stop */
	const char *synopsis; /* what follows the name, equal to the page's SYNOPSIS */
	const struct opt *opts;
	enum opt_kind operands;
	bool stop;             /* options end at the first operand */
	size_t (*front)(void); /* operands before the paths: a pattern; NULL: none */
	/* Does it read standard input also without "-" or --stdin? NULL: never. */
	bool (*input)(const struct vec *operands);
	tool_translate
		*translate; /* of that, for a far end (forward.h); NULL: as it is */
	bool no_place;      /* it acts in no backend, and none is opened */
	/* Does it act here also when the backend is a far end? NULL: no. */
	bool (*here)(void);
	bool commands;        /* it runs commands, and calls tool_command() before */
	int failed;           /* the status of every error (pab-exec), 0: by code */
	struct limits limits; /* this program's defaults */
	const char *statuses; /* "0 done, 2 usage, 3 no such file": one or two lines */
	const char *const *examples; /* command, what it does, …, NULL */
};

struct tool {
	const struct tool_spec *spec;
	struct limits limits;
	struct out out;
	struct place place;
	struct vec operands;
	const char *home;    /* PAB_HOME or its option; NULL when neither is given */
	const char *backend; /* as it was named, not owned; NULL: none was */
	const char *actor;   /* PAB_ACTOR or its option; NULL when neither is given */
	bool strict;         /* a cut listing is status 7 */
	bool truncated;      /* something was cut, and said */
	bool incomplete;     /* part of the place could not be looked at, and said */
	routes_reader *reader;
	const char *far;  /* the spec of the far end where all is done; NULL: here */
	bool elsewhere;   /* the backend is a far end, and the program acts here */
	bool forwarded;   /* all was done at a far end */
	struct gate gate; /* of the rules and the account that hold */
	bool guarded;     /* there are any */
	bool summarised;
};

/* The usual limits of DESIGN section 4; rows differs from tool to tool. */
#define TOOL_LIMITS(rows_)                                                               \
	{                                                                                \
		.bytes = 50000, .lines = 2000, .columns = 2000, .rows = (rows_),         \
		.timeout = 30000                                                         \
	}

/* The static executable runs where others understood the backend: it reads no "@FILE",
 * and so needs no JSON. */
#ifdef PAB_STATIC
#define TOOL_READER NULL
#define TOOL_RULES NULL
#else
#define TOOL_READER routes_read
#define TOOL_RULES rules_read
#endif

/* Tells how a file of rules is read; NULL where that cannot be. */
void tool_set_rules_reader(rules_reader *reader);

/* For the far end, before tool_start: the sets of rules that hold, as rules_text() wrote
 * them one behind the other, and what is granted of what they ask ("OP TARGET", a line
 * each); both outlive the run. It asks nobody: what was not granted is status 6, and is
 * written to the descriptor needs in the same form. */
void tool_set_far(const char *rules, const char *granted, int needs);

struct tool;

int tool_start(struct tool *t, const struct tool_spec *spec, routes_reader *reader,
	int argc, char **argv) NODISCARD;

/* Parses the command line and opens the place. Returns 0; or -1 when there is nothing
 * more to do (help, version, an error that was printed), and main returns tool_end. */
static inline NODISCARD int tool_begin(
	struct tool *t, const struct tool_spec *spec, int argc, char **argv)
{
	tool_set_rules_reader(TOOL_RULES);
	return tool_start(t, spec, TOOL_READER, argc, argv);
}

/* May the command be run? Before it is: an argument vector, or line for the shell (NULL:
 * none), in the directory cwd (NULL: the caller's). With input, standard input goes to
 * it; when a person is asked, the answer holds for what it has, and it is kept for the
 * command. Returns 0, or -1 with err. */
int tool_command(struct tool *t, const struct vec *argv, const char *line,
	const char *cwd, bool input, struct err *e) NODISCARD;

/* Opens a second place. PAB_ALLOW holds for it, too; PAB_CWD is of the first alone.
 * Returns 0, or -1 with err. */
int tool_place(
	struct tool *t, struct place *p, const char *spec, struct err *e) NODISCARD;

/* Calls found for each option of the command line and each operand, as opt_each().
 * Returns 0, or -1 with err. */
int tool_options(const struct tool *t, int argc, char **argv, opt_found *found, void *ctx,
	struct err *e) NODISCARD;

/* Everything was printed by others: nothing more is, not even a summary. */
void tool_done(struct tool *t);

/* Prints the routes of a composite that a walk cannot enter; what others hold is still
 * shown, and the summary says that it is incomplete. */
void tool_down(struct tool *t, const struct err *const *down, size_t n);

/* Takes the value of --backend; for a program whose own -B hides the shared one. */
void tool_set_backend(const char *spec);

/* Puts what the shared options say into the environment, where the programs that this one
 * runs find it. */
void tool_export(void);

/* Forgets what the shared options said: this process becomes another program. */
void tool_forget(void);

/* What is done with one operand. Returns 0, or -1 with err, which is then printed. */
typedef int tool_operand(
	struct tool *t, const struct target *target, void *ctx, struct err *e);

/* Calls fn for every operand in turn, for `fallback` when there is none (NULL: a usage
 * error). Goes on after errors. */
void tool_each(struct tool *t, const char *fallback, tool_operand *fn, void *ctx);

/* Prints the error as the answer to the command as a whole. Returns -1. */
int tool_fail(struct tool *t, const struct err *e);

/* Prints a usage error, "see pab-ls --help" behind it. Returns -1. */
int tool_usage(struct tool *t, const char *fmt, ...) PRINTF(2, 3);

/* Something was cut: remembers it for the summary and, with --strict, the status. */
void tool_cut(struct tool *t);

/* With JSON, opens the summary record, to which the program adds its counts before
 * tool_end closes it. Returns NULL in the other forms. */
struct jout *tool_summary(struct tool *t);

/* Prints what is left, frees everything. Returns the exit status. */
int tool_end(struct tool *t);

#endif
