/* SPDX-License-Identifier: MIT */
/* One record of the journal: what a change of one or several files did, and what was
 * there before. A file of its own: a header of lines, then the contents.
 *
 *	pab-journal 1 HEADER-BYTES
 *	time SECONDS.NANOSECONDS
 *	tool NAME
 *	actor N            and a line of N bytes; likewise a path
 *	undoes ID          only of what pab-undo did
 *	kept 0|1           0: only for a kill, forgotten when the change is complete
 *	file WAS IS SIZE PRINT IMAGE NEXT FROM PATH
 *
 * WAS and IS are the octal modes before and after, 0 where nothing was; SIZE and PRINT
 * are of the content after; IMAGE bytes of the content before and NEXT bytes of that
 * after it (only where the file is written in place) stand behind the header, file by
 * file. IMAGE -1: there is none; -2: it is a copy, the entry with the file's number in
 * the record's directory. FROM and PATH are lengths; the bytes follow in two lines.
 * May include: buf, err. */
#ifndef RECORD_H
#define RECORD_H

#include "buf.h"
#include "err.h"

enum { RECORD_NO_IMAGE = -1, RECORD_COPY = -2 };

/* One file. What it owns are the strings. */
struct record_file {
	char *path;        /* absolute on this host; where it is, or went */
	char *from;        /* where a move took it from; "" for all else */
	unsigned was, is;  /* mode before and after, 0: nothing was, is there */
	int64_t size;      /* of the content after */
	uint64_t print;    /* its fingerprint */
	int64_t image;     /* bytes of the content before */
	int64_t next;      /* bytes of the content after, -1: not kept */
	int64_t at;        /* where the image begins in the record */
	int fd;            /* while it is written: what the image is read from */
	const char *bytes; /* likewise: the next bytes */
};

struct record {
	int64_t sec;
	long nsec;
	char *tool, *actor, *undoes; /* undoes: "" for what pab-undo did not do */
	bool kept;
	struct record_file *v;
	size_t n;
	int64_t total; /* the header and all contents */
};

/* The largest header, in bytes. */
enum { RECORD_HEADER = 64 << 20, RECORD_HEAD = 64 };

/* Adds a file; path and from (may be NULL) are copied. Returns it, all else in it 0. */
struct record_file *record_add(struct record *r, const char *path, const char *from);

/* Appends the header, and fills in at and total. */
void record_put(struct record *r, struct buf *out);

/* The length of the header that begins with the n bytes at p, RECORD_HEAD of them at
 * most. Returns it, 0 when they are no record. */
size_t record_length(const char *p, size_t n) NODISCARD;

/* Understands a header of n bytes of a record whose file has `total`. Returns 0 and r is
 * the caller's to release, or -1 when it is damaged or cut. */
int record_get(struct record *r, const char *p, size_t n, int64_t total) NODISCARD;

/* Forgets its files. */
void record_clear(struct record *r);

void record_release(struct record *r);

#endif
