/* SPDX-License-Identifier: MIT */
/* Attributes, feature macros and banned functions; no code. The Makefile's -include
 * puts this header first in every file, so no file can forget it. */
#ifndef PAB_H
#define PAB_H

#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#ifndef PAB_VERSION
#define PAB_VERSION "0.1"
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A result that must be looked at. */
#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
/* Calls f(&variable) when the variable goes out of scope. */
#define CLEANUP(f) __attribute__((cleanup(f)))

/* Each of these was a bug in somebody's program. Use buf.h, num.h and snprintf. */
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok gets
#pragma GCC poison atoi atol atoll atof mktemp tmpnam

#endif
