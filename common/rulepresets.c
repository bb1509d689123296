/* SPDX-License-Identifier: MIT */
/* The rules that need no file. The lists of secrets, system directories and dangerous
 * commands are those of the Python library, as they stand there. */
#include "rules.h"

#include "diag.h"

static const char *const secrets[] = {"**/.env", "**/.env.*", "**/*.pem", "**/*.key",
	"**/*.crt", "**/credentials*", "**/secrets*", "**/*secret*", "**/*password*",
	"**/.aws/**", "**/.ssh/**", "**/.gnupg/**", NULL};

static const char *const system_dirs[] = {"/etc/**", "/var/**", "/usr/**", "/bin/**",
	"/sbin/**", "/boot/**", "/sys/**", "/proc/**", NULL};

static const char *const dangerous[] = {"rm -rf /*", "rm -rf /",
	":(){:|:&};:", "dd if=*of=/dev/*", "mkfs*", "> /dev/sda", "chmod -R 777 /", NULL};

/* What lets git write a file or run a program, then what only looks. */
static const char *const git_acts[] = {"git * --output*", "git * --ext-diff*",
	"git * --textconv*", "git * --no-index*", NULL};

static const char *const git_looks[] = {"git status *", "git log *", "git diff *",
	"git show *", "git blame *", "git shortlog *", "git describe *",
	"git rev-parse *", "git rev-list *", "git ls-files *", "git ls-tree *",
	"git cat-file *", "git merge-base *", "git name-rev *", "git branch",
	"git branch -a", "git branch -v", "git branch -vv", "git branch --list *",
	"git branch --show-current", "git tag", "git tag -l *", "git tag --list *",
	"git remote", "git remote -v", "git stash list", "git --no-pager status *",
	"git --no-pager log *", "git --no-pager diff *", "git --no-pager show *",
	"git --no-pager blame *", "git --version", NULL};

#define SECRETS "Protect sensitive files"
#define BOTH "Protect sensitive and system files"
#define COMMANDS "Block dangerous commands"
#define LOOKING "Look at the repository, change nothing"

struct list {
	enum rule_action action;
	const char *const *patterns;
	const char *why;
};

struct op_preset {
	enum rule_action fallback;
	struct list lists[3]; /* ended by one without patterns */
};

struct preset {
	const char *name;
	enum rule_action fallback;
	struct op_preset op[OP_COUNT];
};

#define OF(action, ...)                                                                  \
	{                                                                                \
		action,                                                                  \
		{                                                                        \
			__VA_ARGS__                                                      \
		}                                                                        \
	}
#define ALL(action) OF(action, {0})
#define NO_SECRETS(action) OF(action, {RULE_DENY, secrets, SECRETS})
#define NO_DANGER(action) OF(action, {RULE_DENY, dangerous, COMMANDS})
#define NO_SYSTEM(action)                                                                \
	OF(action, {RULE_DENY, secrets, BOTH}, {RULE_DENY, system_dirs, BOTH})

/* In the order of enum op: read, ls, glob, grep, write, edit, execute. */
static const struct preset presets[] = {
	{"default", RULE_ASK,
		{NO_SECRETS(RULE_ALLOW), ALL(RULE_ALLOW), ALL(RULE_ALLOW),
			ALL(RULE_ALLOW), NO_SECRETS(RULE_ASK), NO_SECRETS(RULE_ASK),
			NO_DANGER(RULE_ASK)}},
	{"permissive", RULE_ALLOW,
		{NO_SECRETS(RULE_ALLOW), ALL(RULE_ALLOW), ALL(RULE_ALLOW),
			ALL(RULE_ALLOW), NO_SYSTEM(RULE_ALLOW), NO_SYSTEM(RULE_ALLOW),
			NO_DANGER(RULE_ALLOW)}},
	{"readonly", RULE_DENY,
		{NO_SECRETS(RULE_ALLOW), ALL(RULE_ALLOW), ALL(RULE_ALLOW),
			ALL(RULE_ALLOW), ALL(RULE_DENY), ALL(RULE_DENY), ALL(RULE_DENY)}},
	{"strict", RULE_ASK,
		{NO_SECRETS(RULE_ASK), ALL(RULE_ASK), ALL(RULE_ASK), ALL(RULE_ASK),
			NO_SECRETS(RULE_ASK), NO_SECRETS(RULE_ASK), NO_DANGER(RULE_ASK)}},
	{"review", RULE_DENY,
		{NO_SECRETS(RULE_ALLOW), ALL(RULE_ALLOW), ALL(RULE_ALLOW),
			ALL(RULE_ALLOW), ALL(RULE_DENY), ALL(RULE_DENY),
			OF(RULE_DENY, {RULE_DENY, git_acts, LOOKING},
				{RULE_ALLOW, git_looks, LOOKING})}},
};

static void add(struct rules *r, enum op op, const struct list *list)
{
	struct err e;
	for (const char *const *p = list->patterns; p && *p; p++)
		if (rules_add(r, op, list->action, *p, list->why, &e) < 0)
			bug("preset pattern '%s': %s", *p, e.msg);
}

static void add_op(struct rules *r, enum op op, const struct op_preset *from)
{
	for (const struct list *l = from->lists; l->patterns; l++)
		add(r, op, l);
}

static const struct preset *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (!strcmp(name, presets[i].name))
			return &presets[i];
	return NULL;
}

int rules_preset(struct rules *r, const char *name)
{
	const struct preset *p = find(name);
	if (!p)
		return -1;
	rules_init(r, name, p->fallback);
	for (size_t i = 0; i < OP_COUNT; i++) {
		r->op[i].fallback = p->op[i].fallback;
		add_op(r, (enum op)i, &p->op[i]);
	}
	return 0;
}

int rules_add_list(struct rules *r, enum op op, const char *name)
{
	static const struct {
		const char *name;
		struct list list;
	} lists[] = {
		{"secrets", {RULE_DENY, secrets, SECRETS}},
		{"system", {RULE_DENY, system_dirs, "Protect system files"}},
		{"dangerous", {RULE_DENY, dangerous, COMMANDS}},
	};
	const struct preset *p = find(name);
	if (p) {
		add_op(r, op, &p->op[op]);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!strcmp(name, lists[i].name)) {
			add(r, op, &lists[i].list);
			return 0;
		}
	return -1;
}
