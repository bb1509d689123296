/* SPDX-License-Identifier: MIT */
/* What a composite is made of, understood from "composite:/=SPEC,/docs=SPEC" or from a
 * JSON file, before anything is opened. May include: buf,
 * err. */
#ifndef ROUTES_H
#define ROUTES_H

#include "buf.h"
#include "err.h"

/* At and below a path of the tree stands what a plain spec names. */
struct routing {
	char *at; /* the path, without slashes at its ends; "" is the whole tree */
	char *spec;
	bool ro;
};

/* Sorted with the longest path first; the last is "". */
struct routings {
	struct routing *v;
	size_t n;
};

/* Adds one; path is absolute ("/docs"). Returns 0, or -1 with err: a usage error. */
int routes_add(struct routings *rs, const char *path, const char *spec, bool ro,
	struct err *e) NODISCARD;

/* Understands what stands behind "composite:", "\," being a comma. Returns 0, or -1 with
 * err. */
int routes_parse(struct routings *rs, const char *text, struct err *e) NODISCARD;

/* To be called once all were added: sorts and checks. Returns 0, or -1 with err. */
int routes_finish(struct routings *rs, struct err *e) NODISCARD;

void routes_release(struct routings *rs);

/* Makes sure that path is absolute and has no "..", "." or empty components, and takes
 * the slashes off its ends. Returns new memory, or NULL. */
char *routes_clean(const char *path) NODISCARD;

/* Appends "PATH=SPEC", a comma in the spec behind a "\\". */
void routes_put(struct buf *out, const char *path, const char *spec);

/* The composite in which what spec names stands at a path ("/docs"), and nothing else.
 * Returns new memory, or NULL with err. */
char *routes_mount(const char *spec, const char *path, struct err *e) NODISCARD;

/* Reads the composite in a JSON file of the caller's: {"routes": {"/": "local:DIR",
 * "/docs": {"backend": SPEC, "ro": true}, "/all": {"routes": {...}}}}. */
typedef int routes_reader(struct routings *rs, const char *file, struct err *e);
int routes_read(struct routings *rs, const char *file, struct err *e) NODISCARD;

#endif
