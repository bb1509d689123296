/* SPDX-License-Identifier: MIT */
/* JSON read strictly; the only user of cJSON. A document must be UTF-8, one value with
 * nothing behind it, at most 100 levels deep, without NULs (also as \u0000), with no key
 * twice in one object: what cJSON would cut or pass over is an error here (RFC 8259).
 * Nodes belong to their document, which has at most 16,777,216 values, as each takes some
 * 100 bytes of memory. May include: err. */
#ifndef JIN_H
#define JIN_H

#include "err.h"

#include <stdint.h>

struct jin;                    /* a document */
typedef struct cJSON jin_node; /* a value in it */

/* Parses n bytes. Returns the document, or NULL with a bad_input error that names line
 * and column. */
struct jin *jin_parse(const char *p, size_t n, struct err *e) NODISCARD;

const jin_node *jin_root(const struct jin *j);
void jin_free(struct jin *j);

bool jin_is_object(const jin_node *n);
bool jin_is_array(const jin_node *n);
bool jin_is_null(const jin_node *n);

/* The string a node is. Returns NULL when it is none. */
const char *jin_string(const jin_node *n);

/* Returns 1 or 0 for true or false, -1 when it is neither. */
int jin_bool(const jin_node *n);

/* An integer of at most 2^53, which is as far as JSON's numbers go exactly. Returns 0, or
 * -1 when the node is none. */
int jin_int(const jin_node *n, int64_t *out) NODISCARD;

/* The key of a member of an object. */
const char *jin_key(const jin_node *n);

/* The member called key. Returns NULL when there is none. */
const jin_node *jin_get(const jin_node *object, const char *key);

/* The first element or member, and the one after. Returns NULL at the end. */
const jin_node *jin_first(const jin_node *n);
const jin_node *jin_next(const jin_node *n);

#endif
