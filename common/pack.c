/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include "clone.h"
#include "io.h"
#include "mem.h"
#include "print.h"
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct packing {
	int fd;
	const char *name, *show;
	bool *broken;
};

/* What is on its way when the stream ends cannot be taken back. */
static int fail(struct packing *k, const char *show, int number, struct err *e)
{
	*k->broken = true;
	return err_sys(e, show, number);
}

static int put_head(struct packing *k, char kind, const struct stat *st, int64_t size,
	const char *name)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_printf(&b, "%c %o %" PRId64 " %ld %" PRId64 " %zu\n%s", kind,
		st->st_mode & 07777u, (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		size, strlen(name), name);
	return io_write(k->fd, b.p, b.len);
}

/* As many bytes as were announced. Returns 0, or -1 with errno. */
static int put_content(int from, int to, int64_t size)
{
	char chunk[1 << 16], sum[17];
	struct print print = {0};
	while (size > 0) {
		size_t want =
			size < (int64_t)sizeof(chunk) ? (size_t)size : sizeof(chunk);
		ssize_t n = io_read(from, chunk, want);
		if (n <= 0) {
			errno = n ? errno : EBUSY; /* it became shorter */
			return -1;
		}
		print_add(&print, chunk, (size_t)n);
		if (io_write(to, chunk, (size_t)n) < 0)
			return -1;
		size -= n;
	}
	snprintf(sum, sizeof(sum), "%016" PRIx64, print_end(&print));
	return io_write(to, sum, 16);
}

static int put_leaf(struct packing *k, int dir, const char *entry, bool is_link,
	const char *name, const char *show, struct err *e)
{
	char to[PATH_MAX];
	struct stat st;
	if (is_link) {
		ssize_t n = readlinkat(dir, entry, to, sizeof(to));
		if (n < 0 || fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(e, show, errno);
		return put_head(k, 'l', &st, n, name) < 0 ||
				       io_write(k->fd, to, (size_t)n) < 0
			       ? fail(k, show, errno, e)
			       : 0;
	}
	int fd CLEANUP(mem_closep) = clone_open(dir, entry, false, &st, show, e);
	if (fd < 0)
		return -1;
	return put_head(k, 'f', &st, st.st_size, name) < 0 ||
			       put_content(fd, k->fd, st.st_size) < 0
		       ? fail(k, show, errno, e)
		       : 0;
}

static int put_entry(struct packing *k, const struct walk_entry *we, struct err *e)
{
	struct stat st = {.st_mode = 0755};
	char *name CLEANUP(mem_freep) = xasprintf("%s/%s", k->name, we->path);
	char *show CLEANUP(mem_freep) = target_show(k->show, we->path);
	if (we->type != DT_DIR)
		return put_leaf(
			k, we->dir->fd, we->name, we->type == DT_LNK, name, show, e);
	if (!we->mounted && fstatat(we->dir->fd, we->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, show, errno);
	return put_head(k, 'd', &st, 0, name) < 0 ? fail(k, show, errno, e) : 0;
}

static int put_tree(struct packing *k, const struct place *p, const struct target *t,
	const struct stat *st, struct err *e)
{
	struct start s;
	struct walk_entry we;
	if (start_walk(&s, p, OP_READ, t, WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0,
		    e) < 0)
		return -1;
	/* A directory half of which came is of no use. */
	int r = put_head(k, 'd', st, 0, k->name) < 0 ? fail(k, k->show, errno, e) : 0;
	while (r == 0 && walk_next(s.walk, &we))
		r = put_entry(k, &we, e);
	if (r == 0 && s.n_down)
		r = err_set(e, s.down[0]->code, k->show, "%s", s.down[0]->msg);
	if (r == 0 && walk_counts(s.walk)->unreadable)
		r = err_set(e, ERR_IO, k->show, "a directory in it cannot be read");
	*k->broken |= r < 0;
	start_release(&s);
	return r;
}

int pack_write(int fd, const struct place *p, const struct target *t, const char *name,
	bool tree, bool *broken, struct err *e)
{
	struct packing k = {fd, name, t->show, broken};
	struct stat st;
	struct spot s;
	*broken = false;
	if (place_stat(p, OP_READ, t, false, &st, e) < 0)
		return -1;
	if (S_ISDIR(st.st_mode) && !tree)
		return err_set(e, ERR_IS_DIR, t->show, "is a directory; -r copies it");
	if (S_ISDIR(st.st_mode))
		return put_tree(&k, p, t, &st, e);
	if (place_name(p, OP_READ, t, false, &s, e) < 0)
		return -1;
	int r = put_leaf(&k, s.dirfd, s.name, S_ISLNK(st.st_mode), name, t->show, e);
	close(s.dirfd);
	return r;
}

int pack_end(int fd)
{
	return io_write(fd, "end\n", 4);
}
