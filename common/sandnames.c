/* SPDX-License-Identifier: MIT */
#include "sandnames.h"

#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What runs code later: git's hooks and settings, shells, direnv, editors and agents. In
 * .git, commondir would lead git to another directory's hooks; what stands in for it says
 * what its absence does. */
enum place_of { ANYWHERE, IN_A_HOME };
static const struct {
	const char *name;
	enum place_of where; /* where it means something though it is not there yet */
	const char *content;
} protected_names[] = {
	{".git/hooks", ANYWHERE, ""},
	{".git/config", ANYWHERE, ""},
	{".git/config.worktree", ANYWHERE, ""},
	{".git/commondir", ANYWHERE, ".\n"},
	{".gitmodules", ANYWHERE, ""},
	{".bashrc", ANYWHERE, ""},
	{".profile", ANYWHERE, ""},
	{".envrc", ANYWHERE, ""},
	{".mcp.json", ANYWHERE, ""},
	{".vscode", ANYWHERE, ""},
	{".idea", ANYWHERE, ""},
	{".devcontainer", ANYWHERE, ""},
	{".claude", ANYWHERE, ""},
	{".codex", ANYWHERE, ""},
	{".cursor", ANYWHERE, ""},
	{".gemini", ANYWHERE, ""},
	{".gitconfig", IN_A_HOME, ""},
	{".bash_profile", IN_A_HOME, ""},
	{".bash_login", IN_A_HOME, ""},
	{".bash_logout", IN_A_HOME, ""},
	{".zshenv", IN_A_HOME, ""},
	{".zshrc", IN_A_HOME, ""},
	{".zprofile", IN_A_HOME, ""},
};

/* What git reads so of a repository that stands within another one's .git: a submodule's,
 * and what ties another working tree to it. */
static const struct inner_name {
	const char *name, *content;
} in_module[] = {{"hooks", ""}, {"config", ""}, {"config.worktree", ""},
	{"commondir", ".\n"}, {NULL, NULL}},
  in_worktree[] = {{"commondir", "../..\n"}, {"gitdir", ""}, {"config.worktree", ""},
	  {NULL, NULL}};

static const char modules[] = ".git/modules", worktrees[] = ".git/worktrees";

enum { INNER_MOST = 64 }; /* of such repositories; else all of them are kept */

/* What nobody but its owner should see. */
static const char *const secrets[] = {".ssh", ".aws", ".gnupg", ".netrc", ".azure",
	".config/gcloud", ".config/gh", ".docker", ".kube", ".git-credentials", ".pgpass",
	".pypirc", ".vault-token", ".password-store", ".local/share/keyrings", ".mozilla",
	".config/google-chrome", ".config/chromium", ".config/BraveSoftware",
	".config/op", ".cargo/credentials.toml", ".claude/.credentials.json",
	".claude.json", ".codex/auth.json", ".gemini/oauth_creds.json"};

void sandnames_list(struct vec *out)
{
	for (size_t i = 0; i < ARRAY_LEN(protected_names); i++)
		vec_add(out, protected_names[i].name);
	vec_add(out, modules);
	vec_add(out, worktrees);
}

static void add(struct sandnames *s, const char *how, const char *base, const char *name)
{
	const char *words[] = {"--base", base, how, name};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		vec_add(&s->words, words[i]);
}

void sandnames_hide(struct sandnames *s, const char *base, const char *name)
{
	add(s, "--hide", base, name);
}

void sandnames_keep(struct sandnames *s, const char *base, const char *name)
{
	add(s, "--ro", base, name);
}

/* May it be written? By its own name or that of a directory above. */
static bool is_allowed(const struct vec *allow, const char *name)
{
	for (size_t i = 0; allow && i < allow->n; i++) {
		size_t n = strlen(allow->v[i]);
		if (!strncmp(name, allow->v[i], n) && (!name[n] || name[n] == '/'))
			return true;
	}
	return false;
}

static bool is_added(const struct sandnames *s, const char *base, const char *name)
{
	const struct vec *w = &s->words;
	for (size_t i = 3; i < w->n; i += 4)
		if (!strcmp(w->v[i], name) && !strcmp(w->v[i - 2], base))
			return true;
	return false;
}

/* Something stands in for the name below dir, and will be taken away. */
static void stand_in(struct sandnames *s, int at, const char *dir, const char *name,
	const struct standin_spot *what)
{
	if (standins_add(&s->standins, at, name, what) == 0)
		add(s, "--absent", dir, name);
	else if (errno == EEXIST)
		add(s, "--ro", dir, name);
	else if (errno != EACCES && errno != EROFS && errno != EPERM)
		vec_add(&s->unprotected, name);
	/* Where we may not make it, nor may the command. */
}

/* A link on the way is kept as it is, and so is what it leads to below dir. */
static void keep_link(struct sandnames *s, const char *dir, const char *name, size_t n)
{
	char *full CLEANUP(mem_freep) = xasprintf("%s/%s", dir, name);
	char *link CLEANUP(mem_freep) = xmemdup0(name, n);
	char *real CLEANUP(mem_freep) = realpath(full, NULL);
	size_t len = strlen(dir);
	add(s, "--ro", dir, link);
	if (real && !strncmp(real, dir, len) && real[len] == '/')
		add(s, "--ro", dir, real + len + 1);
}

/* One protected name: kept as it is if it is there, else something stands in. */
static void protect(struct sandnames *s, int at, const char *dir, const char *name,
	const char *content, bool holds)
{
	struct stat st;
	for (const char *end = strchrnul(name, '/');; end = strchrnul(end + 1, '/')) {
		size_t n = (size_t)(end - name);
		char *part CLEANUP(mem_freep) = xmemdup0(name, n);
		bool is_last = !*end;
		int r = fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW);
		struct standin_spot what = {
			.content = is_last ? content : "", .is_dir = !is_last};
		if (is_added(s, dir, part))
			return;
		/* ... or somebody else's stands there, or that of one who was killed */
		if (r < 0 ? holds : standins_is(&st))
			return stand_in(s, at, dir, part, &what);
		if (r < 0)
			return;
		if (S_ISLNK(st.st_mode))
			return keep_link(s, dir, name, n);
		if (is_last || !S_ISDIR(st.st_mode))
			return add(s, "--ro", dir, part);
	}
}

/* Hides what the name leads to, if that is below dir. */
static void hide_real(struct sandnames *s, const char *dir, const char *name)
{
	char *full CLEANUP(mem_freep) = xasprintf("%s/%s", dir, name);
	char *real CLEANUP(mem_freep) = realpath(full, NULL);
	size_t len = strlen(dir);
	if (real && !strncmp(real, dir, len) && real[len] == '/' &&
		!is_added(s, dir, real + len + 1))
		add(s, "--hide", dir, real + len + 1);
}

static void protect_all(struct sandnames *s, int at, const char *dir, const char *below,
	const struct inner_name *names)
{
	for (; names->name; names++) {
		char *path CLEANUP(mem_freep) = xasprintf("%s/%s", below, names->name);
		protect(s, at, dir, path, names->content, true);
	}
}

/* The directories at `below`, at any depth: each that has a HEAD is a repository. Returns
 * false when there are too many. */
static bool find_inner(struct sandnames *s, int at, const char *dir, const char *below,
	const struct inner_name *names, int *left)
{
	int fd = openat(at, below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	bool fits = true;
	for (struct dirent *de; fits && d && (de = readdir(d));) {
		struct stat st;
		if (*de->d_name == '.' ||
			(de->d_type != DT_DIR && de->d_type != DT_UNKNOWN))
			continue;
		char *path CLEANUP(mem_freep) = xasprintf("%s/%s", below, de->d_name);
		char *head CLEANUP(mem_freep) = xasprintf("%s/HEAD", path);
		char *more CLEANUP(mem_freep) = xasprintf("%s/modules", path);
		bool is_one = fstatat(at, head, &st, AT_SYMLINK_NOFOLLOW) == 0;
		fits = --*left >= 0;
		if (fits && is_one)
			protect_all(s, at, dir, path, names);
		fits = fits && find_inner(s, at, dir, is_one ? more : path, names, left);
	}
	if (d)
		closedir(d);
	return fits;
}

/* Submodules and other working trees of the repository. */
static void protect_inner(
	struct sandnames *s, int at, const char *dir, const struct vec *allow)
{
	const struct {
		const char *below;
		const struct inner_name *names;
	} inner[] = {{modules, in_module}, {worktrees, in_worktree}};
	for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
		int left = INNER_MOST;
		if (!is_allowed(allow, inner[i].below) &&
			!find_inner(s, at, dir, inner[i].below, inner[i].names, &left))
			add(s, "--ro", dir, inner[i].below);
	}
}

void sandnames_add(struct sandnames *s, const char *dir, const struct vec *allow)
{
	struct stat st;
	const char *home = getenv("HOME");
	char *real CLEANUP(mem_freep) = home ? realpath(home, NULL) : NULL;
	bool in_home = real && !strcmp(real, dir);
	int at CLEANUP(mem_closep) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; at >= 0 && i < ARRAY_LEN(secrets); i++)
		if (fstatat(at, secrets[i], &st, 0) == 0)
			hide_real(s, dir, secrets[i]);
	for (size_t i = 0; at >= 0 && i < ARRAY_LEN(protected_names); i++)
		if (!is_allowed(allow, protected_names[i].name))
			protect(s, at, dir, protected_names[i].name,
				protected_names[i].content,
				in_home || protected_names[i].where == ANYWHERE);
	if (at >= 0)
		protect_inner(s, at, dir, allow);
}

void sandnames_release(struct sandnames *s)
{
	standins_drop(&s->standins);
	vec_release(&s->words);
	vec_release(&s->unprotected);
	*s = (struct sandnames){0};
}
