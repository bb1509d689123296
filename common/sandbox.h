/* SPDX-License-Identifier: MIT */
/* A command in a sandbox (pab-sandbox(7)): from the directories it may write to the
 * command lines that make one, the best that the kernel lets us have first. Makes no
 * namespace itself: the helper (cmd/pab-box.c) does, or bubblewrap. May include: place,
 * sandnames, spawn. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "place.h"
#include "sandnames.h"
#include "spawn.h"

enum sandbox_rules {
	SANDBOX_NO_RULES,
	SANDBOX_EXACT,    /* as if every open asked them */
	SANDBOX_AT_START, /* what matched when the command started */
	SANDBOX_TOOLS,    /* only pab's own tools heed them */
};

/* What is to be run, and what it may. */
struct sandbox_ask {
	const struct place *place;
	size_t root; /* where it runs; with no routes the others are its, too */
	const struct rule_sets *rules; /* NULL: none */
	const struct vec *allow_write; /* protected names that may be written */
	bool granted;                  /* a person has approved this very command */
	bool net;                      /* the host's network */
	bool leave;       /* what still runs when the command has ended is left alone */
	const char *home; /* as for home_path() */
	const char *cwd;  /* absolute */
	const struct vec *argv;
};

struct sandbox {
	bool kept; /* in one already, whose network is what it is */
	bool net;
	struct sandnames names;
	/* The helper and its own namespaces, bubblewrap and the helper, no namespaces. */
	struct vec argv[3];
	struct spawn_box box[3];
	size_t n_box;
	char *tmp; /* what the helper alone has for /tmp, removed in the end; NULL: none
		    */
	enum sandbox_rules rules;
};

/* Is this directory of the place one of a sandbox? */
bool sandbox_is(const struct place *p, const struct target *t);

/* Makes the command lines, and what must stand in the directories while they run. Returns
 * 0, or -1 with err and *s to be released all the same; *s starts as all zero. */
int sandbox_plan(
	struct sandbox *s, const struct sandbox_ask *ask, struct err *e) NODISCARD;

/* A place that is kept. */
struct sandbox_place {
	const char *dir;        /* may be written */
	const char *run, *home; /* directories of its record, seen by its far end alone */
	bool net;
	const struct vec *allow_write;
	const struct vec *pass; /* names of variables that its commands get, too */
	const struct vec *argv; /* of its far end, behind the program */
};

/* Where its far end finds these. */
#define SANDBOX_RUN "/run/pab/run"
#define SANDBOX_SOCKET SANDBOX_RUN "/sock"
#define SANDBOX_HOME "/run/pab/home"

/* Appends the command line of bubblewrap with the far end as its first process. Returns
 * 0, or -1 with err. */
int sandbox_keep(const struct sandbox_place *p, struct vec *out, struct err *e) NODISCARD;

/* Can this, an absolute path without links, be a sandbox's directory? Returns 0, or -1
 * with err. */
int sandbox_can_be(const char *dir, struct err *e) NODISCARD;

/* Takes away what stood in the directories, if nobody else needs it. */
void sandbox_release(struct sandbox *s);

/* Where the tools in a kept place find what it was made with: "own" or "host", then the
 * protected names that may be written, then, behind "::", the variables that commands
 * get; all behind colons. */
#define SANDBOX_VARIABLE "PAB_BOX"

/* Does a kept place let its commands have the variable? */
bool sandbox_passes(const char *entry);

/* Is box number i the one without namespaces? -1 is none. Returns whether. */
bool sandbox_is_alone(const struct sandbox *s, int i);

/* What holds in box number i, in the words of JSON. */
struct sandbox_holds {
	const char *files; /* "namespaces": masks and Landlock; "landlock": that alone */
	const char *network; /* "none" (no way out of the sandbox), "denied", "host" */
	const char *rules;   /* "exact", "at_start", "tools_only"; NULL: there are none */
	struct vec unprotected; /* names that run code later and may be written; secrets
				   seen */
};

/* Fills it; its owner releases unprotected. */
void sandbox_holds(const struct sandbox *s, int i, struct sandbox_holds *out);

#endif
