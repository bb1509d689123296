/* SPDX-License-Identifier: MIT */
/* Where the tools act: what PAB_BACKEND says, as a set of routes. Every open names its
 * operation and passes place_admit(), so that rules, audit and journal are one function
 * each. May include: err, gate, root, state. */
#ifndef PLACE_H
#define PLACE_H

#include "err.h"
#include "gate.h"
#include "root.h"
#include "routes.h"
#include "state.h"

enum place_kind {
	PLACE_HOST,      /* no backend named: whatever the caller may open */
	PLACE_LOCAL,     /* a directory, and those of PAB_ALLOW, confined */
	PLACE_STATE,     /* an in-memory tree: "/" is its root */
	PLACE_COMPOSITE, /* a tree put together from several */
	PLACE_NONE,      /* of a route: nothing is there */
	PLACE_FAR,       /* of a route: a far end; what lies there is done there */
};

/* What stands at and below one path of a tree: a state has one, for the whole of it. */
struct route {
	char *at;   /* the path, without slashes at its ends; "" is the whole tree */
	char *spec; /* the plain backend that stands there */
	enum place_kind kind;
	bool ro;
	bool boxed;      /* its commands run in a sandbox */
	size_t root;     /* which root */
	int state;       /* the directory of an in-memory tree (state.h), else -1 */
	struct err down; /* why it cannot be opened; code ERR_NONE: it can */
};

struct place {
	enum place_kind kind;
	char *spec;         /* as it was named; "" for PLACE_HOST */
	struct roots roots; /* number 0 is the root; the others were allowed or routes' */
	struct route *routes; /* of a tree, the longest path first, "" last; else none */
	size_t n_routes;
	bool boxed;        /* commands run in a sandbox; of a tree, its routes say so */
	char *home;        /* a state keeps pab's records itself; else NULL */
	char *cwd;         /* where relative operands start: below root 0, or a host path;
			      "" is the root or the current directory itself */
	bool cwd_outside;  /* the current directory is not in the place */
	struct gate *gate; /* the rules that hold, not owned; NULL: none */
	char **real;       /* with them, where each root really is */
	const char *start; /* of a tree: where their relative patterns begin, not owned;
			      NULL: at its root */
};

/* One operand, resolved as far as names go. Owns its strings. */
struct target {
	size_t root; /* which root */
	char *rel;   /* relative to it; "." is the root itself */
	char *full;  /* of a composite: its path in the tree, without links on the way */
	int bad;     /* of a composite: why there is no such path, an errno; else 0 */
	char *show;  /* as it is printed, and can be given back */
	const char *operand; /* as it was typed; not owned */
};

/* Understands spec (NULL or "": PLACE_HOST), allow (directories separated by colons,
 * may be NULL) and cwd (may be NULL). reader reads "@FILE"; NULL where that cannot be.
 * A route that cannot be opened fails when it is used. Returns 0, or -1 with err; the
 * place then needs no release. */
int place_open(struct place *p, const char *spec, const char *allow, const char *cwd,
	routes_reader *reader, struct err *e) NODISCARD;

void place_release(struct place *p);

/* From now on messages call the backend so. */
void place_call(struct place *p, const char *spec);

/* Resolves an operand; "" is ".". Returns 0, or -1 with err (outside the root); t then
 * needs no release. */
int place_target(const struct place *p, const char *operand, struct target *t,
	struct err *e) NODISCARD;

/* The far end, a route of a composite, in which all these operands lie. Returns NULL when
 * there is none. */
const struct route *place_far(
	const struct place *p, const struct vec *operands) NODISCARD;

/* A target below a directory's, rel and show extended by the path, which has no "..". */
void target_below(const struct place *p, const struct target *dir, const char *path,
	struct target *t);

void target_release(struct target *t);

/* The operand as it counts from where its kind of place starts: a tree's root, the host's
 * for an absolute one, else root 0. Returns new memory. */
char *place_from_start(const struct place *p, const char *operand) NODISCARD;

/* Appends to show the name of something below it: "a" + "b" is "a/b", "." + "b" is "b",
 * and "./-b" where a bare name would be taken for an option or a special operand.
 * Returns new memory. */
char *target_show(const char *show, const char *below) NODISCARD;

/* The same behind b. */
void target_add_show(struct buf *b, const char *show, const char *below);

/* From now on the gate's rules hold; NULL: none. Returns 0, or -1 with err. */
int place_guard(struct place *p, struct gate *g, struct err *e) NODISCARD;

/* May this operation be done on this target? The one place for rules and audit: by the
 * path as it was given, before anything is opened. Returns 0, or -1 with err. */
int place_admit(const struct place *p, enum op op, const struct target *t,
	struct err *e) NODISCARD;

/* The second half of it, for whoever opens by other means than the calls below: by what
 * was opened, which is `name` in the directory fd, or with NULL fd itself. Returns 0, or
 * -1 with err. */
int place_admit_opened(const struct place *p, enum op op, const struct target *t, int fd,
	const char *name, struct err *e) NODISCARD;

/* Admits the operation and, in a composite, walks a link at the end of the path in the
 * tree, as it may lead into another route. Returns the target to be opened: t, or *own,
 * which the caller releases; NULL with err. */
const struct target *place_follow(const struct place *p, enum op op,
	const struct target *t, struct target *own, struct err *e) NODISCARD;

/* Opens a regular file for reading; anything else is refused without opening it. *st is
 * filled. Returns a descriptor, or -1 with err, near names in it. */
int place_open_file(const struct place *p, enum op op, const struct target *t,
	struct stat *st, struct err *e) NODISCARD;

/* Opens a directory to list or walk it. Returns a descriptor, or -1 with err. */
int place_open_dir(const struct place *p, enum op op, const struct target *t,
	struct err *e) NODISCARD;

/* What stands there; with follow, behind a link. Returns 0, or -1 with err. */
int place_stat(const struct place *p, enum op op, const struct target *t, bool follow,
	struct stat *st, struct err *e) NODISCARD;

/* The directory and name to be changed, links followed; with parents, missing
 * directories are made. Returns 0, or -1 with err. */
int place_spot(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e) NODISCARD;

/* As place_spot for the name itself, which is not followed when it is a link: to remove,
 * move or make it. Mount points are refused. Returns 0, or -1 with err. */
int place_name(const struct place *p, enum op op, const struct target *t, bool parents,
	struct spot *s, struct err *e) NODISCARD;

/* The route a target of a tree lies in. Returns NULL where there are no routes. */
const struct route *place_route(const struct place *p, const struct target *t);

/* Is the target a directory of the tree that holds mount points, or one itself? Such a
 * directory can be listed even when its own route has none of that name; it cannot be
 * removed, moved or written over. Returns true if it is. */
bool place_holds_mounts(const struct place *p, const struct target *t) NODISCARD;

/* Begins a change by so many bytes and files at the target, where a quota binds; without
 * one c holds nothing. state_end() ends it. Returns 0, or -1 with err: too_large. */
int place_begin(const struct place *p, const struct target *t, int64_t bytes,
	int64_t files, struct state_charge *c, struct err *e) NODISCARD;

/* Fills err from errno for a failed call on the target, with what would help: near names
 * for a missing file, the root and the nearest path inside it for one outside. Returns
 * -1. */
int place_error(const struct place *p, const struct target *t, int number, struct err *e);

/* The same after the operation was admitted: what rules deny is denied, whether it is
 * there or not. Returns -1. */
int place_failed(const struct place *p, enum op op, const struct target *t, int number,
	struct err *e);

/* placenames: the names of a target as rules know it, by its operand (and, in a
 * composite, by its path in the tree). Returns how many sites, 1 or 2. */
size_t place_given(const struct place *p, const struct target *t, struct site out[2]);

/* The same of what was opened. Returns 0, or -1 with errno. */
int place_opened(const struct place *p, const struct target *t, int fd, const char *name,
	struct site *out) NODISCARD;

/* The same of where a path leads that cannot be opened. */
void place_missing(const struct place *p, const struct target *t, struct site *out);

/* The same of an absolute path of the host, as it is written and as links lead. Returns
 * how many sites, 2. */
size_t place_on_host(const struct place *p, const char *path, struct site out[2]);

/* Adds the name on the host of what stands below a root. */
void place_host_name(const struct place *p, size_t root, const char *rel, struct site *s);

/* Adds the names of what is at rel below the route at `at` ("": the root) of a tree. */
void place_tree_name(
	const struct place *p, const char *at, const char *rel, struct site *s);

/* A path that leads into no root: names the root, and the longest end of an absolute path
 * that is a name in it. Returns -1. */
int place_outside(const struct place *p, const char *show, struct err *e);

/* Appends a path to the message as names are shown, on one line. Returns -1. */
int place_add_path(struct err *e, const char *path);

/* What a mode is in words: "a directory", "a FIFO". Returns a literal. */
const char *place_kind_name(mode_t mode);

#endif
