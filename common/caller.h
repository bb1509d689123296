/* SPDX-License-Identifier: MIT */
/* The caller of a tool: its standard input, its files, its terminal. They are here; or,
 * when pab-serve runs the tool, at the other end of a stream, from where only what is
 * asked for comes. May include: pab. */
#ifndef CALLER_H
#define CALLER_H

/* What pab-serve knows of a caller that is far away. */
struct caller {
	bool tty[3]; /* which of descriptors 0, 1 and 2 are terminals there */
	bool waits;  /* standard input is a pipe with something in it */
	int ask;     /* where the number of a channel is written to have it sent */
	const char *backend; /* what it calls the backend; NULL: as it is */
	const char *cwd; /* where relative paths start unasked; NULL: nothing was said */
	bool mounted;    /* the place is a part of the caller's tree */
};

/* From now on the caller is far away. */
void caller_set_far(const struct caller *c);

/* Returns whether it is. */
bool caller_is_far(void) NODISCARD;

/* What the caller calls the backend that is `spec` here. Returns spec or that. */
const char *caller_backend(const char *spec);

/* Where relative paths are to start, as the caller wants it (NULL: it does not say): what
 * is relative itself goes on from where the far end starts. Returns new memory, or NULL.
 */
char *caller_cwd(const char *wanted) NODISCARD;

/* Where the far end starts, an absolute path of its place, which no request changes.
 * Returns it, or NULL: at the root, or nothing is far. */
const char *caller_start(void) NODISCARD;

/* Standard input, about to be read. Returns STDIN_FILENO. */
int caller_stdin(void);

/* Opens a file of the caller's for reading; "-" is standard input. Returns a descriptor
 * that the caller of this owns, or -1 with errno. */
int caller_open(const char *name) NODISCARD;

/* What the caller calls such a file. Returns a part of name. */
const char *caller_name(const char *name);

/* Is descriptor 0, 1 or 2 a terminal of the caller's? Returns whether. */
bool caller_is_tty(int fd) NODISCARD;

/* Is standard input a pipe in which something waits? Returns whether. */
bool caller_waits(void) NODISCARD;

#endif
