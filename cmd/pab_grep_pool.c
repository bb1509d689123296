/* SPDX-License-Identifier: MIT */
/* The threads of pab-grep. Files come in batches through a bounded ring; the thread that
 * adds them also searches, and it alone delivers, in the order of the batches, so the
 * output of a search is the same on every run. Few files are searched without any other
 * thread. */
#include "pab_grep.h"

#include "diag.h"
#include "io.h"
#include "mem.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	BATCH = 32,       /* files */
	RING = 16,        /* batches */
	ALONE = 1,        /* so many batches are no reason to start threads */
	MOST_WORKERS = 8, /* the adding thread is one of them */
	SHARE = 3,        /* of the descriptors that a process may have, one in so many */
};

enum task_state { FREE, READY, TAKEN, WAITS, DONE };

struct task {
	struct file files[BATCH];
	size_t n, dirs;        /* directories that are open for them */
	enum task_state state; /* WAITS: to give away what it has so far */
	struct result result;
};

struct thread {
	struct pool *pool;
	struct worker worker;
	pthread_t id;
};

/* Batch number i is ring[i % RING]. Under the lock: the numbers and the states. */
struct pool {
	struct grep *g;
	struct pool_sync sync;
	struct split *split; /* a large file that all threads help with; or NULL */
	struct task ring[RING];
	size_t added, taken, delivered;
	size_t most_dirs; /* of a batch */
	bool closing, splitting;
	pthread_t main;                      /* the adding thread */
	struct thread threads[MOST_WORKERS]; /* the first is the adding thread's own */
	size_t n_threads, may_have;
};

static void worker_init(struct worker *w, struct grep *g)
{
	*w = (struct worker){.g = g, .find = find_new(g->re, g->deadline)};
	w->data = w->decoded = w->prefix = (struct buf)BUF_INIT;
}

static void worker_release(struct worker *w)
{
	find_free(w->find);
	buf_release(&w->data);
	buf_release(&w->decoded);
	buf_release(&w->prefix);
	free(w->spans);
}

/* How many processors this process may use. */
static size_t processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > MOST_WORKERS ? MOST_WORKERS : (size_t)n;
}

struct pool *pool_new(struct grep *g)
{
	struct pool *p = xcalloc(1, sizeof(*p));
	struct rlimit files = {0};
	(void)getrlimit(RLIMIT_NOFILE, &files);
	p->most_dirs = files.rlim_cur / SHARE / RING;
	p->g = g;
	p->may_have = processors();
	p->main = pthread_self();
	p->n_threads = 1;
	pthread_mutex_init(&p->sync.lock, NULL);
	pthread_cond_init(&p->sync.work, NULL);
	pthread_cond_init(&p->sync.progress, NULL);
	worker_init(&p->threads[0].worker, g);
	for (size_t i = 0; i < RING; i++)
		result_init(&p->ring[i].result, g);
	return p;
}

static void file_release(struct file *f)
{
	free(f->path);
	if (f->dir)
		walk_dir_unref(f->dir);
	else if (f->fd > STDIN_FILENO)
		close(f->fd);
}

static void run(struct task *t, struct worker *w)
{
	for (size_t i = 0; i < t->n; i++) {
		load_file(w, &t->files[i], &t->result);
		file_release(&t->files[i]);
	}
	t->n = t->dirs = 0;
}

/* Takes the oldest batch that nobody works on; with the lock held. Returns NULL when
 * there is none. */
static struct task *take(struct pool *p)
{
	if (p->taken == p->added)
		return NULL;
	struct task *t = &p->ring[p->taken++ % RING];
	t->state = TAKEN;
	return t;
}

static void *work(void *arg)
{
	struct thread *me = arg;
	struct pool *p = me->pool;
	pthread_mutex_lock(&p->sync.lock);
	for (;;) {
		if (p->split && split_step(p->split, &me->worker, &p->sync))
			continue;
		struct task *t = take(p);
		if (!t && p->closing)
			break;
		if (!t) {
			pthread_cond_wait(&p->sync.work, &p->sync.lock);
			continue;
		}
		pthread_mutex_unlock(&p->sync.lock);
		run(t, &me->worker);
		pthread_mutex_lock(&p->sync.lock);
		t->state = DONE;
		pthread_cond_signal(&p->sync.progress);
	}
	pthread_mutex_unlock(&p->sync.lock);
	return NULL;
}

/* Without another thread the search is only slower. */
static void start_threads(struct pool *p)
{
	if (p->n_threads < p->may_have)
		io_room();
	while (p->n_threads < p->may_have) {
		struct thread *t = &p->threads[p->n_threads];
		t->pool = p;
		worker_init(&t->worker, p->g);
		if (pthread_create(&t->id, NULL, work, t) != 0) {
			worker_release(&t->worker);
			p->may_have = p->n_threads;
			return;
		}
		p->n_threads++;
	}
}

/* Delivers what the next batch has; with the lock held. Returns whether it had any. */
static bool deliver(struct pool *p)
{
	struct task *t = &p->ring[p->delivered % RING];
	if (p->delivered == p->added || (t->state != DONE && t->state != WAITS))
		return false;
	enum task_state was = t->state;
	pthread_mutex_unlock(&p->sync.lock);
	print_deliver(p->g, &t->result);
	pthread_mutex_lock(&p->sync.lock);
	if (was == WAITS) {
		t->state = TAKEN;
		pthread_cond_broadcast(&p->sync.work);
	} else {
		t->state = FREE;
		p->delivered++;
	}
	return true;
}

/* Does one thing that has to be done: delivers, searches, or waits for others. With the
 * lock held. */
static void step(struct pool *p)
{
	struct task *t;
	if (deliver(p))
		return;
	if (p->split && split_step(p->split, &p->threads[0].worker, &p->sync))
		return;
	t = take(p);
	if (!t) {
		pthread_cond_wait(&p->sync.progress, &p->sync.lock);
		return;
	}
	pthread_mutex_unlock(&p->sync.lock);
	run(t, &p->threads[0].worker);
	pthread_mutex_lock(&p->sync.lock);
	t->state = DONE;
}

struct pool_sync *pool_may_split(struct pool *p)
{
	bool can;
	pthread_mutex_lock(&p->sync.lock);
	can = !p->splitting && p->may_have > 1;
	p->splitting |= can;
	pthread_mutex_unlock(&p->sync.lock);
	return can ? &p->sync : NULL;
}

void pool_split(struct pool *p, struct split *split)
{
	pthread_mutex_lock(&p->sync.lock);
	p->split = split;
	if (pthread_equal(pthread_self(), p->main))
		start_threads(p);
	pthread_cond_broadcast(&p->sync.work);
	pthread_cond_broadcast(&p->sync.progress);
	pthread_mutex_unlock(&p->sync.lock);
}

void pool_unsplit(struct pool *p)
{
	pthread_mutex_lock(&p->sync.lock);
	p->split = NULL;
	p->splitting = false;
	pthread_mutex_unlock(&p->sync.lock);
}

void pool_give(struct pool *p, struct result *r)
{
	struct task *t = (struct task *)((char *)r - offsetof(struct task, result));
	size_t number = (size_t)(t - p->ring);
	pthread_mutex_lock(&p->sync.lock);
	if (pthread_equal(pthread_self(), p->main)) {
		while (p->delivered % RING != number)
			if (!deliver(p))
				pthread_cond_wait(&p->sync.progress, &p->sync.lock);
		print_deliver(p->g, r);
	} else {
		t->state = WAITS;
		pthread_cond_signal(&p->sync.progress);
		while (t->state == WAITS)
			pthread_cond_wait(&p->sync.work, &p->sync.lock);
	}
	pthread_mutex_unlock(&p->sync.lock);
	r->any = r->given = true;
}

/* Hands over the batch that is being filled; with the lock held. */
static void submit(struct pool *p)
{
	struct task *t = &p->ring[p->added % RING];
	if (t->state != FREE || !t->n)
		return;
	t->state = READY;
	p->added++;
	if (p->added > ALONE)
		start_threads(p);
	pthread_cond_signal(&p->sync.work);
}

void pool_add(struct pool *p, struct file *f)
{
	struct task *t = &p->ring[p->added % RING];
	t->dirs += f->dir && (!t->n || t->files[t->n - 1].dir != f->dir);
	t->files[t->n++] = *f;
	if (t->n < BATCH && t->dirs < p->most_dirs)
		return;
	pthread_mutex_lock(&p->sync.lock);
	submit(p);
	while (p->n_threads == 1 && p->delivered < p->added)
		step(p);
	while (deliver(p))
		continue;
	while (p->added - p->delivered == RING)
		step(p);
	pthread_mutex_unlock(&p->sync.lock);
}

void pool_finish(struct pool *p)
{
	pthread_mutex_lock(&p->sync.lock);
	submit(p);
	while (p->delivered < p->added)
		step(p);
	pthread_mutex_unlock(&p->sync.lock);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->sync.lock);
	p->closing = true;
	pthread_cond_broadcast(&p->sync.work);
	pthread_mutex_unlock(&p->sync.lock);
	for (size_t i = 0; i < p->n_threads; i++) {
		if (i)
			pthread_join(p->threads[i].id, NULL);
		worker_release(&p->threads[i].worker);
	}
	for (size_t i = 0; i < RING; i++)
		result_release(&p->ring[i].result);
	pthread_cond_destroy(&p->sync.work);
	pthread_cond_destroy(&p->sync.progress);
	pthread_mutex_destroy(&p->sync.lock);
	free(p);
}
