/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "buf.h"
#include "mem.h"
#include "temp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Directories of one line of descent that are open at once, besides the start and those
 * a mount stands in. */
enum { MAX_OPEN = 24, LISTING = 32768 };

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

enum { REAL = -1, VIRTUAL = -2 }; /* else the number of a mount */

struct name {
	size_t at; /* in the frame's names */
	int mount; /* REAL, VIRTUAL or a mount */
	unsigned char type;
	bool passed; /* a directory that is entered and not shown */
};

/* A directory on the way down to where the walk is. */
struct frame {
	struct walk_dir *dir; /* NULL while closed to spare descriptors */
	dev_t dev;            /* of a closed one, to know it again */
	ino_t ino;
	struct ignore *above, *ignore;
	struct sieve_dir *sieve;
	struct buf names; /* NUL-terminated, one behind the other */
	struct name *v;
	size_t n, cap, next;
	size_t path_len; /* of the directory's path in walk.path */
	bool pinned;     /* never closed: a mount or nothing real is below or here */
};

struct walk {
	const struct walk_mount *mounts;
	size_t n_mounts;
	unsigned flags;
	int max_depth;
	struct sieve *sieve; /* NULL: no rules */
	struct buf path;     /* prefix, then the last entry's path */
	size_t prefix;       /* length of the start's path below the topmost rules */
	struct frame *stack; /* stack[0] is the start */
	size_t n, cap;
	size_t open; /* stack[open..n) are open; so are stack[0] and the pinned */
	bool enter;  /* first go into the directory that was returned last */
	struct walk_counts counts;
	_Alignas(struct dirent64) char listing[LISTING];
};

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
		BTRFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC, SQUASHFS_MAGIC};
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

static struct walk_dir *dir_new(int fd)
{
	struct walk_dir *d = xmalloc(sizeof(*d));
	*d = (struct walk_dir){.fd = fd, .refs = 1};
	return d;
}

static struct frame *top(struct walk *w)
{
	return &w->stack[w->n - 1];
}

static const char *name_of(const struct frame *f, const struct name *e)
{
	return f->names.p + e->at;
}

/* Makes path that of an entry of the frame. Returns it, below the topmost rules. */
static const char *set_path(struct walk *w, const struct frame *f, const char *name)
{
	buf_trim(&w->path, f->path_len);
	if (f->path_len)
		buf_addc(&w->path, '/');
	buf_puts(&w->path, name);
	return w->path.p;
}

/* The same below the start; len is that of a directory's path, w->path.len or less. */
static const char *below_start(const struct walk *w, size_t len)
{
	return w->path.p + (len > w->prefix && w->prefix ? w->prefix + 1 : w->prefix);
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
	f->v[f->n++] = (struct name){f->names.len, mount, type, false};
	buf_add(&f->names, name, strlen(name) + 1);
}

/* One entry as the kernel gives it. Returns which ignore file it is, or 0. */
static unsigned take_entry(struct walk *w, struct frame *f, const struct dirent64 *d)
{
	const char *name = d->d_name;
	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]) || temp_is(name)))
		return 0;
	unsigned file = w->flags & WALK_NO_IGNORE ? 0 : ignore_file(name);
	if (!(w->flags & WALK_KEEP_GIT) && !strcmp(name, ".git"))
		return file;
	w->counts.entries++;
	if (name[0] == '.' && !(w->flags & WALK_HIDDEN)) {
		w->counts.hidden++;
		return file;
	}
	unsigned char type = type_of(f->dir->fd, d);
	if (type != DT_UNKNOWN)
		add_name(f, name, type, REAL);
	return file;
}

/* Reads the directory. Returns the ignore files in it. */
static unsigned list(struct walk *w, struct frame *f)
{
	unsigned files = 0;
	ssize_t got;
	while ((got = getdents64(f->dir->fd, w->listing, LISTING)) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *d = (const void *)(w->listing + at);
			files |= take_entry(w, f, d);
			at += d->d_reclen;
		}
	if (got < 0)
		w->counts.unreadable++;
	return files;
}

static void drop_ignored(struct walk *w, struct frame *f)
{
	size_t kept = 0;
	for (size_t i = 0; f->ignore && i < f->n; i++) {
		const char *path = set_path(w, f, name_of(f, &f->v[i]));
		if (ignore_match(f->ignore, path, f->v[i].type == DT_DIR))
			w->counts.ignored++;
		else
			f->v[kept++] = f->v[i];
	}
	if (f->ignore)
		f->n = kept;
	buf_trim(&w->path, f->path_len);
}

/* Leaves out what the rules deny. */
static void drop_denied(struct walk *w, struct frame *f)
{
	size_t kept = 0;
	for (size_t i = 0; i < f->n; i++) {
		struct name *e = &f->v[i];
		enum sieve_answer a =
			sieve_look(w->sieve, f->sieve, name_of(f, e), e->type == DT_DIR);
		w->counts.denied += a == SIEVE_DENIES;
		w->counts.asks += a == SIEVE_ASKS;
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
		if (!strncmp(name_of(f, &f->v[i]), name, n) && !name_of(f, &f->v[i])[n])
			return &f->v[i];
	return NULL;
}

/* Shows the mount number k whose path goes on with `name` (n bytes) in this directory:
 * the mount itself, or a directory on the way to it when there is none. */
static void add_mount(struct walk *w, struct frame *f, const char *name, size_t n, int k)
{
	struct name *e = find_name(f, name, n);
	bool way = name[n] == '/';
	if (!e) {
		char *copy CLEANUP(mem_freep) = xmemdup0(name, n);
		w->counts.entries++;
		add_name(f, copy, DT_DIR, way ? VIRTUAL : k);
	} else if (!way || e->type != DT_DIR) {
		e->mount = way ? VIRTUAL : k;
		e->type = DT_DIR;
	}
}

static void add_mounts(struct walk *w, struct frame *f)
{
	const char *dir = below_start(w, f->path_len);
	size_t n = strlen(dir);
	for (size_t k = 0; k < w->n_mounts; k++) {
		const char *at = w->mounts[k].at;
		if (strncmp(at, dir, n) != 0 || (n && at[n] != '/') || !at[n])
			continue;
		at += n + (n > 0);
		size_t len = strcspn(at, "/");
		if (*at == '.' && !(w->flags & WALK_HIDDEN))
			w->counts.hidden += !at[len];
		else
			add_mount(w, f, at, len, (int)k);
	}
}

/* Bytewise, a directory as its name plus "/". */
static int compare(const void *a, const void *b, void *names)
{
	const struct name *x = a, *y = b;
	const char *p = (const char *)names + x->at, *q = (const char *)names + y->at;
	while (*p && *p == *q)
		p++, q++;
	unsigned char c = *p || x->type != DT_DIR ? (unsigned char)*p : '/';
	unsigned char d = *q || y->type != DT_DIR ? (unsigned char)*q : '/';
	return c - d;
}

static void fill(struct walk *w, struct frame *f)
{
	unsigned files = f->dir->fd < 0 ? 0 : list(w, f);
	f->ignore = ignore_read(f->dir->fd, w->path.p, files, f->above);
	/* Mounts are names like others: rules above may leave them out. */
	add_mounts(w, f);
	drop_ignored(w, f);
	if (w->sieve)
		drop_denied(w, f);
	if (f->n > 1)
		qsort_r(f->v, f->n, sizeof(*f->v), compare, f->names.p);
}

/* Closes the highest directory that can be found again once too many are open. */
static void spare(struct walk *w)
{
	struct stat st;
	if (w->n - w->open <= MAX_OPEN)
		return;
	struct frame *f = &w->stack[w->open++];
	if (f->pinned || fstat(f->dir->fd, &st) < 0)
		return;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	walk_dir_unref(f->dir);
	f->dir = NULL;
}

/* Goes into the directory fd (-1: there is none), whose path is w->path; `from` is its
 * entry in the directory above, NULL for the start. */
static void push(struct walk *w, int fd, struct ignore *above, const struct name *from)
{
	struct sieve_dir *sieve = NULL;
	if (w->sieve)
		sieve = sieve_enter(w->sieve, from ? top(w)->sieve : NULL,
			from ? name_of(top(w), from) : "", from ? from->mount : REAL);
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 16;
		w->stack = xrealloc_n(w->stack, w->cap, sizeof(*w->stack));
	}
	struct frame *f = &w->stack[w->n++];
	*f = (struct frame){.dir = dir_new(fd),
		.above = above,
		.sieve = sieve,
		.names = BUF_INIT,
		.path_len = w->path.len,
		.pinned = fd < 0};
	fill(w, f);
	spare(w);
}

/* Opens the directory that was returned last from this frame. Returns a descriptor, or
 * -1 with errno. */
static int open_last(const struct walk *w, const struct frame *f)
{
	const struct name *e = &f->v[f->next - 1];
	if (e->mount >= 0)
		return openat(w->mounts[e->mount].fd, ".", OPEN_DIR);
	return openat(f->dir->fd, name_of(f, e), OPEN_DIR);
}

static void enter(struct walk *w)
{
	struct frame *f = top(w);
	const struct name *e = &f->v[f->next - 1];
	int fd = -1;
	w->enter = false;
	if (e->mount != REAL)
		f->pinned = true;
	bool empty = e->mount == VIRTUAL || (e->mount >= 0 && w->mounts[e->mount].fd < 0);
	if (!empty && (fd = open_last(w, f)) < 0) {
		bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
		w->counts.unreadable += !gone;
		return;
	}
	push(w, fd, f->ignore, e);
}

/* Takes fd as the frame's directory if it is the one that was closed. */
static bool reopened(struct frame *f, int fd)
{
	struct stat st;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == f->dev &&
		st.st_ino == f->ino) {
		f->dir = dir_new(fd);
		return true;
	}
	mem_closep(&fd);
	return false;
}

/* Opens the closed directory on top again: by "..", or, when directories were moved
 * meanwhile, from the nearest one above that is open. Returns whether it could. */
static bool reopen(struct walk *w, const struct walk_dir *child)
{
	if (child && reopened(top(w), openat(child->fd, "..", OPEN_DIR)))
		return true;
	size_t from = w->n - 1;
	while (!w->stack[from].dir)
		from--;
	for (size_t i = from; i + 1 < w->n; i++) {
		struct frame *f = &w->stack[i];
		bool ok = reopened(f + 1, open_last(w, f));
		if (i > from) {
			walk_dir_unref(f->dir);
			f->dir = NULL;
		}
		if (!ok)
			return false;
	}
	return true;
}

static void frame_release(struct frame *f)
{
	ignore_free(f->ignore, f->above);
	buf_release(&f->names);
	free(f->v);
	sieve_leave(f->sieve);
	walk_dir_unref(f->dir);
}

static void pop(struct walk *w)
{
	struct frame old = w->stack[--w->n];
	size_t i = w->n - 1;
	if (w->n && !top(w)->dir && !reopen(w, old.dir)) {
		/* It is gone, and with it whatever else it held. */
		w->counts.unreadable++;
		top(w)->next = top(w)->n;
	}
	if (w->n > 1 && i < w->open)
		w->open = i;
	frame_release(&old);
}

struct walk *walk_new(int fd, const struct walk_mount *mounts, size_t n_mounts,
	const struct walk_above *above, unsigned flags, int max_depth)
{
	struct walk *w = xmalloc(sizeof(*w));
	*w = (struct walk){.mounts = mounts,
		.n_mounts = n_mounts,
		.flags = flags,
		.max_depth = max_depth,
		.path = BUF_INIT,
		.open = 1};
	if (above)
		buf_puts(&w->path, above->path);
	w->sieve = above ? above->sieve : NULL;
	w->prefix = w->path.len;
	push(w, fd, above && !(flags & WALK_NO_IGNORE) ? above->ignore : NULL, NULL);
	return w;
}

/* The next entry, also one that is only passed through. */
static int next(struct walk *w, struct walk_entry *out, bool *passed)
{
	if (w->enter)
		enter(w);
	while (w->n && top(w)->next == top(w)->n)
		pop(w);
	if (!w->n)
		return 0;
	struct frame *f = top(w);
	const struct name *e = &f->v[f->next++];
	set_path(w, f, name_of(f, e));
	*passed = e->passed;
	*out = (struct walk_entry){.path = below_start(w, w->path.len),
		.name = name_of(f, e),
		.dir = f->dir,
		.type = e->type,
		.depth = (int)w->n,
		.mounted = e->mount != REAL,
		.mount = e->mount >= 0 ? w->mounts[e->mount].fd : -1};
	w->enter = e->type == DT_DIR && (!w->max_depth || out->depth < w->max_depth);
	return 1;
}

int walk_next(struct walk *w, struct walk_entry *out)
{
	bool passed = true;
	int got = 1;
	while (got && passed)
		got = next(w, out, &passed);
	return got;
}

void walk_prune(struct walk *w)
{
	w->enter = false;
}

const struct walk_counts *walk_counts(const struct walk *w)
{
	return &w->counts;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	while (w->n)
		frame_release(&w->stack[--w->n]);
	sieve_free(w->sieve);
	free(w->stack);
	buf_release(&w->path);
	free(w);
}
