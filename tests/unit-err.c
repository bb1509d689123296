/* SPDX-License-Identifier: MIT */
#include "err.h"

#include "unit.h"

#include <errno.h>

/* DESIGN section 5: the closed list. */
static void test_codes(void)
{
	static const struct {
		enum err_code code;
		const char *name;
		int status;
	} v[] = {
		{ERR_NONE, "none", 0},
		{ERR_USAGE, "usage", 2},
		{ERR_BAD_PATTERN, "bad_pattern", 2},
		{ERR_BAD_INPUT, "bad_input", 2},
		{ERR_NOT_FOUND, "not_found", 3},
		{ERR_IS_DIR, "is_dir", 3},
		{ERR_NOT_DIR, "not_dir", 3},
		{ERR_NOT_REGULAR, "not_regular", 3},
		{ERR_BINARY, "binary", 3},
		{ERR_TOO_LARGE, "too_large", 3},
		{ERR_NO_MATCH, "no_match", 4},
		{ERR_AMBIGUOUS, "ambiguous", 4},
		{ERR_STALE, "stale", 4},
		{ERR_EXISTS, "exists", 4},
		{ERR_OUTSIDE_ROOT, "outside_root", 5},
		{ERR_DENIED, "denied", 5},
		{ERR_UNSUPPORTED, "unsupported", 5},
		{ERR_ASK, "ask", 6},
		{ERR_IO, "io", 7},
		{ERR_BACKEND, "backend", 7},
		{ERR_TIMEOUT, "timeout", 7},
		{ERR_BUSY, "busy", 7},
	};
	CHECK(ARRAY_LEN(v) == ERR_BUSY + 1);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK(!strcmp(err_name(v[i].code), v[i].name));
		CHECK(err_status(v[i].code) == v[i].status);
	}
}

/* The more severe one, in either order. */
static void test_worse(void)
{
	static const int order[] = {7, 5, 6, 3, 4, 2, 1, 0};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (size_t k = i; k < ARRAY_LEN(order); k++) {
			CHECK(err_worse(order[i], order[k]) == order[i]);
			CHECK(err_worse(order[k], order[i]) == order[i]);
		}
}

static void test_sys(void)
{
	static const struct {
		int number;
		enum err_code code;
		const char *msg;
	} v[] = {
		{ENOENT, ERR_NOT_FOUND, "no such file"},
		{ENOTDIR, ERR_NOT_DIR, "not a directory"},
		{EISDIR, ERR_IS_DIR, "is a directory"},
		{ELOOP, ERR_NOT_FOUND, "too many symbolic links"},
		{ENAMETOOLONG, ERR_NOT_FOUND, "the name is too long"},
		{EEXIST, ERR_EXISTS, "already exists"},
		{EXDEV, ERR_OUTSIDE_ROOT, NULL},
		{EBUSY, ERR_BUSY, "in use"},
		{EACCES, ERR_IO, "permission denied"},
		{ENOSPC, ERR_IO, "no space left on device"},
		{EIO, ERR_IO, "input/output error"},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct err e = {0};
		CHECK(err_sys(&e, "p", v[i].number) == -1);
		CHECK(e.code == v[i].code && !strcmp(e.path, "p"));
		CHECK(!v[i].msg || !strcmp(e.msg, v[i].msg));
	}
}

static void test_text(void)
{
	struct err e = {0};
	static char path[6000];
	CHECK(err_set(&e, ERR_STALE, NULL, "a %d", 1) == -1 && !e.path[0]);
	CHECK(err_add(&e, "%s", "; b") == -1 && !strcmp(e.msg, "a 1; b"));
	memset(path, 'p', sizeof(path) - 1);
	err_set(&e, ERR_STALE, path, "%s", path);
	CHECK(strlen(e.path) == sizeof(e.path) - 1 && strlen(e.msg) == sizeof(e.msg) - 1);
	err_add(&e, "more");
	CHECK(strlen(e.msg) == sizeof(e.msg) - 1);
}

/* A line that another program said. */
static void test_parse(void)
{
	static const char good[] = "not_found: no container x", odd[] = "odd: text";
	struct err e = {0};
	CHECK(err_parse(&e, good, strlen(good)) == 0 && e.code == ERR_NOT_FOUND);
	CHECK(!strcmp(e.msg, "no container x"));
	CHECK(err_parse(&e, odd, strlen(odd)) == -1);
	CHECK(err_parse(&e, good, 11) == -1);
	CHECK(err_parse(&e, "", 0) == -1);
}

int main(void)
{
	test_parse();
	test_codes();
	test_worse();
	test_sys();
	test_text();
	return unit_end();
}
