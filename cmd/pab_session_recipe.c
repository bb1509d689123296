/* SPDX-License-Identifier: MIT */
/* A recipe in JSON becomes a Dockerfile; every word of it is checked before a line is
 * written:
 *
 *	{"base_image": "python:3.12-slim", "packages": ["httpx"], "package_manager":
 *"pip", "setup_commands": ["mkdir /data"], "env_vars": {"MODE": "test"}, "work_dir":
 *"/workspace", "build_network": "host", "description": "…"}
 *
 * or "image" alone for one that is used as it is. */
#include "pab_session_runtime.h"

#include "jin.h"
#include "jout.h"
#include "mem.h"
#include "num.h"

enum { PACKAGES_MAX = 500, TEXT_MAX = 8000 };

static int bad(struct err *e, const char *key, const char *why)
{
	return err_set(e, ERR_BAD_INPUT, NULL, "%s %s", key, why);
}

/* One line of text that a Dockerfile can hold. */
static bool is_line(const char *s)
{
	size_t n = strlen(s);
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return false;
	return n && n < TEXT_MAX && s[n - 1] != '\\';
}

static bool has_only(const char *s, const char *more)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789";
	for (; *s; s++)
		if (!strchr(word, *s) && !strchr(more, *s))
			return false;
	return true;
}

int image_check_name(const char *name, struct err *e)
{
	if (*name && *name != '-' && *name != '.' && *name != '/' && *name != ':' &&
		strlen(name) < 300 && has_only(name, "._-/:@"))
		return 0;
	return err_set(e, ERR_USAGE, NULL,
		"an image's name is letters, digits and ._-/:@, not '%.60s'", name);
}

/* A package with its version: nothing that an option or a path could be. */
static int check_package(const char *s, struct err *e)
{
	if (*s && strchr("-./", *s) == NULL && strlen(s) < 200 &&
		has_only(s, "._-+@/=<>~^!:,[]"))
		return 0;
	return err_set(
		e, ERR_BAD_INPUT, NULL, "packages: '%.60s' is no name of a package", s);
}

static int check_variable(const char *name, const char *value, struct err *e)
{
	bool good = *name && !(*name >= '0' && *name <= '9') && has_only(name, "_") &&
		    strlen(name) < 200;
	if (!good || !strncmp(name, "PAB_", 4))
		return err_set(e, ERR_BAD_INPUT, NULL,
			"env_vars: '%.60s' is no name of a variable", name);
	return !*value || is_line(value)
		       ? 0
		       : bad(e, "env_vars", "has a value that is no line of text");
}

static int check_directory(const char *s, struct err *e)
{
	if (*s == '/' && s[1] && strlen(s) < 200 && has_only(s, "._-/") &&
		!strstr(s, "/../") && !strstr(s, "//") && strncmp(s, "/.pab", 5) != 0 &&
		strcmp(s, "/tmp") != 0)
		return 0;
	return err_set(e, ERR_BAD_INPUT, NULL,
		"work_dir: '%.60s' is no directory that a workspace can be", s);
}

/* The strings of an array. Returns 0, or -1 with err. */
static int take_list(struct vec *out, const jin_node *n, const char *key, struct err *e)
{
	if (!jin_is_array(n))
		return bad(e, key, "is a list of strings");
	for (n = jin_first(n); n; n = jin_next(n)) {
		if (!jin_string(n))
			return bad(e, key, "is a list of strings");
		if (out->n >= PACKAGES_MAX)
			return bad(e, key, "has too many");
		vec_add(out, jin_string(n));
	}
	return 0;
}

static int take_env(struct runtime *r, const jin_node *n, struct err *e)
{
	if (!jin_is_object(n))
		return bad(e, "env_vars", "is an object of strings");
	for (n = jin_first(n); n; n = jin_next(n)) {
		const char *value = jin_string(n);
		if (!value)
			return bad(e, "env_vars", "is an object of strings");
		if (check_variable(jin_key(n), value, e) < 0)
			return -1;
		vec_give(&r->env, xasprintf("%s=%s", jin_key(n), value));
	}
	return 0;
}

static int take(struct runtime *r, const jin_node *n, struct err *e)
{
	const char *key = jin_key(n), *value = jin_string(n);
	const struct {
		const char *name;
		char **into;
	} texts[] = {{"image", &r->image}, {"base_image", &r->base},
		{"package_manager", &r->manager}, {"work_dir", &r->work_dir},
		{"description", &r->description}, {"build_network", &r->network}};
	if (!strcmp(key, "packages"))
		return take_list(&r->packages, n, key, e);
	if (!strcmp(key, "setup_commands"))
		return take_list(&r->setup, n, key, e);
	if (!strcmp(key, "env_vars"))
		return take_env(r, n, e);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!strcmp(key, texts[i].name)) {
			if (!value || !is_line(value))
				return bad(e, key, "is a line of text");
			*texts[i].into = xstrdup(value);
			return 0;
		}
	return err_set(e, ERR_BAD_INPUT, NULL,
		"there is no '%.40s' in a recipe; there are image, base_image, packages, "
		"package_manager, setup_commands, env_vars, work_dir, build_network and "
		"description",
		key);
}

static int check(struct runtime *r, struct err *e)
{
	static const char *const managers[] = {"pip", "npm", "apt", "cargo"};
	bool known = !r->manager;
	if (!r->image == !r->base)
		return bad(e, "a recipe", "has either image or base_image");
	if (image_check_name(r->image ? r->image : r->base, e) < 0)
		return -1;
	if (r->image && (r->packages.n || r->setup.n))
		return bad(
			e, "image", "is used as it is; base_image is what is built upon");
	for (size_t i = 0; i < ARRAY_LEN(managers); i++)
		known = known || !strcmp(r->manager, managers[i]);
	if (!known)
		return bad(e, "package_manager", "is pip, npm, apt or cargo");
	if (r->network && strcmp(r->network, "host") && strcmp(r->network, "none"))
		return bad(e, "build_network", "is host or none");
	for (size_t i = 0; i < r->packages.n; i++)
		if (check_package(r->packages.v[i], e) < 0)
			return -1;
	for (size_t i = 0; i < r->setup.n; i++)
		if (!is_line(r->setup.v[i]))
			return bad(e, "setup_commands",
				"has one that is no line of text, or ends in a backslash");
	if (!r->manager)
		r->manager = xstrdup("pip");
	if (!r->work_dir)
		r->work_dir = xstrdup("/workspace");
	return check_directory(r->work_dir, e);
}

int recipe_parse(struct runtime *r, const char *p, size_t n, struct err *e)
{
	struct jin *j = jin_parse(p, n, e);
	if (!j)
		return -1;
	int result = 0;
	if (!jin_is_object(jin_root(j)))
		result = bad(e, "a recipe", "is a JSON object");
	else
		for (const jin_node *m = jin_first(jin_root(j)); m && result == 0;
			m = jin_next(m))
			result = take(r, m, e);
	jin_free(j);
	return result < 0 ? -1 : check(r, e);
}

/* RUN with words that no shell sees: those in front, then the packages. */
static void run_words(struct buf *out, const char *front, const struct vec *packages)
{
	struct jout j;
	char *own CLEANUP(mem_freep) = xstrdup(front), *rest = own;
	buf_puts(out, "RUN ");
	jout_init(&j, out);
	jout_array(&j, NULL);
	for (char *word; (word = strsep(&rest, " "));)
		jout_str(&j, NULL, word);
	for (size_t i = 0; i < packages->n; i++)
		jout_str(&j, NULL, packages->v[i]);
	jout_end_array(&j);
}

/* In one step, so that the lists of packages do not stay in a layer. No package's name
 * has a quote in it. */
static void run_apt(struct buf *out, const struct vec *packages)
{
	buf_puts(out, "RUN apt-get update && apt-get install -y --no-install-recommends");
	for (size_t i = 0; i < packages->n; i++)
		buf_printf(out, " '%s'", packages->v[i]);
	buf_puts(out, " && rm -rf /var/lib/apt/lists/*\n");
}

/* A value between double quotes, of which nothing is expanded. */
static void quote(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		if (strchr("\"\\$", *s))
			buf_addc(out, '\\');
		buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

void recipe_write(const struct runtime *r, struct buf *out)
{
	buf_printf(out, "FROM %s\n", r->base);
	for (size_t i = 0; i < r->setup.n; i++)
		buf_printf(out, "RUN %s\n", r->setup.v[i]);
	if (r->packages.n && !strcmp(r->manager, "pip"))
		run_words(out, "pip install --no-cache-dir", &r->packages);
	/* Not into the work directory, over which the workspace is mounted. */
	if (r->packages.n && !strcmp(r->manager, "npm")) {
		run_words(out, "npm install -g --no-fund --no-audit", &r->packages);
		buf_puts(out, "ENV NODE_PATH=/usr/local/lib/node_modules\n");
	}
	if (r->packages.n && !strcmp(r->manager, "cargo"))
		run_words(out, "cargo install", &r->packages);
	if (r->packages.n && !strcmp(r->manager, "apt"))
		run_apt(out, &r->packages);
	for (size_t i = 0; i < r->env.n; i++) {
		const char *eq = strchr(r->env.v[i], '=');
		buf_printf(out, "ENV %.*s=", (int)(eq - r->env.v[i]), r->env.v[i]);
		quote(out, eq + 1);
		buf_addc(out, '\n');
	}
	buf_printf(out, "WORKDIR %s\n", r->work_dir);
}
