/* SPDX-License-Identifier: MIT */
/* What the files of engine share. May include: engine. */
#ifndef ENGINE_CURL_H
#define ENGINE_CURL_H

#include "engine.h"

#include <curl/curl.h>

struct engine {
	char *address, *socket, *base, *certs; /* socket, certs: NULL for none */
	char version[16];                      /* "/v1.41"; "" before it is agreed on */
	char why[CURL_ERROR_SIZE];
	CURL *curl; /* of all calls that are no streams */
};

/* Tells a new handle how the engine is reached. */
void engine_prepare(struct engine *g, CURL *c);

/* Fills e with what the engine said, as one line. Returns -1. */
int engine_complain(struct err *e, enum err_code code, const char *said);

/* Fills e with why it could not be reached. Returns -1. */
int engine_unreachable(const struct engine *g, CURLcode code, struct err *e);

/* Fills e from an answer whose status is an error. Returns -1. */
int engine_refused(long status, const struct buf *body, struct err *e);

/* A write function of curl's that keeps all in the struct buf at ctx. */
size_t engine_keep(char *p, size_t size, size_t n, void *ctx);

#endif
