/* SPDX-License-Identifier: MIT */
#include "home.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

char *home_path(const char *home)
{
	if (home)
		return xstrdup(home);
	const char *state = getenv("XDG_STATE_HOME"), *user = getenv("HOME");
	if (state && *state == '/')
		return xasprintf("%s/pab", state);
	return user && *user == '/' ? xasprintf("%s/.local/state/pab", user) : NULL;
}

/* mkdir -p with mode 0700 for what is missing. Returns 0, or -1 with errno. */
static int make_path(char *path)
{
	for (char *p = path + 1;; p++) {
		char c = *p;
		if (c && c != '/')
			continue;
		*p = '\0';
		int r = mkdir(path, 0700);
		*p = c;
		if (r < 0 && errno != EEXIST)
			return -1;
		if (!c)
			return 0;
	}
}

int home_open(const char *home, const char *sub, bool make, struct err *e)
{
	char *base CLEANUP(mem_freep) = home_path(home);
	if (!base)
		return err_set(e, ERR_IO, NULL,
			"no place for pab's records: set PAB_HOME or HOME");
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s", base, sub);
	struct stat st;
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = open(path, flags);
	if (fd < 0 && errno == ENOENT && make) {
		if (make_path(path) < 0)
			return err_sys(e, path, errno);
		fd = open(path, flags);
	}
	if (fd < 0)
		return err_sys(e, path, errno);
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 022))
		return fd;
	close(fd);
	return err_set(e, ERR_DENIED, path,
		"belongs to someone else or others may write to it; not used for records");
}
