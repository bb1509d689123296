/* SPDX-License-Identifier: MIT */
/* A container engine (Docker's or Podman's) by its HTTP interface; the only user of
 * libcurl. It is found by an address: unix:///PATH or tcp://HOST:PORT, behind which a
 * blank and the directory of ca.pem, cert.pem and key.pem make it TLS. What an engine
 * answers is text from outside: messages have one line, without control bytes. May
 * include: jin, vec.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "buf.h"
#include "jin.h"

#include <stdint.h>

struct engine;

/* The address: `given` when not NULL, else DOCKER_HOST, the current docker context, the
 * usual sockets of this host. Returns new memory, or NULL with err (backend): no engine.
 */
char *engine_find(const char *given, struct err *e) NODISCARD;

/* Does what stands on this host's disk mean the same to it? Returns whether. */
bool engine_is_here(const char *address) NODISCARD;

/* Opens the engine at an address and agrees on a version. Returns it, or NULL with err.
 */
struct engine *engine_open(const char *address, struct err *e) NODISCARD;

const char *engine_address(const struct engine *g);
void engine_close(struct engine *g);

/* The name as a part of a path. Returns new memory. */
char *engine_escape(const char *name) NODISCARD;

/* The whole number a node is, or `otherwise` (also when the node is NULL). Returns it. */
int64_t engine_number(const jin_node *n, int64_t otherwise);

/* One call, "POST /containers/x/start", with a body of JSON or none (NULL). A status of
 * 304 is as good as 200. *answer, when not NULL, is the answer as JSON or NULL. Returns
 * 0, or -1 with err: not_found (404), exists (409), backend. */
int engine_call(struct engine *g, const char *method, const char *path,
	const struct buf *body, struct jin **answer, struct err *e) NODISCARD;

/* PUT of a tar archive. Returns 0, or -1 with err. */
int engine_put(struct engine *g, const char *path, const struct buf *tar,
	struct err *e) NODISCARD;

/* Is there such a file in the container? Returns 1 or 0, or -1 with err. */
int engine_has_file(struct engine *g, const char *container, const char *file,
	struct err *e) NODISCARD;

/* A line of progress, or a step: one line without its end. */
typedef void engine_says(void *ctx, const char *line);

/* POST of a body (a tar archive, or NULL) that is answered by a stream of JSON: what it
 * says goes to `says` (NULL: nowhere). Returns 0, or -1 with err, which has the last step
 * and the error of the stream. */
int engine_stream(struct engine *g, const char *path, const struct buf *tar,
	engine_says *says, void *ctx, struct err *e) NODISCARD;

/* A process in a container with its standard input and output in our hands. */
struct engine_exec;

/* Starts it: the strings of argv. Returns it, or NULL with err. */
struct engine_exec *engine_exec(struct engine *g, const char *container,
	const char *const *argv, struct err *e) NODISCARD;

/* The descriptor to poll. */
int engine_exec_fd(const struct engine_exec *x) NODISCARD;

/* Appends the output that has come, and what came on standard error. Returns whether more
 * can come: false at the end. */
bool engine_exec_read(
	struct engine_exec *x, struct buf *out, struct buf *errors) NODISCARD;

/* Writes what can be written now. Returns how many bytes, -1 when it is broken. */
ssize_t engine_exec_write(struct engine_exec *x, const void *p, size_t n) NODISCARD;

/* How it ended. Returns its exit status, or -1. */
int engine_exec_status(struct engine_exec *x) NODISCARD;

void engine_exec_free(struct engine_exec *x);

/* The frames of an exec's stream: 1 byte channel, 3 of 0, 4 the length, the bytes. */
struct engine_frames {
	unsigned char head[8];
	size_t have;   /* bytes of head */
	uint32_t left; /* of the payload */
};

/* Takes n bytes and appends what they carry. Returns 0, or -1: they are no frames. */
int engine_frames_take(struct engine_frames *f, const char *p, size_t n, struct buf *out,
	struct buf *errors) NODISCARD;

#endif
