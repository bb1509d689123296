/* SPDX-License-Identifier: MIT */
#include "walk_frame.h"

#include "mem.h"
#include "temp.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

struct walk_dir *walk_dir_ref(struct walk_dir *d)
{
	__atomic_add_fetch(&d->refs, 1, __ATOMIC_RELAXED);
	return d;
}

void walk_dir_unref(struct walk_dir *d)
{
	if (!d || __atomic_sub_fetch(&d->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	mem_closep(&d->fd);
	free(d);
}

bool walk_dir_ends(struct walk_dir *d)
{
	static const unsigned local[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,
		BTRFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
		SQUASHFS_MAGIC};
	struct statfs st;
	int known = __atomic_load_n(&d->ends, __ATOMIC_RELAXED);
	if (!known) {
		known = -1;
		bool ok = fstatfs(d->fd, &st) == 0;
		for (size_t i = 0; ok && i < ARRAY_LEN(local); i++)
			if ((unsigned)st.f_type == local[i])
				known = 1;
		__atomic_store_n(&d->ends, known, __ATOMIC_RELAXED);
	}
	return known > 0;
}

struct walk_dir *frame_dir(int fd)
{
	struct walk_dir *d = xmalloc(sizeof(*d));
	*d = (struct walk_dir){.fd = fd, .refs = 1};
	return d;
}

static unsigned char type_of(int fd, const struct dirent64 *d)
{
	struct stat st;
	if (d->d_type != DT_UNKNOWN)
		return d->d_type;
	if (fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

static void add_name(struct frame *f, const char *name, unsigned char type, int mount)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 16;
		f->v = xrealloc_n(f->v, f->cap, sizeof(*f->v));
	}
	f->v[f->n++] = (struct name){0, f->names.len, mount, type, false, NULL};
	buf_add(&f->names, name, strlen(name) + 1);
}

/* One entry as the kernel gives it. Returns which ignore file it is, or 0. */
static unsigned take_entry(
	struct frame *f, const struct frame_rules *w, const struct dirent64 *d)
{
	const char *name = d->d_name;
	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]) || temp_is(name)))
		return 0;
	unsigned file = w->flags & WALK_NO_IGNORE ? 0 : ignore_file(name);
	if (!(w->flags & WALK_KEEP_GIT) && !strcmp(name, ".git"))
		return file;
	f->counts.entries++;
	if (name[0] == '.' && !(w->flags & WALK_HIDDEN)) {
		f->counts.hidden++;
		return file;
	}
	unsigned char type = type_of(f->dir->fd, d);
	if (type != DT_UNKNOWN)
		add_name(f, name, type, REAL);
	return file;
}

/* Reads the directory. Returns the ignore files in it. */
static unsigned list(
	struct frame *f, const struct frame_rules *w, struct frame_scratch *scratch)
{
	unsigned files = 0;
	ssize_t got;
	while ((got = getdents64(
			f->dir->fd, scratch->listing, sizeof(scratch->listing))) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *d = (const void *)(scratch->listing + at);
			files |= take_entry(f, w, d);
			at += d->d_reclen;
		}
	if (got < 0)
		f->counts.unreadable++;
	return files;
}

static void drop_ignored(struct frame *f, struct buf *path)
{
	size_t kept = 0, len;
	if (!f->ignore)
		return;
	buf_clear(path);
	buf_add(path, f->path.p, f->path.len);
	if (f->path.len)
		buf_addc(path, '/');
	len = path->len;
	for (size_t i = 0; i < f->n; i++) {
		buf_trim(path, len);
		buf_puts(path, frame_name(f, &f->v[i]));
		if (ignore_match(f->ignore, path->p, f->v[i].type == DT_DIR))
			f->counts.ignored++;
		else
			f->v[kept++] = f->v[i];
	}
	f->n = kept;
}

/* Leaves out what the rules deny. */
static void drop_denied(struct frame *f, struct sieve *sieve)
{
	size_t kept = 0;
	for (size_t i = 0; i < f->n; i++) {
		struct name *e = &f->v[i];
		enum sieve_answer a =
			sieve_look(sieve, f->sieve, frame_name(f, e), e->type == DT_DIR);
		f->counts.denied += a == SIEVE_DENIES;
		f->counts.asks += a == SIEVE_ASKS;
		e->passed = a == SIEVE_PASSES;
		if (a == SIEVE_SHOWS || a == SIEVE_PASSES)
			f->v[kept++] = *e;
	}
	f->n = kept;
}

/* Is there one of that name (n bytes)? Returns it, or NULL. */
static struct name *find_name(const struct frame *f, const char *name, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strncmp(frame_name(f, &f->v[i]), name, n) &&
			!frame_name(f, &f->v[i])[n])
			return &f->v[i];
	return NULL;
}

/* Shows the mount number k whose path goes on with `name` (n bytes) in this directory:
 * the mount itself, or a directory on the way to it when there is none. */
static void add_mount(struct frame *f, const char *name, size_t n, int k)
{
	struct name *e = find_name(f, name, n);
	bool way = name[n] == '/';
	if (!e) {
		char *copy CLEANUP(mem_freep) = xmemdup0(name, n);
		f->counts.entries++;
		add_name(f, copy, DT_DIR, way ? VIRTUAL : k);
	} else if (!way || e->type != DT_DIR) {
		e->mount = way ? VIRTUAL : k;
		e->type = DT_DIR;
	}
}

static void add_mounts(struct frame *f, const struct frame_rules *w)
{
	const char *dir = frame_below(w, f->path.p, f->path.len);
	size_t n = strlen(dir);
	for (size_t k = 0; k < w->n_mounts; k++) {
		const char *at = w->mounts[k].at;
		if (strncmp(at, dir, n) != 0 || (n && at[n] != '/') || !at[n])
			continue;
		at += n + (n > 0);
		size_t len = strcspn(at, "/");
		if (*at == '.' && !(w->flags & WALK_HIDDEN))
			f->counts.hidden += !at[len];
		else
			add_mount(f, at, len, (int)k);
	}
}

/* The bytes that an entry is sorted by, its name and of a directory "/", in a number: of
 * two that differ the larger sorts behind. */
static uint64_t first_bytes(const char *name, bool is_dir)
{
	uint64_t n = 0;
	size_t i = 0;
	for (; i < sizeof(n) && name[i]; i++)
		n = n << 8 | (unsigned char)name[i];
	if (i < sizeof(n))
		n = (n << 8 | (is_dir ? '/' : 0)) << 8 * (sizeof(n) - 1 - i);
	return n;
}

/* Bytewise, a directory as its name plus "/". Returns whether x comes before y. */
static bool is_before(const struct name *x, const struct name *y, const char *names)
{
	if (x->first != y->first)
		return x->first < y->first;
	/* Of one that is shorter the end differs, or both are. */
	size_t same = x->first & 0xff ? sizeof(x->first) - 1 : 0;
	const char *p = names + x->at + same, *q = names + y->at + same;
	while (*p && *p == *q)
		p++, q++;
	unsigned char c = *p || x->type != DT_DIR ? (unsigned char)*p : '/';
	unsigned char d = *q || y->type != DT_DIR ? (unsigned char)*q : '/';
	return c < d;
}

static void sort_few(struct name *v, size_t n, const char *names)
{
	for (size_t i = 1; i < n; i++) {
		struct name e = v[i];
		size_t k = i;
		for (; k && is_before(&e, &v[k - 1], names); k--)
			v[k] = v[k - 1];
		v[k] = e;
	}
}

/* Puts a[0..n) and a[n..end), each in order, in order to `out`. */
static void merge(
	struct name *out, const struct name *a, size_t n, size_t end, const char *names)
{
	const struct name *b = a + n, *a_end = b, *b_end = a + end;
	while (a < a_end && b < b_end)
		*out++ = is_before(b, a, names) ? *b++ : *a++;
	while (a < a_end)
		*out++ = *a++;
	while (b < b_end)
		*out++ = *b++;
}

/* By merging; qsort_r() calls for each comparison. */
static void sort(struct name *v, size_t n, const char *names)
{
	enum { FEW = 16 };
	for (size_t at = 0; at < n; at += FEW)
		sort_few(v + at, n - at < FEW ? n - at : FEW, names);
	if (n <= FEW)
		return;
	struct name *from = v, *to = xmalloc(n * sizeof(*v)), *spare = to;
	for (size_t width = FEW; width < n; width *= 2) {
		for (size_t at = 0; at < n; at += 2 * width) {
			size_t end = n - at < 2 * width ? n - at : 2 * width;
			merge(to + at, from + at, end < width ? end : width, end, names);
		}
		struct name *was = from;
		from = to;
		to = was;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	free(spare);
}

struct frame *frame_new(
	struct frame *used, const char *path, struct ignore *above, int depth)
{
	static const struct frame none = {.names = BUF_INIT, .path = BUF_INIT};
	struct frame *f = used ? used : xmalloc(sizeof(*f));
	if (!used)
		*f = none;
	f->above = above;
	f->depth = depth;
	buf_puts(&f->path, path);
	return f;
}

void frame_fill(
	struct frame *f, const struct frame_rules *rules, struct frame_scratch *scratch)
{
	unsigned files = f->dir->fd < 0 ? 0 : list(f, rules, scratch);
	f->ignore = ignore_read(f->dir->fd, f->path.p, files, f->above);
	/* Mounts are names like others: rules above may leave them out. */
	add_mounts(f, rules);
	drop_ignored(f, &scratch->path);
	if (rules->sieve)
		drop_denied(f, rules->sieve);
	for (size_t i = 0; i < f->n; i++)
		f->v[i].first =
			first_bytes(frame_name(f, &f->v[i]), f->v[i].type == DT_DIR);
	sort(f->v, f->n, f->names.p);
}

void frame_clear(struct frame *f)
{
	ignore_free(f->ignore, f->above);
	sieve_leave(f->sieve);
	walk_dir_unref(f->dir);
	walk_dir_unref(f->parent);
	struct frame kept = {
		.names = f->names, .path = f->path, .v = f->v, .cap = f->cap};
	buf_clear(&kept.names);
	buf_clear(&kept.path);
	*f = kept;
}

void frame_free(struct frame *f)
{
	frame_clear(f);
	buf_release(&f->names);
	buf_release(&f->path);
	free(f->v);
	free(f);
}
