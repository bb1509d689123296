/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "mem.h"

#include <unistd.h>

/* What stops pagers, prompts, editors and colour: nobody is there to answer. An editor
 * that changes nothing and succeeds lets git take the message it already has. */
static const char *const unattended[] = {
	"PAGER=cat",
	"GIT_PAGER=cat",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_EDITOR=true",
	"EDITOR=true",
	"VISUAL=true",
	"DEBIAN_FRONTEND=noninteractive",
	"SSH_ASKPASS_REQUIRE=never",
	"TERM=dumb",
	"NO_COLOR=1",
	"PYTHONUNBUFFERED=1",
};

/* What --clean-env leaves; a "*" stands for any end. */
static const char *const needed[] = {
	"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "TMPDIR", "SHELL"};

/* What is set in a sandbox. git is not shown the names that stand in for absent ones. */
static const char *const in_a_box[] = {"TMPDIR=/tmp", "GIT_CONFIG_COUNT=1",
	"GIT_CONFIG_KEY_0=core.excludesFile", "GIT_CONFIG_VALUE_0=/run/pab/absent"};

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

/* Sets or replaces NAME=VALUE. */
static void set(struct vec *env, const char *entry)
{
	size_t n = name_len(entry) + 1;
	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->v[i], entry, n) != 0)
			continue;
		free(env->v[i]);
		env->v[i] = xstrdup(entry);
		return;
	}
	vec_add(env, entry);
}

static bool is_needed(const char *entry)
{
	size_t n = name_len(entry);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		const char *star = strchr(needed[i], '*');
		size_t len = star ? (size_t)(star - needed[i]) : strlen(needed[i]);
		if (!strncmp(entry, needed[i], len) && (star || n == len))
			return true;
	}
	return false;
}

int exec_env(const struct exec_env *w, struct vec *out, struct err *e)
{
	for (char **p = environ; *p; p++)
		if (w->clean || w->boxed
				? is_needed(*p) || (w->boxed && sandbox_passes(*p))
				: strncmp(*p, "PAB_", 4) != 0)
			vec_add(out, *p);
	for (size_t i = 0; i < ARRAY_LEN(unattended); i++)
		set(out, unattended[i]);
	for (size_t i = 0; w->boxed && i < ARRAY_LEN(in_a_box); i++)
		set(out, in_a_box[i]);
	if (w->terminal) {
		const char *term = getenv("TERM");
		char *entry CLEANUP(mem_freep) =
			xasprintf("TERM=%s", term && *term ? term : "xterm");
		set(out, entry);
	}
	if (w->pwd) {
		char *pwd CLEANUP(mem_freep) = xasprintf("PWD=%s", w->pwd);
		set(out, pwd);
	}
	for (size_t i = 0; i < w->pass->n; i++) {
		const char *name = w->pass->v[i], *value = getenv(name);
		if (!*name || strchr(name, '='))
			return err_set(e, ERR_USAGE, NULL,
				"--pass takes a name; to set a value: --env NAME=VALUE");
		if (!value)
			continue;
		char *entry CLEANUP(mem_freep) = xasprintf("%s=%s", name, value);
		set(out, entry);
	}
	for (size_t i = 0; i < w->set->n; i++) {
		if (w->set->v[i][0] == '=' || !strchr(w->set->v[i], '='))
			return err_set(e, ERR_USAGE, NULL,
				"--env takes NAME=VALUE; to pass one on: --pass NAME");
		set(out, w->set->v[i]);
	}
	return 0;
}
