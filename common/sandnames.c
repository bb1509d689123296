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

/* Where a name stands, and what is to stand there. */
struct spot {
	int dir;
	const char *name, *content;
	bool is_dir;
};

static const struct timespec then[2] = {{0, 0}, {0, 0}};

/* A file that has its date before it has its name. Returns its descriptor, or -1 with
 * errno. */
static int make_file(const struct spot *at)
{
	char link[32];
	size_t n = strlen(at->content);
	int fd = openat(at->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0444);
	if (fd < 0)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((!n || write(fd, at->content, n) == (ssize_t)n) && futimens(fd, then) == 0 &&
		linkat(AT_FDCWD, link, at->dir, at->name, AT_SYMLINK_FOLLOW) == 0)
		return fd;
	int number = errno;
	close(fd);
	errno = number;
	return -1;
}

/* Makes what stands in for the name. Returns its descriptor, or -1 with errno. */
static int make(const struct spot *at)
{
	int fd = at->is_dir ? -1 : make_file(at);
	if (fd >= 0 || (!at->is_dir && errno == EEXIST))
		return fd;
	if (at->is_dir && mkdirat(at->dir, at->name, 0555) < 0)
		return -1;
	fd = at->is_dir ? openat(at->dir, at->name,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			: openat(at->dir, at->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
				  0444);
	size_t n = strlen(at->content);
	if (fd < 0 || ((!n || write(fd, at->content, n) == (ssize_t)n) &&
			      futimens(fd, then) == 0))
		return fd;
	int number = errno;
	(void)unlinkat(at->dir, at->name, at->is_dir ? AT_REMOVEDIR : 0);
	close(fd);
	errno = number;
	return -1;
}

/* A further name of the file that stands in for others costs a third of a new file.
 * Returns whether there is one now. */
static bool link_to(const struct sandnames *s, const struct spot *at)
{
	const struct sandname_held *h = NULL;
	for (size_t i = 0; i < s->n_held && !h; i++)
		if (!s->held[i].is_dir && s->held[i].is_empty)
			h = &s->held[i];
	return h && !at->is_dir && !*at->content &&
	       linkat(h->dir, h->name, at->dir, at->name, 0) == 0;
}

static bool is_held(const struct sandnames *s, const struct stat *st)
{
	for (size_t i = 0; i < s->n_held; i++)
		if (s->held[i].ino == st->st_ino && s->held[i].dev == st->st_dev)
			return true;
	return false;
}

/* Opens, makes if need be, and locks it. Returns a descriptor, -1 for a file that is
 * locked already; -2 with errno EEXIST when something else has the name by now, or why
 * there can be none. */
static int hold(const struct sandnames *s, const struct spot *at, struct stat *st)
{
	enum { AGAIN = 100 };
	for (int i = 0; i < AGAIN; i++) {
		struct stat now;
		bool linked = link_to(s, at);
		int fd = linked ? -1 : make(at);
		if (fd < 0 && !linked && errno != EEXIST)
			return -2;
		if (fd < 0)
			fd = openat(at->dir, at->name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || fstat(fd, st) < 0 || !stands_in(st)) {
			if (fd >= 0)
				close(fd);
			errno = EEXIST;
			return -2;
		}
		if (is_held(s, st))
			return close(fd), -1;
		if (flock(fd, LOCK_SH) == 0 &&
			fstatat(at->dir, at->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
			now.st_ino == st->st_ino && now.st_dev == st->st_dev)
			return fd;
		close(fd); /* its last user has just removed it */
	}
	errno = EBUSY;
	return -2;
}

/* Something stands in for the name below dir, and will be taken away. */
static void hold_name(struct sandnames *s, int at, const char *dir, const char *name,
	const struct spot *what)
{
	char *copy CLEANUP(mem_freep) = xstrdup(name);
	char *slash = strrchr(copy, '/');
	struct spot spot = *what;
	struct stat st;
	if (slash)
		*slash = '\0';
	spot.name = slash ? slash + 1 : copy;
	spot.dir = openat(
		at, slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = spot.dir < 0 ? -2 : hold(s, &spot, &st);
	if (fd != -2) {
		s->held = xrealloc_n(s->held, s->n_held + 1, sizeof(*s->held));
		s->held[s->n_held++] = (struct sandname_held){.dir = spot.dir,
			.fd = fd,
			.name = xstrdup(spot.name),
			.is_dir = S_ISDIR(st.st_mode),
			.is_empty = st.st_size == 0,
			.dev = st.st_dev,
			.ino = st.st_ino};
		add(s, "--absent", dir, name);
		return;
	}
	/* Where we may not make it, nor may the command. */
	if (errno == EEXIST)
		add(s, "--ro", dir, name);
	else if (errno != EACCES && errno != EROFS && errno != EPERM)
		vec_add(&s->unprotected, name);
	mem_closep(&spot.dir);
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
		struct spot what = {.content = is_last ? protected_names[i].content : "",
			.is_dir = !is_last};
		if (is_added(s, dir, part))
			return;
		/* ... or somebody else's stands there, or that of one who was killed */
		if (r < 0 ? holds : stands_in(&st))
			return hold_name(s, at, dir, part, &what);
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
			protect(s, at, dir, i,
				in_home || protected_names[i].where == ANYWHERE);
}

/* Takes one away, if it is still the same. */
static void drop_one(const struct sandname_held *h)
{
	struct stat now;
	if (fstatat(h->dir, h->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_ino == h->ino && now.st_dev == h->dev && stands_in(&now))
		(void)unlinkat(h->dir, h->name, h->is_dir ? AT_REMOVEDIR : 0);
}

/* May those of one lock go, as nobody else needs them? */
static bool is_last_user(const struct sandnames *s, const struct sandname_held *h)
{
	for (size_t i = 0; i < s->n_held; i++)
		if (s->held[i].fd >= 0 && s->held[i].ino == h->ino &&
			s->held[i].dev == h->dev)
			return flock(s->held[i].fd, LOCK_EX | LOCK_NB) == 0;
	return false;
}

void sandnames_drop(struct sandnames *s)
{
	for (size_t i = s->n_held; i-- > 0;)
		if (is_last_user(s, &s->held[i]))
			drop_one(&s->held[i]);
	for (size_t i = s->n_held; i-- > 0;) {
		mem_closep(&s->held[i].fd);
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
