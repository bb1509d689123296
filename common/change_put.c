/* SPDX-License-Identifier: MIT */
/* The second half of a change: new content prepared, made the file's, taken back. */
#include "change.h"

#include "birth.h"
#include "carry.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "undo.h"

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

/* Fills the temporary file; owner and mode come last, as a write clears set-id bits.
 * Returns 0; 1 when what the file had cannot be carried over; -1 with errno. */
static int fill_temp(struct change *c, const void *p, size_t n)
{
	if (write_content(c, p, n) < 0)
		return -1;
	if (c->fd >= 0 && carry_over(c->fd, &c->st, c->tmpfd) < 0)
		return 1;
	const struct route *r = place_route(c->place, c->target);
	if (c->fd >= 0 && r && r->state >= 0)
		birth_keep(c->fd, c->tmpfd);
	if (c->mode >= 0 && fchmod(c->tmpfd, (mode_t)c->mode) < 0)
		return -1;
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
	if (ready(c, e) < 0)
		return -1;
	if (!c->held)
		hold_signals();
	c->held = true;
	if (c->fd < 0 || c->st.st_nlink == 1 || c->flags & CHANGE_BREAK_LINKS)
		return stage_temp(c, p, n, e);
	temp_sweep(c->spot.dirfd, c->spot.name);
	snprintf(
		why, sizeof(why), "it has %lu hard links", (unsigned long)c->st.st_nlink);
	return choose_in_place(c, p, n, why, e);
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

/* A write clears set-id bits; only the owner can set them again, and for anyone else it
 * is right that they are gone. */
static void restore_mode(int fd, const struct stat *was)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && st.st_mode != was->st_mode &&
		fchmod(fd, was->st_mode & 07777) < 0)
		errno = 0;
}

/* Puts the bytes into the file, in the order that undo.h counts on. */
static int overwrite(const struct change *c, int fd)
{
	const struct buf *b = &c->content;
	if (c->mode >= 0 && fchmod(fd, (mode_t)c->mode) < 0)
		return -1;
	if (io_write(fd, b->p, b->len) < 0 || ftruncate(fd, (off_t)b->len) < 0)
		return -1;
	return c->flags & CHANGE_NO_SYNC ? 0 : fsync(fd);
}

/* Overwrites the file that is locked. Its record is dropped unless kept for an undo. */
static int write_in_place(struct change *c, bool keep, struct err *e)
{
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(c->spot.dirfd, c->spot.name,
		O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(c, e);
	if (fstat(fd, &st) < 0 || !change_same(&st, &c->st))
		return 1;
	if (undo_save(c->home, c->fd, &c->st, c->content.p, c->content.len, e) < 0)
		return -1;
	if (overwrite(c, fd) < 0) {
		struct err ignored;
		fail(c, e);
		if (undo_force(c->home, fd, &c->st, &ignored) < 0)
			err_add(e, "; the next pab call on it puts it back");
		restore_mode(fd, &c->st);
		return -1;
	}
	if (c->mode >= 0)
		st.st_mode = (st.st_mode & S_IFMT) | (mode_t)c->mode;
	restore_mode(fd, &st);
	if (!keep)
		undo_drop(c->home, &c->st);
	c->published = true;
	return 0;
}

/* A file that cannot be renamed over after all (a mount point, a sticky directory) gets
 * what is in the temporary file. */
static int publish_in_place(struct change *c, bool keep, const char *why, struct err *e)
{
	struct buf again CLEANUP(buf_release) = BUF_INIT;
	if (lseek(c->tmpfd, 0, SEEK_SET) < 0 ||
		io_slurp(c->tmpfd, &again, CHANGE_MAX) < 0)
		return fail(c, e);
	if (choose_in_place(c, again.p, again.len, why, e) < 0)
		return -1;
	return write_in_place(c, keep, e);
}

/* Renames over the file; with keep the old one stays under the temporary name, as which
 * file systems that cannot exchange names get a link. */
static int replace(struct change *c, bool keep)
{
	int dir = c->spot.dirfd;
	if (keep && renameat2(dir, c->tmp, dir, c->spot.name, RENAME_EXCHANGE) == 0) {
		memcpy(c->old, c->tmp, sizeof(c->old));
		c->tmp[0] = '\0';
		return 0;
	}
	if (keep && errno != EINVAL && errno != ENOSYS)
		return -1;
	if (keep && temp_link(dir, c->spot.name, c->old) < 0)
		return -1;
	if (renameat(dir, c->tmp, dir, c->spot.name) < 0) {
		change_settle(c);
		return -1;
	}
	c->tmp[0] = '\0';
	return 0;
}

static int publish(struct change *c, bool keep, struct err *e)
{
	if (c->fd < 0)
		return publish_new(c, e);
	if (!still_there(c))
		return 1;
	if (c->in_place)
		return write_in_place(c, keep, e);
	if (replace(c, keep) == 0) {
		c->published = true;
		return 0;
	}
	if (errno == EBUSY)
		return publish_in_place(c, keep, "it is a mount point", e);
	if (errno == EACCES || errno == EPERM)
		return publish_in_place(c, keep, "its directory keeps it in place", e);
	return fail(c, e);
}

int change_publish(struct change *c, bool keep, struct err *e)
{
	struct state_charge charge;
	int64_t bytes = c->size - (c->fd < 0 ? 0 : c->st.st_size), files = c->fd < 0;
	if (place_begin(c->place, c->target, bytes, files, &charge, e) < 0)
		return -1;
	int r = publish(c, keep, e);
	state_end(&charge, r == 0);
	return r;
}

static int take_back(struct change *c, struct err *e)
{
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
	if (fd < 0)
		return fail(c, e);
	int r = undo_force(c->home, fd, &c->st, e);
	restore_mode(fd, &c->st);
	return r;
}

int change_undo(struct change *c, struct err *e)
{
	struct state_charge charge;
	if (!c->published)
		return 0;
	c->published = false;
	/* The old content goes back even where others have taken its room meanwhile. */
	if (place_begin(c->place, c->target, 0, 0, &charge, e) < 0)
		return -1;
	charge.bytes = (c->fd < 0 ? 0 : c->st.st_size) - c->size;
	charge.files = -(int64_t)(c->fd < 0);
	int r = take_back(c, e);
	state_end(&charge, r == 0);
	return r;
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
