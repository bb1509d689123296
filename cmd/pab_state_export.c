/* SPDX-License-Identifier: MIT */
/* Files become a document. */
#include "pab_state.h"

#include "birth.h"
#include "io.h"
#include "mem.h"
#include "text.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_text(struct jout *j, const struct buf *b)
{
	for (const char *p = b->p, *end = b->p + b->len;;) {
		const char *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		jout_bytes(j, NULL, p, (size_t)((lf ? lf : end) - p));
		if (!lf)
			return;
		p = lf + 1;
	}
}

/* The members of a file, in the order in which the library writes them. */
static void put_members(
	struct jout *j, int fd, const struct buf *b, struct timespec mtime)
{
	struct timespec created = mtime;
	bool encoded = !text_is_utf8(b->p, b->len) || memchr(b->p, '\0', b->len);
	jout_array(j, "content");
	if (encoded)
		jout_base64(j, NULL, b->p, b->len);
	else
		put_text(j, b);
	jout_end_array(j);
	if (birth_get(fd, &created) < 0)
		created = mtime;
	doc_put_time(j, "created_at", created);
	doc_put_time(j, "modified_at", mtime);
	if (encoded)
		jout_str(j, "encoding", "base64");
}

/* One file as a member. Returns 0, or -1 with err. */
static int put_file(
	struct jout *j, const struct walk_entry *we, struct doc_counts *c, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct stat st;
	int fd CLEANUP(mem_closep) = openat(
		we->dir->fd, we->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0; /* removed meanwhile */
	if (fd < 0 || fstat(fd, &st) < 0 || io_slurp(fd, &b, SIZE_MAX / 4) < 0)
		return err_sys(e, we->path, errno);
	char *key CLEANUP(mem_freep) = xasprintf("/%s", we->path);
	jout_member(j, key);
	put_members(j, fd, &b, st.st_mtim);
	jout_end_object(j);
	c->files++;
	c->bytes += (int64_t)b.len;
	return 0;
}

static struct walk *walk_tree(int fd, struct err *e)
{
	int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		return walk_new(dir, NULL, 0, NULL,
			WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT, 0);
	err_sys(e, NULL, errno);
	return NULL;
}

/* Counts what is left out, and looks whether all names can stand in a document. Returns
 * 0, or -1 with err. */
static int look(int fd, struct doc_counts *c, struct err *e)
{
	struct walk_entry we;
	bool empty =
		false; /* the entry before was a directory, and nothing followed in it */
	int depth = 0, r = 0;
	struct walk *w = walk_tree(fd, e);
	if (!w)
		return -1;
	while (r == 0 && walk_next(w, &we)) {
		c->empty_dirs += empty && we.depth <= depth;
		empty = we.type == DT_DIR;
		depth = we.depth;
		c->others += we.type != DT_DIR && we.type != DT_REG;
		if (we.type == DT_REG && !text_is_utf8(we.path, strlen(we.path)))
			r = err_set(e, ERR_BAD_INPUT, we.path,
				"its name is not UTF-8 and cannot stand in a document; nothing was "
				"exported");
	}
	c->empty_dirs += empty;
	if (r == 0 && walk_counts(w)->unreadable)
		r = err_set(e, ERR_IO, NULL, "a directory of the tree cannot be read");
	walk_free(w);
	return r;
}

int doc_export(struct jout *j, int fd, doc_drain *drain, void *ctx, struct doc_counts *c,
	struct err *e)
{
	struct walk_entry we;
	struct walk *w = look(fd, c, e) < 0 ? NULL : walk_tree(fd, e);
	int r = w ? 0 : -1;
	if (w)
		jout_object(j, NULL);
	while (r == 0 && walk_next(w, &we)) {
		if (we.type == DT_REG)
			r = put_file(j, &we, c, e);
		drain(ctx);
	}
	if (r == 0)
		jout_end_object(j);
	walk_free(w);
	return r;
}
