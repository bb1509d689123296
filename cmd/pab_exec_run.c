/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "caller.h"
#include "io.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK = 65536,
	PIPE_SIZE = 256 << 10,
	END_OF_INPUT = 4, /* as a terminal's line has it, unless the command says other */
};

/* Where the streams go: standard output and error themselves, or nowhere yet; those of a
 * job into its files. */
static int init_streams(struct run *r, struct err *e)
{
	bool json = r->t->out.form == OUT_JSON;
	/* A model reads standard output alone: what is apart stands below there. */
	bool later = json || (r->t->out.form == OUT_MODEL && !r->raw);
	r->n_out = r->split ? 2 : 1;
	for (size_t i = 0; i < r->n_out; i++) {
		struct stream *s = &r->out[i];
		s->fd = -1;
		s->to = i ? STDERR_FILENO : STDOUT_FILENO;
		view_init(&s->view, r->t, json || (i && later) ? -1 : s->to, r->terminal);
		if (!r->job)
			continue;
		s->kept = true;
		s->to = job_output(r->job, i ? "err" : "out", O_WRONLY | O_CREAT);
		if (s->to < 0)
			return err_sys(e, r->job->id, errno);
	}
	return 0;
}

/* A pipe for each stream, or a terminal. theirs[i] is the command's end. Returns 0, or -1
 * with err. */
static int open_streams(struct run *r, int theirs[2], struct err *e)
{
	if (r->terminal) {
		if (pty_open(&r->pty, r->raw && r->with_stdin, e) < 0)
			return -1;
		if (r->with_stdin)
			(void)caller_stdin();
		r->out[0].fd = steal_fd(&r->pty.master);
		theirs[0] = steal_fd(&r->pty.slave);
		r->pty.master = fcntl(r->out[0].fd, F_DUPFD_CLOEXEC, 3);
		if (!r->with_stdin)
			r->feed =
				(struct feed){.p = {END_OF_INPUT}, .n = 1, .over = true};
		(void)fcntl(r->pty.master, F_SETFL, O_NONBLOCK);
		return r->pty.master < 0 ? err_sys(e, NULL, errno) : 0;
	}
	for (size_t i = 0; i < r->n_out; i++) {
		int pair[2];
		if (pipe2(pair, O_CLOEXEC) < 0)
			return err_sys(e, NULL, errno);
		r->out[i].fd = pair[0];
		theirs[i] = pair[1];
		/* Fewer switches between it and us; where it is refused, no matter. */
		(void)fcntl(pair[0], F_SETPIPE_SZ, PIPE_SIZE);
		int size = r->raw ? fcntl(r->out[i].to, F_GETPIPE_SZ) : -1;
		if (size > 0 && size < PIPE_SIZE)
			(void)fcntl(r->out[i].to, F_SETPIPE_SZ, PIPE_SIZE);
	}
	return 0;
}

/* The group and the bounds, before anything is started. Returns 0, or -1 with err. */
static int hold(struct run *r, struct err *e)
{
	/* What is left alone must not be ended with the group; a sandbox ends as a whole
	 * without one. */
	bool bound = r->bounds.v[BOUND_MEM] >= 0 || r->bounds.v[BOUND_PROCS] >= 0 ||
		     r->bounds.v[BOUND_CPU] >= 0;
	if (!r->leave && (bound || !r->boxed))
		cgroup_make(&r->cgroup, r->bounds.v[BOUND_MEM] >= 0,
			r->bounds.v[BOUND_PROCS] >= 0);
	if (bounds_prepare(&r->bounds, &r->cgroup, e) == 0)
		return 0;
	cgroup_remove(&r->cgroup);
	return -1;
}

/* The sandbox's command line. Returns 0, or -1 with err. */
static int plan_box(struct run *r, struct err *e)
{
	struct gate *g = r->t->place.gate;
	struct rule_sets rules = {g ? g->sets.v : NULL, g ? g->n_given : 0};
	struct sandbox_ask ask = {.place = &r->t->place,
		.root = r->root,
		.rules = rules.n ? &rules : NULL,
		.granted = g && g->granted.n,
		.allow_write = r->allow_write,
		.net = r->net,
		.leave = r->leave,
		.home = r->t->home,
		.cwd = r->cwd_path,
		.argv = &r->argv};
	return sandbox_plan(&r->box, &ask, e);
}

int run_start(struct run *r, struct err *e)
{
	if (init_streams(r, e) < 0)
		return -1;
	if (r->timeout == 0) {
		r->sp.end.timed_out = true;
		r->sp.end.limit = LIMIT_TIMEOUT;
		return 0;
	}
	int null CLEANUP(mem_closep) = io_empty();
	int theirs[2] = {-1, -1}, status = -1;
	if (null < 0)
		return err_sys(e, "/dev/null", errno);
	if (open_streams(r, theirs, e) < 0 || (r->boxed && plan_box(r, e) < 0) ||
		hold(r, e) < 0)
		goto out;
	struct spawn what = {
		.argv = r->argv.v,
		.env = r->env.v,
		.cwd = r->cwd,
		.std = {r->terminal     ? theirs[0]
			: r->with_stdin ? caller_stdin()
					: null,
			theirs[0], r->split ? theirs[1] : theirs[0]},
		.timeout = r->timeout,
		.grace = r->grace,
		.bounds = &r->bounds,
		.cgroup = &r->cgroup,
		.terminal = r->terminal,
		.leave = r->leave,
		.box = r->box.box,
		.n_box = r->box.n_box,
		.job = r->job != NULL,
	};
	status = spawn_start(&r->sp, &what, e);
	r->heard = num_now_ms();
out:
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		if (theirs[i] >= 0)
			close(theirs[i]);
	return status;
}

/* A stream in full flow, of a command that writes little at a time, is let gather: each
 * piece costs whoever reads on as much as a large one. */
static void let_gather(struct stream *s, ssize_t got)
{
	enum { FLOWS = 1 << 20, LITTLE = 1 << 15, NAP = 100000 /* ns */ };
	const struct timespec nap = {0, NAP};
	if (got <= 0)
		return;
	s->passed += got;
	if (s->passed > FLOWS && got < LITTLE)
		(void)nanosleep(&nap, NULL);
}

/* Moves what is there as it is, at most n bytes. Returns how much, 0 at the end, or -1
 * with errno. */
static ssize_t pass_on(struct stream *s, char *chunk, size_t n)
{
	if (!s->copy) {
		ssize_t got = splice(s->fd, NULL, s->to, NULL, n, SPLICE_F_MOVE);
		int saved = errno;
		let_gather(s, got);
		errno = saved;
		if (got >= 0 || errno != EINVAL)
			return got;
		s->copy = true;
	}
	ssize_t got = read(s->fd, chunk, n < CHUNK ? n : CHUNK);
	return got > 0 && io_write(s->to, chunk, (size_t)got) < 0 ? -1 : got;
}

/* Keeps what is there in the job's file; what the disk has no room for is read all the
 * same, so that the command goes on. Returns as pass_on. */
static ssize_t keep(struct stream *s, char *chunk)
{
	if (!s->broken && s->room <= 0)
		s->room = job_trim(s->to, s->size);
	if (s->broken || s->room <= 0)
		return read(s->fd, chunk, CHUNK);
	size_t n = s->room < PIPE_SIZE ? (size_t)s->room : PIPE_SIZE;
	ssize_t got = pass_on(s, chunk, n);
	if (got < 0 && errno != EINTR && errno != EAGAIN && errno != EIO) {
		s->broken = errno;
		return 1;
	}
	s->size += got > 0 ? got : 0;
	s->room -= got > 0 ? got : 0;
	return got;
}

/* Takes what a stream has. Returns how much it was. */
static ssize_t take(struct run *r, struct stream *s)
{
	char chunk[CHUNK];
	bool shown = !r->raw && !s->kept;
	ssize_t n = s->kept ? keep(s, chunk)
		    : shown ? read(s->fd, chunk, CHUNK)
			    : pass_on(s, chunk, PIPE_SIZE);
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && errno == EAGAIN) {
		struct pollfd full = {s->to, POLLOUT, 0};
		(void)poll(&full, 1, 1000);
		return 1;
	}
	if (n <= 0) {
		/* What cannot be written ends the pipe, as it would without us; a
		 * terminal that nobody has open any more reads as EIO. */
		if (n < 0 && !(r->terminal && errno == EIO))
			s->broken = errno;
		close(steal_fd(&s->fd));
		return 0;
	}
	r->heard = num_now_ms();
	if (shown)
		view_add(&s->view, chunk, (size_t)n);
	return n;
}

/* What the poll for the terminal's input is about: a key of ours, or room for it. */
static struct pollfd feed_poll(const struct run *r)
{
	if (r->pty.master < 0 || (r->feed.over && !r->feed.n))
		return (struct pollfd){.fd = -1};
	return r->feed.n ? (struct pollfd){r->pty.master, POLLOUT, 0}
			 : (struct pollfd){STDIN_FILENO, POLLIN, 0};
}

/* Moves our standard input on to the terminal, and in the end says that there is no more.
 */
static void feed(struct run *r)
{
	struct feed *f = &r->feed;
	if (f->n) {
		ssize_t n = write(r->pty.master, f->p, f->n);
		if (n > 0) {
			f->n -= (size_t)n;
			memmove(f->p, f->p + n, f->n);
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			f->n = 0;
			f->over = true;
		}
		return;
	}
	ssize_t n = read(STDIN_FILENO, f->p, sizeof(f->p));
	if (n < 0)
		return;
	f->n = n ? (size_t)n : 1;
	if (!n) {
		f->p[0] = END_OF_INPUT;
		f->over = true;
	}
}

/* One wait for whatever comes first, and what it brought. */
static void pump_once(struct run *r)
{
	struct pollfd fds[4];
	size_t n = r->n_out + 1;
	for (size_t i = 0; i < r->n_out; i++)
		fds[i + 1] = (struct pollfd){r->out[i].fd, POLLIN, 0};
	fds[n] = feed_poll(r);
	bool watch = r->idle != NUM_NONE && !r->idled;
	r->sp.wake = watch ? r->heard + r->idle : NUM_NONE;
	r->over = spawn_poll(&r->sp, fds, n + (r->pty.master >= 0));
	for (size_t i = 0; i < r->n_out; i++)
		if (r->out[i].fd >= 0 && fds[i + 1].revents)
			(void)take(r, &r->out[i]);
	if (r->pty.master >= 0 && fds[n].revents)
		feed(r);
	if (r->pty.own >= 0)
		pty_resize(&r->pty);
	if (watch && num_now_ms() >= r->heard + r->idle) {
		spawn_idle(&r->sp);
		r->idled = true;
	}
}

void run_until_started(struct run *r)
{
	while (r->sp.keeper && !r->sp.started && !r->sp.end.error && !r->over)
		pump_once(r);
}

/* From the start to the end of the command and of its output. */
void run_pump(struct run *r)
{
	while (r->sp.keeper && !r->over)
		pump_once(r);
	/* All writers are dead: no more comes than the pipes hold. Should one live on,
	 * out of reach, it is not waited for. */
	for (size_t i = 0; i < r->n_out; i++) {
		struct stream *s = &r->out[i];
		ssize_t left = PIPE_SIZE + CHUNK;
		struct pollfd more = {s->fd, POLLIN, 0};
		while (s->fd >= 0 && left > 0 && poll(&more, 1, 0) > 0)
			left -= take(r, s);
		if (s->fd >= 0)
			close(steal_fd(&s->fd));
	}
	pty_release(&r->pty);
	standins_drop(&r->box.names.standins);
}
