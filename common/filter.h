/* SPDX-License-Identifier: MIT */
/* Which files of a walk a search takes: the options -g, --include, --exclude,
 * --exclude-dir and -t, the last that matches deciding, and the file types of -t. May
 * include: buf, match, vec. */
#ifndef FILTER_H
#define FILTER_H

#include "buf.h"
#include "match.h"
#include "vec.h"

/* Starts as all zero. */
struct filter {
	struct filter_rule *rules;
	size_t n;
	bool includes; /* there is a rule that lets files in */
	struct vec types;
};

/* Add what an option says, at the place it was given. Return 0, or -1 with err. */
int filter_glob(const char *value, void *filter, struct err *e) NODISCARD;
int filter_include(const char *value, void *filter, struct err *e) NODISCARD;
int filter_exclude(const char *value, void *filter, struct err *e) NODISCARD;
int filter_exclude_dir(const char *value, void *filter, struct err *e) NODISCARD;
int filter_type(const char *value, void *filter, struct err *e) NODISCARD;

/* Is the file, the directory, searched? A pattern with a slash may match the path below
 * the operand or the path as it is shown. */
bool filter_takes(const struct filter *f, const char *show, const char *below,
	const char *name) NODISCARD;
bool filter_enters(const struct filter *f, const char *show, const char *below) NODISCARD;

void filter_release(struct filter *f);

/* Does the name belong to a file of that type; is there such a type. */
bool type_takes(const char *type, const char *name) NODISCARD;
bool type_is(const char *type) NODISCARD;

/* Appends the list of types, one a line. */
void type_list(struct buf *out);

#endif
