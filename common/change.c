/* SPDX-License-Identifier: MIT */
#include "change.h"

#include "hold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

enum { WAIT_MS = 10000, MAX_TRIES = 10000 };

static int fail(struct change *c, struct err *e)
{
	return place_failed(c->place, c->op, c->target, errno, e);
}

/* Waits for the lock; naps grow to 5 ms. Returns 0, 1 when it had to wait, or -1 with
 * errno, EBUSY after the deadline. */
static int lock(int fd, int64_t deadline)
{
	long nap = 100;
	int waited = 0;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -1;
		if (num_now_ms() > deadline) {
			errno = EBUSY;
			return -1;
		}
		waited = 1;
		hold_nap(nap);
		if (nap < 5000)
			nap += nap / 2;
	}
	return waited;
}

static int kind_error(const struct change *c, mode_t mode, struct err *e)
{
	const char *show = c->target->show;
	if (S_ISDIR(mode))
		return err_set(e, ERR_IS_DIR, show, "is a directory");
	return err_set(e, ERR_NOT_REGULAR, show, "is %s, not a regular file",
		place_kind_name(mode));
}

static int open_target(struct change *c)
{
	static const int modes[] = {O_RDONLY, O_RDWR, O_WRONLY};
	int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd = -1;
	for (size_t i = 0; fd < 0 && i < ARRAY_LEN(modes); i++) {
		fd = openat(c->spot.dirfd, c->spot.name, flags | modes[i]);
		if (fd < 0 && errno != EACCES)
			break;
	}
	return fd;
}

/* Could a file be made there once the directories above are? Returns 0, or -1 with err.
 */
static int can_make(struct change *c, const struct target *t, struct err *e)
{
	const char *slash = strrchr(t->rel, '/'), *name = slash ? slash + 1 : t->rel;
	if (!*name || !strcmp(name, "."))
		return err_set(e, ERR_IS_DIR, t->show,
			"a directory that does not exist; name a file");
	errno = !strcmp(name, "..") ? ENOENT : ENAMETOOLONG;
	if (errno != ENOENT && strlen(name) <= NAME_MAX)
		return 0;
	return fail(c, e);
}

/* Finds the directory and name. Missing directories are left for stage to make, which is
 * when it is known that the file will be written. */
static int find_spot(struct change *c, struct err *e)
{
	struct target own CLEANUP(target_release) = {0};
	const struct target *t = place_follow(c->place, c->op, c->target, &own, e);
	if (!t)
		return -1;
	if (place_holds_mounts(c->place, t))
		return kind_error(c, S_IFDIR, e);
	if (root_spot(&c->place->roots, t->root, t->rel, true, &c->spot) == 0)
		return place_admit_opened(
			c->place, c->op, t, c->spot.dirfd, c->spot.name, e);
	if (errno != ENOENT || !(c->flags & CHANGE_CREATE))
		return fail(c, e);
	c->spot.dirfd = -1;
	return can_make(c, t, e);
}

/* One attempt. Returns 0; 1 to try again, as the name leads elsewhere by now; -1. */
static int try_begin(struct change *c, int64_t deadline, struct err *e)
{
	struct stat look, now;
	if (find_spot(c, e) < 0)
		return -1;
	if (c->spot.dirfd < 0)
		return 0;
	if (fstatat(c->spot.dirfd, c->spot.name, &look, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && c->flags & (CHANGE_CREATE | CHANGE_NEW)
			       ? 0
			       : fail(c, e);
	if (S_ISLNK(look.st_mode))
		return 1;
	if (!S_ISREG(look.st_mode))
		return kind_error(c, look.st_mode, e);
	if (c->flags & CHANGE_NEW)
		return err_set(e, ERR_EXISTS, c->target->show, "already exists");
	c->fd = open_target(c);
	if (c->fd < 0)
		return errno == ENOENT || errno == ELOOP ? 1 : fail(c, e);
	int locked = lock(c->fd, deadline);
	if (locked < 0) {
		if (errno == EBUSY)
			return err_set(e, ERR_BUSY, c->target->show,
				"in use: locked by another program for 10 s");
		fail(c, e);
		return err_add(e, " (locking it)");
	}
	/* Whoever had it may have been killed in the midst of a change. */
	if (locked > 0 && recover_pending(c->home))
		return 1;
	if (fstatat(c->spot.dirfd, c->spot.name, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
		fstat(c->fd, &c->st) < 0 || !change_same(&now, &c->st))
		return 1;
	return S_ISREG(c->st.st_mode) ? 0 : kind_error(c, c->st.st_mode, e);
}

static void close_target(struct change *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->spot.dirfd >= 0)
		close(c->spot.dirfd);
	c->fd = c->spot.dirfd = -1;
}

int change_begin(struct change *c, const struct place *p, enum op op,
	const struct target *t, unsigned flags, const char *home, struct err *e)
{
	int64_t deadline = num_now_ms() + WAIT_MS;
	signal(SIGXFSZ,
		SIG_IGN); /* past a limit on file sizes, write fails and says so */
	*c = (struct change){.place = p,
		.target = t,
		.home = home,
		.flags = flags,
		.op = op,
		.mode = -1,
		.fd = -1,
		.tmpfd = -1,
		.like = -1,
		.content = BUF_INIT,
		.spot = {.dirfd = -1}};
	for (int tries = 0; tries < MAX_TRIES && num_now_ms() <= deadline; tries++) {
		int r = try_begin(c, deadline, e);
		if (r <= 0)
			return r;
		close_target(c);
		recover_home(home, NULL, NULL);
	}
	return err_set(e, ERR_BUSY, t->show, "in use: it keeps being replaced");
}

int change_read(struct change *c, struct buf *out, struct err *e)
{
	char size[32];
	if (c->fd < 0)
		return 0;
	if (c->st.st_size > CHANGE_MAX)
		return err_set(e, ERR_TOO_LARGE, c->target->show,
			"has %s bytes; files of up to 4 GiB can be changed",
			num_commas(size, c->st.st_size));
	buf_reserve(out, (size_t)c->st.st_size);
	if (lseek(c->fd, 0, SEEK_SET) == 0 && io_slurp(c->fd, out, CHANGE_MAX) == 0)
		return 0;
	if (errno == EBADF) /* opened for writing only, as its mode says */
		errno = EACCES;
	return fail(c, e);
}

void change_end(struct change *c)
{
	change_drop(c);
	close_target(c);
	buf_release(&c->content);
	if (c->held)
		hold_release();
	c->held = false;
}

int change_compare(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;
	struct stat sx = {0}, sy = {0};
	if (fstat(x->dirfd, &sx) < 0 || fstat(y->dirfd, &sy) < 0)
		return strcmp(x->name, y->name);
	if (sx.st_dev != sy.st_dev)
		return sx.st_dev < sy.st_dev ? -1 : 1;
	if (sx.st_ino != sy.st_ino)
		return sx.st_ino < sy.st_ino ? -1 : 1;
	return strcmp(x->name, y->name);
}

int change_sync(const char *value, unsigned *flags, struct err *e)
{
	const char *v = value && *value ? value : getenv("PAB_FSYNC");
	if (!v || !*v || !strcmp(v, "on"))
		return 0;
	if (strcmp(v, "off") != 0)
		return err_set(e, ERR_USAGE, NULL,
			"--fsync and PAB_FSYNC are on or off, not '%.40s'", v);
	*flags |= CHANGE_NO_SYNC;
	return 0;
}
