/* SPDX-License-Identifier: MIT */
/* Files that a command names. What a known command reads or writes is compared with the
 * rules of that; of others, every word that could be a path with what rules deny. */
#include "commandctx.h"
#include "mem.h"

#include <glob.h>

/* What becomes of the operands of commands that are known. */
enum use {
	UNKNOWN,
	READS,
	WRITES,
	COPIES, /* reads all but the last, which it writes */
	MOVES,  /* writes all of them */
	SAYS,   /* its words are words */
};

static const struct {
	const char *name;
	enum use use;
} uses[] = {
	{"cat", READS},
	{"head", READS},
	{"tail", READS},
	{"less", READS},
	{"more", READS},
	{"nl", READS},
	{"tac", READS},
	{"rev", READS},
	{"wc", READS},
	{"od", READS},
	{"xxd", READS},
	{"hexdump", READS},
	{"strings", READS},
	{"file", READS},
	{"stat", READS},
	{"md5sum", READS},
	{"sha1sum", READS},
	{"sha256sum", READS},
	{"cksum", READS},
	{"cut", READS},
	{"uniq", READS},
	{"diff", READS},
	{"cmp", READS},
	{"ls", READS},
	{"dir", READS},
	{"tree", READS},
	{"du", READS},
	{"base64", READS},
	{"zcat", READS},
	{"source", READS},
	{".", READS},
	{"rm", WRITES},
	{"rmdir", WRITES},
	{"unlink", WRITES},
	{"shred", WRITES},
	{"touch", WRITES},
	{"mkdir", WRITES},
	{"tee", WRITES},
	{"truncate", WRITES},
	{"mkfifo", WRITES},
	{"cp", COPIES},
	{"install", COPIES},
	{"ln", COPIES},
	{"mv", MOVES},
	{"echo", SAYS},
	{"printf", SAYS},
	{"cd", READS},
};

static enum use use_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (!strcmp(name, uses[i].name))
			return uses[i].use;
	return UNKNOWN;
}

/* Compares one path with the rules of an operation. only_rules: what no rule denies is
 * fine, and so is what a rule asks about. */
static void look_at_path(
	struct command_ctx *c, enum op op, const char *path, bool only_rules)
{
	if (!*path || strlen(path) >= PATH_MAX || !strcmp(path, SH_UNKNOWN_TEXT))
		return;
	for (size_t i = 0; i < c->cwds.n; i++) {
		struct site s[2];
		char *full CLEANUP(mem_freep) =
			*path == '/' ? xstrdup(path)
				     : xasprintf("%s/%s", c->cwds.v[i], path);
		size_t n = place_on_host(c->place, full, s);
		struct ruling r = decide_path(c->sets, op, s, n);
		bool counts = r.action == RULE_DENY ? r.rule || !only_rules
						    : r.action == RULE_ASK && !only_rules;
		if (counts)
			command_worse(c, r, path);
		site_release(&s[0]);
		site_release(&s[1]);
		if (*path == '/')
			break;
	}
}

/* What a glob becomes now, in every directory it may be in. */
static void look_at_glob(
	struct command_ctx *c, enum op op, const struct sh_word *w, bool only_rules)
{
	enum { MOST = 10000 };
	for (size_t i = 0; i < c->cwds.n; i++) {
		glob_t g = {0};
		char *at CLEANUP(mem_freep) =
			*w->pattern == '/' ? xstrdup("") : rules_literal(c->cwds.v[i]);
		char *pattern CLEANUP(mem_freep) =
			xasprintf("%s%s%s", at, *at ? "/" : "", w->pattern);
		if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0)
			for (size_t k = 0; k < g.gl_pathc && k < MOST; k++)
				look_at_path(c, op, g.gl_pathv[k], only_rules);
		globfree(&g);
	}
}

static void look_at_word(
	struct command_ctx *c, enum op op, const struct sh_word *w, bool only_rules)
{
	look_at_path(c, op, w->text, only_rules);
	if (w->pattern)
		look_at_glob(c, op, w, only_rules);
}

/* Pieces of a word that may be paths: behind "=", ":", "@", ",", an option's letter; of
 * code, whatever looks like one. */
static void look_at_pieces(struct command_ctx *c, const char *text, bool code)
{
	const char *between = code ? "=:,@ \t\n'\"`()[]{}<>;|&+$" : "=:,@";
	if (!code && text[0] == '-' && text[1] && text[1] != '-' && text[2])
		look_at_path(c, OP_READ, text + 2, true);
	if (!text[strcspn(text, between)])
		return;
	for (const char *p = text; *p;) {
		p += strspn(p, between);
		size_t n = strcspn(p, between);
		char *piece CLEANUP(mem_freep) = xmemdup0(p, n);
		look_at_path(c, OP_READ, piece, true);
		p += n;
	}
}

/* Does the word behind this option hold code of another language? */
static bool is_code(const struct sh_command *cmd, size_t from, size_t i)
{
	static const char *const names[] = {"python", "python3", "perl", "ruby", "node",
		"php", "lua", "awk", "gawk", "mawk", "sed"};
	const char *name = command_base(cmd->words.v[from].text);
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (!strcmp(name, names[k]))
			return i > from;
	return false;
}

/* The words of a command that is not known: what rules deny to be read, or written. */
static void look_at_unknown(
	struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	bool own = !strchr(cmd->words.v[from].text, '/');
	for (size_t i = from + own; i < cmd->words.n; i++) {
		const struct sh_word *w = &cmd->words.v[i];
		const char *value = strchr(w->text, '=');
		look_at_word(c, OP_READ, w, true);
		look_at_pieces(c, w->text, is_code(cmd, from, i));
		if (i == from)
			continue;
		look_at_word(c, OP_WRITE, w, true);
		if (value)
			look_at_path(c, OP_WRITE, value + 1, true);
	}
}

/* Does sed, sort or dd write what it names? */
static bool writes_anyway(const struct sh_command *cmd, size_t from)
{
	const char *name = command_base(cmd->words.v[from].text);
	for (size_t i = from + 1; i < cmd->words.n; i++) {
		const char *w = cmd->words.v[i].text;
		if (!strcmp(name, "sed") &&
			(!strncmp(w, "-i", 2) || !strncmp(w, "--in-place", 10)))
			return true;
	}
	return false;
}

static void look_at_operands(
	struct command_ctx *c, const struct sh_command *cmd, size_t from, enum use use)
{
	size_t last = cmd->words.n - 1;
	bool ended = false;
	for (size_t i = from + 1; i < cmd->words.n; i++) {
		const struct sh_word *w = &cmd->words.v[i];
		bool option = !ended && w->text[0] == '-' && w->text[1];
		ended |= !strcmp(w->text, "--");
		if (option) {
			look_at_pieces(c, w->text, false);
			continue;
		}
		if (use == READS || use == COPIES || use == MOVES)
			if (use != COPIES || i != last)
				look_at_word(c, OP_READ, w, false);
		if (use == WRITES || use == MOVES || (use == COPIES && i == last))
			look_at_word(c, OP_WRITE, w, false);
		if (w->output)
			command_unsure(c, "a file whose name only the shell knows");
		look_at_pieces(c, w->text, false);
	}
}

static void look_at_redirect(struct command_ctx *c, const struct sh_redirect *r)
{
	static const char *const harmless[] = {
		"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"};
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (!strcmp(r->to.text, harmless[i]))
			return;
	if (strchr(r->to.text, SH_UNKNOWN) && r->kind != SH_READS)
		command_unsure(c, "a file whose name only the shell knows");
	if (r->kind != SH_WRITES)
		look_at_word(c, OP_READ, &r->to, false);
	if (r->kind != SH_READS)
		look_at_word(c, OP_WRITE, &r->to, false);
}

void command_files(struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	for (size_t i = 0; i < cmd->n_redirects; i++)
		look_at_redirect(c, &cmd->redirects[i]);
	for (size_t i = 0; i < cmd->extra.n; i++) {
		look_at_word(c, OP_READ, &cmd->extra.v[i], true);
		look_at_word(c, OP_WRITE, &cmd->extra.v[i], true);
	}
	for (size_t i = 0; i < cmd->sets.n; i++)
		look_at_pieces(c, cmd->sets.v[i].text, false);
	if (from >= cmd->words.n)
		return;
	const char *name = cmd->words.v[from].text;
	enum use use = use_of(command_base(name));
	if (writes_anyway(cmd, from))
		use = WRITES;
	if (use == UNKNOWN)
		look_at_unknown(c, cmd, from);
	else if (use != SAYS)
		look_at_operands(c, cmd, from, use);
	if (cmd->document && is_code(cmd, from, from + 1))
		look_at_pieces(c, cmd->document, true);
}
