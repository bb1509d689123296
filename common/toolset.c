/* SPDX-License-Identifier: MIT */
#include "toolset.h"

#include "mem.h"

#define END                                                                              \
	{                                                                                \
		0                                                                        \
	}

static const struct toolset_arg ls_args[] = {
	{"path", ARG_STRING, false, ARG_OPERAND, NULL, "default: working directory",
		NULL},
	END,
};

static const struct toolset_arg read_args[] = {
	{"path", ARG_STRING, true, ARG_OPERAND, NULL,
		"FILE, or FILE:LINE to read around a line", NULL},
	{"offset", ARG_INTEGER, false, ARG_OPTION, "--offset", "lines to skip", NULL},
	{"limit", ARG_INTEGER, false, ARG_OPTION, "--limit", "most lines to show", NULL},
	END,
};

static const struct toolset_arg write_args[] = {
	{"path", ARG_STRING, true, ARG_OPERAND, NULL, NULL, NULL},
	{"content", ARG_STRING, true, ARG_INPUT, NULL, "all of the new content", NULL},
	END,
};

static const struct toolset_arg edit_args[] = {
	{"path", ARG_STRING, true, ARG_MEMBER, "path", NULL, NULL},
	{"old_string", ARG_STRING, true, ARG_MEMBER, "old",
		"exact text, without line numbers", NULL},
	{"new_string", ARG_STRING, true, ARG_MEMBER, "new", NULL, NULL},
	{"replace_all", ARG_BOOLEAN, false, ARG_MEMBER, "all", NULL, NULL},
	END,
};

static const struct toolset_arg hashline_args[] = {
	{"path", ARG_STRING, true, ARG_TAG, NULL, NULL, NULL},
	{"start_line", ARG_INTEGER, true, ARG_TAG, NULL, "0 with insert_after is the top",
		NULL},
	{"start_hash", ARG_STRING, false, ARG_TAG, NULL, "the line's four digits", NULL},
	{"new_content", ARG_STRING, true, ARG_TAG, NULL,
		"the new lines; empty removes the old ones", NULL},
	{"end_line", ARG_INTEGER, false, ARG_TAG, NULL, "last line to replace", NULL},
	{"end_hash", ARG_STRING, false, ARG_TAG, NULL, NULL, NULL},
	{"insert_after", ARG_BOOLEAN, false, ARG_TAG, NULL,
		"add below start_line, replace nothing", NULL},
	END,
};

static const struct toolset_arg glob_args[] = {
	{"pattern", ARG_STRING, true, ARG_OPTION, "--pattern", NULL, NULL},
	{"path", ARG_STRING, false, ARG_OPERAND, NULL, "directory to search", NULL},
	END,
};

static const struct toolset_choice modes[] = {
	{"files_with_matches", "--files-with-matches"},
	{"content", NULL},
	{"count", "--count"},
	{NULL, NULL},
};

static const struct toolset_arg grep_args[] = {
	{"pattern", ARG_STRING, true, ARG_OPTION, "--regexp", NULL, NULL},
	{"path", ARG_STRING, false, ARG_OPERAND, NULL, "file or directory", NULL},
	{"glob_pattern", ARG_STRING, false, ARG_OPTION, "--glob", "only files like *.py",
		NULL},
	{"output_mode", ARG_STRING, false, ARG_CHOICE, NULL,
		"content gives path:line:text", modes},
	{"ignore_hidden", ARG_BOOLEAN, false, ARG_UNLESS, "--hidden", "default true",
		NULL},
	END,
};

static const struct toolset_arg execute_args[] = {
	{"command", ARG_STRING, true, ARG_OPTION, "--command", "a line for sh", NULL},
	{"timeout", ARG_INTEGER, false, ARG_OPTION, "--timeout", "seconds (120)", NULL},
	END,
};

static const struct toolset_arg background_args[] = {
	{"command", ARG_STRING, true, ARG_OPTION, "--command", "a line for sh", NULL},
	END,
};

static const struct toolset_arg shell_args[] = {
	{"shell_id", ARG_STRING, true, ARG_OPERAND, NULL, NULL, NULL},
	END,
};

static const struct toolset_arg no_args[] = {END};

static const struct toolset_arg patch_args[] = {
	{"patch", ARG_STRING, true, ARG_INPUT, NULL,
		"*** Begin Patch form, or a unified diff", NULL},
	END,
};

static const struct toolset_arg move_args[] = {
	{"source", ARG_STRING, true, ARG_OPERAND, NULL, NULL, NULL},
	{"destination", ARG_STRING, true, ARG_OPERAND, NULL, NULL, NULL},
	END,
};

static const struct toolset_arg delete_args[] = {
	{"path", ARG_STRING, true, ARG_OPERAND, NULL, NULL, NULL},
	END,
};

const struct toolset_tool toolset[] = {
	{"ls", "pab-ls", NULL,
		"List a directory: sizes in bytes and names, / behind directories. To find "
		"files below it use glob.",
		"pab-ls DIR", TOOL_READS, OP_LS, ls_args},
	{"read_file", "pab-read", NULL,
		"Read a file, with line numbers; images are shown. At most 2000 lines a call: "
		"a [pab: ...] note says what is left out and how to go on. Read a file before "
		"you edit it.",
		"pab-read FILE, pab-read -r 40:80 FILE, pab-read FILE:LINE",
		TOOL_READS | TOOL_SHOWS, OP_READ, read_args},
	{"write_file", "pab-write", "--empty",
		"Create a file or replace all of it; directories are made. To change a part, "
		"edit the file instead.",
		"pab-write FILE <<'END' (the content follows)", TOOL_CHANGES, OP_WRITE,
		write_args},
	{"edit_file", "pab-edit", NULL,
		"Replace text in a file. old_string must be there exactly once, blanks and "
		"tabs included; if found several times, add lines around it or set replace_all; "
		"if not found, the error names the nearest place. \"changed since\": read the "
		"file again.",
		"pab-edit <<'END' with blocks; see below", TOOL_CHANGES | TOOL_REPLACES,
		OP_EDIT, edit_args},
	{"hashline_edit", "pab-edit", NULL,
		"Replace, insert or remove whole lines, named by number and hash as read_file "
		"shows them (N:hhhh|text). A hash that does not fit says what the line is now "
		"or where it went; the result has the new hashes.",
		NULL, TOOL_CHANGES | TOOL_HASHLINES, OP_EDIT, hashline_args},
	{"glob", "pab-glob", NULL,
		"Find files by name: *.py at any depth, src/**/*_test.{js,ts}. Hidden and "
		"git-ignored files are left out. To search in files use grep.",
		"pab-glob 'src/**/*.{js,ts}'", TOOL_READS, OP_GLOB, glob_args},
	{"grep", "pab-grep", NULL,
		"Search file contents by regular expression (PCRE: a|b, \\bword\\b). Hidden, "
		"git-ignored and binary files are left out.",
		"pab-grep -C2 -t py 'def main' DIR; -l names only, -F plain text",
		TOOL_READS, OP_GREP, grep_args},
	{"execute", "pab-exec", NULL,
		"Run a shell command, without terminal or input; get its output and, when not "
		"0, exit status. Use it for builds, tests and git, not to read or edit files. "
		"\"denied\" is a decision: do not try another way. \"needs approval\": wait, then "
		"run the same again. All it started ends with it.",
		"pab-exec -c 'LINE': ended after 120 s (--timeout T), with all it started",
		TOOL_RUNS, OP_EXECUTE, execute_args},
	{"run_in_background", "pab-exec", "--bg",
		"Start a command that goes on running, such as a server; gives its shell_id.",
		"pab-exec --bg -c 'LINE', then pab-job list | read ID --new | kill ID",
		TOOL_EXTRA, OP_EXECUTE, background_args},
	{"read_output", "pab-job", "--new read",
		"What a background command wrote since the "
		"last time, and whether it runs.",
		NULL, TOOL_READS | TOOL_EXTRA, OP_EXECUTE, shell_args},
	{"kill_shell", "pab-job", "kill", "End a background command and all it started.",
		NULL, TOOL_EXTRA, OP_EXECUTE, shell_args},
	{"list_shells", "pab-job", "list", "List background commands.", NULL,
		TOOL_READS | TOOL_EXTRA, OP_EXECUTE, no_args},
	{"apply_patch", "pab-patch", NULL,
		"Apply a patch to one or many files: all of it or, if a part does not fit, "
		"nothing.",
		"pab-patch <<'END' (a patch follows)", TOOL_EXTRA | TOOL_TELLS, OP_EDIT,
		patch_args},
	{"move_file", "pab-mv", NULL,
		"Move or rename a file or directory; refused if the destination exists.",
		"pab-mv SRC DST, pab-rm FILE; pab-undo --last 1 takes the last change back",
		TOOL_EXTRA | TOOL_TELLS, OP_WRITE, move_args},
	{"delete_file", "pab-rm", NULL, "Delete a file.", NULL, TOOL_EXTRA | TOOL_TELLS,
		OP_WRITE, delete_args},
	END,
};

const struct toolset_tool *toolset_find(const char *name)
{
	for (const struct toolset_tool *t = toolset; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* Is the tool among the names, which commas or blanks part? */
static bool is_named(const struct vec *only, const char *name)
{
	static const char apart[] = ", ";
	size_t n = strlen(name);
	for (size_t i = 0; i < only->n; i++)
		for (const char *p = only->v[i]; *(p += strspn(p, apart));) {
			size_t len = strcspn(p, apart);
			if (len == n && !strncmp(p, name, n))
				return true;
			p += len;
		}
	return false;
}

static int check_names(const struct toolset_choice_of *c, struct err *e)
{
	static const char apart[] = ", ";
	for (size_t i = 0; i < c->only.n; i++)
		for (const char *p = c->only.v[i]; *(p += strspn(p, apart));) {
			size_t len = strcspn(p, apart);
			char *name CLEANUP(mem_freep) = xmemdup0(p, len);
			if (!toolset_find(name))
				return err_set(e, ERR_USAGE, NULL,
					"--only: no tool '%.40s'; pab-tools list shows them",
					name);
			p += len;
		}
	return 0;
}

/* One of two words. Returns 0 or 1, or -1 with a usage error. */
static int one_of(const char *value, const char *option, const char *first,
	const char *second, struct err *e)
{
	if (!value || !strcmp(value, first))
		return 0;
	if (!strcmp(value, second))
		return 1;
	return err_set(e, ERR_USAGE, NULL, "%s is %s or %s, not '%.40s'", option, first,
		second, value);
}

int toolset_choose(struct toolset_options *o, const struct rules *rules, struct err *e)
{
	struct toolset_choice_of *c = &o->choice;
	int all = one_of(o->tools, "--tools", "default", "all", e);
	int hashline =
		one_of(o->edit_format, "--edit-format", "str_replace", "hashline", e);
	if (all < 0 || hashline < 0 || check_names(c, e) < 0)
		return -1;
	c->all = all;
	c->hashline = hashline;
	c->read_only = o->read_only;
	c->rules = rules;
	return 0;
}

/* Do the rules deny all of the operation? */
static bool is_denied(const struct rules *r, enum op op)
{
	const struct op_rules *list = &r->op[op];
	bool some = list->fallback != RULE_DENY;
	for (size_t i = 0; i < list->n && !some; i++)
		some = list->v[i].action != RULE_DENY;
	return !some;
}

bool toolset_has(const struct toolset_choice_of *c, const struct toolset_tool *t)
{
	unsigned other = c->hashline ? TOOL_REPLACES : TOOL_HASHLINES;
	if (c->only.n ? !is_named(&c->only, t->name)
		      : (t->flags & other) || (!c->all && t->flags & TOOL_EXTRA))
		return false;
	return (!c->read_only || t->flags & TOOL_READS) &&
	       (!c->rules || !is_denied(c->rules, t->op));
}
