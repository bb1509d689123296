/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "caller.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum {
	CHUNK = 65536,
	PIPE_SIZE = 256 << 10,
};

/* Where the streams go: standard output and error themselves, or nowhere yet. */
static void init_streams(struct run *r)
{
	bool json = r->t->out.form == OUT_JSON;
	/* A model reads standard output alone: what is apart stands below there. */
	bool later = json || (r->t->out.form == OUT_MODEL && !r->raw);
	r->n_out = r->split ? 2 : 1;
	for (size_t i = 0; i < r->n_out; i++) {
		r->out[i].fd = -1;
		r->out[i].to = i ? STDERR_FILENO : STDOUT_FILENO;
		view_init(
			&r->out[i].view, r->t, json || (i && later) ? -1 : r->out[i].to);
	}
}

int run_start(struct run *r, bool with_stdin, struct err *e)
{
	init_streams(r);
	if (r->timeout == 0) {
		r->sp.end.timed_out = true;
		return 0;
	}
	int null CLEANUP(mem_closep) = io_empty();
	int theirs[2] = {-1, -1}, status = -1;
	for (size_t i = 0; i < r->n_out; i++) {
		int pair[2];
		if (pipe2(pair, O_CLOEXEC) < 0) {
			err_sys(e, NULL, errno);
			goto out;
		}
		r->out[i].fd = pair[0];
		theirs[i] = pair[1];
		/* Fewer switches between it and us; where it is refused, no matter. */
		(void)fcntl(pair[0], F_SETPIPE_SZ, PIPE_SIZE);
	}
	struct spawn what = {
		.argv = r->argv.v,
		.env = r->env.v,
		.cwd = r->cwd,
		.std = {with_stdin ? caller_stdin() : null, theirs[0],
			r->split ? theirs[1] : theirs[0]},
		.timeout = r->timeout,
		.grace = r->grace,
	};
	status =
		null < 0 ? err_sys(e, "/dev/null", errno) : spawn_start(&r->sp, &what, e);
out:
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		if (theirs[i] >= 0)
			close(theirs[i]);
	return status;
}

/* Moves what is there as it is. Returns how much, 0 at the end, or -1 with errno. */
static ssize_t pass_on(struct stream *s, char *chunk)
{
	if (!s->copy) {
		ssize_t n = splice(s->fd, NULL, s->to, NULL, PIPE_SIZE, SPLICE_F_MOVE);
		if (n >= 0 || errno != EINVAL)
			return n;
		s->copy = true;
	}
	ssize_t n = read(s->fd, chunk, CHUNK);
	return n > 0 && io_write(s->to, chunk, (size_t)n) < 0 ? -1 : n;
}

/* Takes what a stream has. Returns how much it was. */
static ssize_t take(struct stream *s, bool raw)
{
	char chunk[CHUNK];
	ssize_t n = raw ? pass_on(s, chunk) : read(s->fd, chunk, CHUNK);
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && errno == EAGAIN) {
		struct pollfd full = {s->to, POLLOUT, 0};
		(void)poll(&full, 1, 1000);
		return 1;
	}
	if (n <= 0) {
		/* What cannot be written ends the pipe, as it would without us. */
		s->broken = n < 0 ? errno : 0;
		close(steal_fd(&s->fd));
		return 0;
	}
	if (!raw)
		view_add(&s->view, chunk, (size_t)n);
	return n;
}

/* From the start to the end of the command and of its output. */
void run_pump(struct run *r)
{
	for (bool over = !r->sp.keeper; !over;) {
		struct pollfd fds[3];
		for (size_t i = 0; i < r->n_out; i++)
			fds[i + 1] = (struct pollfd){r->out[i].fd, POLLIN, 0};
		over = spawn_poll(&r->sp, fds, r->n_out + 1);
		for (size_t i = 0; i < r->n_out; i++)
			if (r->out[i].fd >= 0 && fds[i + 1].revents)
				(void)take(&r->out[i], r->raw);
	}
	/* All writers are dead: no more comes than the pipes hold. Should one live on,
	 * out of reach, it is not waited for. */
	for (size_t i = 0; i < r->n_out; i++) {
		struct stream *s = &r->out[i];
		ssize_t left = PIPE_SIZE + CHUNK;
		struct pollfd more = {s->fd, POLLIN, 0};
		while (s->fd >= 0 && left > 0 && poll(&more, 1, 0) > 0)
			left -= take(s, r->raw);
		if (s->fd >= 0)
			close(steal_fd(&s->fd));
	}
}
