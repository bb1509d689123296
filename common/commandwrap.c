/* SPDX-License-Identifier: MIT */
/* Commands that run other commands. */
#include "commandctx.h"
#include "mem.h"

#include <ctype.h>

enum how {
	WORDS,  /* the words behind the options are a command */
	SHELL,  /* a shell: -c LINE, else a script or standard input */
	LINE,   /* the words are joined to a line */
	FIND,   /* what stands behind -exec and its kin */
	XARGS,  /* a command whose last words come from standard input */
	CODE,   /* another language: a script in a file or on standard input */
	REMOTE, /* HOST and a line for its shell */
};

/* clear: it changes nothing of what the inner command may do, and needs no rule itself.
 * args: letters of options with a value. skip: operands in front of the command. */
static const struct wrapper {
	const char *name;
	enum how how;
	bool clear;
	int skip;
	const char *args;
} wrappers[] = {
	{"sh", SHELL, true, 0, "oO"},
	{"bash", SHELL, true, 0, "oO"},
	{"dash", SHELL, true, 0, "o"},
	{"zsh", SHELL, true, 0, "o"},
	{"ksh", SHELL, true, 0, "o"},
	{"mksh", SHELL, true, 0, "o"},
	{"ash", SHELL, true, 0, "o"},
	{"rbash", SHELL, true, 0, "oO"},
	{"fish", SHELL, true, 0, "C"},
	{"eval", LINE, true, 0, ""},
	{"env", WORDS, true, 0, "uCS"},
	{"nice", WORDS, true, 0, "n"},
	{"ionice", WORDS, true, 0, "cnpPu"},
	{"timeout", WORDS, true, 1, "sk"},
	{"nohup", WORDS, true, 0, ""},
	{"setsid", WORDS, true, 0, ""},
	{"stdbuf", WORDS, true, 0, "ioe"},
	{"time", WORDS, true, 0, "fo"},
	{"command", WORDS, true, 0, ""},
	{"builtin", WORDS, true, 0, ""},
	{"exec", WORDS, true, 0, "a"},
	{"xargs", XARGS, false, 0, "adEIiLlnPs"},
	{"parallel", XARGS, false, 0, "jIaS"},
	{"find", FIND, false, 0, ""},
	{"fd", FIND, false, 0, ""},
	{"fdfind", FIND, false, 0, ""},
	{"sudo", WORDS, false, 0, "CDghpRrtTUu"},
	{"doas", WORDS, false, 0, "Cu"},
	{"su", SHELL, false, 0, "gGsw"},
	{"runuser", SHELL, false, 0, "ugGsw"},
	{"pkexec", WORDS, false, 0, "u"},
	{"chroot", WORDS, false, 1, ""},
	{"unshare", WORDS, false, 0, "RSGw"},
	{"nsenter", WORDS, false, 0, "tSG"},
	{"setpriv", WORDS, false, 0, ""},
	{"taskset", WORDS, false, 1, ""},
	{"chrt", WORDS, false, 1, "TPD"},
	{"flock", WORDS, false, 1, "wE"},
	{"strace", WORDS, false, 0, "abeEIoOpPsSuXU"},
	{"ltrace", WORDS, false, 0, "aAeFlnopsuwx"},
	{"watch", LINE, false, 0, "n"},
	{"script", SHELL, false, 0, "BEIlmoOT"},
	{"busybox", WORDS, false, 0, ""},
	{"toybox", WORDS, false, 0, ""},
	{"systemd-run", WORDS, false, 0, "pEutH"},
	{"proot", WORDS, false, 0, "rbwq"},
	{"fakeroot", WORDS, false, 0, "lsib"},
	{"entr", WORDS, false, 0, ""},
	{"ssh", REMOTE, false, 1, "BbcDEeFIiJLlmOopQRSWw"},
	{"trap", LINE, false, 0, ""},
	{"python", CODE, false, 0, "WXmc"},
	{"python3", CODE, false, 0, "WXmc"},
	{"perl", CODE, false, 0, "eEIMmn"},
	{"ruby", CODE, false, 0, "eIr"},
	{"node", CODE, false, 0, "eprC"},
	{"php", CODE, false, 0, "rcd"},
	{"lua", CODE, false, 0, "el"},
	{"source", CODE, false, 0, ""},
	{".", CODE, false, 0, ""},
};

static const struct wrapper *find_wrapper(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (!strcmp(name, wrappers[i].name))
			return &wrappers[i];
	return NULL;
}

static const char *word(const struct sh_command *cmd, size_t i)
{
	return cmd->words.v[i].text;
}

/* Long options whose value may be the next word. */
static bool long_has_value(const char *w)
{
	static const char *const names[] = {"--signal", "--kill-after", "--adjustment",
		"--unset", "--chdir", "--user", "--group", "--host", "--prompt",
		"--output", "--max-args", "--max-procs", "--replace", "--delimiter",
		"--max-lines", "--arg-file", "--class", "--classdata", "--interval",
		"--timeout", "--conflict-exit-code", "--input", "--error", "--property",
		"--unit"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(w, names[i]))
			return true;
	return false;
}

/* Goes past the options from word i on. Returns the first operand's number. */
static size_t skip_options(
	const struct sh_command *cmd, size_t i, const struct wrapper *of)
{
	for (; i < cmd->words.n; i++) {
		const char *w = word(cmd, i);
		if (!strcmp(w, "--"))
			return i + 1;
		if (w[0] != '-' || !w[1])
			return i;
		if (w[1] == '-') {
			i += long_has_value(w);
			continue;
		}
		/* In a cluster the first that takes a value ends it. */
		const char *l = w + 1;
		while (*l && !strchr(of->args, *l))
			l++;
		i += *l && !l[1];
	}
	return i;
}

/* What stands behind option -c, also in a cluster such as -lc. Returns its number, 0
 * when there is none. */
static size_t find_c(const struct sh_command *cmd, size_t from, const struct wrapper *of)
{
	for (size_t i = from + 1; i + 1 < cmd->words.n; i++) {
		const char *w = word(cmd, i);
		bool is_long = !strcmp(w, "--command") || !strcmp(w, "--session-command");
		if (is_long || ((w[0] == '-' || w[0] == '+') && w[1] != '-' &&
				       strchr(w + 1, 'c'))) {
			size_t at = i + 1;
			while (at < cmd->words.n && word(cmd, at)[0] == '-' && !is_long)
				at += 1 + (strchr(of->args, word(cmd, at)[1]) != NULL);
			return at < cmd->words.n ? at : 0;
		}
		if (w[0] != '-' && w[0] != '+' && of->how == SHELL && of->clear)
			return 0; /* a script: -c behind it is its own */
		if ((w[0] == '-' || w[0] == '+') && w[1] && !w[2] &&
			strchr(of->args, w[1]))
			i++;
	}
	return 0;
}

static void inner_line(struct command_ctx *c, const char *text)
{
	if (strchr(text, SH_UNKNOWN))
		command_unsure(c, "a line that only the shell knows");
	if (++c->depth > COMMAND_DEPTH)
		command_unsure(c, "nested too deep");
	else if (!strchr(text, SH_UNKNOWN))
		command_line(c, text);
	c->depth--;
}

static void inner_words(struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	command_simple(c, cmd, from);
	command_files(c, cmd, from);
}

/* A script of its own, else what it is fed. Returns whether it is looked through. */
static bool unwrap_shell(struct command_ctx *c, const struct sh_command *cmd, size_t from,
	const struct wrapper *of)
{
	size_t at = find_c(cmd, from, of);
	if (at) {
		inner_line(c, word(cmd, at));
		return of->clear;
	}
	size_t script = skip_options(cmd, from + 1, of);
	bool reads = script >= cmd->words.n;
	for (size_t i = from + 1; i < script && i < cmd->words.n; i++)
		reads |= !strcmp(word(cmd, i), "-s") || !strcmp(word(cmd, i), "-");
	reads |= script < cmd->words.n &&
		 (!strcmp(word(cmd, script), "-") ||
			 !strncmp(word(cmd, script), "/dev/", 5) ||
			 strchr(word(cmd, script), SH_UNKNOWN));
	if (!of->clear || !reads)
		return false;
	if (cmd->document)
		inner_line(c, cmd->document);
	else
		command_unsure(c, "a shell that reads what only it knows");
	return cmd->document != NULL;
}

static void unwrap_code(struct command_ctx *c, const struct sh_command *cmd, size_t from,
	const struct wrapper *of)
{
	size_t script = skip_options(cmd, from + 1, of);
	bool has_code = false;
	for (size_t i = from + 1; i < cmd->words.n; i++)
		has_code |= word(cmd, i)[0] == '-' && strpbrk(word(cmd, i), "cemr");
	if (!has_code && cmd->fed &&
		(script >= cmd->words.n || !strcmp(word(cmd, script), "-") ||
			!strncmp(word(cmd, script), "/dev/", 5)))
		command_unsure(c, "a program that reads what only it knows");
	if (script < cmd->words.n && strchr(word(cmd, script), SH_UNKNOWN) &&
		(of->name[0] == '.' || of->name[0] == 's'))
		command_unsure(c, "a script whose name only the shell knows");
}

static void unwrap_joined(struct command_ctx *c, const struct sh_command *cmd, size_t at)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	for (size_t i = at; i < cmd->words.n; i++) {
		buf_puts(&b, word(cmd, i));
		buf_addc(&b, ' ');
	}
	inner_line(c, b.p);
}

/* Words at .. end of cmd as a command, "{}" being what is not known; and with `also`
 * words that are not known behind them. */
static void unwrap_part(struct command_ctx *c, const struct sh_command *cmd, size_t at,
	size_t end, bool also)
{
	static char unknown[] = {SH_UNKNOWN, '\0'};
	struct sh_command part = {.fed = cmd->fed};
	if (at >= end)
		return;
	part.words.v = xcalloc(end - at + 1, sizeof(*part.words.v));
	for (size_t i = at; i < end; i++) {
		struct sh_word *w = &part.words.v[part.words.n++];
		*w = cmd->words.v[i];
		if (strstr(w->text, "{}"))
			*w = (struct sh_word){.text = unknown, .quoted = true};
	}
	if (also)
		part.words.v[part.words.n++] =
			(struct sh_word){.text = unknown, .quoted = true};
	inner_words(c, &part, 0);
	free(part.words.v);
}

static void unwrap_find(struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	static const char *const runs[] = {"-exec", "-execdir", "-ok", "-okdir", "-x",
		"-X", "--exec", "--exec-batch"};
	for (size_t i = from + 1; i < cmd->words.n; i++) {
		bool run = false;
		for (size_t k = 0; k < ARRAY_LEN(runs); k++)
			run |= !strcmp(word(cmd, i), runs[k]);
		if (!run)
			continue;
		size_t end = i + 1;
		while (end < cmd->words.n && strcmp(word(cmd, end), ";") != 0 &&
			(strcmp(word(cmd, end), "+") != 0 ||
				strcmp(word(cmd, end - 1), "{}") != 0))
			end++;
		unwrap_part(c, cmd, i + 1, end, false);
		i = end;
	}
}

/* env NAME=VALUE … COMMAND, and env -S 'LINE'. */
static size_t skip_sets(struct command_ctx *c, const struct sh_command *cmd, size_t from,
	size_t at, bool *line)
{
	for (size_t i = from + 1; i < at && i < cmd->words.n; i++) {
		const char *w = word(cmd, i);
		const char *value = !strncmp(w, "-S", 2)                 ? w + 2
				    : !strncmp(w, "--split-string=", 15) ? w + 15
									 : NULL;
		if (!value)
			continue;
		*line = true;
		inner_line(c, *value                 ? value
			      : i + 1 < cmd->words.n ? word(cmd, i + 1)
						     : "");
	}
	while (at < cmd->words.n && strchr(word(cmd, at), '=')) {
		struct sh_word *set = &cmd->words.v[at++];
		if (!strncmp(set->text, "LD_", 3) || !strncmp(set->text, "PATH=", 5) ||
			!strncmp(set->text, "GIT_", 4) ||
			!strncmp(set->text, "BASH_ENV=", 9))
			command_unsure(c, "a variable that changes what commands do");
	}
	return at;
}

static bool unwrap_words(struct command_ctx *c, const struct sh_command *cmd, size_t from,
	const struct wrapper *of)
{
	bool line = false;
	size_t at = skip_options(cmd, from + 1, of);
	if (!strcmp(of->name, "command") && from + 1 < cmd->words.n &&
		(!strcmp(word(cmd, from + 1), "-v") ||
			!strcmp(word(cmd, from + 1), "-V")))
		return false; /* it only looks for one */
	if (!strcmp(of->name, "env") || !strcmp(of->name, "sudo") ||
		!strcmp(of->name, "doas"))
		at = skip_sets(c, cmd, from, at, &line);
	at += (size_t)of->skip;
	if (!strcmp(of->name, "flock") && at < cmd->words.n &&
		!strcmp(word(cmd, at), "-c")) {
		unwrap_joined(c, cmd, at + 1);
		return false;
	}
	if (at >= cmd->words.n)
		return line;
	inner_words(c, cmd, at);
	return of->clear;
}

bool command_unwrap(struct command_ctx *c, const struct sh_command *cmd, size_t from)
{
	const struct wrapper *of = find_wrapper(command_base(word(cmd, from)));
	size_t at;
	if (!of)
		return false;
	/* "clear" is said of the system's own, not of any file of that name. */
	const char *name = word(cmd, from);
	bool known = !strchr(name, '/') || !strncmp(name, "/bin/", 5) ||
		     !strncmp(name, "/usr/bin/", 9);
	switch (of->how) {
	case WORDS:
		return unwrap_words(c, cmd, from, of) && known;
	case SHELL:
		return unwrap_shell(c, cmd, from, of) && known;
	case LINE:
		at = skip_options(cmd, from + 1, of);
		unwrap_joined(c, cmd, at);
		return of->clear && known;
	case FIND:
		unwrap_find(c, cmd, from);
		return false;
	case XARGS:
		at = skip_options(cmd, from + 1, of);
		unwrap_part(c, cmd, at, cmd->words.n, true);
		return false;
	case CODE:
		unwrap_code(c, cmd, from, of);
		return false;
	case REMOTE:
		at = skip_options(cmd, from + 1, of) + 1;
		if (at < cmd->words.n)
			unwrap_joined(c, cmd, at);
		return false;
	}
	return false;
}
