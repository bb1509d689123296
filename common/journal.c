/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "io.h"
#include "mem.h"
#include "roots.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum {
	KEPT = 7 * 24 * 3600, /* seconds */
	LARGE = 1 << 20,      /* a record after which it is swept at once */
	OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
	COPIES = JOURNAL_NAME + 2, /* the length of the name of a directory of copies */
};
static const int64_t on_disk = (int64_t)1 << 30, in_memory = (int64_t)64 << 20;

/* What a record can be called: 19 digits, "-", 8 hex digits; ".d" is its copies. */
static bool is_name(const char *s)
{
	return strspn(s, "0123456789") == 19 && s[19] == '-' &&
	       strspn(s + 20, "0123456789abcdef") == JOURNAL_ID;
}

const char *journal_id(const char *name)
{
	return name + 20;
}

/* How much all records together may take where the directory is. */
static int64_t room(int dir)
{
	struct statfs fs;
	return fstatfs(dir, &fs) == 0 && fs.f_type == TMPFS_MAGIC ? in_memory : on_disk;
}

int journal_begin(struct journal *j, const char *home, struct err *e)
{
	struct timespec now;
	char name[64];
	uint32_t id;
	*j = (struct journal)JOURNAL_INIT;
	j->home = home;
	j->pending = home_open(home, "pending", true, e);
	if (j->pending < 0)
		return -1;
	j->most = room(j->pending) / 4;
	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		id = (uint32_t)getpid() * 2654435761u ^ (uint32_t)now.tv_nsec;
	snprintf(name, sizeof(name), "%010llu%09lu-%08x", (unsigned long long)now.tv_sec,
		(unsigned long)now.tv_nsec, (unsigned)id);
	memcpy(j->name, name, JOURNAL_NAME);
	return 0;
}

int journal_copies(struct journal *j, char **path, struct err *e)
{
	char name[COPIES + 1];
	snprintf(name, sizeof(name), "%s.d", j->name);
	int dir CLEANUP(mem_closep) = home_open(j->home, "journal", true, e);
	if (dir < 0)
		return -1;
	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return err_sys(e, name, errno);
	j->copies = true;
	int fd = openat(dir, name, OPEN_DIR);
	if (fd < 0)
		return err_sys(e, name, errno);
	if (path && !(*path = roots_real(fd))) {
		close(fd);
		return err_set(e, ERR_IO, NULL, "/proc is not there");
	}
	return fd;
}

/* Makes the file, which gets its name when it is locked: nobody takes it for one that a
 * kill left. Before, somebody may; then it is made again. Returns a descriptor, or -1
 * with errno. */
static int make_record(const struct journal *j)
{
	char fresh[JOURNAL_NAME + 5];
	snprintf(fresh, sizeof(fresh), "%s.new", j->name);
	for (;;) {
		int fd CLEANUP(mem_closep) = openat(j->pending, fresh,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX) == 0 &&
			renameat(j->pending, fresh, j->pending, j->name) == 0)
			return steal_fd(&fd);
		if (errno != ENOENT)
			return -1;
	}
}

/* Returns 0, 1 when the file has another size by now, -1 with errno. */
static int put_content(int to, const struct record_file *f)
{
	if (f->image > 0) {
		if (lseek(f->fd, 0, SEEK_SET) < 0)
			return -1;
		int64_t n = io_copy(f->fd, to, f->image);
		if (n < 0 || n != f->image)
			return n < 0 ? -1 : 1;
	}
	return f->next > 0 ? io_write(to, f->bytes, (size_t)f->next) : 0;
}

int journal_write(struct journal *j, struct record *r, bool sync, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	long long sec;
	if (sscanf(j->name, "%10lld%9ld", &sec, &r->nsec) != 2)
		sec = 0;
	r->sec = sec;
	record_put(r, &b);
	j->total += r->total;
	j->fd = make_record(j);
	int got = j->fd < 0 ? -1 : io_write(j->fd, b.p, b.len);
	for (size_t i = 0; i < r->n && got == 0; i++)
		got = put_content(j->fd, &r->v[i]);
	if (got == 0 && sync && (fsync(j->fd) < 0 || fsync(j->pending) < 0))
		got = -1;
	return got < 0 ? err_sys(e, NULL, errno) : got;
}

void journal_leave(struct journal *j)
{
	mem_closep(&j->fd);
	mem_closep(&j->pending);
	j->fd = j->pending = -1;
}

void journal_commit(struct journal *j, const struct record *r)
{
	struct err ignored;
	if (j->fd < 0 || !r->kept) {
		journal_drop(j);
		return;
	}
	int dir CLEANUP(mem_closep) = home_open(j->home, "journal", true, &ignored);
	if (dir < 0 || renameat(j->pending, j->name, dir, j->name) < 0) {
		journal_drop(j);
		return;
	}
	bool sweep = j->total >= LARGE || journal_id(j->name)[0] == '0';
	j->copies = false;
	journal_leave(j);
	if (sweep)
		journal_sweep(j->home);
}

void journal_drop(struct journal *j)
{
	if (j->fd >= 0)
		unlinkat(j->pending, j->name, 0);
	if (j->copies)
		journal_forget(j->home, "journal", j->name);
	j->copies = false;
	journal_leave(j);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names in the directory that begin as a record's does, sorted. */
static void list(int dir, struct vec *names)
{
	int fd = openat(dir, ".", OPEN_DIR);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		if (is_name(de->d_name))
			vec_add(names, de->d_name);
	if (d)
		closedir(d);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
}

void journal_list(const char *home, const char *sub, bool unnamed, struct vec *names)
{
	struct err ignored;
	struct vec all = {0};
	int dir CLEANUP(mem_closep) = home_open(home, sub, false, &ignored);
	if (dir < 0)
		return;
	list(dir, &all);
	for (size_t i = 0; i < all.n; i++)
		if (unnamed || !all.v[i][JOURNAL_NAME])
			vec_add(names, all.v[i]);
	vec_release(&all);
}

int journal_load(
	const char *home, const char *sub, const char *name, struct record *r, int *fd)
{
	struct err ignored;
	struct stat st;
	char head[RECORD_HEAD];
	int dir CLEANUP(mem_closep) = home_open(home, sub, false, &ignored);
	int in CLEANUP(mem_closep) =
		dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0 || fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	ssize_t n = io_pread(in, head, sizeof(head), 0);
	size_t len = n < 0 ? 0 : record_length(head, (size_t)n);
	if (!len || (int64_t)len > st.st_size)
		return -1;
	char *p CLEANUP(mem_freep) = xmalloc(len);
	if (io_pread(in, p, len, 0) != (ssize_t)len ||
		record_get(r, p, len, st.st_size) < 0)
		return -1;
	*fd = steal_fd(&in);
	return 0;
}

int journal_image(int fd, const struct record_file *f, struct buf *out)
{
	if (f->image <= 0)
		return 0;
	buf_reserve(out, (size_t)f->image);
	if (io_pread(fd, out->p + out->len, (size_t)f->image, f->at) != f->image) {
		errno = EIO;
		return -1;
	}
	out->len += (size_t)f->image;
	out->p[out->len] = '\0';
	return 0;
}

static void forget(int dir, const char *name)
{
	char copies[COPIES + 1];
	snprintf(copies, sizeof(copies), "%.*s.d", JOURNAL_NAME, name);
	unlinkat(dir, name, 0);
	if (wipe_at(dir, copies, WIPE_FORCE) < 0)
		errno = 0; /* the next sweep tries again */
}

void journal_forget(const char *home, const char *sub, const char *name)
{
	struct err ignored;
	int dir CLEANUP(mem_closep) = home_open(home, sub, false, &ignored);
	if (dir >= 0)
		forget(dir, name);
}

/* What the entry takes; a directory of copies with all in it. */
static int64_t size_of(int dir, const char *name)
{
	struct stat st;
	int64_t bytes = 0, files = 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return st.st_size;
	if (wipe_count(dir, name, NULL, &bytes, &files) < 0)
		errno = 0;
	return bytes;
}

/* Is it what copies were made for and never became a record? A program at work may make
 * one just now, so only an old one is. */
static bool is_orphan(int dir, const char *name, time_t age)
{
	char record[JOURNAL_NAME + 1];
	if (!name[JOURNAL_NAME] || age < 3600)
		return false;
	snprintf(record, sizeof(record), "%.*s", JOURNAL_NAME, name);
	return faccessat(dir, record, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

void journal_sweep(const char *home)
{
	struct err ignored;
	struct vec names = {0};
	int64_t sum = 0;
	time_t now = time(NULL);
	int dir CLEANUP(mem_closep) = home_open(home, "journal", false, &ignored);
	if (dir < 0)
		return;
	list(dir, &names);
	for (size_t i = names.n; i-- > 0;) { /* the newest first */
		long long sec = 0;
		if (sscanf(names.v[i], "%10lld", &sec) != 1)
			continue;
		sum += size_of(dir, names.v[i]);
		if (sum > room(dir) || now - sec > KEPT ||
			is_orphan(dir, names.v[i], now - (time_t)sec))
			forget(dir, names.v[i]);
	}
	vec_release(&names);
}
