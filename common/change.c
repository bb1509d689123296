/* SPDX-License-Identifier: MIT */
#include "change.h"

#include "carry.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "undo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 10000, MAX_TRIES = 10000 };

static int fail(struct change *c, struct err *e)
{
	return place_error(c->place, c->target, errno, e);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Does the name still lead to the file that is locked, and is that as it was read? */
static bool still_there(const struct change *c)
{
	struct stat now;
	return fstatat(c->spot.dirfd, c->spot.name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       same_file(&now, &c->st) && now.st_size == c->st.st_size &&
	       now.st_mtim.tv_sec == c->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == c->st.st_mtim.tv_nsec;
}

/* Waits for the lock; naps grow to 5 ms. Returns 0, or -1 with errno, EBUSY after the
 * deadline. */
static int lock(int fd, int64_t deadline)
{
	struct timespec nap = {0, 100000};
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -1;
		if (num_now_ms() > deadline) {
			errno = EBUSY;
			return -1;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 5000000)
			nap.tv_nsec += nap.tv_nsec / 2;
	}
	return 0;
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

/* One attempt. Returns 0; 1 to try again, as the name leads elsewhere by now; -1. */
static int try_begin(struct change *c, enum op op, int64_t deadline, struct err *e)
{
	struct stat look, now;
	if (place_spot(c->place, op, c->target, c->flags & CHANGE_CREATE, &c->spot, e) < 0)
		return -1;
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
	if (lock(c->fd, deadline) < 0) {
		if (errno == EBUSY)
			return err_set(e, ERR_BUSY, c->target->show,
				"in use: locked by another program for 10 s");
		fail(c, e);
		return err_add(e, " (locking it)");
	}
	if (fstatat(c->spot.dirfd, c->spot.name, &now, AT_SYMLINK_NOFOLLOW) < 0 ||
		fstat(c->fd, &c->st) < 0 || !same_file(&now, &c->st))
		return 1;
	return S_ISREG(c->st.st_mode) ? 0 : kind_error(c, c->st.st_mode, e);
}

/* A write in place that a kill interrupted is rolled back before anything else. */
static int recover(struct change *c, struct err *e)
{
	if (c->fd < 0 || !undo_pending(c->home, &c->st))
		return 0;
	int fd CLEANUP(mem_closep) = openat(c->spot.dirfd, c->spot.name,
		O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(c, e);
	int r = same_file(&st, &c->st) ? undo_restore(c->home, fd, &st, e) : 0;
	if (r < 0)
		return -1;
	c->recovered = r == 1;
	return fstat(c->fd, &c->st) < 0 ? fail(c, e) : 0;
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
	*c = (struct change){.place = p, .target = t, .home = home, .flags = flags,
		.fd = -1, .tmpfd = -1, .content = BUF_INIT, .spot = {.dirfd = -1}};
	for (int tries = 0; tries < MAX_TRIES && num_now_ms() <= deadline; tries++) {
		int r = try_begin(c, op, deadline, e);
		if (r == 0)
			r = recover(c, e);
		if (r <= 0)
			return r;
		close_target(c);
	}
	return err_set(e, ERR_BUSY, t->show, "in use: it keeps being replaced");
}

int change_read(struct change *c, struct buf *out, struct err *e)
{
	if (c->fd < 0)
		return 0;
	buf_reserve(out, (size_t)c->st.st_size);
	if (lseek(c->fd, 0, SEEK_SET) < 0 || io_slurp(c->fd, out, SIZE_MAX / 4) < 0)
		return fail(c, e);
	return 0;
}

/* Frees the slot when its file is one that a kill left behind: nobody holds its lock. */
static void sweep(const struct change *c, const char *tmp)
{
	struct stat st, named;
	int fd CLEANUP(mem_closep) = openat(c->spot.dirfd, tmp,
		O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
		fstatat(c->spot.dirfd, tmp, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		same_file(&st, &named))
		unlinkat(c->spot.dirfd, tmp, 0);
}

/* Takes a temporary name of this target's that is free or left behind, and locks its file
 * so that no other writer takes it for left behind. Returns 0, or -1 with errno. */
static int make_temp(struct change *c, mode_t mode)
{
	for (unsigned slot = 0; slot < TEMP_SLOTS; slot++) {
		struct stat st;
		temp_name(c->spot.name, slot, c->tmp);
		for (int tries = 0; tries < 3; tries++) {
			c->tmpfd = openat(c->spot.dirfd, c->tmp,
				O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
			if (c->tmpfd < 0 && errno != EEXIST)
				goto failed;
			if (c->tmpfd < 0) {
				sweep(c, c->tmp);
				continue;
			}
			if (flock(c->tmpfd, LOCK_EX | LOCK_NB) == 0 &&
				fstat(c->tmpfd, &st) == 0 && st.st_nlink == 1)
				return 0;
			close(steal_fd(&c->tmpfd));
		}
	}
	errno = EBUSY;
failed:
	c->tmp[0] = '\0';
	return -1;
}

static void drop_temp(struct change *c)
{
	if (c->tmp[0])
		unlinkat(c->spot.dirfd, c->tmp, 0);
	if (c->tmpfd >= 0)
		close(c->tmpfd);
	c->tmpfd = -1;
	c->tmp[0] = '\0';
}

/* Chooses writing in place, for the reason given. Returns 0, or -1 when it was ruled
 * out. */
static int choose_in_place(struct change *c, const void *p, size_t n, const char *why,
	struct err *e)
{
	drop_temp(c);
	if (c->flags & CHANGE_ATOMIC)
		return err_set(e, ERR_UNSUPPORTED, c->target->show,
			"cannot be replaced atomically: %s; without --atomic it is written "
			"in place%s",
			why,
			c->st.st_nlink > 1 ? ", with --break-links this name alone changes"
					   : "");
	c->in_place = true;
	buf_add(&c->content, p, n);
	return 0;
}

static int fill_temp(struct change *c, const void *p, size_t n, int mode)
{
	if (io_write(c->tmpfd, p, n) < 0)
		return -1;
	if (mode >= 0 && fchmod(c->tmpfd, (mode_t)mode) < 0)
		return -1;
	return c->flags & CHANGE_NO_SYNC ? 0 : fsync(c->tmpfd);
}

int change_stage(struct change *c, const void *p, size_t n, int mode, struct err *e)
{
	bool exists = c->fd >= 0;
	if (exists && c->st.st_nlink > 1 && !(c->flags & CHANGE_BREAK_LINKS)) {
		char why[64];
		snprintf(why, sizeof(why), "it has %lu hard links",
			(unsigned long)c->st.st_nlink);
		return choose_in_place(c, p, n, why, e);
	}
	if (make_temp(c, exists ? 0600 : 0666) < 0) {
		if (!exists || (errno != EACCES && errno != EPERM && errno != EROFS))
			return fail(c, e);
		return choose_in_place(c, p, n, "its directory cannot be written to", e);
	}
	if (exists && carry_over(c->fd, &c->st, c->tmpfd) < 0)
		return choose_in_place(c, p, n,
			"its owner or attributes cannot be carried over", e);
	if (fill_temp(c, p, n, mode) < 0) {
		fail(c, e);
		drop_temp(c);
		return -1;
	}
	return 0;
}

/* The rest of publish for a file that did not exist. */
static int publish_new(struct change *c, struct err *e)
{
	int dir = c->spot.dirfd;
	int r = renameat2(dir, c->tmp, dir, c->spot.name, RENAME_NOREPLACE);
	if (r < 0 && (errno == EINVAL || errno == ENOSYS)) {
		r = linkat(dir, c->tmp, dir, c->spot.name, 0);
		if (r == 0)
			unlinkat(dir, c->tmp, 0);
	}
	if (r < 0 && errno == EEXIST && c->flags & CHANGE_NEW)
		return err_set(e, ERR_EXISTS, c->target->show, "already exists");
	if (r < 0)
		return errno == EEXIST ? 1 : fail(c, e);
	c->tmp[0] = '\0';
	c->published = true;
	return 0;
}

/* Gives the old file a second name, which an undo renames back. */
static int keep_old(struct change *c, struct err *e)
{
	for (unsigned slot = 1; slot < TEMP_SLOTS; slot++) {
		temp_name(c->spot.name, slot, c->old);
		if (linkat(c->spot.dirfd, c->spot.name, c->spot.dirfd, c->old, 0) == 0)
			return 0;
		if (errno != EEXIST)
			break;
		sweep(c, c->old);
	}
	c->old[0] = '\0';
	return fail(c, e);
}

/* A write clears set-id bits; only the owner can set them again, and for anyone else it
 * is right that they are gone. */
static void restore_mode(int fd, const struct stat *was)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && st.st_mode != was->st_mode &&
		fchmod(fd, was->st_mode & 07777) < 0)
		errno = 0;
}

/* Overwrites the file that is locked. Its record is dropped unless kept for an undo. */
static int write_in_place(struct change *c, bool keep, struct err *e)
{
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(c->spot.dirfd, c->spot.name,
		O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(c, e);
	if (fstat(fd, &st) < 0 || !same_file(&st, &c->st))
		return 1;
	if (undo_save(c->home, c->fd, &c->st, c->content.p, c->content.len, e) < 0)
		return -1;
	bool sync = !(c->flags & CHANGE_NO_SYNC);
	if (io_write(fd, c->content.p, c->content.len) < 0 ||
		ftruncate(fd, (off_t)c->content.len) < 0 || (sync && fsync(fd) < 0)) {
		fail(c, e);
		struct err ignored;
		if (undo_restore(c->home, fd, &c->st, &ignored) < 0)
			err_add(e, "; the next pab call on it puts it back");
		return -1;
	}
	restore_mode(fd, &c->st);
	if (!keep)
		undo_drop(c->home, &c->st);
	c->published = true;
	return 0;
}

int change_publish(struct change *c, bool keep, struct err *e)
{
	if (c->fd < 0)
		return publish_new(c, e);
	if (!still_there(c))
		return 1;
	if (c->in_place)
		return write_in_place(c, keep, e);
	if (keep && keep_old(c, e) < 0)
		return -1;
	if (renameat(c->spot.dirfd, c->tmp, c->spot.dirfd, c->spot.name) == 0) {
		c->tmp[0] = '\0';
		c->published = true;
		return 0;
	}
	change_settle(c);
	if (errno != EBUSY)
		return fail(c, e);
	/* A mount point cannot be renamed over. */
	struct buf again CLEANUP(buf_release) = BUF_INIT;
	if (lseek(c->tmpfd, 0, SEEK_SET) < 0 || io_slurp(c->tmpfd, &again, SIZE_MAX / 4) < 0)
		return fail(c, e);
	if (choose_in_place(c, again.p, again.len, "it is a mount point", e) < 0)
		return -1;
	return write_in_place(c, keep, e);
}

int change_undo(struct change *c, struct err *e)
{
	if (!c->published)
		return 0;
	c->published = false;
	if (c->fd < 0)
		return unlinkat(c->spot.dirfd, c->spot.name, 0) < 0 ? fail(c, e) : 0;
	if (!c->in_place) {
		if (renameat(c->spot.dirfd, c->old, c->spot.dirfd, c->spot.name) < 0)
			return fail(c, e);
		c->old[0] = '\0';
		return 0;
	}
	int fd CLEANUP(mem_closep) =
		openat(c->spot.dirfd, c->spot.name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail(c, e) : undo_force(c->home, fd, &c->st, e);
}

void change_settle(struct change *c)
{
	int saved = errno;
	if (c->old[0])
		unlinkat(c->spot.dirfd, c->old, 0);
	c->old[0] = '\0';
	if (c->in_place && c->published)
		undo_drop(c->home, &c->st);
	errno = saved;
}

void change_end(struct change *c)
{
	change_settle(c);
	if (c->spot.dirfd >= 0)
		drop_temp(c);
	close_target(c);
	buf_release(&c->content);
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
