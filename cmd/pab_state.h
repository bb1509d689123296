/* SPDX-License-Identifier: MIT */
/* The document of the Python library's StateBackend: one JSON object, path to
 * { "content": [lines], "created_at", "modified_at", "encoding"?: "base64" }. The lines
 * joined by LF are the file; with an encoding, the joined strings are its base64. */
#ifndef PAB_STATE_H
#define PAB_STATE_H

#include "buf.h"
#include "err.h"
#include "jin.h"
#include "jout.h"

#include <time.h>

/* What went into a document, or could not. */
struct doc_counts {
	int64_t files, bytes;
	int64_t others, empty_dirs; /* what a document cannot hold, left out */
};

/* Called now and then to write out what is in the buffer. */
typedef void doc_drain(void *ctx);

/* Writes the tree below the directory fd as a document. All names are looked at before
 * the first byte is written; after a later failure the document is left open, so that
 * nobody takes it for a whole one. Returns 0, or -1 with err. */
int doc_export(struct jout *j, int fd, doc_drain *drain, void *ctx, struct doc_counts *c,
	struct err *e) NODISCARD;

/* One file of a document. */
struct doc_entry {
	const char *path; /* without the leading slash; the document's */
	const jin_node *node;
	bool encoded;
	int64_t size;
};

/* A document that was checked. */
struct doc {
	struct jin *json;
	struct doc_entry *v; /* in path order */
	size_t n, cap;
	int64_t bytes;
	int64_t unknown; /* keys of entries that are not known, passed over */
};

/* Reads and checks all of it. Returns 0, or -1 with err, which names the path in the
 * document; nothing is to be released then. */
int doc_load(struct doc *d, const char *p, size_t n, struct err *e) NODISCARD;

/* Makes its files below the empty directory fd. Returns 0, or -1 with err. */
int doc_make(const struct doc *d, int fd, struct err *e) NODISCARD;

void doc_release(struct doc *d);

/* The time of an ISO 8601 string as Python writes it: 2024-01-31T12:00:00.5+00:00, also
 * with a blank for the T, with Z, or without a zone, which is UTC. Returns 0, or -1 when
 * it is none, or not of the years 1 to 9999. */
int doc_time(const char *s, struct timespec *out) NODISCARD;

/* A time as Python's datetime.isoformat() writes it, with microseconds. */
void doc_put_time(struct jout *j, const char *key, struct timespec ts);

#endif
