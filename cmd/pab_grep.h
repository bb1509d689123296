/* SPDX-License-Identifier: MIT */
/* The parts of pab-grep: filter (which files), pool (who searches them), load (how a file
 * is read), search (which of its lines), print (how they look). Each worker has a struct
 * worker; files go in batches, and what a batch gives is a struct result, delivered in
 * the order of the batches. */
#ifndef PAB_GREP_H
#define PAB_GREP_H

#include "filter.h"
#include "find.h"
#include "tool.h"
#include "walk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum grep_mode {
	GREP_LINES,
	GREP_COUNT,
	GREP_WITH,    /* -l */
	GREP_WITHOUT, /* -L */
};

struct counts {
	int64_t files;     /* searched to the end, or as far as was asked */
	int64_t lines;     /* that matched */
	int64_t hits;      /* the same; with -o matches */
	int64_t files_hit; /* with a line that matched */
	int64_t listed;    /* names, for -l -L -c */
	int64_t binary, unreadable, too_large, limit; /* skipped; limit is in lines */
	int64_t ignored, hidden;
	bool timed_out;
	bool cut; /* a line that was to be shown was too long */
};

/* How many hits a file has. */
struct hits_of {
	char *path;
	int64_t hits;
};

/* Where a row, with what belongs in front of it, begins in the result's buffer. */
struct mark {
	size_t at;
	bool opens; /* it is its file's first */
};

struct result {
	struct out out;     /* a buffer of its own, the form of the program's */
	struct mark *marks; /* kept only when there are limits */
	size_t n_marks, cap_marks;
	bool any;   /* something was written for this batch, given away or not */
	bool given; /* some of it was given away before */
	struct counts counts;
	struct hits_of *spread; /* files with hits, when there are limits */
	size_t n_spread;
	struct err *errs;
	size_t n_errs;
};

struct file {
	char *path;           /* as it is shown */
	const char *name;     /* its end, relative to dir */
	struct walk_dir *dir; /* NULL: fd */
	int fd;
	bool named; /* outright: what is wrong with it is an error */
};

/* One search; what follows `re` is the main thread's alone but for the atomic two. */
struct grep {
	struct vec patterns; /* as they were given on the command line */
	int fixed, mode, only, invert, text, multiline, nul;
	int64_t before, after, max_count;
	struct limits limits; /* rows and bytes NUM_NONE where they do not hold */
	int64_t deadline;
	struct stat output; /* of standard output */
	struct re *re;
	atomic_bool full; /* no more rows will be shown: count only */
	atomic_bool stop; /* nothing more is asked */
	struct tool *t;
	struct pool *pool;
	struct counts counts;
	struct spread *spread; /* NULL until there are hits, or without limits */
	int64_t rows, bytes, files_shown;
};

/* What the threads of a pool wait on. */
struct pool_sync {
	pthread_mutex_t lock;
	pthread_cond_t work, progress;
};

struct span {
	size_t start, end;
};

struct worker {
	struct grep *g;
	struct find *find;
	struct buf data;    /* the window of the file */
	struct buf decoded; /* UTF-16 as UTF-8 */
	struct buf prefix;  /* the path as it is shown */
	struct span *spans;
	size_t n_spans, cap_spans;
};

/* One line to show. Spans and match are relative to p and lie in it. */
struct row {
	int64_t number, offset;
	const char *p;
	size_t n;
	struct span match;
	const struct span *spans;
	size_t n_spans;
	bool hit; /* or context */
};

/* load: opens, reads and searches one file. */
void load_file(struct worker *w, const struct file *f, struct result *r);

struct segment;

/* The line at an offset of the file. */
struct seen {
	int64_t at, line;
};

/* search: the state of one file. p[0..n) are whole lines, `base` bytes into the file. */
struct search {
	struct worker *w;
	struct result *r;
	const struct file *f;
	struct segment *segment; /* of a file that several threads search; or NULL */
	const char *p;
	size_t n;
	int64_t base;
	size_t from;        /* looked for hits up to here */
	size_t counted;     /* `line` is the number of the line that starts here */
	int64_t line;       /* 0: not known yet */
	struct seen seen;   /* the last that was known */
	int again;          /* where what lies before p can be read once more; or -1 */
	size_t shown;       /* behind the last line that was shown */
	bool gap;           /* lines between that and p[0] are gone */
	bool any;           /* something of this file was shown */
	int64_t after_left; /* lines of context still to show */
	int64_t lines, hits;
	bool enough; /* no more hits are asked for */
	bool timed_out;
	struct find_line ahead; /* -v: the next line that matches */
	bool has_ahead, ahead_limit;
	struct span match; /* -U: the match last found */
	bool has_match, no_match;
};

/* The number of the line at s->base, by reading once more what lies before it. Returns
 * it. */
int64_t load_line(const struct search *s);

void search_begin(
	struct search *s, struct worker *w, const struct file *f, struct result *r);

/* Searches what is new in the window. */
void search_window(struct search *s);

/* Gives away what the worker has printed when that is much. */
void search_give(const struct search *s);

/* Returns whether the rest of the file matters no more. */
bool search_is_done(const struct search *s) NODISCARD;

/* Forgets what need not be kept for the next window, and takes the search there. Returns
 * how many bytes of this window the next one no longer begins with. */
size_t search_shift(struct search *s) NODISCARD;

/* Goes past what was searched, and forgets it. */
void search_pass(struct search *s);

/* A line of `bytes` bytes that is too long to be looked at went by. */
void search_skip_line(struct search *s, int64_t bytes);

/* What remains to be said of the file. */
void search_end(struct search *s);

/* The next match in the line behind `at`, or in -U the part of it that lies in the line.
 * Returns whether there is one. */
bool search_span(struct search *s, const struct find_line *l, struct span *at) NODISCARD;

/* split: a large file that is mapped, and searched by all threads in segments of whole
 * lines. Searches the text of the file behind its first `at` bytes for s, of which only
 * the counts are changed. Returns whether it could; else nothing was done. */
bool split_search(struct worker *w, int fd, size_t at, struct search *s) NODISCARD;

/* The number of the segment's first line. Returns it. */
int64_t split_line(struct segment *segment);

/* Are there as many rows of that file as will be shown? Returns true if there are. */
bool split_is_full(const struct segment *segment) NODISCARD;

/* Searches the next segment, if there is one that nobody works on; lock is held, and let
 * go meanwhile; progress is told. Returns whether there was one. */
struct split;
bool split_step(struct split *split, struct worker *w, struct pool_sync *sync) NODISCARD;

/* print */
void result_init(struct result *r, const struct grep *g);
void result_clear(struct result *r);
void result_release(struct result *r);
struct err *result_error(struct result *r);

/* A row begins; first: it is its file's first. */
void print_mark(struct result *r, const struct grep *g, bool first);

/* Notes that the file has so many hits, when not all may be shown. */
void print_hits(struct result *r, const struct grep *g, const char *path, int64_t hits);

/* The line between groups of context, where the form has one. */
void print_gap(struct result *r);

/* What stands before a file's first row. */
void print_head(struct worker *w, struct result *r, const struct file *f);

/* Moves what one result holds behind the other's. */
void result_append(struct result *to, struct result *from);

void print_row(
	struct worker *w, struct result *r, const struct file *f, const struct row *row);
void print_name(
	struct result *r, const struct grep *g, const struct file *f, int64_t count);

/* Shows the result as far as the limits let it, adds up its counts and clears it. Main
 * thread only. */
void print_deliver(struct grep *g, struct result *r);

/* pool: batches of files, searched by this thread and, when there are many, others. */
struct pool *pool_new(struct grep *g) NODISCARD;

/* Takes the file, its path and what it is opened by. */
void pool_add(struct pool *p, struct file *f);

/* Searches and delivers everything that was added. */
void pool_finish(struct pool *p);
void pool_free(struct pool *p);

/* Asks for the other threads' help with a large file, of which there is one at a time.
 * Returns what to work with, until pool_unsplit(); NULL when there is none. */
struct pool_sync *pool_may_split(struct pool *p) NODISCARD;

/* Lets them work on it from now on. */
void pool_split(struct pool *p, struct split *split);
void pool_unsplit(struct pool *p);

/* Gives away what a worker has printed so far; waits until it is that batch's turn. */
void pool_give(struct pool *p, struct result *r);

/* spread: which directories or files have most hits. Files are added in path order. */
enum { SPREAD = 10 };

struct spread *spread_new(void) NODISCARD;
void spread_add(struct spread *s, const char *path, int64_t hits);

/* Appends "dir/ (12), …"; adds the array "spread". */
void spread_text(struct spread *s, struct out *o, struct buf *b);
void spread_json(struct spread *s, struct jout *j);
void spread_free(struct spread *s);

/* say: notices at the end, and the status of the search as a whole; path_named: false
 * when the working directory was searched for want of an operand. */
void say_end(struct tool *t, const struct grep *g, bool path_named);

/* The summary's counts, with JSON. */
void say_summary(struct tool *t, const struct grep *g, int64_t elapsed);

#endif
