/* SPDX-License-Identifier: MIT */
/* The prompt for an agent that has nothing but a shell. */
#include "pab_tools.h"

static const char head[] =
	"Use these programs for files and commands. Their output is bounded; a note says "
	"what was left out and how to get it. Errors say what to do next.\n\n";

static const char edits[] =
	"\nTo edit, give the old lines exactly as they are in the file, without line "
	"numbers, and the new ones; one or many blocks, all or none is done:\n\n"
	"pab-edit <<'END'\n"
	"src/a.c\n"
	"<<<<<<< SEARCH\n"
	"old lines\n"
	"=======\n"
	"new lines\n"
	">>>>>>> REPLACE\n"
	"END\n\n"
	"One word everywhere: pab-edit -w --all --old A --new B FILE ...\n";

static const char tail[] =
	"\nExit status: 0 done, 1 nothing found, 2 usage, 3 no such file, 4 the text or "
	"file is not as you think: read it again, 5 refused: a decision, do not try another "
	"way, 6 a person must approve: wait, then run the same again, 7 failed. NAME --help "
	"tells more.\n";

void prompt_write(const struct toolset_choice_of *c, struct buf *out)
{
	const struct toolset_tool *edit = toolset_find("edit_file");
	buf_puts(out, head);
	for (const struct toolset_tool *t = toolset; t->name; t++)
		if (t->hint && toolset_has(c, t))
			buf_printf(out, "- %s\n", t->hint);
	if (toolset_has(c, edit))
		buf_puts(out, edits);
	buf_puts(out, tail);
}
