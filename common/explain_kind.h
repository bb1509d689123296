/* SPDX-License-Identifier: MIT */
/* Two lines that should be the same: where they differ first, and of what kind the
 * difference is. May include: explain, nearest. */
#ifndef EXPLAIN_KIND_H
#define EXPLAIN_KIND_H

#include "explain.h"
#include "nearest.h"

/* Compares the text's line t with the file's line f from offset `off` on; with open, t
 * may end before f does. Sets x->kind, column, file_has and text_has. Returns whether
 * there is a difference. */
bool explain_line(struct explain *x, const struct line *t, const struct line *f,
	size_t off, bool open) NODISCARD;

#endif
