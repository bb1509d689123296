/* SPDX-License-Identifier: MIT */
#include "build.h"

/* The Makefile gives the hash to this file alone, so that no other is compiled anew. */
#ifndef PAB_SOURCES
#define PAB_SOURCES "unknown"
#endif

const char *build_name(void)
{
	return PAB_VERSION "-" PAB_SOURCES;
}
