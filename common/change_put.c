/* SPDX-License-Identifier: MIT */
/* The second half of a change: new content prepared, made the file's. */
#include "change.h"

#include "birth.h"
#include "carry.h"
#include "clone.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int fail(struct change *c, struct err *e)
{
	return place_error(c->place, c->target, errno, e);
}

bool change_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Does the name still lead to the file that is locked, and is that as it was read? */
static bool still_there(const struct change *c)
{
	struct stat now;
	return fstatat(c->spot.dirfd, c->spot.name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       change_same(&now, &c->st) && now.st_size == c->st.st_size &&
	       now.st_mtim.tv_sec == c->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == c->st.st_mtim.tv_nsec;
}

void change_drop(struct change *c)
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
static int choose_in_place(
	struct change *c, const void *p, size_t n, const char *why, struct err *e)
{
	change_drop(c);
	if (c->flags & CHANGE_ATOMIC)
		return err_set(e, ERR_UNSUPPORTED, c->target->show,
			"cannot be replaced atomically: %s; without --atomic it is written "
			"in place%s",
			why,
			c->st.st_nlink > 1
				? ", with --break-links this name alone changes"
				: "");
	c->in_place = true;
	c->is = c->mode < 0 ? c->st.st_mode : S_IFREG | (unsigned)c->mode;
	buf_add(&c->content, p, n);
	return 0;
}

/* Writes the new content; blocks of zeros stay holes where the file had some. */
static int write_content(const struct change *c, const char *p, size_t n)
{
	enum { BLOCK = 4096 };
	static const char zeros[BLOCK];
	size_t from = 0;
	if (c->fd < 0 || (int64_t)c->st.st_blocks * 512 >= c->st.st_size)
		return io_write(c->tmpfd, p, n);
	for (size_t i = 0; i < n; i += BLOCK) {
		if (n - i >= BLOCK && memcmp(p + i, zeros, BLOCK) != 0)
			continue;
		if (io_write(c->tmpfd, p + from, i - from) < 0)
			return -1;
		from = n - i < BLOCK ? i : i + BLOCK;
		if (from > i && lseek(c->tmpfd, BLOCK, SEEK_CUR) < 0)
			return -1;
	}
	if (io_write(c->tmpfd, p + from, n - from) < 0)
		return -1;
	return ftruncate(c->tmpfd, (off_t)n);
}

/* Is something mounted on the name? Such a file cannot be renamed over. */
static bool is_mount(const struct change *c)
{
	struct statx sx;
	return statx(c->spot.dirfd, c->spot.name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &sx) ==
		       0 &&
	       sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* Fills the temporary file; owner and mode come last, as a write clears set-id bits.
 * Returns 0; 1 when what the file had cannot be carried over; -1 with errno. */
static int fill_temp(struct change *c, const void *p, size_t n)
{
	struct stat st;
	if (write_content(c, p, n) < 0)
		return -1;
	if (c->like >= 0 &&
		(fstat(c->like, &st) < 0 || clone_facts(c->like, &st, c->tmpfd) < 0))
		return -1;
	if (c->like < 0 && c->fd >= 0 && carry_over(c->fd, &c->st, c->tmpfd) < 0)
		return 1;
	const struct route *r = place_route(c->place, c->target);
	if (c->fd >= 0 && r && r->state >= 0)
		birth_keep(c->fd, c->tmpfd);
	if (c->mode >= 0 && fchmod(c->tmpfd, (mode_t)c->mode) < 0)
		return -1;
	if (fstat(c->tmpfd, &st) < 0)
		return -1;
	c->is = st.st_mode;
	return c->flags & CHANGE_NO_SYNC ? 0 : fsync(c->tmpfd);
}

/* What must hold before anything is written: missing directories are made; a file that
 * its mode protects is not replaced behind its back; links that a kill left are gone. */
static int ready(struct change *c, struct err *e)
{
	if (c->spot.dirfd < 0) {
		struct state_charge room;
		if (place_begin(c->place, c->target, c->size, 1, &room, e) < 0)
			return -1;
		state_end(&room, false);
		return place_spot(c->place, c->op, c->target, true, &c->spot, e);
	}
	if (c->fd < 0)
		return 0;
	if (faccessat(c->spot.dirfd, c->spot.name, W_OK, AT_EACCESS) < 0 &&
		errno == EACCES) {
		fail(c, e);
		return err_add(
			e, "; its mode is %04o", (unsigned)(c->st.st_mode & 07777));
	}
	if (c->st.st_nlink > 1) {
		temp_unlink(c->spot.dirfd, c->spot.name, &c->st);
		return fstat(c->fd, &c->st) < 0 ? fail(c, e) : 0;
	}
	return 0;
}

static int stage_temp(struct change *c, const void *p, size_t n, struct err *e)
{
	bool exists = c->fd >= 0;
	c->tmpfd = temp_make(c->spot.dirfd, c->spot.name, exists ? 0600 : 0666, c->tmp);
	if (c->tmpfd < 0 && errno == EBUSY)
		return 1;
	if (c->tmpfd < 0) {
		if (!exists || (errno != EACCES && errno != EPERM && errno != EROFS))
			return fail(c, e);
		return choose_in_place(c, p, n, "its directory cannot be written to", e);
	}
	int r = fill_temp(c, p, n);
	if (r > 0)
		return choose_in_place(
			c, p, n, "its owner or attributes cannot be carried over", e);
	if (r < 0) {
		fail(c, e);
		change_drop(c);
	}
	return r;
}

int change_stage(struct change *c, const void *p, size_t n, int mode, struct err *e)
{
	char why[64];
	c->mode = mode;
	c->size = (int64_t)n;
	c->print = print_bytes(p, n);
	if (ready(c, e) < 0)
		return -1;
	if (!c->held)
		hold_signals();
	c->held = true;
	if (c->fd >= 0 && is_mount(c))
		return choose_in_place(c, p, n, "it is a mount point", e);
	if (c->fd < 0 || c->st.st_nlink == 1 || c->flags & CHANGE_BREAK_LINKS)
		return stage_temp(c, p, n, e);
	temp_sweep(c->spot.dirfd, c->spot.name);
	snprintf(
		why, sizeof(why), "it has %lu hard links", (unsigned long)c->st.st_nlink);
	return choose_in_place(c, p, n, why, e);
}

int change_remove(struct change *c, struct err *e)
{
	c->mode = -1;
	c->size = 0;
	c->is = 0;
	c->remove = true;
	if (ready(c, e) < 0)
		return -1;
	if (faccessat(c->spot.dirfd, ".", W_OK, AT_EACCESS) < 0)
		return fail(c, e);
	if (!c->held)
		hold_signals();
	c->held = true;
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
	return 0;
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

/* Puts the bytes into the file, in the order that recover.c counts on. */
static int overwrite(const struct change *c, int fd)
{
	const struct buf *b = &c->content;
	if (c->mode >= 0 && fchmod(fd, (mode_t)c->mode) < 0)
		return -1;
	if (io_write(fd, b->p, b->len) < 0 || ftruncate(fd, (off_t)b->len) < 0)
		return -1;
	return c->flags & CHANGE_NO_SYNC ? 0 : fsync(fd);
}

/* Overwrites the file that is locked. */
static int write_in_place(struct change *c, struct err *e)
{
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(c->spot.dirfd, c->spot.name,
		O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(c, e);
	if (fstat(fd, &st) < 0 || !change_same(&st, &c->st))
		return 1;
	if (overwrite(c, fd) < 0) {
		fail(c, e);
		c->torn = true;
		restore_mode(fd, &c->st);
		return -1;
	}
	if (c->mode >= 0)
		st.st_mode = (st.st_mode & S_IFMT) | (mode_t)c->mode;
	restore_mode(fd, &st);
	return 0;
}

static int publish(struct change *c, struct err *e)
{
	int dir = c->spot.dirfd;
	if (c->remove && c->fd < 0)
		return 0;
	if (c->fd < 0)
		return publish_new(c, e);
	if (!still_there(c))
		return 1;
	if (c->in_place)
		return write_in_place(c, e);
	int r = c->remove ? unlinkat(dir, c->spot.name, 0)
			  : renameat(dir, c->tmp, dir, c->spot.name);
	if (r < 0)
		return fail(c, e);
	c->tmp[0] = '\0';
	return 0;
}

int change_publish(struct change *c, struct err *e)
{
	struct state_charge charge;
	int64_t bytes = c->size - (c->fd < 0 ? 0 : c->st.st_size);
	int64_t files = (c->is != 0) - (c->fd >= 0);
	if (place_begin(c->place, c->target, bytes, files, &charge, e) < 0)
		return -1;
	int r = publish(c, e);
	state_end(&charge, r == 0);
	return r;
}
