/* SPDX-License-Identifier: MIT */
/* The root of a sandbox, put together from the same words that bubblewrap is told. What
 * is shown of the host is cloned by its path there; where it is put is found one
 * component after the other, through no link. */
#include "pab_box.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	PLAIN = BOX_TREE_NOSUID | BOX_TREE_NODEV,
	SHOWN = PLAIN | BOX_TREE_RDONLY,
	OPEN_NAME = O_PATH | O_NOFOLLOW | O_CLOEXEC,
};

static const char *const ours[] = {"mode", "0755", NULL};

/* What programs expect to find in /dev. */
static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
static const struct {
	const char *to, *name;
} device_links[] = {{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"},
	{"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"},
	{"/proc/kcore", "core"}, {"pts/ptmx", "ptmx"}};

/* Of /proc, what root could change the host by, though it is root of nothing else. */
static const char *const proc_kept[] = {"sys", "sysrq-trigger", "irq", "bus"};

/* Opens the next component, making it if it is not there. Returns its descriptor, or -1
 * with errno. */
static int descend(int dir, const char *name, bool as_file)
{
	int fd = openat(dir, name, OPEN_NAME);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (!as_file)
		return mkdirat(dir, name, 0755) < 0 ? -1 : openat(dir, name, OPEN_NAME);
	int made = openat(
		dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (made < 0)
		return -1;
	close(made);
	return openat(dir, name, OPEN_NAME);
}

/* Finds the directory below the new root in which the last component of an absolute path
 * stands; *name is that. Returns its descriptor, or -1 with errno. */
static int find_parent(int root, const char *path, char name[NAME_MAX + 1])
{
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 3);
	for (const char *p = path + strspn(path, "/"); dir >= 0;) {
		size_t n = strcspn(p, "/");
		if (!n || n > NAME_MAX) {
			close(dir);
			errno = n ? ENAMETOOLONG : EINVAL;
			return -1;
		}
		memcpy(name, p, n);
		name[n] = '\0';
		p += n + strspn(p + n, "/");
		if (!*p)
			return dir;
		int next = descend(dir, name, false), number = errno;
		close(dir);
		errno = number;
		dir = next;
	}
	return -1;
}

/* Puts a tree at an absolute path below the root. Returns 0, or -1 with errno. */
static int put_at(int root, int tree, const char *path, bool is_file)
{
	char name[NAME_MAX + 1];
	int dir CLEANUP(mem_closep) = tree < 0 ? -1 : find_parent(root, path, name);
	int fd CLEANUP(mem_closep) = dir < 0 ? -1 : descend(dir, name, is_file);
	return fd < 0 ? -1 : box_tree_put(tree, fd, "");
}

static int put_link(int root, const char *to, const char *path)
{
	char name[NAME_MAX + 1];
	int dir CLEANUP(mem_closep) = find_parent(root, path, name);
	return dir < 0 ? -1 : symlinkat(to, dir, name);
}

/* Shows one of the host's files in the directory. Returns 0, or -1 with errno. */
static int show_device(int dev, const char *from, const char *name)
{
	int tree CLEANUP(mem_closep) = box_tree_clone(AT_FDCWD, from);
	int fd CLEANUP(mem_closep) = tree < 0 ? -1 : descend(dev, name, true);
	return fd < 0 || box_tree_set(tree, BOX_TREE_NOSUID) < 0
		       ? -1
		       : box_tree_put(tree, fd, "");
}

/* The terminal that is standard output is found by its name as the console. */
static int show_terminal(int dev)
{
	char path[PATH_MAX];
	ssize_t n = isatty(STDOUT_FILENO)
			    ? readlink("/proc/self/fd/1", path, sizeof(path) - 1)
			    : 0;
	if (n <= 0)
		return 0;
	path[n] = '\0';
	return strncmp(path, "/dev/", 5) != 0 ? 0 : show_device(dev, path, "console");
}

/* Fills a /dev that stands in its place already. */
static int fill_dev(int dev)
{
	static const char *const pts[] = {"ptmxmode", "0666", "mode", "620", NULL};
	char path[32];
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		if (show_device(dev, path, devices[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(device_links); i++)
		if (symlinkat(device_links[i].to, dev, device_links[i].name) < 0)
			return -1;
	int tree CLEANUP(mem_closep) =
		box_tree_new("devpts", pts, BOX_TREE_NOSUID | BOX_TREE_NOEXEC);
	return tree < 0 || mkdirat(dev, "shm", 0755) < 0 || mkdirat(dev, "pts", 0755) < 0
		       ? -1
	       : box_tree_put(tree, dev, "pts") < 0 ? -1
						    : show_terminal(dev);
}

/* What of a /proc, in its place already, is not to be written. */
static int keep_proc(int proc)
{
	for (size_t i = 0; i < ARRAY_LEN(proc_kept); i++) {
		int tree CLEANUP(mem_closep) = box_tree_clone(proc, proc_kept[i]);
		if (tree < 0 && errno == ENOENT)
			continue;
		if (tree < 0 || box_tree_set(tree, BOX_TREE_RDONLY) < 0 ||
			box_tree_put(tree, proc, proc_kept[i]) < 0)
			return -1;
	}
	return 0;
}

/* Makes one of the root's parts. Returns 0, or -1 with errno. */
static int lay(int root, const struct box_part *p)
{
	struct stat st = {0};
	int tree CLEANUP(mem_closep) = -1;
	switch (p->kind) {
	case BOX_LINK:
		return put_link(root, p->from, p->to);
	case BOX_TMPFS:
		tree = box_tree_new("tmpfs", ours, PLAIN);
		return put_at(root, tree, p->to, false);
	case BOX_DEV:
		tree = box_tree_new("tmpfs", ours, PLAIN);
		return put_at(root, tree, p->to, false) < 0 ? -1 : fill_dev(tree);
	case BOX_PROC:
		tree = box_tree_new("proc", NULL, PLAIN | BOX_TREE_NOEXEC);
		return put_at(root, tree, p->to, false) < 0 ? -1 : keep_proc(tree);
	case BOX_BIND:
	case BOX_BIND_RO:
		tree = p->tree;
		return fstat(tree, &st) < 0
			       ? -1
			       : put_at(root, tree, p->to, !S_ISDIR(st.st_mode));
	}
	return -1;
}

/* Clones what is shown of the host, before anything covers it. */
static int clone_part(struct box_part *p)
{
	if (p->kind != BOX_BIND && p->kind != BOX_BIND_RO)
		return 0;
	p->tree = box_tree_clone(AT_FDCWD, p->from);
	return p->tree < 0 ? -1
			   : box_tree_set(p->tree, p->kind == BOX_BIND ? PLAIN : SHOWN);
}

/* Goes from the host's root, of which nothing is left in sight, to the new one, which is
 * itself read-only. */
static int enter(int root)
{
	const unsigned long kept =
		MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
	return fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
			       umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ||
			       mount(NULL, "/", NULL, kept, NULL) < 0
		       ? -1
		       : 0;
}

int box_root(const struct box *b, struct err *e)
{
	int root CLEANUP(mem_closep) = box_tree_new("tmpfs", ours, PLAIN);
	for (size_t i = 0; i < b->n_parts; i++)
		if (clone_part(&b->parts[i]) < 0)
			return err_sys(e, b->parts[i].from, errno);
	/* It needs a place to stand while it is made. */
	if (root < 0 || box_tree_put(root, AT_FDCWD, "/tmp") < 0)
		return err_sys(e, "/tmp", errno);
	for (size_t i = 0; i < b->n_parts; i++)
		if (lay(root, &b->parts[i]) < 0)
			return err_sys(e, b->parts[i].to, errno);
	/* Where the masks' own things will be. */
	int run CLEANUP(mem_closep) = descend(root, "run", false);
	if (run < 0 || mkdirat(run, "pab", 0755) < 0)
		return err_sys(e, "/run/pab", errno);
	if (enter(root) < 0)
		return err_sys(e, "/", errno);
	if (b->cwd && chdir(b->cwd) < 0)
		return err_sys(e, b->cwd, errno);
	return 0;
}
