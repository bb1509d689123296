/* SPDX-License-Identifier: MIT */
/* The masks: laid by descriptor, so that nobody who renames meanwhile can lead them
 * astray. */
#include "pab_box.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN_NAME = O_PATH | O_NOFOLLOW | O_CLOEXEC };

/* Is what is open the root of a mount? */
static bool is_mount(int fd)
{
	struct statx st;
	return statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Goes down one directory of a masked path, which becomes a mount point if it is none.
 * Returns its descriptor, or -1 with errno; `dir` is closed. */
static int step(int dir, const char *name)
{
	int fd = openat(dir, name, OPEN_NAME | O_DIRECTORY);
	if (fd >= 0 && !is_mount(fd)) {
		int tree = box_tree_clone(fd, "");
		if (tree < 0 || box_tree_put(tree, dir, name) < 0) {
			mem_closep(&tree);
			mem_closep(&fd);
		} else {
			close(fd);
			fd = tree;
		}
	}
	int number = errno;
	close(dir);
	errno = number;
	return fd;
}

/* The directory in which the last component of a mask's path stands; *name is that. */
static int find_parent(const struct box_mask *m, const char **name)
{
	char part[NAME_MAX + 1];
	int dir = open(m->base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *p = m->path;
	for (const char *slash; dir >= 0 && (slash = strchr(p, '/')); p = slash + 1) {
		size_t n = (size_t)(slash - p);
		if (n > NAME_MAX)
			return close(dir), errno = ENAMETOOLONG, -1;
		memcpy(part, p, n);
		part[n] = '\0';
		dir = step(dir, part);
	}
	*name = p;
	return dir;
}

/* The directory itself may not be written. */
static int keep_base(int dir)
{
	int tree CLEANUP(mem_closep) = box_tree_clone(dir, "");
	return tree < 0 || box_tree_set(tree, BOX_TREE_RDONLY) < 0
		       ? -1
		       : box_tree_put(tree, dir, "");
}

static int mask(int nothing, const struct box_mask *m)
{
	struct stat st;
	const char *name = NULL;
	int dir CLEANUP(mem_closep) = find_parent(m, &name);
	if (dir >= 0 && !strcmp(name, "."))
		return keep_base(dir);
	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	/* What is empty and a file is like any other; clones of ours are read-only. */
	const char *ours = m->kind == BOX_HIDE ? S_ISDIR(st.st_mode) ? "d" : "f"
			   : m->kind == BOX_ABSENT && S_ISREG(st.st_mode) && !st.st_size
				   ? "empty"
				   : NULL;
	int tree CLEANUP(mem_closep) =
		box_tree_clone(ours ? nothing : dir, ours ? ours : name);
	return tree < 0 || (!ours && box_tree_set(tree, BOX_TREE_RDONLY) < 0)
		       ? -1
		       : box_tree_put(tree, dir, name);
}

/* A file of the small file system. Returns 0, or -1 with errno. */
static int make_file(int fs, const char *name, mode_t mode, const struct box *listed)
{
	int fd CLEANUP(mem_closep) =
		openat(fs, name, O_CREAT | O_WRONLY | O_CLOEXEC, mode);
	for (size_t i = 0; fd >= 0 && listed && i < listed->n_masks; i++)
		if (listed->masks[i].kind == BOX_ABSENT)
			dprintf(fd, "/%s\n", listed->masks[i].path);
	return fd < 0 ? -1 : 0;
}

/* Makes what hidden things are replaced by: a small file system, mounted nowhere yet,
 * with a directory "d" and a file "f" that nobody can open, one that is "empty", and the
 * list "absent" of names that stand for none; read-only. Returns its descriptor, or -1
 * with errno. */
static int make_nothing(const struct box *b)
{
	int fd = box_tree_new("tmpfs", NULL, 0);
	if (fd < 0 || make_file(fd, "f", 0, NULL) < 0 ||
		make_file(fd, "empty", 0444, NULL) < 0 ||
		make_file(fd, "absent", 0444, b) < 0 || mkdirat(fd, "d", 0) < 0 ||
		fchmodat(fd, ".", 0755, 0) < 0 || box_tree_set(fd, BOX_TREE_RDONLY) < 0)
		mem_closep(&fd);
	return fd;
}

int box_mount(const struct box *b, struct err *e)
{
	int nothing CLEANUP(mem_closep) = -1;
	/* Where the namespace is its own, it is nobody else's. */
	if ((!b->spaces &&
		    (unshare(CLONE_NEWNS) < 0 ||
			    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)) ||
		(nothing = make_nothing(b)) < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"a mount namespace for the masks: %s", strerror(errno));
	for (size_t i = 0; i < b->n_masks; i++)
		if (mask(nothing, &b->masks[i]) < 0)
			return err_set(e, ERR_UNSUPPORTED, b->masks[i].path,
				"cannot be protected: %s", strerror(errno));
	/* Over what the sandbox itself is made of: nothing of it is a command's. */
	int run CLEANUP(mem_closep) = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int tree CLEANUP(mem_closep) = box_tree_clone(nothing, "");
	if (run < 0 || tree < 0 || box_tree_put(tree, run, "pab") < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL, "/run/pab: %s", strerror(errno));
	return 0;
}
