/* SPDX-License-Identifier: MIT */
/* Runtimes: what a container is made from, as data. One is an image that is there to be
 * had, or a recipe by which one is built; fifteen are known by name, a file
 * PAB_HOME/runtimes/NAME.json (pab-session(1)) adds one or takes the place of a known
 * one. May include: engine, vec. */
#ifndef PAB_SESSION_RUNTIME_H
#define PAB_SESSION_RUNTIME_H

#include "engine.h"
#include "vec.h"

struct runtime {
	char *name, *description;
	char *image; /* as it is; NULL: it is built from base */
	char *base;
	char *manager;                   /* pip, npm, apt or cargo */
	struct vec packages, setup, env; /* env: NAME=VALUE */
	char *work_dir;
	char *network; /* of the build; NULL: the engine's default */
	bool own;      /* from a file */
};

/* Finds it; home as for home_open(). Returns 0, or -1 with err: what there is instead, or
 * what is wrong in the file. */
int runtime_find(
	struct runtime *r, const char *home, const char *name, struct err *e) NODISCARD;

void runtime_release(struct runtime *r);

/* The i-th that is known by name. Returns false behind the last. */
bool runtime_known(size_t i, struct runtime *r);

/* Reads a recipe in JSON and checks every word of it. Returns 0, or -1 with err. */
int recipe_parse(struct runtime *r, const char *p, size_t n, struct err *e) NODISCARD;

/* The Dockerfile of one that is built. */
void recipe_write(const struct runtime *r, struct buf *out);

/* Is this a name of an image that can be asked for? Returns 0, or -1 with err. */
int image_check_name(const char *name, struct err *e) NODISCARD;

/* The image that is to be run: pulled or built when it is not there; older ones of the
 * same runtime are removed. *name is new memory. Returns 0, or -1 with err. */
int image_get(
	struct engine *g, const struct runtime *r, char **name, struct err *e) NODISCARD;

#endif
