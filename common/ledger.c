/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include "io.h"
#include "mem.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Past the first size old lines are dropped; past the other all but the newest half. */
enum { LARGE = 8 << 20, MOST = 64 << 20 };

int ledger_open(struct ledger *l, const char *file, struct err *e)
{
	struct stat st;
	l->fd = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			       0600)
		     : (int)syscall(SYS_memfd_create, "ledger", 1U);
	if (l->fd < 0 || fstat(l->fd, &st) < 0)
		return err_sys(e, file, errno);
	if (S_ISREG(st.st_mode))
		return 0;
	ledger_close(l);
	return err_set(e, ERR_NOT_REGULAR, file, "not a regular file");
}

void ledger_close(struct ledger *l)
{
	mem_closep(&l->fd);
	l->fd = -1;
}

/* Byte 0 stands for the file, those behind it for paths. */
static void lock(const struct ledger *l, short type, off_t at)
{
	struct flock f = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
	while (fcntl(l->fd, F_SETLKW, &f) < 0 && errno == EINTR)
		;
}

static off_t place_of(const char *path)
{
	return 1 + (off_t)(print_bytes(path, strlen(path)) & 0x3fffffff);
}

void ledger_hold(const struct ledger *l, const char *path)
{
	lock(l, F_WRLCK, place_of(path));
}

void ledger_let(const struct ledger *l, const char *path)
{
	lock(l, F_UNLCK, place_of(path));
}

static void add_key(struct buf *b, const char *path)
{
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c == '%' || c == 0x7f)
			buf_printf(b, "%%%02x", c);
		else
			buf_addc(b, *p);
	}
	buf_addc(b, ' ');
}

/* The line before `end`. Returns where it begins. */
static const char *line_before(const char *p, const char *end)
{
	const char *lf = end > p ? memrchr(p, '\n', (size_t)(end - p)) : NULL;
	return lf ? lf + 1 : p;
}

int ledger_find(const char *p, size_t n, const char *path, struct seen *s)
{
	struct buf key CLEANUP(buf_release) = BUF_INIT;
	const char *end = n ? memrchr(p, '\n', n) : NULL; /* what is cut off is no line */
	add_key(&key, path);
	while (end && end > p) {
		const char *line = line_before(p, end);
		size_t len = (size_t)(end - line);
		if (len > key.len && !memcmp(line, key.p, key.len))
			return seen_parse(s, line + key.len, len - key.len) == 0;
		end = line > p ? line - 1 : NULL;
	}
	return 0;
}

static int slurp(const struct ledger *l, struct buf *b)
{
	struct stat st;
	if (fstat(l->fd, &st) < 0 || st.st_size > 2 * (off_t)MOST)
		return -1;
	buf_reserve(b, (size_t)st.st_size);
	ssize_t n = io_pread(l->fd, b->p, (size_t)st.st_size, 0);
	if (n < 0)
		return -1;
	b->len = (size_t)n;
	if (b->cap)
		b->p[n] = '\0';
	return 0;
}

int ledger_get(const struct ledger *l, const char *path, struct seen *s)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	lock(l, F_RDLCK, 0);
	int got = slurp(l, &b);
	lock(l, F_UNLCK, 0);
	return got == 0 ? ledger_find(b.p, b.len, path, s) : 0;
}

/* Is there a later line of the same path? */
static bool is_old(const char *line, const char *next, const char *end)
{
	const char *blank = memchr(line, ' ', (size_t)(next - line));
	size_t n = blank ? (size_t)(blank - line) + 1 : 0;
	while (n && next < end) {
		if ((size_t)(end - next) > n && !memcmp(next, line, n))
			return true;
		const char *lf = memchr(next, '\n', (size_t)(end - next));
		next = lf ? lf + 1 : end;
	}
	return !n;
}

/* Keeps the last line of each path. */
static void make_small(struct buf *b)
{
	struct buf kept = BUF_INIT;
	const char *end = b->p + b->len;
	const char *from = b->len > MOST ? line_before(b->p, b->p + b->len / 2) : b->p;
	for (const char *p = from, *lf; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			break;
		if (!is_old(p, lf + 1, end))
			buf_add(&kept, p, (size_t)(lf + 1 - p));
	}
	buf_release(b);
	*b = kept;
}

/* Writes all of it anew. */
static int rewrite(const struct ledger *l, const struct buf *b)
{
	return ftruncate(l->fd, 0) < 0 || lseek(l->fd, 0, SEEK_SET) < 0
		       ? -1
		       : io_write(l->fd, b->p, b->len);
}

static int append(const struct ledger *l, const struct buf *line)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT;
	off_t end = lseek(l->fd, 0, SEEK_END);
	if (end < 0)
		return -1;
	if (end <= LARGE)
		return io_write(l->fd, line->p, line->len);
	if (slurp(l, &all) < 0)
		buf_clear(&all);
	buf_add(&all, line->p, line->len);
	make_small(&all);
	return rewrite(l, &all);
}

int ledger_put(const struct ledger *l, const char *path, const char *sums, size_t n,
	struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	add_key(&b, path);
	if (sums)
		buf_add(&b, sums, n);
	else
		buf_puts(&b, "gone");
	buf_addc(&b, '\n');
	lock(l, F_WRLCK, 0);
	int r = append(l, &b);
	int number = errno;
	lock(l, F_UNLCK, 0);
	return r < 0 ? err_sys(e, NULL, number) : 0;
}
