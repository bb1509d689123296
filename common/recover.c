/* SPDX-License-Identifier: MIT */
#include "recover.h"

#include "change.h"
#include "hold.h"
#include "io.h"
#include "mem.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { OPEN = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

static bool is_there(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool same_content(const struct record_file *f, int fd)
{
	int64_t size;
	uint64_t print;
	return print_fd(fd, &size, &print) == 0 && size == f->size && print == f->print;
}

bool recover_is_after(const struct record_file *f)
{
	struct stat st;
	if (!is_there(f->path, &st))
		return !f->is;
	if (!f->is || ((st.st_mode ^ f->is) & S_IFMT))
		return false;
	if (*f->from)
		return !is_there(f->from, &st);
	if (!S_ISREG(st.st_mode))
		return true;
	int fd CLEANUP(mem_closep) = open(f->path, O_RDONLY | OPEN);
	return fd >= 0 && same_content(f, fd);
}

int recover_content(
	const struct kept *k, size_t i, struct buf *out, int *like, struct err *e)
{
	const struct record_file *f = &k->r->v[i];
	char path[JOURNAL_NAME + 32];
	*like = -1;
	if (f->image != RECORD_COPY)
		return journal_image(k->fd, f, out) < 0 ? err_sys(e, f->path, errno) : 0;
	int dir CLEANUP(mem_closep) = home_open(k->home, "journal", false, e);
	if (dir < 0)
		return -1;
	snprintf(path, sizeof(path), "%s.d/%zu", k->name, i);
	int fd = openat(dir, path, O_RDONLY | OPEN);
	if (fd < 0 || io_slurp(fd, out, CHANGE_MAX) < 0) {
		err_sys(e, f->path, errno);
		mem_closep(&fd);
		return err_add(e, " (what was kept of it)");
	}
	*like = fd;
	return 0;
}

/* Is cur what an interrupted write of new over old leaves? The write goes from the start
 * to the end and cuts the file last; but after a power cut any block may be the new one
 * or the old, and one that was never written reads as zeros. Returns true if it is. */
static bool is_partial(const struct buf *cur, const char *old, size_t n_old,
	const char *new, size_t n_new)
{
	if (cur->len < n_old || (cur->len > n_old && cur->len > n_new))
		return false;
	for (size_t i = 0; i < cur->len; i++) {
		bool is_old = i < n_old ? cur->p[i] == old[i] : !cur->p[i];
		if (!is_old && !(i < n_new && cur->p[i] == new[i]))
			return false;
	}
	return true;
}

static int write_back(int fd, const char *p, size_t n, mode_t mode)
{
	struct stat st;
	if (lseek(fd, 0, SEEK_SET) < 0 || io_write(fd, p, n) < 0 ||
		ftruncate(fd, (off_t)n) < 0 || fsync(fd) < 0 || fstat(fd, &st) < 0)
		return -1;
	/* Only the owner can, and for anyone else it is right that set-id bits are gone.
	 */
	if (st.st_mode != mode && fchmod(fd, mode & 07777) < 0)
		errno = 0;
	return 0;
}

/* A file that is written in place, whose contents before and after are both kept. Returns
 * as put_back. */
static int put_back_in_place(const struct kept *k, size_t i, struct err *e)
{
	const struct record_file *f = &k->r->v[i];
	struct buf cur CLEANUP(buf_release) = BUF_INIT,
		       both CLEANUP(buf_release) = BUF_INIT;
	struct record_file whole = *f;
	whole.image += f->next;
	size_t n_old = (size_t)f->image, n_new = (size_t)f->next;
	if (journal_image(k->fd, &whole, &both) < 0)
		return err_sys(e, f->path, errno);
	int fd CLEANUP(mem_closep) = open(f->path, O_RDWR | OPEN);
	int why = errno;
	if (fd < 0 && errno == ENOENT)
		return 0;
	int in CLEANUP(mem_closep) = fd >= 0 ? -1 : open(f->path, O_RDONLY | OPEN);
	int any = fd >= 0 ? fd : in;
	if (any < 0)
		return err_sys(e, f->path, why);
	while (flock(any, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		hold_nap(1000);
	if (io_slurp(any, &cur, SIZE_MAX / 4) < 0)
		return err_sys(e, f->path, errno);
	if (!is_partial(&cur, both.p, n_old, both.p + n_old, n_new) ||
		(cur.len == n_old && !memcmp(cur.p, both.p, n_old)))
		return 0;
	return fd < 0 || write_back(fd, both.p, n_old, f->was) < 0
		       ? err_sys(e, f->path, fd < 0 ? why : errno)
		       : 1;
}

/* Stages what the file had. Returns as change_stage. */
static int stage_back(
	const struct kept *k, size_t i, struct change *c, bool *skip, struct err *e)
{
	const struct record_file *f = &k->r->v[i];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int like CLEANUP(mem_closep) = -1;
	if (f->is && !same_content(f, c->fd)) {
		*skip = true; /* somebody's work since */
		return 0;
	}
	if (!f->was)
		return change_remove(c, e);
	if (recover_content(k, i, &b, &like, e) < 0)
		return -1;
	c->like = like;
	bool moded = f->is && ((f->is ^ f->was) & 07777);
	int r = change_stage(c, b.p, b.len, moded ? (int)(f->was & 07777) : -1, e);
	c->like = -1;
	return r;
}

/* One file. Returns 1; 0 when it is not as the change left it; -1 with err. */
static int put_back(const struct kept *k, size_t i, const struct place *p, struct err *e)
{
	const struct record_file *f = &k->r->v[i];
	struct target t CLEANUP(target_release) = {0};
	struct change c;
	bool skip = false;
	if (*f->from || (!f->is && !f->was))
		return 0; /* a rename is done or not */
	if (f->next >= 0)
		return put_back_in_place(k, i, e);
	unsigned flags = CHANGE_ATOMIC | (f->is ? 0 : CHANGE_CREATE | CHANGE_NEW);
	if (place_target(p, f->path, &t, e) < 0)
		return -1;
	int r = change_begin(&c, p, OP_WRITE, &t, flags, k->home, e);
	/* Such a file is as it was before, or somebody else's by now. */
	if (r < 0 && (e->code == ERR_NOT_FOUND || e->code == ERR_EXISTS ||
			     e->code == ERR_IS_DIR || e->code == ERR_NOT_REGULAR)) {
		change_end(&c);
		return 0;
	}
	if (r == 0)
		r = stage_back(k, i, &c, &skip, e);
	if (r == 0 && !skip)
		r = change_publish(&c, e);
	change_end(&c);
	if (r > 0)
		return err_set(e, ERR_BUSY, f->path, "in use: it keeps changing");
	return r < 0 ? -1 : !skip;
}

int recover_take_back(const struct kept *k, struct err *e)
{
	struct place p;
	struct err why;
	int r = 0;
	if (place_open(&p, NULL, NULL, NULL, NULL, e) < 0)
		return -1;
	for (size_t i = k->r->n; i-- > 0;) {
		int got = put_back(k, i, &p, &why);
		if (got >= 0 && r >= 0)
			r += got;
		if (got >= 0 || r < 0)
			continue;
		*e = why;
		r = -1;
	}
	place_release(&p);
	return r;
}

/* Opens a record that nobody works on, locked. Returns a descriptor, or -1. */
static int take(int dir, const char *name)
{
	struct stat st, now;
	int fd = openat(dir, name, O_RDONLY | OPEN);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
		fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		change_same(&st, &now))
		return fd;
	mem_closep(&fd);
	return -1;
}

bool recover_pending(const char *home)
{
	struct vec names = {0};
	struct err ignored;
	bool found = false;
	journal_list(home, "pending", false, &names);
	int dir CLEANUP(mem_closep) =
		names.n ? home_open(home, "pending", false, &ignored) : -1;
	for (size_t i = 0; dir >= 0 && i < names.n && !found; i++) {
		int fd CLEANUP(mem_closep) = take(dir, names.v[i]);
		found = fd >= 0;
	}
	vec_release(&names);
	return found;
}

/* One record, whose lock is held as `lock`. Returns 1 when it was rolled back, else 0. */
static int settle(
	const char *home, const char *name, int lock, recover_say *say, void *ctx)
{
	struct record r;
	struct err e = {0};
	int fd CLEANUP(mem_closep) = -1;
	struct journal j = JOURNAL_INIT;
	if (journal_load(home, "pending", name, &r, &fd) < 0) {
		/* Nothing was done yet: it is written to its end before anything is. */
		journal_forget(home, "pending", name);
		journal_forget(home, "journal", name);
		return 0;
	}
	bool after = true;
	for (size_t i = 0; i < r.n; i++)
		after = after && recover_is_after(&r.v[i]);
	struct kept k = {home, name, &r, fd};
	int got = after ? 0 : recover_take_back(&k, &e);
	if (got >= 0) {
		j.home = home;
		memcpy(j.name, name, sizeof(j.name));
		j.pending = home_open(home, "pending", false, &e);
		j.fd = fcntl(lock, F_DUPFD_CLOEXEC, 3);
		j.copies = true;
		if (after)
			journal_commit(&j, &r);
		else
			journal_drop(&j);
	}
	if (got && say)
		say(ctx, &r, got < 0 ? &e : NULL);
	record_release(&r);
	return got > 0;
}

int recover_home(const char *home, recover_say *say, void *ctx)
{
	struct vec names = {0};
	struct err ignored;
	int n = 0;
	journal_list(home, "pending", true, &names);
	int dir CLEANUP(mem_closep) =
		names.n ? home_open(home, "pending", false, &ignored) : -1;
	for (size_t i = 0; dir >= 0 && i < names.n; i++) {
		int fd CLEANUP(mem_closep) = take(dir, names.v[i]);
		if (fd >= 0 && names.v[i][JOURNAL_NAME])
			unlinkat(dir, names.v[i], 0); /* it never became a record */
		else if (fd >= 0)
			n += settle(home, names.v[i], fd, say, ctx);
	}
	vec_release(&names);
	return n;
}

void recover_place(const struct place *p, const char *home, recover_say *say, void *ctx)
{
	struct state_usage u;
	struct err ignored;
	int n = recover_home(home, say, ctx);
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = &p->routes[i];
		if (r->state < 0)
			continue;
		char *own CLEANUP(mem_freep) =
			xasprintf("/proc/self/fd/%d/home", r->state);
		if (!p->home)
			n += recover_home(own, say, ctx);
		/* What the tree holds is counted anew. */
		if (n && state_read_usage(r->state, true, &u, &ignored) < 0)
			errno = 0;
	}
}
