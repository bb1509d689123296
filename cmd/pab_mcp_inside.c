/* SPDX-License-Identifier: MIT */
/* The programs of the toolset, linked in: a call is one of them. */
#include "pab_mcp.h"

#include "toolrun.h"

#define INSIDE(X)                                                                        \
	X("pab-edit", main_pab_edit)                                                     \
	X("pab-exec", main_pab_exec)                                                     \
	X("pab-glob", main_pab_glob)                                                     \
	X("pab-grep", main_pab_grep)                                                     \
	X("pab-job", main_pab_job)                                                       \
	X("pab-ls", main_pab_ls)                                                         \
	X("pab-mv", main_pab_mv)                                                         \
	X("pab-patch", main_pab_patch)                                                   \
	X("pab-read", main_pab_read)                                                     \
	X("pab-rm", main_pab_rm)                                                         \
	X("pab-write", main_pab_write)

#define DECLARE(name, function) tool_main function;
INSIDE(DECLARE)
#undef DECLARE

const struct tool_inside mcp_inside[] = {
#define ROW(name, function) {name, function},
	INSIDE(ROW)
#undef ROW
		{NULL, NULL},
};
