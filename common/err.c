/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <errno.h>
#include <stdarg.h>

static const struct {
	const char *name;
	int status;
} codes[] = {
	[ERR_NONE] = {"none", 0},
	[ERR_USAGE] = {"usage", 2},
	[ERR_BAD_PATTERN] = {"bad_pattern", 2},
	[ERR_BAD_INPUT] = {"bad_input", 2},
	[ERR_NOT_FOUND] = {"not_found", 3},
	[ERR_IS_DIR] = {"is_dir", 3},
	[ERR_NOT_DIR] = {"not_dir", 3},
	[ERR_NOT_REGULAR] = {"not_regular", 3},
	[ERR_BINARY] = {"binary", 3},
	[ERR_TOO_LARGE] = {"too_large", 3},
	[ERR_NO_MATCH] = {"no_match", 4},
	[ERR_AMBIGUOUS] = {"ambiguous", 4},
	[ERR_STALE] = {"stale", 4},
	[ERR_EXISTS] = {"exists", 4},
	[ERR_OUTSIDE_ROOT] = {"outside_root", 5},
	[ERR_DENIED] = {"denied", 5},
	[ERR_UNSUPPORTED] = {"unsupported", 5},
	[ERR_ASK] = {"ask", 6},
	[ERR_IO] = {"io", 7},
	[ERR_BACKEND] = {"backend", 7},
	[ERR_TIMEOUT] = {"timeout", 7},
	[ERR_BUSY] = {"busy", 7},
};

int err_set(struct err *e, enum err_code code, const char *path, const char *fmt, ...)
{
	va_list ap;
	e->code = code;
	e->request[0] = '\0';
	snprintf(e->path, sizeof(e->path), "%s", path ? path : "");
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int err_add(struct err *e, const char *fmt, ...)
{
	va_list ap;
	size_t n = strlen(e->msg);
	va_start(ap, fmt);
	vsnprintf(e->msg + n, sizeof(e->msg) - n, fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, const char *path, int number)
{
	switch (number) {
	case ENOENT:
		return err_set(e, ERR_NOT_FOUND, path, "no such file");
	case ENOTDIR:
		return err_set(e, ERR_NOT_DIR, path, "not a directory");
	case EISDIR:
		return err_set(e, ERR_IS_DIR, path, "is a directory");
	case ENXIO:
		return err_set(e, ERR_NOT_REGULAR, path, "not a regular file");
	case EEXIST:
		return err_set(e, ERR_EXISTS, path, "already exists");
	case ENAMETOOLONG:
		return err_set(e, ERR_NOT_FOUND, path, "the name is too long");
	case ELOOP:
		return err_set(e, ERR_NOT_FOUND, path, "too many symbolic links");
	case EXDEV:
		return err_set(e, ERR_OUTSIDE_ROOT, path, "outside the root");
	case ETXTBSY:
	case EBUSY:
		return err_set(e, ERR_BUSY, path, "in use");
	default:
		err_set(e, ERR_IO, path, "%s", strerror(number));
		if (e->msg[0] >= 'A' && e->msg[0] <= 'Z' && e->msg[1] >= 'a')
			e->msg[0] = (char)(e->msg[0] - 'A' + 'a');
		return -1;
	}
}

int err_parse(struct err *e, const char *p, size_t n)
{
	for (int code = ERR_USAGE; code <= ERR_BUSY; code++) {
		size_t len = strlen(codes[code].name);
		if (n > len + 2 && !memcmp(p, codes[code].name, len) &&
			!memcmp(p + len, ": ", 2)) {
			err_set(e, (enum err_code)code, NULL, "%.*s",
				(int)(n - len - 2 < 600 ? n - len - 2 : 600),
				p + len + 2);
			return 0;
		}
	}
	return -1;
}

const char *err_name(enum err_code code)
{
	return codes[code].name;
}

int err_status(enum err_code code)
{
	return codes[code].status;
}

int err_worse(int a, int b)
{
	static const unsigned char rank[] = {0, 1, 2, 4, 3, 6, 5, 7};
	return rank[a & 7] >= rank[b & 7] ? a : b;
}
