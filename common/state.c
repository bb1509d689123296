/* SPDX-License-Identifier: MIT */
#include "state.h"

#include "mem.h"
#include "temp.h"
#include "wipe.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { OPEN = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int state_name(const char *name, struct err *e)
{
	size_t n = strlen(name);
	bool ok = n && n <= STATE_NAME_MAX && isalnum((unsigned char)name[0]);
	for (const char *p = name; ok && *p; p++)
		ok = isalnum((unsigned char)*p) || strchr("._-", *p);
	if (ok)
		return 0;
	return err_set(e, ERR_USAGE, NULL,
		"a tree's name is letters, digits, '.', '_' and '-', at most %d, a letter or "
		"digit first: '%.70s'",
		STATE_NAME_MAX, name);
}

/* Opens a directory of the caller's alone on a tmpfs. Returns a descriptor, or -1. */
static int open_own(const char *path)
{
	struct stat st;
	struct statfs fs;
	int fd = open(path, OPEN);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 077) &&
		fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static int enter(int fd, const char *name)
{
	if (mkdirat(fd, name, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(fd, name, OPEN);
}

int state_base(char **path, struct err *e)
{
	long uid = (long)geteuid();
	char *at = xasprintf("/run/user/%ld", uid);
	int top CLEANUP(mem_closep) = open_own(at);
	if (top < 0) {
		free(at);
		at = xasprintf("/dev/shm/pab-%ld", uid);
		if (mkdir(at, 0700) == 0 || errno == EEXIST)
			top = open_own(at);
	}
	int pab CLEANUP(mem_closep) = top < 0 ? -1 : enter(top, "pab");
	int fd = pab < 0 ? -1 : enter(pab, "state");
	if (fd < 0) {
		err_sys(e, at, errno);
		e->code = ERR_BACKEND;
		err_add(e, " (where in-memory trees are kept: a tmpfs of your own)");
	} else {
		*path = xasprintf("%s/pab/state", at);
	}
	free(at);
	return fd;
}

int state_open(const char *name, bool make, char **path, struct err *e)
{
	char *base CLEANUP(mem_freep) = NULL;
	if (state_name(name, e) < 0)
		return -1;
	int top CLEANUP(mem_closep) = state_base(&base, e);
	if (top < 0)
		return -1;
	int fd = make ? enter(top, name) : openat(top, name, OPEN);
	int tree CLEANUP(mem_closep) = fd < 0 ? -1 : enter(fd, "tree");
	if (tree >= 0) {
		*path = xasprintf("%s/%s", base, name);
		return fd;
	}
	err_sys(e, name, errno);
	if (e->code == ERR_NOT_FOUND)
		err_set(e, ERR_NOT_FOUND, name,
			"no such tree; pab-state list names them");
	if (fd >= 0)
		close(fd);
	return -1;
}

static void count_tree(int fd, struct state_usage *u)
{
	u->bytes = u->files = 0;
	if (wipe_count(fd, "tree", temp_is, &u->bytes, &u->files) < 0)
		errno = 0; /* what cannot be looked at cannot be counted */
}

/* Opens and locks the usage file and reads it; one that is missing, damaged or was left
 * in the midst of a change is made from the tree. Returns its descriptor, or -1 with err.
 */
static int open_usage(int fd, struct state_usage *u, struct err *e)
{
	char text[128];
	long long v[4];
	int f = openat(fd, "usage", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f < 0 || flock(f, LOCK_EX) < 0) {
		err_sys(e, "usage", errno);
		if (f >= 0)
			close(f);
		return -1;
	}
	ssize_t n = pread(f, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	*u = (struct state_usage){-1, -1, STATE_MAX_BYTES, STATE_MAX_FILES};
	if (sscanf(text, "%lld %lld %lld %lld", &v[0], &v[1], &v[2], &v[3]) == 4)
		*u = (struct state_usage){v[0], v[1], v[2], v[3]};
	if (u->bytes < 0 || u->files < 0)
		count_tree(fd, u);
	return f;
}

/* Writes the usage, of which the first half is unknown while a change is under way.
 * Returns 0, or -1 with errno. */
static int write_usage(int f, const struct state_usage *u, bool known)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%lld %lld %lld %lld\n",
		known ? (long long)u->bytes : -1, known ? (long long)u->files : -1,
		(long long)u->max_bytes, (long long)u->max_files);
	return pwrite(f, text, (size_t)n, 0) == n && ftruncate(f, n) == 0 ? 0 : -1;
}

/* Writes the usage and lets go of the lock. Returns 0, or -1 with err. */
static int close_usage(int f, const struct state_usage *u, struct err *e)
{
	int r = write_usage(f, u, true) < 0 ? err_sys(e, "usage", errno) : 0;
	close(f);
	return r;
}

static bool fits(const struct state_usage *u, int64_t bytes, int64_t files)
{
	return (bytes <= 0 || u->bytes + bytes <= u->max_bytes) &&
	       (files <= 0 || u->files + files <= u->max_files);
}

int state_begin(
	int fd, int64_t bytes, int64_t files, struct state_charge *c, struct err *e)
{
	c->bytes = bytes;
	c->files = files;
	c->lock = open_usage(fd, &c->u, e);
	if (c->lock < 0)
		return -1;
	if (!fits(&c->u, bytes, files))
		count_tree(fd, &c->u);
	bool ok = fits(&c->u, bytes, files);
	if (ok && write_usage(c->lock, &c->u, false) == 0)
		return 0;
	int r = ok ? err_sys(e, "usage", errno)
		   : err_set(e, ERR_TOO_LARGE, NULL,
			     "the in-memory tree is full: %lld of %lld bytes, %lld of %lld files "
			     "(pab-state quota)",
			     (long long)c->u.bytes, (long long)c->u.max_bytes,
			     (long long)c->u.files, (long long)c->u.max_files);
	state_end(c, false);
	return r;
}

void state_end(struct state_charge *c, bool done)
{
	if (c->lock < 0)
		return;
	if (done) {
		c->u.bytes += c->bytes;
		c->u.files += c->files;
	}
	/* What cannot be written stays unknown, and is counted by whoever comes next. */
	if (write_usage(c->lock, &c->u, true) < 0)
		errno = 0;
	close(c->lock);
	c->lock = -1;
}

int state_read_usage(int fd, bool count_now, struct state_usage *u, struct err *e)
{
	int f = open_usage(fd, u, e);
	if (f < 0)
		return -1;
	if (count_now)
		count_tree(fd, u);
	return close_usage(f, u, e);
}

int state_set_quota(int fd, int64_t max_bytes, int64_t max_files, struct err *e)
{
	struct state_usage u;
	int f = open_usage(fd, &u, e);
	if (f < 0)
		return -1;
	u.max_bytes = max_bytes < 0 ? u.max_bytes : max_bytes;
	u.max_files = max_files < 0 ? u.max_files : max_files;
	return close_usage(f, &u, e);
}
