/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* The directories commands are looked up in. Returns a string of env's. */
static const char *search_path(const struct vec *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (!strncmp(env->v[i], "PATH=", 5))
			return env->v[i] + 5;
	return "/bin:/usr/bin";
}

/* Takes the first directory off *path. Returns it in new memory, NULL at the end. */
static char *next_dir(const char **path)
{
	if (!*path)
		return NULL;
	size_t n = strcspn(*path, ":");
	char *dir = n ? xmemdup0(*path, n) : xstrdup(".");
	*path = (*path)[n] ? *path + n + 1 : NULL;
	return dir;
}

static bool is_file(int cwd, const char *path)
{
	struct stat st;
	return fstatat(cwd, path, &st, 0) == 0 && !S_ISDIR(st.st_mode);
}

/* Is there a file of that name where the exec looked? */
static bool is_there(const char *cmd, int cwd, const char *path)
{
	if (strchr(cmd, '/'))
		return is_file(cwd, cmd);
	for (char *dir; (dir = next_dir(&path));) {
		char *full CLEANUP(mem_freep) = xasprintf("%s/%s", dir, cmd);
		free(dir);
		if (is_file(cwd, full))
			return true;
	}
	return false;
}

/* The name in the directories of path that is most like cmd. Returns whether one is. */
static bool nearest(const char *cmd, int cwd, const char *path, char out[256])
{
	size_t least = strlen(cmd) / 4 + 2;
	for (char *dir; (dir = next_dir(&path));) {
		int fd = openat(cwd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		DIR *d = fd < 0 ? NULL : fdopendir(fd);
		free(dir);
		for (struct dirent *de; d && (de = readdir(d));) {
			size_t far = opt_distance(cmd, de->d_name, least);
			if (far >= least || faccessat(fd, de->d_name, X_OK, 0) < 0)
				continue;
			least = far;
			snprintf(out, 256, "%s", de->d_name);
		}
		if (d)
			closedir(d);
	}
	return least < strlen(cmd) / 4 + 2;
}

int exec_why_not(
	const char *cmd, int number, int cwd, const struct vec *env, struct err *e)
{
	char near[256];
	const char *path = search_path(env);
	int at = cwd < 0 ? AT_FDCWD : cwd;
	if (number == ENOENT && is_there(cmd, at, path)) {
		err_set(e, ERR_NOT_FOUND, cmd,
			"the interpreter in its first line is not there");
		return NOT_EXECUTABLE;
	}
	if (number == EACCES) {
		err_set(e, ERR_DENIED, cmd, "not executable");
		return NOT_EXECUTABLE;
	}
	if (number != ENOENT && number != ENOTDIR && number != ENAMETOOLONG) {
		err_sys(e, cmd, number);
		return NOT_EXECUTABLE;
	}
	err_set(e, ERR_NOT_FOUND, cmd, "command not found");
	if (strpbrk(cmd, " |;&<>$"))
		err_add(e, "; a line for the shell goes behind -c");
	else if (!strchr(cmd, '/') && nearest(cmd, at, path, near))
		err_add(e, "; near: %s", near);
	return NOT_FOUND;
}
