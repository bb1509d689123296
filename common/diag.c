/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <stdarg.h>
#include <unistd.h>

static const char *name = "pab";

void diag_set_name(const char *n)
{
	name = n;
}

const char *diag_name(void)
{
	return name;
}

void diag_bug(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "%s: bug at %s:%d: ", name, file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void diag_oom(void)
{
	fprintf(stderr, "%s: out of memory\n", name);
	_exit(7);
}
