/* SPDX-License-Identifier: MIT */
/* Edits as blocks, which need no quoting:
 *
 *	src/a.c
 *	<<<<<<< SEARCH
 *	old lines
 *	=======
 *	new lines
 *	>>>>>>> REPLACE
 *
 * A path line stands above the first block of each file. The three markers of a block are
 * equally long, seven or more; lines of markers of another length are text, so that files
 * with conflict markers can be edited. Blank lines and Markdown's ``` between blocks
 * count for nothing. Where the first marker ends in CRLF, the block's lines do. May
 * include: edits. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "edits.h"

/* Appends the blocks in the n bytes at p to es, each with its path, or EDIT_EVERY when
 * none stands above it. Returns 0, or -1 with a bad_input error that names the line. */
int blocks_parse(const char *p, size_t n, struct edits *es, struct err *e) NODISCARD;

#endif
