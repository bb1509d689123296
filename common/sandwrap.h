/* SPDX-License-Identifier: MIT */
/* What bubblewrap is told: words of its command line. Only sandbox.c uses it. May
 * include: sandbox. */
#ifndef SANDWRAP_H
#define SANDWRAP_H

#include "sandbox.h"

/* The directories that are the system, ended by NULL. */
extern const char *const sandwrap_tops[];

/* Appends up to three words; the later ones may be NULL. */
void sandwrap_add(struct vec *v, const char *a, const char *b, const char *c);

/* Is `inner` below `outer`, or the same? Returns whether. */
bool sandwrap_is_below(const char *inner, const char *outer);

/* The program, and namespaces for everything but, with net, the network. */
void sandwrap_start(struct vec *v, bool net);

/* The system, read-only, as it is on the host. */
void sandwrap_system(struct vec *v, bool net);

/* A home that is empty, and private places for what is temporary. Returns the home's
 * path, new memory; NULL: there is none. */
char *sandwrap_home(struct vec *v);

/* A directory that may be written, where it is; a home below it is covered again. */
void sandwrap_root(struct vec *v, const char *dir, const char *home);

#endif
