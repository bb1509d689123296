/* SPDX-License-Identifier: MIT */
/* Workspaces that are made for a session, ROOT/ID, and which of them may be removed:
 * those that were. The file `making` in the record is there before the directory, `owned`
 * from then on; when the session is closed, kept/ID below PAB_HOME remembers it. */
#include "pab_session_verbs.h"

#include "home.h"
#include "io.h"
#include "mem.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

char *session_workspace_path(
	const char *home, const char *root, const char *id, struct err *e)
{
	char *real CLEANUP(mem_freep) = NULL;
	if (root) {
		real = realpath(root, NULL);
		if (!real)
			return err_sys(e, root, errno), NULL;
	} else {
		char *base CLEANUP(mem_freep) = home_path(home);
		int fd CLEANUP(mem_closep) = home_open(home, "workspaces", true, e);
		char *path CLEANUP(mem_freep) =
			xasprintf("%s/workspaces", base ? base : "");
		real = fd < 0 ? NULL : realpath(path, NULL);
		if (!real)
			return fd < 0 ? NULL : (err_sys(e, path, errno), NULL);
	}
	return xasprintf("%s/%s", strcmp(real, "/") ? real : "", id);
}

/* Opens the directory that holds it; *name is the last component. Returns a descriptor,
 * or -1 with errno. */
static int open_root(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *root CLEANUP(mem_freep) = xmemdup0(path, (size_t)(slash - path) + 1);
	*name = slash + 1;
	return open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Is it what an earlier session of that id left? */
static bool was_kept(const char *home, const char *id, const char *path)
{
	struct err ignored;
	int kept CLEANUP(mem_closep) = home_open(home, "kept", false, &ignored);
	char *line CLEANUP(mem_freep) = kept < 0 ? NULL : dial_read(kept, id);
	return line && !strcmp(line, path);
}

/* Belongs to us, and is closed to others from now on? Returns 0, or -1 with err. */
static int check_own(int root, const char *name, const char *path, struct err *e)
{
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(root, name, OPEN_DIR);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, path, errno);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_DENIED, path, "belongs to someone else");
	if ((st.st_mode & 07777) != 0700 && fchmod(fd, 0700) < 0)
		return err_sys(e, path, errno);
	return 0;
}

int session_workspace_make(
	struct session *s, const char *home, const char *path, struct err *e)
{
	const char *name;
	int root CLEANUP(mem_closep) = open_root(path, &name);
	struct stat st;
	if (root < 0 || fstat(root, &st) < 0)
		return err_sys(e, path, errno);
	if (st.st_mode & 022 && !(st.st_mode & S_ISVTX))
		return err_set(e, ERR_DENIED, path,
			"others may write to the directory above; not used for workspaces");
	if (session_write(s, "making", path, e) < 0)
		return -1;
	bool made = mkdirat(root, name, 0700) == 0;
	if (!made && errno != EEXIST)
		return err_sys(e, path, errno);
	if (check_own(root, name, path, e) < 0)
		return -1;
	bool ours = made || was_kept(home, s->id, path);
	if (ours ? renameat(s->dir, "making", s->dir, "owned") < 0
		 : unlinkat(s->dir, "making", 0) < 0)
		return err_sys(e, path, errno);
	return 0;
}

void session_workspace_undo(struct session *s)
{
	static const char *const files[] = {"making", "owned"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *path CLEANUP(mem_freep) = dial_read(s->dir, files[i]);
		const char *name;
		if (!path || *path != '/')
			continue;
		int root CLEANUP(mem_closep) = open_root(path, &name);
		if (root >= 0 && unlinkat(root, name, AT_REMOVEDIR) < 0)
			errno = 0; /* there is something in it, or it is gone */
	}
}

char *session_workspace_owned(const struct session *s)
{
	char *path = dial_read(s->dir, "owned");
	if (path && *path == '/' && strrchr(path, '/')[1])
		return path;
	free(path);
	return NULL;
}

int session_workspace_keep(struct session *s, const char *home, struct err *e)
{
	char *path CLEANUP(mem_freep) = session_workspace_owned(s);
	if (!path)
		return 0;
	int kept CLEANUP(mem_closep) = home_open(home, "kept", true, e);
	struct session there = {.id = s->id, .dir = kept};
	return kept < 0 ? -1 : session_write(&there, s->id, path, e);
}

int session_purge_path(const char *id, const char *home, const char *path, struct err *e)
{
	struct err ignored;
	const char *name;
	int root CLEANUP(mem_closep) = open_root(path, &name);
	if (root < 0 && errno != ENOENT)
		return err_sys(e, path, errno);
	if (root >= 0 && wipe_at(root, name, WIPE_FORCE) < 0)
		return err_sys(e, path, errno);
	int kept CLEANUP(mem_closep) = home_open(home, "kept", false, &ignored);
	if (kept >= 0 && unlinkat(kept, id, 0) < 0 && errno != ENOENT)
		return err_sys(e, path, errno);
	return 0;
}

int session_workspace_purge(struct session *s, const char *home, struct err *e)
{
	char *path CLEANUP(mem_freep) = session_workspace_owned(s);
	return path ? session_purge_path(s->id, home, path, e) : 0;
}
