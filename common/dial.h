/* SPDX-License-Identifier: MIT */
/* How a far end is reached. Each place has a directory places/NAME below PAB_HOME with
 * files of one line; `transport` says how:
 *
 *	unix:run/sock         a socket below that directory
 *	pipe:PROGRAM ARG ...  a program on whose standard input and output one speaks;
 *	                      words are parted by blanks, "\ " is a blank, "\\" a "\"
 *
 * When nobody listens, `pab-session wake NAME` is run once. A container is found by
 * dial_container.c. May include: err, home. */
#ifndef DIAL_H
#define DIAL_H

#include "err.h"
#include "vec.h"

enum {
	DIAL_NAME_MAX = 64,
	DIAL_CONTAINER_MAX = 200,
	DIAL_KEY_MAX = DIAL_CONTAINER_MAX + 13,
};

/* A stream to a far end. */
struct dial {
	int in, out; /* the same for a socket; -1: none */
	pid_t pid;   /* of the program between; 0: there is none */
};

/* Does the backend's spec, session:ID or docker:NAME, name a place that is reached this
 * way? Returns the place's name in the spec, NULL: it does not. */
const char *dial_place(const char *spec);

/* Is this a name a container can have? Returns 0, or -1 with a usage error. */
int dial_check_container(const char *name, struct err *e) NODISCARD;

/* What the directory of a container is called: its name, and a hash of what says which
 * engine is meant. */
void dial_container_key(const char *name, char key[DIAL_KEY_MAX + 1]);

/* dial_open() for docker:NAME. */
int dial_open_container(
	struct dial *d, const char *home, const char *name, struct err *e) NODISCARD;

/* Is this a name a place can have? [A-Za-z0-9][A-Za-z0-9._-]{0,63}. Returns 0, or -1 with
 * a usage error. */
int dial_check_name(const char *name, struct err *e) NODISCARD;

/* Fills e for a place of that name that is not there. Returns -1. */
int dial_not_there(const char *name, struct err *e);

/* Splits the words of a pipe: transport. Returns 0, or -1 with err. */
int dial_words(const char *line, struct vec *out, struct err *e) NODISCARD;

/* Reads the first line of a file (one component) of a place's directory, at most 4,096
 * bytes. Returns it, new memory, or NULL with errno. */
char *dial_read(int dir, const char *file) NODISCARD;

/* Do the rules that bind whoever acts in the place ask about anything? Its record says so
 * by a file `asks`. Returns whether. */
bool dial_asks(const char *home, const char *name) NODISCARD;

/* Connects to the socket at a path beneath dir, no link followed, its owner checked.
 * Returns a descriptor, or -1 with errno. */
int dial_socket(int dir, const char *path) NODISCARD;

/* Finds the program pab-NAME beside this one, or in libexec. Returns its absolute path,
 * new memory, or NULL. */
char *dial_beside(const char *program) NODISCARD;

/* Opens a stream to the place that the spec names; home as for home_open(). Returns 0, or
 * -1 with err. */
int dial_open(
	struct dial *d, const char *home, const char *spec, struct err *e) NODISCARD;

/* Closes it; the program, if any, is waited for a moment and then ended. */
void dial_close(struct dial *d);

#endif
