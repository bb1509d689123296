/* SPDX-License-Identifier: MIT */
/* Edits as JSON: one object, or an array of objects, each with what it takes of
 *
 *	path old new all word		replace text
 *	path at to new			replace the lines from tag at to tag to
 *	path after new | path before new	add lines
 *	path delete			remove lines: "A" or "A,B"
 *	path edits			an array of these, which have no path then
 *
 * old_string, new_string and replace_all are old, new and all; path_b64, old_b64 and
 * new_b64 take bytes that are not UTF-8. Any other key is an error. Apart from edits.c
 * because the static executable has no cJSON: what reads JSON does so on the caller's
 * side. May include: edits, jin. */
#ifndef EDITJSON_H
#define EDITJSON_H

#include "edits.h"

/* How a program calls it, NULL where there is no JSON. */
typedef int edits_reader(const char *p, size_t n, struct edits *es, struct err *e);

/* Appends the edits in the n bytes at p to es. Returns 0, or -1 with a bad_input or usage
 * error. */
int editjson_parse(const char *p, size_t n, struct edits *es, struct err *e) NODISCARD;

#endif
