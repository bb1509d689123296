/* SPDX-License-Identifier: MIT */
#include "remove.h"

#include "below.h"
#include "copy.h"
#include "mem.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void remove_leftovers(const struct place *p, const struct target *t)
{
	struct spot s;
	struct err ignored;
	if (place_name(p, OP_WRITE, t, false, &s, &ignored) < 0)
		return;
	temp_sweep(s.dirfd, s.name);
	close(s.dirfd);
}

static int remove_file(const struct place *p, const struct target *t,
	const struct spot *s, const struct stat *st, struct err *e)
{
	struct state_charge charge;
	if (place_begin(p, t, 0, 0, &charge, e) < 0)
		return -1;
	charge.bytes = S_ISREG(st->st_mode) ? -st->st_size : 0;
	charge.files = -1;
	int r = unlinkat(s->dirfd, s->name, 0);
	int why = errno;
	state_end(&charge, r == 0);
	return r < 0 ? place_error(p, t, why, e) : 0;
}

/* Puts back what is left of a tree that could not be removed whole. */
static void put_back(const struct place *p, const struct target *t, const struct spot *s,
	const char *tmp)
{
	struct err ignored;
	struct state_usage u;
	const struct route *r = place_route(p, t);
	if (copy_rename(s->dirfd, tmp, s->dirfd, s->name, false) == 0 && r &&
		r->state >= 0 && state_read_usage(r->state, true, &u, &ignored) < 0)
		errno = 0; /* counted anew when it is needed */
}

/* Hides the tree and accounts for it. Returns 0 with the name in tmp, "" where it cannot
 * be renamed and was taken apart in place; or -1 with errno. */
static int hide(const struct spot *s, char tmp[TEMP_LEN + 1])
{
	if (temp_hide(s->dirfd, s->name, tmp) == 0)
		return 0;
	/* Overlays cannot rename a directory of a lower layer. */
	if (errno != EXDEV && errno != EINVAL && errno != ENOSYS)
		return -1;
	return wipe_at(s->dirfd, s->name, 0);
}

/* Is what was hidden still what was to be removed? */
static bool is_same(const struct removal *r, int dir, const char *tmp)
{
	if (!r->same || !tmp[0])
		return true;
	int fd CLEANUP(mem_closep) =
		openat(dir, tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && r->same(r->ctx, fd);
}

static int remove_tree(const struct place *p, const struct target *t,
	const struct spot *s, struct removal *r, struct err *e)
{
	struct state_charge charge;
	char tmp[TEMP_LEN + 1] = "";
	/* A look first, so that nothing is removed beside what is mounted. */
	if (wipe_count(s->dirfd, s->name, temp_is, &r->bytes, &r->files) < 0 &&
		errno == EBUSY)
		return err_set(
			e, ERR_BUSY, t->show, "something is mounted on it or in it");
	if (place_begin(p, t, 0, 0, &charge, e) < 0)
		return -1;
	charge.bytes = -r->bytes;
	charge.files = -r->files;
	int done = hide(s, tmp);
	int why = errno;
	state_end(&charge, done == 0);
	if (done == 0 && !is_same(r, s->dirfd, tmp)) {
		put_back(p, t, s, tmp);
		return err_set(e, ERR_BUSY, t->show, "changed meanwhile");
	}
	if (done == 0 && tmp[0] && (done = wipe_at(s->dirfd, tmp, 0)) < 0) {
		why = errno;
		put_back(p, t, s, tmp);
	}
	if (done == 0)
		return 0;
	place_error(p, t, why, e);
	return tmp[0] ? err_add(e, "; what could not be removed is still there") : -1;
}

static bool is_still(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int remove_target(
	const struct place *p, const struct target *t, struct removal *r, struct err *e)
{
	struct spot s;
	struct stat st;
	if (place_name(p, OP_WRITE, t, false, &s, e) < 0)
		return -1;
	int dir CLEANUP(mem_closep) = s.dirfd;
	temp_sweep(dir, s.name);
	if (fstatat(dir, s.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return place_error(p, t, errno, e);
	if (r->was && !is_still(&st, r->was))
		return err_set(e, ERR_BUSY, t->show, "changed meanwhile");
	if (S_ISDIR(st.st_mode) && !r->tree)
		return err_set(e, ERR_IS_DIR, t->show, "is a directory; -r removes it");
	if (S_ISDIR(st.st_mode) && below_admit(p, OP_WRITE, t, e) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return remove_tree(p, t, &s, r, e);
	r->bytes = S_ISREG(st.st_mode) ? st.st_size : 0;
	r->files = 1;
	return remove_file(p, t, &s, &st, e);
}
