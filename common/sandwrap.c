/* SPDX-License-Identifier: MIT */
#include "sandwrap.h"

#include "mem.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* The system, as far as it is shown. */
const char *const sandwrap_tops[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
	"/libx32", "/etc", "/opt", "/nix", "/gnu", NULL};

void sandwrap_add(struct vec *v, const char *a, const char *b, const char *c)
{
	vec_add(v, a);
	if (b)
		vec_add(v, b);
	if (c)
		vec_add(v, c);
}

bool sandwrap_is_below(const char *inner, const char *outer)
{
	size_t n = strlen(outer);
	return !strncmp(inner, outer, n) && (!inner[n] || inner[n] == '/');
}

void sandwrap_system(struct vec *v, bool net)
{
	for (size_t i = 0; sandwrap_tops[i]; i++) {
		struct stat st;
		char link[PATH_MAX];
		ssize_t n;
		if (lstat(sandwrap_tops[i], &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			sandwrap_add(v, "--ro-bind", sandwrap_tops[i], sandwrap_tops[i]);
		} else if ((n = readlink(sandwrap_tops[i], link, sizeof(link) - 1)) > 0) {
			link[n] = '\0';
			sandwrap_add(v, "--symlink", link, sandwrap_tops[i]);
		}
	}
	char *names CLEANUP(mem_freep) = net ? realpath("/etc/resolv.conf", NULL) : NULL;
	if (names && !sandwrap_is_below(names, "/etc"))
		sandwrap_add(v, "--ro-bind", names, names);
}

char *sandwrap_home(struct vec *v)
{
	const char *home = getenv("HOME");
	char *real = home && *home == '/' ? realpath(home, NULL) : NULL;
	sandwrap_add(v, "--proc", "/proc", NULL);
	sandwrap_add(v, "--dev", "/dev", NULL);
	sandwrap_add(v, "--tmpfs", "/tmp", NULL);
	sandwrap_add(v, "--tmpfs", "/var/tmp", NULL);
	if (!real || !strcmp(real, "/")) {
		free(real);
		return NULL;
	}
	sandwrap_add(v, "--tmpfs", real, NULL);
	if (strcmp(home, real) != 0 && strcmp(home, "/") != 0)
		sandwrap_add(v, "--symlink", real, home);
	return real;
}

/* Namespaces for everything. CAP_SYS_ADMIN in the user's own is for the helper, which
 * needs it for the masks and gives it up. */
void sandwrap_start(struct vec *v, bool net)
{
	static const char *const words[] = {"--unshare-user", "--unshare-pid",
		"--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--as-pid-1",
		"--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add",
		"CAP_SETPCAP", "--hostname", "sandbox"};
	static const char usual[] = "/usr/bin/bwrap";
	vec_add(v, access(usual, X_OK) == 0 ? usual : "bwrap");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		vec_add(v, words[i]);
	if (!net)
		vec_add(v, "--unshare-net");
}

int sandbox_can_be(const char *dir, struct err *e)
{
	static const char *const never[] = {"/proc", "/dev", "/sys", "/run"};
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (sandwrap_is_below(dir, never[i]))
			return err_set(e, ERR_UNSUPPORTED, dir,
				"cannot be the directory of a sandbox");
	if (!strcmp(dir, "/"))
		return err_set(e, ERR_UNSUPPORTED, dir,
			"the whole file system cannot be the directory of a sandbox; name "
			"a directory: sandbox:DIR");
	return 0;
}

void sandwrap_root(struct vec *v, const char *dir, const char *home)
{
	sandwrap_add(v, "--bind", dir, dir);
	if (home && sandwrap_is_below(home, dir) && strcmp(home, dir) != 0)
		sandwrap_add(v, "--tmpfs", home, NULL);
}
