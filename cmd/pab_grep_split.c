/* SPDX-License-Identifier: MIT */
/* A large file, mapped and searched by all threads at once in segments of whole lines.
 * The thread that came upon it takes the segments' results in their order; lines are
 * counted while they are at hand. A file that becomes shorter meanwhile reads as NULs
 * behind its end, and is reported. */
#include "pab_grep.h"

#include "mem.h"
#include "num.h"
#include "sift.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	SEGMENT = 8 << 20,
	BLOCK = 256 << 10,   /* of a segment, fits in the second-level cache */
	SMALLEST = 16 << 20, /* of a file that is split */
	LONGEST = 64 << 20,  /* line, as for files that are read */
	RING = 16,           /* segments that are worked on, or wait to be taken */
};

enum segment_state { FREE, TAKEN, DONE };

struct segment {
	struct split *split;
	size_t number;
	enum segment_state state;
	struct result result;
	int64_t lines, hits;
	bool enough, timed_out;
};

struct split {
	const char *p;
	size_t n, at;
	const struct file *f;
	const struct grep *g;
	size_t n_segments, begun, taken;
	_Atomic int64_t *newlines; /* of each segment; -1: not counted */
	struct segment ring[RING];
	atomic_bool stop, full;
};

/* The file that is mapped; there is one at a time. */
static struct {
	char *p;
	size_t n, page;
	volatile sig_atomic_t torn;
} mapped;

/* Reading behind the end of a file that was cut short raises SIGBUS: let there be NULs.
 */
static void on_bus(int sig, siginfo_t *info, void *context)
{
	char *at = (char *)((uintptr_t)info->si_addr & ~(mapped.page - 1));
	(void)context;
	if (mapped.p && at >= mapped.p && at < mapped.p + mapped.n &&
		mmap(at, mapped.page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			-1, 0) == at) {
		mapped.torn = 1;
		return;
	}
	signal(sig, SIG_DFL);
}

/* Where segment number i begins. */
static size_t bound(const struct split *sp, size_t i)
{
	size_t at = sp->at + i * SEGMENT;
	if (!i || at >= sp->n)
		return i ? sp->n : sp->at;
	const char *nl = memchr(sp->p + at, '\n', sp->n - at);
	return nl ? (size_t)(nl + 1 - sp->p) : sp->n;
}

/* Is each segment short enough? */
static bool are_bounds_near(const struct split *sp)
{
	for (size_t i = 0; i < sp->n_segments; i++)
		if (bound(sp, i + 1) - bound(sp, i) > LONGEST)
			return false;
	return true;
}

int64_t split_line(struct segment *segment)
{
	struct split *sp = segment->split;
	int64_t line = 1;
	for (size_t i = 0; i < segment->number; i++) {
		int64_t n = atomic_load_explicit(&sp->newlines[i], memory_order_relaxed);
		if (n < 0) {
			size_t from = bound(sp, i), to = bound(sp, i + 1);
			n = (int64_t)sift_newlines(sp->p + from, to - from);
			atomic_store_explicit(&sp->newlines[i], n, memory_order_relaxed);
		}
		line += n;
	}
	return line;
}

bool split_is_full(const struct segment *segment)
{
	return atomic_load_explicit(&segment->split->full, memory_order_relaxed);
}

/* Do rows that are shown know their number already? Then they count. */
static bool is_numbered(const struct search *s)
{
	return s->line && s->counted;
}

/* Searches the segment of n bytes block by block, and counts the lines of each: by the
 * time that a row is found a later segment's number may hang on them. */
static void search_blocks(struct segment *g, struct search *s, size_t n)
{
	const struct grep *grep = g->split->g;
	bool counts = grep->mode == GREP_LINES && !grep->t->out.quiet;
	int64_t lines = 0;
	while (s->n < n && !s->enough && !s->timed_out) {
		size_t from = s->n, left = n - from;
		const char *p = s->p + from,
			   *nl = left > BLOCK ? memchr(p + BLOCK, '\n', left - BLOCK)
					      : NULL;
		s->n = nl ? (size_t)(nl + 1 - s->p) : n;
		s->has_ahead = false;
		search_window(s);
		s->from = s->n;
		if (counts && !is_numbered(s))
			lines += (int64_t)sift_newlines(p, s->n - from);
	}
	if (!counts || s->n < n)
		return;
	if (is_numbered(s)) {
		lines = s->line - split_line(g);
		lines += (int64_t)sift_newlines(s->p + s->counted, n - s->counted);
	}
	atomic_store_explicit(
		&g->split->newlines[g->number], lines, memory_order_relaxed);
}

static void search_segment(struct segment *g, struct worker *w)
{
	struct split *sp = g->split;
	struct search s;
	size_t from = bound(sp, g->number), to = bound(sp, g->number + 1);
	g->lines = g->hits = 0;
	g->enough = g->timed_out = false;
	if (from == to || atomic_load(&sp->stop))
		return;
	search_begin(&s, w, sp->f, &g->result);
	s.segment = g;
	s.line = g->number ? 0 : 1;
	s.p = sp->p + from;
	s.base = (int64_t)from;
	search_blocks(g, &s, to - from);
	g->lines = s.lines;
	g->hits = s.hits;
	g->enough = s.enough;
	g->timed_out = s.timed_out;
	if (s.enough || s.timed_out)
		atomic_store(&sp->stop, true);
}

bool split_step(struct split *sp, struct worker *w, struct pool_sync *sync)
{
	if (sp->begun == sp->n_segments || sp->begun - sp->taken == RING)
		return false;
	struct segment *g = &sp->ring[sp->begun % RING];
	g->number = sp->begun++;
	g->state = TAKEN;
	pthread_mutex_unlock(&sync->lock);
	search_segment(g, w);
	pthread_mutex_lock(&sync->lock);
	g->state = DONE;
	pthread_cond_broadcast(&sync->progress);
	return true;
}

/* The pages of a segment that was searched stay in the kernel's cache, not with us. */
static void let_go(const struct split *sp, size_t from, size_t to)
{
	from = (sp->at + from * SEGMENT) / mapped.page * mapped.page;
	to = (sp->at + to * SEGMENT) / mapped.page * mapped.page;
	to = to < sp->n ? to : sp->n;
	if (from < to)
		(void)madvise(mapped.p + from, to - from, MADV_DONTNEED);
}

/* Takes the results of a segment along. */
static void take(struct split *sp, struct segment *g, struct search *s)
{
	s->lines += g->lines;
	s->hits += g->hits;
	s->enough |= g->enough;
	s->timed_out |= g->timed_out;
	result_append(s->r, &g->result);
	if ((int64_t)s->r->n_marks >= sp->g->limits.rows ||
		(int64_t)s->r->out.buf.len > sp->g->limits.bytes)
		atomic_store(&sp->full, true);
	search_give(s);
	/* The one before may have been counted meanwhile, to number the lines of this. */
	let_go(sp, g->number ? g->number - 1 : 0, g->number + 1);
}

/* Works on the segments until all have been taken. */
static void run(
	struct split *sp, struct worker *w, struct search *s, struct pool_sync *sync)
{
	pthread_mutex_lock(&sync->lock);
	while (sp->taken < sp->n_segments) {
		struct segment *g = &sp->ring[sp->taken % RING];
		if (sp->begun > sp->taken && g->state == DONE) {
			pthread_mutex_unlock(&sync->lock);
			take(sp, g, s);
			pthread_mutex_lock(&sync->lock);
			g->state = FREE;
			sp->taken++;
			pthread_cond_broadcast(&sync->work);
		} else if (!split_step(sp, w, sync)) {
			pthread_cond_wait(&sync->progress, &sync->lock);
		}
	}
	pthread_mutex_unlock(&sync->lock);
}

/* What needs the lines of a file one after the other is not split. */
static bool may_split(const struct grep *g, struct stat *st, int fd)
{
	return !g->before && !g->after && g->max_count == NUM_NONE &&
	       g->t->out.form != OUT_MODEL && fstat(fd, st) == 0 &&
	       S_ISREG(st->st_mode) && st->st_size >= SMALLEST;
}

/* Maps the file. Returns whether it could. */
static bool map_file(struct split *sp, int fd, size_t n)
{
	const struct sigaction act = {
		.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO | SA_RESTART};
	char *p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	mapped.p = p;
	mapped.n = n;
	mapped.page = (size_t)sysconf(_SC_PAGESIZE);
	mapped.torn = 0;
	sigaction(SIGBUS, &act, NULL);
	sp->p = p;
	sp->n = n;
	return true;
}

static void release(struct split *sp)
{
	for (size_t i = 0; i < RING; i++)
		result_release(&sp->ring[i].result);
	free((void *)sp->newlines);
	if (mapped.p)
		munmap(mapped.p, mapped.n);
	mapped.p = NULL;
	mapped.torn = 0;
	free(sp);
}

/* Makes sp ready for run(). Returns whether the file can be searched so. */
static bool prepare(struct split *sp, int fd, size_t n)
{
	if (!map_file(sp, fd, n))
		return false;
	for (size_t i = 0; i < RING; i++) {
		sp->ring[i].split = sp;
		result_init(&sp->ring[i].result, sp->g);
	}
	sp->n_segments = (n - sp->at + SEGMENT - 1) / SEGMENT;
	sp->newlines = xcalloc(sp->n_segments, sizeof(*sp->newlines));
	for (size_t i = 0; i < sp->n_segments; i++)
		sp->newlines[i] = -1;
	bool near = are_bounds_near(sp);
	let_go(sp, 0, sp->n_segments);
	return near;
}

bool split_search(struct worker *w, int fd, size_t at, struct search *s)
{
	struct pool *pool = w->g->pool;
	struct stat st;
	if (!may_split(w->g, &st, fd))
		return false;
	struct pool_sync *sync = pool_may_split(pool);
	if (!sync)
		return false;
	struct split *sp = xcalloc(1, sizeof(*sp));
	*sp = (struct split){.at = at, .f = s->f, .g = w->g};
	bool ok = prepare(sp, fd, (size_t)st.st_size);
	if (ok) {
		pool_split(pool, sp);
		run(sp, w, s, sync);
	}
	if (mapped.torn) {
		s->r->counts.unreadable++;
		if (s->f->named)
			err_set(result_error(s->r), ERR_IO, s->f->path,
				"became shorter while it was searched");
	}
	pool_split(pool, NULL);
	release(sp);
	pool_unsplit(pool);
	return ok;
}
