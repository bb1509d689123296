/* SPDX-License-Identifier: MIT */
/* One tree from several routes: paths of the tree resolved component by component, links
 * read where they stand and their targets walked in the tree again, so that a link may
 * lead from one route into another and a mount point hides what is under it. May include:
 * place, walk. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "place.h"
#include "walk.h"

/* The route that a plain path of the tree ("src/a.c"; no links or dots) lies in. *rel is
 * the path below it, "." for the route's own root; it points into path. Returns the
 * route. */
const struct route *resolve_route(
	const struct place *p, const char *path, const char **rel);

/* Is the path a mount point, or a directory only because one lies below it? Returns true
 * if it is. */
bool resolve_is_mount(const struct place *p, const char *path) NODISCARD;

/* The routes below a plain path, as the mounts of a walk that starts there, those that
 * are down with -1; their paths point into the place. mounts has room for p->n_routes.
 * Returns how many there are. */
size_t resolve_mounts(const struct place *p, const char *path, struct walk_mount *mounts);

/* Opens the directory at a plain path of the tree. Returns a descriptor, or -1 with
 * errno; EIO: its route is down. */
int resolve_open_dir(const struct place *p, const char *path) NODISCARD;

/* Walks the path (any slashes, dots, "..") from the root of the tree; the last component
 * is followed if it is a link and follow is true. What is missing is taken as it is
 * written, but within a link's text only at its end. *out is new memory: a plain path, ""
 * for the root. Returns 0, or -1 with errno: EXDEV above the root or out of it, ELOOP,
 * ENOENT for ".." behind what is missing, ENOTDIR for "." or ".." behind what is no
 * directory. */
int resolve_path(
	const struct place *p, const char *path, bool follow, char **out) NODISCARD;

#endif
