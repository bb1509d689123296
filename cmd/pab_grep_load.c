/* SPDX-License-Identifier: MIT */
/* How pab-grep reads a file: in windows of whole lines through one buffer, so that a file
 * of any size takes little memory. A line that fits in no window, and what has to be read
 * whole (UTF-16, -U) and is too large for that, is left out and counted. */
#include "pab_grep.h"

#include "io.h"
#include "sift.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	WINDOW = 256 * 1024, /* fits in the second-level cache */
	LARGEST = 64 << 20,  /* a line, or a file that is read whole */
	LOOKED_AT = 8000,    /* for a NUL, as git does */
};

/* A file that is open, and whether a short read is its last. */
struct source {
	int fd;
	bool ends;
};

int64_t load_line(const struct search *s)
{
	char chunk[16384];
	int64_t line = s->seen.line;
	for (int64_t at = s->seen.at; at < s->base;) {
		size_t want = sizeof(chunk);
		if (s->base - at < (int64_t)want)
			want = (size_t)(s->base - at);
		ssize_t n = pread(s->again, chunk, want, at);
		if (n <= 0)
			break; /* it has become shorter */
		line += (int64_t)sift_newlines(chunk, (size_t)n);
		at += n;
	}
	return line;
}

/* Fills the buffer up to `want` bytes. Returns 1 at the end of the file, 0 before it, -1
 * with errno. */
static int fill(const struct source *from, struct buf *b, size_t want)
{
	ssize_t n;
	if (b->len >= want)
		return 0;
	size_t room = want - b->len;
	buf_reserve(b, room);
	if (!from->ends)
		n = io_read(from->fd, b->p + b->len, room);
	else
		do
			n = read(from->fd, b->p + b->len, room);
		while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	b->len += (size_t)n;
	return (size_t)n < room;
}

static void drop_front(struct buf *b, size_t n)
{
	memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
}

/* What could not be read is an error when it was named, and counted else. */
static void report(const struct file *f, struct result *r, enum err_code code, int number)
{
	struct counts *c = &r->counts;
	if (f->named && number)
		err_sys(result_error(r), f->path, number);
	else if (f->named && code == ERR_BINARY)
		err_set(result_error(r), code, f->path, "binary; -a searches it anyway");
	else if (f->named)
		err_set(result_error(r), code, f->path,
			"too large to be read whole (more than %d MiB)", LARGEST >> 20);
	c->unreadable += number != 0;
	c->binary += code == ERR_BINARY;
	c->too_large += code == ERR_TOO_LARGE;
}

/* Goes past a line that is longer than any window. Returns as fill(). */
static int skip_line(const struct source *from, struct buf *b, struct search *s)
{
	int64_t skipped = 0;
	for (;;) {
		const char *nl = memchr(b->p, '\n', b->len);
		size_t n = nl ? (size_t)(nl - b->p) + 1 : b->len;
		skipped += (int64_t)n;
		drop_front(b, n);
		int end = nl ? 0 : fill(from, b, WINDOW);
		if (nl || end < 0 || !b->len) {
			search_skip_line(s, skipped);
			return end;
		}
	}
}

/* Searches the whole lines of the buffer from `at` on, and at the end of the file the
 * last one. Returns whether there were any. */
static bool search_lines(struct search *s, struct buf *b, size_t at, bool end)
{
	const char *nl = memrchr(b->p + at, '\n', b->len - at);
	s->p = b->p + at;
	s->n = end ? b->len - at : nl ? (size_t)(nl + 1 - s->p) : 0;
	if (s->n <= s->from)
		return false;
	search_window(s);
	return true;
}

/* The buffer holds the beginning of the file, of which `at` bytes are no text. */
static int stream(
	const struct source *from, struct buf *b, size_t at, int end, struct search *s)
{
	s->base = (int64_t)at;
	while (end >= 0) {
		if (search_lines(s, b, at, end)) {
			if (end || search_is_done(s))
				return 0;
			drop_front(b, at + search_shift(s));
			at = 0;
			end = fill(from, b, b->len + WINDOW);
		} else if (end) {
			return 0;
		} else if (b->len < LARGEST) {
			size_t want = b->len < WINDOW ? WINDOW : b->len * 2;
			end = fill(from, b, want < LARGEST ? want : LARGEST);
		} else {
			size_t gone = at + s->from;
			search_pass(s);
			drop_front(b, gone);
			at = 0;
			end = skip_line(from, b, s);
		}
	}
	return -1;
}

static void search_whole(struct search *s, const char *p, size_t n, size_t at)
{
	s->p = p;
	s->n = n;
	s->base = (int64_t)at;
	if (n)
		search_window(s);
}

/* What the first bytes tell. */
static enum text_encoding look(const struct buf *b, const struct grep *g)
{
	const unsigned char *p = (const unsigned char *)b->p;
	if (b->len >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return TEXT_UTF16LE;
	if (b->len >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return TEXT_UTF16BE;
	if (!g->text && memchr(p, 0, b->len < LOOKED_AT ? b->len : LOOKED_AT))
		return TEXT_BINARY;
	return b->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? TEXT_UTF8_BOM : TEXT_UTF8;
}

/* UTF-16, and what a match may span the lines of. */
static enum err_code search_read_whole(struct worker *w, const struct source *from,
	enum text_encoding kind, int end, struct search *s)
{
	struct buf *b = &w->data;
	size_t at = kind == TEXT_UTF8_BOM ? 3 : 0;
	if (!end && (end = fill(from, b, LARGEST)) <= 0)
		return end < 0 ? ERR_IO : ERR_TOO_LARGE;
	if (kind == TEXT_UTF16LE || kind == TEXT_UTF16BE) {
		buf_clear(&w->decoded);
		text_from_utf16(&w->decoded, (const unsigned char *)b->p + 2, b->len - 2,
			kind == TEXT_UTF16BE);
		search_whole(s, w->decoded.p, w->decoded.len, 0);
	} else {
		search_whole(s, b->p + at, b->len - at, at);
	}
	return ERR_NONE;
}

/* Searches what it gives. Returns 0, or an error's code; ERR_IO with errno. */
static enum err_code search_source(
	struct worker *w, const struct source *from, struct search *s)
{
	struct buf *b = &w->data;
	buf_clear(b);
	int end = fill(from, b, WINDOW);
	if (end < 0)
		return ERR_IO;
	enum text_encoding kind = look(b, w->g);
	if (kind == TEXT_BINARY)
		return ERR_BINARY;
	if (kind == TEXT_UTF16LE || kind == TEXT_UTF16BE || w->g->re->multiline)
		return search_read_whole(w, from, kind, end, s);
	size_t at = kind == TEXT_UTF8_BOM ? 3 : 0;
	if (!end && split_search(w, from->fd, at, s))
		return ERR_NONE;
	return stream(from, b, at, end, s) < 0 ? ERR_IO : ERR_NONE;
}

/* Memory that one large file needed is not kept for all others. */
static void shrink(struct buf *b)
{
	if (b->cap > (size_t)4 * WINDOW)
		buf_release(b);
}

/* "pab-grep x >out" would search out for what it has just written, without end. */
static bool is_output(const struct grep *g, int fd)
{
	struct stat st;
	return S_ISREG(g->output.st_mode) && fstat(fd, &st) == 0 &&
	       st.st_ino == g->output.st_ino && st.st_dev == g->output.st_dev;
}

/* Searches the file that is open, and says what came of it. */
static void search_open(struct worker *w, const struct file *f, int fd, struct result *r)
{
	struct search s;
	if (is_output(w->g, fd)) {
		if (f->named)
			err_set(result_error(r), ERR_BAD_INPUT, f->path,
				"is where the output goes; not searched");
		return;
	}
	search_begin(&s, w, f, r);
	struct source from = {fd, f->dir && walk_dir_ends(f->dir)};
	if (f->dir)
		s.again = fd;
	enum err_code code = search_source(w, &from, &s);
	if (code)
		report(f, r, code, code == ERR_IO ? errno : 0);
	if (!code || s.lines)
		search_end(&s);
}

void load_file(struct worker *w, const struct file *f, struct result *r)
{
	int fd = f->fd;
	if (atomic_load_explicit(&w->g->stop, memory_order_relaxed))
		return;
	if (f->dir)
		fd = openat(f->dir->fd, f->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		report(f, r, ERR_IO, errno);
		return;
	}
	search_open(w, f, fd, r);
	if (f->dir)
		close(fd);
	shrink(&w->data);
	shrink(&w->decoded);
}
