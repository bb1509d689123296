/* SPDX-License-Identifier: MIT */
#include "walk_ahead.h"

#include "io.h"
#include "mem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	MOST_THREADS = 3,
	MOST_READY = 512, /* listings kept, each with its directory open */
	SHARE = 4,        /* of the descriptors that a process may have, one in so many */
	SPINS = 1000,
	MOST_USED = 64,  /* frames whose memory is kept */
	LARGE = 1 << 16, /* bytes of names; the memory of such a one is not */
	OFFERED = 32,    /* directories of one listing that wait at once */
};

struct ahead {
	const struct frame_rules *rules;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct frame *first; /* a stack: what the walk comes to first is on top */
	size_t ready;        /* listed, not taken yet */
	size_t most;         /* that may be ready */
	size_t idle;         /* threads that wait for work */
	bool waiting;        /* the walk waits for a listing */
	bool closing;
	size_t n;
	pthread_t ids[MOST_THREADS];

	/* Under a lock of their own: what one thread has allocated another would free,
	 * and the allocator would make them wait. */
	pthread_mutex_t used_lock;
	struct frame *used;
	size_t n_used;
};

/* Takes a frame out of the stack; with the lock held. */
static void unqueue(struct ahead *a, struct frame *f)
{
	*(f->before ? &f->before->behind : &a->first) = f->behind;
	if (f->behind)
		f->behind->before = f->before;
	f->before = f->behind = NULL;
}

/* Is there something to list, and room for it? With the lock held. */
static bool has_work(const struct ahead *a)
{
	return a->first && a->ready < a->most;
}

/* Wakes the threads once there is work for a while; with the lock held. */
static void wake(struct ahead *a)
{
	if (a->idle && a->first && a->ready < a->most / 2)
		pthread_cond_broadcast(&a->work);
}

static void spin(void)
{
#ifdef __SSE2__
	__builtin_ia32_pause();
#endif
}

static enum frame_state frame_state(const struct frame *f)
{
	return __atomic_load_n(&f->state, __ATOMIC_ACQUIRE);
}

/* Waits for a listing that a thread is about to finish: to sleep and be woken takes
 * longer than most of them. With the lock held. */
static void wait_ready(struct ahead *a, const struct frame *f)
{
	pthread_mutex_unlock(&a->lock);
	for (int i = 0; i < SPINS && frame_state(f) != FRAME_READY; i++)
		spin();
	pthread_mutex_lock(&a->lock);
	a->waiting = true;
	while (f->state != FRAME_READY)
		pthread_cond_wait(&a->done, &a->lock);
	a->waiting = false;
}

/* Opens and lists. */
static void list(struct ahead *a, struct frame *f, struct frame_scratch *scratch)
{
	int fd = openat(f->parent->fd, f->name, FRAME_OPEN);
	f->error = fd < 0 ? errno : 0;
	walk_dir_unref(f->parent);
	f->parent = NULL;
	if (fd < 0)
		return;
	f->dir = frame_dir(fd);
	frame_fill(f, a->rules, scratch);
}

static void keep_used(struct ahead *a, struct frame *f)
{
	bool kept = false;
	if (a && f->names.cap <= LARGE) {
		frame_clear(f);
		pthread_mutex_lock(&a->used_lock);
		kept = a->n_used < MOST_USED;
		if (kept) {
			f->behind = a->used;
			a->used = f;
			a->n_used++;
		}
		pthread_mutex_unlock(&a->used_lock);
	}
	if (!kept)
		frame_free(f);
}

/* Returns at most n frames, one behind the other. */
static struct frame *take_used(struct ahead *a, size_t n)
{
	struct frame *f, **end = &f;
	pthread_mutex_lock(&a->used_lock);
	f = a->used;
	while (*end && n--) {
		end = &(*end)->behind;
		a->n_used--;
	}
	a->used = *end;
	pthread_mutex_unlock(&a->used_lock);
	*end = NULL;
	return f;
}

/* A frame for a directory that is an entry of f. */
static struct frame *frame_of(struct frame *used, struct frame *f, struct name *e)
{
	struct frame *c = frame_new(used, f->path.p, f->ignore, f->depth + 1);
	if (c->path.len)
		buf_addc(&c->path, '/');
	buf_puts(&c->path, frame_name(f, e));
	c->name = frame_name(f, e);
	c->parent = walk_dir_ref(f->dir);
	return e->ahead = c;
}

/* Frames for those of the next entries that are directories, in order; nobody else has f.
 * Returns the first with the last in *last, or NULL: there are none. */
static struct frame *make_next(struct ahead *a, struct frame *f, struct frame **last)
{
	size_t from = f->offered > f->next ? f->offered : f->next;
	size_t end = from, count = 0;
	bool deeper = !a->rules->max_depth || f->depth < a->rules->max_depth;
	for (; end < f->n && count < OFFERED && end < f->next + 8 * OFFERED; end++)
		count += f->v[end].type == DT_DIR;
	f->offered = end;
	if (!deeper || !count)
		return NULL;
	struct frame *used = take_used(a, count), *first = NULL;
	*last = NULL;
	for (size_t i = from; i < end; i++) {
		struct name *e = &f->v[i];
		if (e->type != DT_DIR || e->mount != REAL)
			continue;
		struct frame *rest = used ? used->behind : NULL;
		struct frame *c = frame_of(used, f, e);
		used = rest;
		c->behind = NULL;
		c->before = *last;
		*(*last ? &(*last)->behind : &first) = c;
		*last = c;
	}
	while (used) { /* there were mounts among them */
		struct frame *rest = used->behind;
		frame_free(used);
		used = rest;
	}
	return first;
}

/* Puts them on the stack; with the lock held. */
static void stack(struct ahead *a, struct frame *first, struct frame *last)
{
	last->behind = a->first;
	if (a->first)
		a->first->before = last;
	a->first = first;
	wake(a);
}

/* Lists what is on top of the stack; with the lock held, but not meanwhile. */
static void list_first(struct ahead *a, struct frame_scratch *scratch)
{
	struct frame *f = a->first, *last = NULL;
	unqueue(a, f);
	f->state = FRAME_RUNNING;
	a->ready++;
	pthread_mutex_unlock(&a->lock);
	list(a, f, scratch);
	struct frame *first = f->dir ? make_next(a, f, &last) : NULL;
	pthread_mutex_lock(&a->lock);
	__atomic_store_n(&f->state, FRAME_READY, __ATOMIC_RELEASE);
	if (first)
		stack(a, first, last);
	if (a->waiting)
		pthread_cond_signal(&a->done);
}

static void *work(void *arg)
{
	struct ahead *a = arg;
	struct frame_scratch *scratch = xmalloc(sizeof(*scratch));
	scratch->path = (struct buf)BUF_INIT;
	pthread_mutex_lock(&a->lock);
	while (!a->closing) {
		if (has_work(a)) {
			list_first(a, scratch);
			continue;
		}
		a->idle++;
		pthread_cond_wait(&a->work, &a->lock);
		a->idle--;
	}
	pthread_mutex_unlock(&a->lock);
	buf_release(&scratch->path);
	free(scratch);
	return NULL;
}

struct ahead *ahead_new(const struct frame_rules *rules)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	struct ahead *a = xcalloc(1, sizeof(*a));
	struct rlimit files = {0};
	(void)getrlimit(RLIMIT_NOFILE, &files);
	a->most =
		files.rlim_cur / SHARE < MOST_READY ? files.rlim_cur / SHARE : MOST_READY;
	a->rules = rules;
	io_room();
	pthread_mutexattr_t spins; /* before it sleeps */
	pthread_mutexattr_init(&spins);
	pthread_mutexattr_settype(&spins, PTHREAD_MUTEX_ADAPTIVE_NP);
	pthread_mutex_init(&a->lock, &spins);
	pthread_mutex_init(&a->used_lock, &spins);
	pthread_mutexattr_destroy(&spins);
	pthread_cond_init(&a->work, NULL);
	pthread_cond_init(&a->done, NULL);
	while (a->n < MOST_THREADS && (int)a->n + 1 < n &&
		pthread_create(&a->ids[a->n], NULL, work, a) == 0)
		a->n++;
	if (a->n)
		return a;
	ahead_free(a);
	return NULL;
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->closing = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	for (size_t i = 0; i < a->n; i++)
		pthread_join(a->ids[i], NULL);
	pthread_cond_destroy(&a->work);
	pthread_cond_destroy(&a->done);
	pthread_mutex_destroy(&a->lock);
	pthread_mutex_destroy(&a->used_lock);
	for (struct frame *f = take_used(a, MOST_USED), *rest; f; f = rest) {
		rest = f->behind;
		frame_free(f);
	}
	free(a);
}

void ahead_offer(struct ahead *a, struct frame *f)
{
	if (!a || !f->dir || f->dir->fd < 0 || f->offered == f->n ||
		f->offered > f->next + OFFERED)
		return;
	struct frame *last = NULL, *first = make_next(a, f, &last);
	if (!first)
		return;
	pthread_mutex_lock(&a->lock);
	stack(a, first, last);
	pthread_mutex_unlock(&a->lock);
}

struct frame *ahead_take(struct ahead *a, struct name *e, struct frame_scratch *scratch)
{
	struct frame *f = e->ahead;
	if (!f)
		return NULL;
	pthread_mutex_lock(&a->lock);
	if (f->state == FRAME_QUEUED) {
		unqueue(a, f);
		pthread_mutex_unlock(&a->lock);
		list(a, f, scratch);
		pthread_mutex_lock(&a->lock);
	} else {
		while (f->state != FRAME_READY && has_work(a))
			list_first(a, scratch);
		wait_ready(a, f);
		a->ready--;
		wake(a);
	}
	pthread_mutex_unlock(&a->lock);
	e->ahead = NULL;
	return f;
}

/* With the lock held. */
static void drop(struct ahead *a, struct name *e)
{
	struct frame *f = e->ahead;
	if (!f)
		return;
	if (f->state == FRAME_QUEUED) {
		unqueue(a, f);
	} else {
		wait_ready(a, f);
		a->ready--;
		for (size_t i = 0; i < f->n; i++)
			drop(a, &f->v[i]);
	}
	frame_free(f);
	e->ahead = NULL;
}

void ahead_drop_one(struct ahead *a, struct name *e)
{
	if (!e->ahead)
		return;
	pthread_mutex_lock(&a->lock);
	drop(a, e);
	wake(a);
	pthread_mutex_unlock(&a->lock);
}

void ahead_drop(struct ahead *a, struct frame *f, size_t from)
{
	if (!a || f->offered <= from)
		return;
	while (from < f->offered && !f->v[from].ahead)
		from++;
	if (from < f->offered) {
		pthread_mutex_lock(&a->lock);
		for (size_t i = from; i < f->offered; i++)
			drop(a, &f->v[i]);
		wake(a);
		pthread_mutex_unlock(&a->lock);
	}
	f->offered = from;
}

void ahead_release(struct ahead *a, struct frame *f)
{
	ahead_drop(a, f, 0);
	keep_used(a, f);
}
