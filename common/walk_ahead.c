/* SPDX-License-Identifier: MIT */
#include "walk_ahead.h"

#include "mem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	MOST_THREADS = 3,
	NEAR = 64,        /* listings kept of what comes next */
	MOST_READY = 512, /* of all, each with its directory open */
	SHARE = 4,        /* of the descriptors that a process may have, one in so many */
	OFFERED = 32,     /* directories of one listing that wait at once */
};

struct ahead {
	const struct frame_rules *rules;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct frame *first; /* a stack: what the walk comes to first is on top */
	size_t ready; /* listed, not taken yet */
	size_t later; /* of those, what comes behind all that lies before the walk now */
	size_t most;  /* that may be ready */
	size_t idle;  /* threads that wait for work */
	bool waiting; /* the walk waits for a listing */
	bool closing;
	size_t n;
	pthread_t ids[MOST_THREADS];
};

/* Takes a frame out of the stack; with the lock held. */
static void unqueue(struct ahead *a, struct frame *f)
{
	*(f->before ? &f->before->behind : &a->first) = f->behind;
	if (f->behind)
		f->behind->before = f->before;
	f->before = f->behind = NULL;
}

/* May another be listed, `spare` more be kept than there would be then? With the lock
 * held. */
static bool has_room(const struct ahead *a, size_t spare)
{
	return a->ready + spare < a->most && a->ready + spare < a->later + NEAR;
}

/* Wakes the threads once there is work for a while; with the lock held. */
static void wake(struct ahead *a)
{
	if (a->idle && a->first && has_room(a, NEAR / 2))
		pthread_cond_broadcast(&a->work);
}

/* One that was ready is taken, or not wanted any more; with the lock held. */
static void count_taken(struct ahead *a)
{
	a->ready--;
	if (a->later > a->ready)
		a->later = a->ready;
}

/* Waits for a listing that a thread is about to finish; with the lock held. */
static void wait_ready(struct ahead *a, const struct frame *f)
{
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

/* Puts those of the next entries that are directories on the stack, the first on top;
 * with the lock held. */
static void offer(struct ahead *a, struct frame *f)
{
	size_t from = f->offered > f->next ? f->offered : f->next;
	size_t end = from, count = 0;
	bool deeper = !a->rules->max_depth || f->depth < a->rules->max_depth;
	for (; end < f->n && count < OFFERED && end < f->next + 8 * OFFERED; end++)
		count += f->v[end].type == DT_DIR;
	f->offered = end;
	for (size_t i = end; deeper && count && i-- > from;) {
		struct name *e = &f->v[i];
		if (e->type != DT_DIR || e->mount != REAL)
			continue;
		struct buf path CLEANUP(buf_release) = BUF_INIT;
		buf_puts(&path, f->path);
		if (path.len)
			buf_addc(&path, '/');
		buf_puts(&path, frame_name(f, e));
		struct frame *c = frame_new(path.p, f->ignore, f->depth + 1);
		c->name = frame_name(f, e);
		c->parent = walk_dir_ref(f->dir);
		c->behind = a->first;
		if (a->first)
			a->first->before = c;
		a->first = e->ahead = c;
	}
	wake(a);
}

/* Lists what is on top of the stack; with the lock held, but not meanwhile. */
static void list_first(struct ahead *a, struct frame_scratch *scratch)
{
	struct frame *f = a->first;
	unqueue(a, f);
	f->state = FRAME_RUNNING;
	a->ready++;
	pthread_mutex_unlock(&a->lock);
	list(a, f, scratch);
	pthread_mutex_lock(&a->lock);
	f->state = FRAME_READY;
	if (f->dir)
		offer(a, f);
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
		if (a->first && has_room(a, 0)) {
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
	a->most = files.rlim_cur / SHARE < MOST_READY ? files.rlim_cur / SHARE
						       : MOST_READY;
	a->rules = rules;
	pthread_mutex_init(&a->lock, NULL);
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
	free(a);
}

void ahead_offer(struct ahead *a, struct frame *f)
{
	if (!a || !f->dir || f->dir->fd < 0 || f->offered > f->next + OFFERED)
		return;
	pthread_mutex_lock(&a->lock);
	/* Where no thread has been, the walk is in front of all that they listed. */
	if (!f->offered)
		a->later = a->ready;
	offer(a, f);
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
		while (f->state != FRAME_READY && a->first)
			list_first(a, scratch);
		wait_ready(a, f);
		count_taken(a);
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
		count_taken(a);
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
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	for (size_t i = from; i < f->n; i++)
		drop(a, &f->v[i]);
	if (f->offered > from)
		f->offered = from;
	wake(a);
	pthread_mutex_unlock(&a->lock);
}
