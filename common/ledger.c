/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include "io.h"
#include "mem.h"
#include "print.h"
#include "temp.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Past the first size old lines are dropped; past the other all but the newest half. */
enum { LARGE = 8 << 20, MOST = 64 << 20 };

static int open_file(const char *file)
{
	return open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
}

int ledger_open(struct ledger *l, const char *file, struct err *e)
{
	struct stat st;
	*l = (struct ledger){.fd = file ? open_file(file)
					: (int)syscall(SYS_memfd_create, "ledger", 1U)};
	if (l->fd < 0 || fstat(l->fd, &st) < 0)
		return err_sys(e, file, errno);
	if (S_ISREG(st.st_mode)) {
		l->file = file ? realpath(file, NULL) : NULL;
		return 0;
	}
	ledger_close(l);
	return err_set(e, ERR_NOT_REGULAR, file, "not a regular file");
}

void ledger_close(struct ledger *l)
{
	mem_closep(&l->fd);
	free(l->file);
	*l = (struct ledger){.fd = -1};
}

/* Another one may have been put in its place meanwhile: then goes on with that. Returns
 * whether it did; all locks are gone. */
static bool follow(const struct ledger *l)
{
	struct stat ours, there;
	if (!l->file || stat(l->file, &there) < 0 || fstat(l->fd, &ours) < 0 ||
		!S_ISREG(there.st_mode) ||
		(there.st_dev == ours.st_dev && there.st_ino == ours.st_ino))
		return false;
	int fd CLEANUP(mem_closep) = open_file(l->file);
	return fd >= 0 && dup3(fd, l->fd, O_CLOEXEC) >= 0;
}

static int set_lock(const struct ledger *l, int how, short type, off_t at, off_t n)
{
	struct flock f = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = n};
	int r;
	while ((r = fcntl(l->fd, how, &f)) < 0 && errno == EINTR)
		;
	return r;
}

/* Byte 0 stands for the file, those behind it for paths. */
static void lock(const struct ledger *l, short type, off_t at)
{
	do
		if (set_lock(l, F_SETLKW, type, at, 1) < 0)
			return;
	while (type != F_UNLCK && follow(l));
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

void ledger_word(struct buf *b, const char *path)
{
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c == '%' || c == 0x7f)
			buf_printf(b, "%%%02x", c);
		else
			buf_addc(b, *p);
	}
}

char *ledger_path(const char *p, size_t n)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		bool coded = p[i] == '%' && i + 2 < n &&
			     isxdigit((unsigned char)p[i + 1]) &&
			     isxdigit((unsigned char)p[i + 2]);
		char hex[3] = {coded ? p[i + 1] : '0', coded ? p[i + 2] : '0', '\0'};
		buf_addc(&b, coded ? (char)strtol(hex, NULL, 16) : p[i]);
		i += coded ? 2 : 0;
	}
	return buf_take(&b);
}

static void add_key(struct buf *b, const char *path)
{
	ledger_word(b, path);
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

/* Writes all of it anew where it stands; no signal leaves half of it. */
static int rewrite(const struct ledger *l, const struct buf *b)
{
	sigset_t all, was;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &was);
	int r = ftruncate(l->fd, 0) < 0 || lseek(l->fd, 0, SEEK_SET) < 0
			? -1
			: io_write(l->fd, b->p, b->len);
	int number = errno;
	sigprocmask(SIG_SETMASK, &was, NULL);
	errno = number;
	return r;
}

/* Puts a new file in the place of the old one. Returns 0, or -1 and the old one stands.
 */
static int replace(const struct ledger *l, const struct buf *b)
{
	char name[TEMP_LEN + 1];
	struct stat st;
	const char *slash = strrchr(l->file, '/');
	char *dir CLEANUP(mem_freep) = xmemdup0(l->file, (size_t)(slash + 1 - l->file));
	int at CLEANUP(mem_closep) = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 || fstat(l->fd, &st) < 0)
		return -1;
	int fd CLEANUP(mem_closep) = temp_make(at, slash + 1, st.st_mode & 0777, name);
	if (fd < 0)
		return -1;
	if (io_write(fd, b->p, b->len) == 0 && renameat(at, name, at, slash + 1) == 0)
		return dup3(fd, l->fd, O_CLOEXEC) < 0 ? -1 : 0;
	(void)!unlinkat(at, name, 0);
	return -1;
}

/* Makes it small, the lines included. A file is replaced when nobody holds a path in the
 * old one; whoever waits for it goes on with the new one (follow). Returns 0; 1 when it
 * has to wait; or -1 with errno. */
static int shrink(const struct ledger *l, const struct buf *lines)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT;
	if (l->file && set_lock(l, F_SETLK, F_WRLCK, 0, 0) < 0)
		return 1;
	if (slurp(l, &all) < 0)
		buf_clear(&all);
	buf_add(&all, lines->p, lines->len);
	make_small(&all);
	return l->file && replace(l, &all) == 0 ? 0 : rewrite(l, &all);
}

static int append(const struct ledger *l, const struct buf *lines)
{
	off_t end = lseek(l->fd, 0, SEEK_END);
	if (end < 0)
		return -1;
	if (end > LARGE && shrink(l, lines) == 0)
		return 0;
	return io_write(l->fd, lines->p, lines->len);
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

/* The last line of each path that is from, or is below it, for to and without from. */
static void add_moved(const struct buf *all, const struct buf *from, const struct buf *to,
	struct buf *out)
{
	const char *end = all->p + all->len;
	for (const char *p = all->p, *lf; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			return;
		const char *rest = p + from->len,
			   *blank = memchr(p, ' ', (size_t)(lf - p));
		if (!blank || blank < rest || memcmp(p, from->p, from->len) != 0 ||
			(*rest != ' ' && *rest != '/') || !strncmp(blank, " gone\n", 6) ||
			is_old(p, lf + 1, end))
			continue;
		buf_add(out, to->p, to->len);
		buf_add(out, rest, (size_t)(lf + 1 - rest));
		buf_add(out, p, (size_t)(blank - p));
		buf_puts(out, " gone\n");
	}
}

int ledger_move(const struct ledger *l, const char *from, const char *to, struct err *e)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT,
		       old CLEANUP(buf_release) = BUF_INIT,
		       new CLEANUP(buf_release) = BUF_INIT,
		       out CLEANUP(buf_release) = BUF_INIT;
	ledger_word(&old, from);
	ledger_word(&new, to);
	lock(l, F_WRLCK, 0);
	int r = slurp(l, &all);
	if (r == 0)
		add_moved(&all, &old, &new, &out);
	if (r == 0 && out.len)
		r = append(l, &out);
	int number = errno;
	lock(l, F_UNLCK, 0);
	return r < 0 ? err_sys(e, NULL, number) : 0;
}
