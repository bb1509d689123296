/* SPDX-License-Identifier: MIT */
#include "sandnames.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What runs code later: git's hooks and settings, shells, direnv, editors and agents. In
 * .git, commondir would lead git to another directory's hooks; what stands in for it says
 * what its absence does. */
static const struct {
	const char *name;
	bool is_dir;
	const char *content;
} protected_names[] = {
	{".git/hooks", true, ""},
	{".git/config", false, ""},
	{".git/config.worktree", false, ""},
	{".git/commondir", false, ".\n"},
	{".gitmodules", false, ""},
	{".gitconfig", false, ""},
	{".bashrc", false, ""},
	{".bash_profile", false, ""},
	{".bash_login", false, ""},
	{".bash_logout", false, ""},
	{".profile", false, ""},
	{".zshenv", false, ""},
	{".zshrc", false, ""},
	{".zprofile", false, ""},
	{".envrc", false, ""},
	{".mcp.json", false, ""},
	{".vscode", true, ""},
	{".idea", true, ""},
	{".devcontainer", true, ""},
	{".claude", true, ""},
	{".codex", true, ""},
	{".cursor", true, ""},
	{".gemini", true, ""},
};

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

/* The date by which what stands in is known. */
static bool stands_in(const struct stat *st)
{
	return st->st_mtim.tv_sec == 0 && st->st_mtim.tv_nsec == 0 &&
	       (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_size < 3)) &&
	       !(st->st_mode & 0222);
}

/* Makes what stands in for the name. Returns its descriptor, or -1 with errno. */
static int make(int dir, const char *name, bool is_dir, const char *content)
{
	static const struct timespec then[2] = {{0, 0}, {0, 0}};
	int fd;
	if (is_dir && mkdirat(dir, name, 0555) < 0)
		return -1;
	fd = is_dir ? openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		    : openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd >= 0 && *content && write(fd, content, strlen(content)) < 0)
		errno = 0; /* it is empty, then */
	if (fd >= 0 && futimens(fd, then) < 0) {
		int number = errno;
		(void)unlinkat(dir, name, is_dir ? AT_REMOVEDIR : 0);
		close(fd);
		errno = number;
		return -1;
	}
	return fd;
}

/* Opens, makes if need be, and locks it. Returns a descriptor; -1 with errno EEXIST when
 * something else has the name by now, or why there can be none. */
static int hold(int dir, const char *name, bool is_dir, const char *content)
{
	for (;;) {
		struct stat st, now;
		int fd = make(dir, name, is_dir, content);
		if (fd < 0 && errno != EEXIST)
			return -1;
		if (fd < 0)
			fd = openat(dir, name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || flock(fd, LOCK_SH) < 0 || fstat(fd, &st) < 0 ||
			!stands_in(&st)) {
			if (fd >= 0)
				close(fd);
			errno = EEXIST;
			return -1;
		}
		if (fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
			now.st_ino == st.st_ino && now.st_dev == st.st_dev)
			return fd;
		close(fd); /* its last user has just removed it */
	}
}

/* Something stands in for the name below dir, and will be taken away. */
static void hold_name(struct sandnames *s, int at, const char *dir, const char *name,
	bool is_dir, const char *content)
{
	char *copy CLEANUP(mem_freep) = xstrdup(name);
	char *slash = strrchr(copy, '/');
	if (slash)
		*slash = '\0';
	int parent = openat(at, slash ? copy : ".",
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = parent < 0 ? -1 : hold(parent, slash ? slash + 1 : copy, is_dir, content);
	if (fd >= 0) {
		s->held = xrealloc_n(s->held, s->n_held + 1, sizeof(*s->held));
		s->held[s->n_held++] = (struct sandname_held){
			parent, fd, xstrdup(slash ? slash + 1 : copy), is_dir};
		add(s, "--absent", dir, name);
		return;
	}
	/* Where we may not make it, nor may the command. */
	if (errno == EEXIST)
		add(s, "--ro", dir, name);
	else if (errno != EACCES && errno != EROFS && errno != EPERM)
		vec_add(&s->unprotected, name);
	mem_closep(&parent);
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
static void protect(struct sandnames *s, int at, const char *dir, size_t i, bool holds)
{
	const char *name = protected_names[i].name;
	struct stat st;
	for (const char *end = strchrnul(name, '/');; end = strchrnul(end + 1, '/')) {
		size_t n = (size_t)(end - name);
		char *part CLEANUP(mem_freep) = xmemdup0(name, n);
		bool is_last = !*end;
		int r = fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW);
		if (is_added(s, dir, part))
			return;
		if (r < 0 && holds)
			return hold_name(s, at, dir, part,
				!is_last || protected_names[i].is_dir,
				is_last ? protected_names[i].content : "");
		if (r < 0)
			return vec_add(&s->unprotected, name);
		if (S_ISLNK(st.st_mode))
			return keep_link(s, dir, name, n);
		if (!is_last && S_ISDIR(st.st_mode) && !stands_in(&st))
			continue;
		if (stands_in(&st) && holds) /* somebody else's, or left by the dead */
			return hold_name(s, at, dir, part, S_ISDIR(st.st_mode), "");
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

void sandnames_add(
	struct sandnames *s, const char *dir, const struct vec *allow, bool holds)
{
	struct stat st;
	int at CLEANUP(mem_closep) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; at >= 0 && i < ARRAY_LEN(secrets); i++)
		if (fstatat(at, secrets[i], &st, 0) == 0)
			hide_real(s, dir, secrets[i]);
	for (size_t i = 0; at >= 0 && i < ARRAY_LEN(protected_names); i++)
		if (!is_allowed(allow, protected_names[i].name))
			protect(s, at, dir, i, holds);
}

/* Takes one away, unless somebody else needs it or it is none any more. */
static void drop_one(const struct sandname_held *h)
{
	struct stat st, now;
	if (flock(h->fd, LOCK_EX | LOCK_NB) < 0 || fstat(h->fd, &st) < 0 ||
		!stands_in(&st) ||
		fstatat(h->dir, h->name, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
		now.st_ino != st.st_ino || now.st_dev != st.st_dev)
		return;
	(void)unlinkat(h->dir, h->name, h->is_dir ? AT_REMOVEDIR : 0);
}

void sandnames_drop(struct sandnames *s)
{
	for (size_t i = s->n_held; i-- > 0;) {
		drop_one(&s->held[i]);
		close(s->held[i].fd);
		close(s->held[i].dir);
		free(s->held[i].name);
	}
	free(s->held);
	s->held = NULL;
	s->n_held = 0;
}

void sandnames_release(struct sandnames *s)
{
	sandnames_drop(s);
	vec_release(&s->words);
	vec_release(&s->unprotected);
	*s = (struct sandnames){0};
}
