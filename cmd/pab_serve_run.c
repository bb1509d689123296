/* SPDX-License-Identifier: MIT */
/* The child that becomes a tool. */
#include "pab_serve.h"

#include "caller.h"
#include "io.h"
#include "mem.h"
#include "pty.h"
#include "routes.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	ENDS = 3 + FRAME_FILES + 2, /* 0, 1, 2, the files, the asking, the needs */
};

/* What the child gets, in the order of its descriptors. */
struct ends {
	int fd[ENDS];
	size_t n;
};

/* Makes a pipe of which `ours` does not block. Returns 0, or -1 with errno. */
static int make_pipe(int *ours, bool we_read, struct ends *ends)
{
	int pair[2];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	ends->fd[ends->n++] = pair[we_read];
	*ours = pair[!we_read];
	/* Fewer switches between it and us; where it is refused, no matter. */
	if (we_read)
		(void)fcntl(*ours, F_SETPIPE_SZ, SERVE_PIPE);
	return fcntl(*ours, F_SETFL, O_NONBLOCK);
}

/* One terminal for descriptors 0, 1 and 2. Returns 0, or -1 with errno. */
static int make_terminal(struct request *r, struct ends *ends)
{
	struct pty p;
	struct err e;
	if (pty_open(&p, false, &e) < 0)
		return -1;
	r->terminal = p.master;
	for (int i = 0; i < 3; i++) {
		ends->fd[i] = i ? fcntl(p.slave, F_DUPFD_CLOEXEC, 3) : p.slave;
		ends->n += ends->fd[i] >= 0;
	}
	r->out[0].fd = fcntl(p.master, F_DUPFD_CLOEXEC, 3);
	r->in[0].fd = fcntl(p.master, F_DUPFD_CLOEXEC, 3);
	if (ends->n != 3 || r->out[0].fd < 0 || r->in[0].fd < 0)
		return -1;
	return fcntl(p.master, F_SETFL, O_NONBLOCK);
}

/* A pipe for each. Returns 0, or -1 with errno. */
static int make_streams(struct request *r, struct ends *ends)
{
	if (r->flags & FRAME_TERMINAL)
		return make_terminal(r, ends);
	if (make_pipe(&r->in[0].fd, false, ends) < 0 ||
		make_pipe(&r->out[0].fd, true, ends) < 0)
		return -1;
	if (r->flags & FRAME_MERGED) {
		int same = fcntl(ends->fd[1], F_DUPFD_CLOEXEC, 3);
		if (same < 0)
			return -1;
		ends->fd[ends->n++] = same;
	} else if (make_pipe(&r->out[1].fd, true, ends) < 0) {
		return -1;
	}
	return 0;
}

static int make_pipes(struct request *r, struct ends *ends)
{
	if (make_streams(r, ends) < 0)
		return -1;
	for (size_t i = 0; i < r->n_files; i++)
		if (make_pipe(&r->in[1 + i].fd, false, ends) < 0)
			return -1;
	return make_pipe(&r->ask, true, ends);
}

/* Where the tool writes what was not granted, if rules hold. */
static int make_needs(struct request *r, struct ends *ends)
{
	if (!r->rules.len)
		return 0;
	r->needs = (int)syscall(SYS_memfd_create, "needs", 1U);
	int same = r->needs < 0 ? -1 : fcntl(r->needs, F_DUPFD_CLOEXEC, 3);
	if (same < 0)
		return -1;
	ends->fd[ends->n++] = same;
	return 0;
}

/* Moves the ends to descriptors 0, 1, 2, …, and leaves no other open. Returns 0, or -1
 * with errno. */
static int place_ends(struct ends *ends)
{
	for (size_t i = 0; i < ends->n; i++) { /* out of each other's way */
		ends->fd[i] = fcntl(ends->fd[i], F_DUPFD_CLOEXEC, ENDS);
		if (ends->fd[i] < 0)
			return -1;
	}
	for (int i = 0; i < (int)ends->n; i++)
		if ((i < 3 ? dup2(ends->fd[i], i) : dup3(ends->fd[i], i, O_CLOEXEC)) < 0)
			return -1;
	io_close_from((int)ends->n, false);
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child cannot become the tool, and says why to whoever asked for that. */
NORETURN static void give_up(int errors)
{
	dprintf(errors, "pab-serve: cannot start the tool: %s\n", strerror(errno));
	_exit(7);
}

/* The place is a part of the caller's tree, whose paths the request has. Returns 0, or -1
 * with errno. */
static int mount(const struct request *r)
{
	struct err e;
	const char *own = getenv("PAB_BACKEND");
	char *spec CLEANUP(mem_freep) =
		routes_mount(own && *own ? own : "local:/", r->mount, &e);
	if (!spec) {
		errno = EINVAL;
		return -1;
	}
	bool has_cwd = false;
	for (size_t i = 0; i < r->env.n; i++)
		has_cwd |= !strncmp(r->env.v[i], "PAB_CWD=", 8);
	return setenv("PAB_BACKEND", spec, 1) < 0 || (!has_cwd && unsetenv("PAB_CWD") < 0)
		       ? -1
		       : 0;
}

NORETURN static void become(
	const struct serve *s, struct request *r, struct ends *ends, pid_t server)
{
	const char *own = getenv("PAB_CWD"); /* the request's takes its place */
	char *cwd = own ? xstrdup(own) : NULL;
	struct caller c = {.tty = {r->flags & FRAME_IN_TTY, r->flags & FRAME_OUT_TTY,
				   r->flags & FRAME_ERR_TTY},
		.waits = r->flags & FRAME_WAITS,
		.ask = (int)ends->n - 1 - (r->needs >= 0),
		.backend = r->shown,
		.cwd = cwd,
		.mounted = r->mount != NULL};
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	int errors = ends->fd[2]; /* until it is in its place */
	if (getppid() != server || place_ends(ends) < 0)
		give_up(errors);
	if (r->terminal >= 0 && (setsid() < 0 || ioctl(0, TIOCSCTTY, 0) < 0))
		give_up(STDERR_FILENO);
	(void)setrlimit(RLIMIT_NOFILE, &s->files);
	umask(r->mask);
	if (s->tree >= 0) {
		const struct rlimit largest = {(rlim_t)s->disk, (rlim_t)s->disk};
		(void)setrlimit(RLIMIT_FSIZE, &largest);
		(void)signal(SIGXFSZ, SIG_IGN); /* it is an error, not an end */
	}
	for (size_t i = 0; i < r->env.n; i++)
		if (putenv(r->env.v[i]) != 0)
			give_up(STDERR_FILENO);
	if (r->mount && mount(r) < 0)
		give_up(STDERR_FILENO);
	caller_set_far(&c);
	tool_set_far(r->rules.p, r->granted.p, r->needs < 0 ? -1 : (int)ends->n - 1);
	reset_signals();
	exit(serve_tool(r->argv.v[0], (int)r->argv.n, r->argv.v));
}

int request_start(struct serve *s, struct request *r, struct err *e)
{
	struct ends ends = {.n = 0};
	pid_t pid = -1, server = getpid();
	if (r->mount && s->rules.len)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"rules are bound to this place by its own paths; it cannot be a part "
			"of a composite");
	/* Ours and the caller's hold both: the strictest answer counts. */
	buf_add(&r->rules, s->rules.p, s->rules.len);
	if (!r->argv.n || !serve_has_tool(r->argv.v[0]))
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"the far end has no such tool; it may be older than this one");
	if (make_pipes(r, &ends) == 0 && make_needs(r, &ends) == 0)
		pid = fork();
	if (pid == 0)
		become(s, r, &ends, server);
	int number = errno;
	for (size_t i = 0; i < ends.n; i++)
		close(ends.fd[i]);
	if (pid < 0)
		return err_sys(e, NULL, number);
	r->pid = pid;
	s->n_children++;
	serve_active(s);
	return 0;
}
