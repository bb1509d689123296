/* SPDX-License-Identifier: MIT */
/* What this build is called. May include: pab. */
#ifndef BUILD_H
#define BUILD_H

/* Returns the version and a hash of the sources, "0.1-9f3c27aa61b0d4e8"; a literal. */
const char *build_name(void);

#endif
