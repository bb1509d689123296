/* SPDX-License-Identifier: MIT */
/* JSON written as a stream onto a buf, one record a line. A jout owns nothing but its
 * nesting; wrong nesting is a bug(). Keys are literals that need no escaping and are
 * NULL inside an array. Integers are exact. May include: buf, text. */
#ifndef JOUT_H
#define JOUT_H

#include "buf.h"

struct jout {
	struct buf *buf;
	unsigned depth;
	unsigned comma; /* bit d: something was written at depth d */
};

void jout_init(struct jout *j, struct buf *buf);

/* An object or array inside the current one (key NULL in an array or at the top). The
 * end of a record, at depth 0, writes the newline. */
void jout_object(struct jout *j, const char *key);
void jout_array(struct jout *j, const char *key);
void jout_end_object(struct jout *j);
void jout_end_array(struct jout *j);

/* A member that is an object, under a key from outside: UTF-8, escaped as strings are. */
void jout_member(struct jout *j, const char *key);

/* A record's first two tokens: { "type": type. */
void jout_record(struct jout *j, const char *type);

void jout_int(struct jout *j, const char *key, int64_t v);
void jout_bool(struct jout *j, const char *key, bool v);
void jout_null(struct jout *j, const char *key);

/* A string of pab's own, UTF-8 by construction. */
void jout_str(struct jout *j, const char *key, const char *s);

/* Bytes from outside: a string under key when they are UTF-8, base64 under KEY_b64 when
 * not. In an array (key NULL) bytes that are not UTF-8 are an object {"b64": …}. */
void jout_bytes(struct jout *j, const char *key, const void *p, size_t n);

/* Bytes as base64 under key, whatever they are. */
void jout_base64(struct jout *j, const char *key, const void *p, size_t n);

/* A time as RFC 3339 UTC with nanoseconds. */
void jout_time(struct jout *j, const char *key, int64_t sec, long nsec);

#endif
