/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "commandctx.h"
#include "mem.h"
#include "vec.h"

#include <ctype.h>

const char *command_base(const char *name)
{
	const char *slash = strrchr(name, '/');
	return slash ? slash + 1 : name;
}

void command_worse(struct command_ctx *c, struct ruling r, const char *path)
{
	struct command_ruling *out = c->out;
	if (out->ruling.set && r.action <= out->ruling.action)
		return;
	out->ruling = r;
	free(out->path);
	out->path = path ? xstrdup(path) : NULL;
}

void command_unsure(struct command_ctx *c, const char *why)
{
	if (!c->out->unsure)
		c->out->unsure = why;
}

/* The words from `from` on, as one text. */
static char *join(const struct sh_command *cmd, size_t from, bool quoted, bool base)
{
	struct buf b = BUF_INIT;
	for (size_t i = from; i < cmd->words.n; i++) {
		const char *text = cmd->words.v[i].text;
		if (i > from)
			buf_addc(&b, ' ');
		if (i == from && base)
			text = command_base(text);
		if (quoted)
			sh_quote(&b, text);
		else
			buf_puts(&b, text);
	}
	return buf_take(&b);
}

/* The long options that have a letter, for the commands that rules speak of. */
static const struct {
	const char *name;
	char letters[3];
} long_options[] = {
	{"recursive", "rR"},
	{"force", "f"},
	{"verbose", "v"},
	{"delete", "d"},
	{"all", "a"},
};

static bool is_option(const char *s)
{
	return s[0] == '-' && s[1] && strcmp(s, "--") != 0;
}

/* Does the word give the option letter? */
static bool has_letter(const char *word, char letter, bool rm)
{
	if (word[1] != '-')
		return strchr(word + 1, letter) ||
		       (rm && (letter | 32) == 'r' && strpbrk(word + 1, "rR"));
	for (size_t i = 0; i < ARRAY_LEN(long_options); i++) {
		size_t n = strlen(word + 2);
		/* Long options may be cut short. */
		if (n && !strncmp(word + 2, long_options[i].name, n) &&
			strchr(long_options[i].letters, letter))
			return true;
	}
	return false;
}

/* Does the text match a pattern that is one word? */
static enum rulepat_text match_word(const char *pattern, const char *text)
{
	struct rulepat r;
	struct err e;
	if (rulepat_command(&r, pattern, &e) < 0)
		return RULEPAT_NO;
	enum rulepat_text t = rulepat_match_text(&r, text);
	rulepat_release(&r);
	return t;
}

static enum rulepat_text more(enum rulepat_text a, enum rulepat_text b)
{
	return a > b ? a : b;
}

static enum rulepat_text less(enum rulepat_text a, enum rulepat_text b)
{
	return a < b ? a : b;
}

/* Is the option of a pattern among the words? */
static enum rulepat_text match_option(
	const char *pattern, const struct sh_command *cmd, size_t from)
{
	bool rm = !strcmp(command_base(cmd->words.v[from].text), "rm");
	enum rulepat_text all = RULEPAT_YES;
	bool whole = pattern[1] == '-' || strpbrk(pattern, "*?[=");
	for (const char *l = pattern + 1; *l; l++) {
		enum rulepat_text one = RULEPAT_NO;
		for (size_t i = from + 1; i < cmd->words.n; i++) {
			const char *w = cmd->words.v[i].text;
			if (!strcmp(w, "--") && !cmd->words.v[i].quoted)
				break;
			if (strchr(w, SH_UNKNOWN))
				one = more(one, RULEPAT_MAYBE);
			else if (!is_option(w))
				continue;
			if (whole)
				one = more(one, match_word(pattern, w));
			else if (is_option(w) && has_letter(w, *l, rm))
				one = RULEPAT_YES;
		}
		all = less(all, one);
		if (whole)
			break;
	}
	return all;
}

/* A path is the same however it is written. Returns new memory. */
static char *plain_path(const char *text)
{
	struct site s = {0};
	if (*text != '/')
		return xstrdup(text);
	site_add(&s, text, NULL, false);
	char *plain = xstrdup(s.v[0].n ? s.v[0].path : "/");
	site_release(&s);
	return plain;
}

static enum rulepat_text match_operand(const char *pattern, const struct sh_word *w)
{
	char *plain CLEANUP(mem_freep) = plain_path(w->text);
	return more(match_word(pattern, w->text), match_word(pattern, plain));
}

/* The operands of a pattern, in this order among those of the command. */
static enum rulepat_text match_operands(
	const struct vec *operands, const struct sh_command *cmd, size_t from)
{
	enum rulepat_text all = RULEPAT_YES;
	size_t at = from + 1;
	for (size_t k = 0; k < operands->n; k++) {
		enum rulepat_text one = RULEPAT_NO;
		bool last = k + 1 == operands->n;
		if (last && !strcmp(operands->v[k], "*"))
			break;
		size_t i = at;
		for (; i < cmd->words.n && one != RULEPAT_YES; i++) {
			enum rulepat_text t =
				match_operand(operands->v[k], &cmd->words.v[i]);
			if (t > one) {
				one = t;
				at = i + 1;
			}
		}
		for (i = 0; last && i < cmd->extra.n; i++)
			one = more(one, match_operand(operands->v[k], &cmd->extra.v[i]));
		all = less(all, one);
	}
	return all;
}

/* Compares word by word: options in any order and cluster, operands among others. Only
 * for rules that take away. */
static enum rulepat_text match_words(
	const char *pattern, const struct sh_command *cmd, size_t from)
{
	struct vec operands = {0};
	enum rulepat_text got = RULEPAT_YES;
	char *copy CLEANUP(mem_freep) = xstrdup(pattern);
	char *save, *word = strtok_r(copy, " \t", &save);
	if (!word || strpbrk(pattern, "|&;(){}<>"))
		return RULEPAT_NO;
	got = match_word(word, command_base(cmd->words.v[from].text));
	while (got && (word = strtok_r(NULL, " \t", &save)))
		if (is_option(word))
			got = less(got, match_option(word, cmd, from));
		else
			vec_add(&operands, word);
	if (got)
		got = less(got, match_operands(&operands, cmd, from));
	vec_release(&operands);
	return got;
}

/* A command as rules see it. */
struct seen {
	const struct sh_command *cmd;
	size_t from;
	char *texts[4]; /* as typed, without quotes, both with the name alone */
};

static enum rulepat_text match_rule(const struct rule *r, const struct seen *s)
{
	enum rulepat_text got = rulepat_match_text(&r->pat, s->texts[0]);
	if (r->action == RULE_ALLOW)
		return got == RULEPAT_YES ? got : RULEPAT_NO;
	for (size_t i = 1; i < ARRAY_LEN(s->texts); i++)
		got = more(got, rulepat_match_text(&r->pat, s->texts[i]));
	return got == RULEPAT_YES ? got
				  : more(got, match_words(r->pattern, s->cmd, s->from));
}

/* What one set says. Returns the ruling; *named: a rule decided. */
static struct ruling decide_set(const struct rules *set, const struct seen *s, bool free)
{
	const struct op_rules *list = &set->op[OP_EXECUTE];
	struct ruling r = {.action = free ? RULE_ALLOW : list->fallback,
		.set = set,
		.op = OP_EXECUTE};
	const struct rule *maybe = NULL;
	for (size_t i = 0; i < list->n; i++) {
		enum rulepat_text got = match_rule(&list->v[i], s);
		if (got == RULEPAT_MAYBE && list->v[i].action != RULE_ALLOW && !maybe)
			maybe = &list->v[i];
		if (got != RULEPAT_YES)
			continue;
		r.rule = &list->v[i];
		r.action = r.rule->action;
		break;
	}
	if (maybe && r.action == RULE_ALLOW) {
		r.rule = maybe;
		r.action = RULE_ASK;
	}
	return r;
}

static void see(struct seen *s, const struct sh_command *cmd, size_t from)
{
	*s = (struct seen){cmd, from,
		{join(cmd, from, true, false), join(cmd, from, false, false),
			join(cmd, from, true, true), join(cmd, from, false, true)}};
}

static void unsee(struct seen *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->texts); i++)
		free(s->texts[i]);
}

/* What changes nothing outside the shell that runs it. */
static bool is_free(const char *name)
{
	static const char *const names[] = {"cd", ":", "true", "false", "test", "[", "[[",
		"exit", "pwd", "wait", "set", "export", "unset", "for", "break",
		"continue", "return", "shift", "local", "umask"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* A redirection alone, as a rule may name it: "> /dev/sda". */
static void look_at_redirects(struct command_ctx *c, const struct sh_command *cmd)
{
	for (size_t i = 0; i < cmd->n_redirects; i++) {
		char *plain CLEANUP(mem_freep) = plain_path(cmd->redirects[i].to.text);
		struct sh_word words[2] = {{.text = (char *)">"}, {.text = plain}};
		struct sh_command alone = {.words = {words, 2, 2}};
		struct seen s;
		if (cmd->redirects[i].kind == SH_READS)
			continue;
		see(&s, &alone, 0);
		free(s.texts[0]); /* ">" is no word that needs quotes */
		s.texts[0] = xstrdup(s.texts[1]);
		for (size_t k = 0; k < c->sets->n; k++) {
			struct ruling r = decide_set(&c->sets->v[k], &s, true);
			if (r.action != RULE_ALLOW)
				command_worse(c, r, NULL);
		}
		unsee(&s);
	}
}

void command_simple(struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	struct seen s;
	if (++c->depth > COMMAND_DEPTH) {
		command_unsure(c, "nested too deep");
	} else if (from < cmd->words.n) {
		const char *name = cmd->words.v[from].text;
		/* "[" alone is no pattern, but test(1). */
		bool pattern = cmd->words.v[from].pattern && strcmp(name, "[") != 0;
		if (strchr(name, SH_UNKNOWN) || pattern)
			command_unsure(c, "a command whose name only the shell knows");
		see(&s, cmd, from);
		bool looked_through = command_unwrap(c, cmd, from);
		bool free = looked_through || is_free(name);
		c->free += free && !looked_through;
		c->decided += !free;
		for (size_t k = 0; k < c->sets->n; k++)
			command_worse(c, decide_set(&c->sets->v[k], &s, free), NULL);
		unsee(&s);
	}
	c->depth--;
}

/* Variables that change what other commands do. */
static bool is_power(const char *set)
{
	static const char *const names[] = {"PATH=", "IFS=", "ENV=", "BASH_ENV=", "LD_",
		"SHELLOPTS=", "BASHOPTS=", "PS4=", "PROMPT_COMMAND=", "GIT_", "PYTHON",
		"PERL5", "PERLLIB", "NODE_", "RUBY",
		"EDITOR=", "VISUAL=", "PAGER=", "MANPAGER=", "LESSOPEN=", "MAKEFLAGS=",
		"CDPATH=", "HOME=", "GCONV_PATH=", "SHELL=", "BROWSER=", "SSH_"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strncmp(set, names[i], strlen(names[i])))
			return true;
	return false;
}

static void look_at_sets(struct command_ctx *c, const struct sh_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (is_power(words->v[i].text))
			command_unsure(c, "a variable that changes what commands do");
}

/* "cd" to a known place: relative names behind it count from there, too. */
static void look_at_cd(struct command_ctx *c, const struct sh_command *cmd)
{
	enum { MOST = 8 };
	size_t n = c->cwds.n;
	if (cmd->words.n < 2 || strcmp(cmd->words.v[0].text, "cd") != 0)
		return;
	const char *to = cmd->words.v[cmd->words.n - 1].text;
	for (size_t i = 0; i < n && c->cwds.n < MOST; i++) {
		if (*to == '/') {
			vec_add(&c->cwds, to);
			break;
		}
		vec_give(&c->cwds, xasprintf("%s/%s", c->cwds.v[i], to));
	}
}

void command_line(struct command_ctx *c, const char *line)
{
	struct sh_line l = sh_parse(line);
	if (l.unsure)
		command_unsure(c, l.unsure);
	for (size_t i = 0; i < l.n; i++) {
		struct sh_command *cmd = &l.v[i];
		bool exports =
			cmd->words.n && (!strcmp(cmd->words.v[0].text, "export") ||
						!strcmp(cmd->words.v[0].text, "declare"));
		look_at_sets(c, &cmd->sets);
		if (exports)
			look_at_sets(c, &cmd->words);
		look_at_redirects(c, cmd);
		command_simple(c, cmd, 0);
		look_at_cd(c, cmd);
		command_files(c, cmd, 0);
	}
	sh_line_release(&l);
}

/* The whole line as it was typed, and without any blanks, for rules that take away
 * something that is no single command. */
static void look_at_text(struct command_ctx *c, const char *line)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	for (const char *p = line; *p; p++)
		if (!isspace((unsigned char)*p))
			buf_addc(&b, *p);
	for (size_t k = 0; k < c->sets->n; k++) {
		const struct op_rules *list = &c->sets->v[k].op[OP_EXECUTE];
		for (size_t i = 0; i < list->n; i++) {
			const struct rule *r = &list->v[i];
			bool odd = strpbrk(r->pattern, "|&;(){}<>") != NULL;
			bool hit = rulepat_match_text(&r->pat, line) == RULEPAT_YES;
			if (!hit && odd && !strchr(r->pattern, ' '))
				hit = rulepat_match_text(&r->pat, b.p) == RULEPAT_YES;
			if (!hit)
				continue;
			if (r->action == RULE_ALLOW)
				break; /* its commands are looked at one by one */
			struct ruling v = {r->action, &c->sets->v[k], OP_EXECUTE, r};
			command_worse(c, v, NULL);
			break;
		}
	}
}

static void look_at_argv(struct command_ctx *c, const struct vec *argv)
{
	struct sh_command cmd = {0};
	cmd.words.n = argv->n;
	cmd.words.v = xcalloc(argv->n, sizeof(*cmd.words.v));
	for (size_t i = 0; i < argv->n; i++)
		cmd.words.v[i] = (struct sh_word){.text = argv->v[i], .quoted = true};
	command_simple(c, &cmd, 0);
	command_files(c, &cmd, 0);
	free(cmd.words.v);
}

/* Commands that need no rule are decided by the default when they stand alone. */
static void settle(struct command_ctx *c)
{
	for (size_t k = 0; k < c->sets->n && !c->decided; k++) {
		const struct rules *set = &c->sets->v[k];
		struct ruling r = {set->op[OP_EXECUTE].fallback, set, OP_EXECUTE, NULL};
		command_worse(c, r, NULL);
	}
	if (c->out->unsure && c->out->ruling.action == RULE_ALLOW) {
		c->out->ruling.action = RULE_ASK;
		c->out->ruling.rule = NULL;
	}
}

struct command_ruling command_decide(const struct rule_sets *sets, const struct place *p,
	const char *cwd, const struct vec *argv, const char *line)
{
	struct command_ruling out = {.ruling = {.action = RULE_ALLOW, .op = OP_EXECUTE}};
	struct command_ctx c = {.sets = sets, .place = p, .out = &out};
	vec_add(&c.cwds, cwd);
	if (line) {
		look_at_text(&c, line);
		command_line(&c, line);
	} else {
		look_at_argv(&c, argv);
	}
	settle(&c);
	vec_release(&c.cwds);
	return out;
}

char *command_text(const struct vec *argv, const char *line)
{
	struct buf b = BUF_INIT;
	if (line)
		return xstrdup(line);
	for (size_t i = 0; i < argv->n; i++) {
		if (i)
			buf_addc(&b, ' ');
		sh_quote(&b, argv->v[i]);
	}
	return buf_take(&b);
}
