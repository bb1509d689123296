/* SPDX-License-Identifier: MIT */
/* The plain kinds of place: a far end in a process of its own on this host. It keeps
 * paths below its root and holds commands no further than the backend it acts in does. */
#include "pab_session_verbs.h"

#include "bounds.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "routes.h"
#include "state.h"
#include "temp.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 10000 }; /* milliseconds for it to come up, or to be gone */

/* The variables of this program mean nothing to the far end. */
static int drop_variables(void)
{
	for (char **p = environ; *p;) {
		char *name CLEANUP(mem_freep) = xmemdup0(*p, strcspn(*p, "="));
		if (strncmp(*p, "PAB_", 4) != 0) {
			p++;
			continue;
		}
		if (unsetenv(name) < 0)
			return -1;
		p = environ;
	}
	return 0;
}

static int set_variables(const struct session *s)
{
	const struct vec *env = &s->ask.v[ASK_ENV];
	for (size_t i = 0; i < env->n; i++)
		if (putenv(env->v[i]) != 0)
			return -1;
	return 0;
}

/* The command line: pab-serve on its backend, or as the kind has it. Returns 0, or -1
 * with errno. */
static int add_words(
	const struct session *s, const char *program, const char *own, struct vec *argv)
{
	struct err e;
	if (s->kind->serve && s->kind->serve(s, own, argv, &e) < 0) {
		dprintf(STDERR_FILENO, "%s%s%s\n", e.path, *e.path ? ": " : "", e.msg);
		_exit(7);
	}
	if (s->kind->serve)
		return 0;
	const char *const words[] = {
		program, "--listen", "run/sock", "--backend", s->backend, "--home"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		vec_add(argv, words[i]);
	vec_give(argv, xasprintf("%s/home", own));
	session_serve_words(s, argv);
	return 0;
}

/* Becomes the far end; comes back only if that fails. */
static void become(const struct session *s, const char *program, int errors,
	const struct bounds *b, const struct cgroup *g)
{
	struct vec argv = {0};
	int keep[CGROUP_KINDS + 3] = {0, 1, 2};
	char *own CLEANUP(mem_freep) = NULL;
	if (setsid() < 0 || fchdir(s->dir) < 0)
		return;
	own = getcwd(NULL, 0);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!own || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
		dup2(errors, 2) < 0 || drop_variables() < 0 || set_variables(s) < 0)
		return;
	if (add_words(s, program, own, &argv) < 0 ||
		session_bounds_enter(b, g, keep + 3) < 0)
		return;
	io_close_but(keep, ARRAY_LEN(keep));
	execvp(argv.v[0], argv.v);
}

/* Waits until it answers. Returns 0, or -1 with err: what it said. */
static int wait_for(const struct session *s, pid_t pid, int errors, struct err *e)
{
	int64_t until = num_now_ms() + PATIENCE;
	struct buf said CLEANUP(buf_release) = BUF_INIT;
	for (int ms = 1; num_now_ms() < until; ms = ms < 20 ? ms * 2 : ms) {
		int fd = session_connect(s);
		if (fd >= 0) {
			close(fd);
			return 0;
		}
		if (waitpid(pid, NULL, WNOHANG) != 0)
			break;
		(void)poll(NULL, 0, ms);
	}
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)!io_slurp(errors, &said, 400);
	buf_trim(&said, strcspn(said.p, "\n"));
	return err_set(e, ERR_BACKEND, NULL, "its far end did not come up%s%s",
		said.len ? ": " : "", said.p);
}

int session_spawn(struct session *s, struct err *e)
{
	int fd = session_connect(s), said[2];
	if (fd >= 0)
		return close(fd), 0;
	char *program CLEANUP(mem_freep) = dial_beside("pab-serve");
	if (!program)
		return err_set(e, ERR_BACKEND, NULL,
			"there is no pab-serve beside pab-session or in its libexec");
	struct bounds b;
	struct cgroup g;
	if (session_bounds_make(s, &b, &g, e) < 0)
		return -1;
	if (pipe2(said, O_CLOEXEC | O_NONBLOCK) < 0) {
		cgroup_remove(&g);
		return err_sys(e, NULL, errno);
	}
	pid_t pid = fork();
	if (pid == 0) {
		become(s, program, said[1], &b, &g);
		dprintf(said[1], "%s\n", strerror(errno));
		_exit(127);
	}
	int number = errno;
	close(said[1]);
	int r = pid < 0 ? err_sys(e, NULL, number) : wait_for(s, pid, said[0], e);
	close(said[0]);
	if (r < 0)
		cgroup_remove(&g);
	else
		session_bounds_let_go(&g);
	return r;
}

int session_kill(struct session *s, struct err *e)
{
	struct ucred peer = {0};
	socklen_t n = sizeof(peer);
	int fd CLEANUP(mem_closep) = session_connect(s);
	if (fd < 0)
		return 0;
	/* Whoever made the socket listen is the far end itself. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0 || peer.pid <= 1)
		return err_sys(e, s->id, errno ? errno : ESRCH);
	int pidfd CLEANUP(mem_closep) = (int)syscall(SYS_pidfd_open, peer.pid, 0);
	if (pidfd < 0)
		return errno == ESRCH ? 0 : err_sys(e, s->id, errno);
	kill(peer.pid, SIGTERM);
	struct pollfd p = {pidfd, POLLIN, 0};
	if (poll(&p, 1, PATIENCE) > 0)
		return 0;
	kill(peer.pid, SIGKILL);
	if (poll(&p, 1, PATIENCE) > 0)
		return 0;
	return err_set(e, ERR_TIMEOUT, NULL, "its far end (pid %ld) does not end",
		(long)peer.pid);
}

static int describe_local(struct session *s, struct err *e)
{
	struct stat st;
	const char *asked = session_asked(s, ASK_WORKSPACE), *dir = asked ? asked : ".";
	char *full CLEANUP(mem_freep) = realpath(dir, NULL);
	if (!full || stat(full, &st) < 0)
		return err_sys(e, dir, errno);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_NOT_DIR, dir, "is not a directory");
	if (strchr(full, '\n'))
		return err_set(e, ERR_USAGE, NULL,
			"the name of the workspace has a newline in it");
	s->shown = xstrdup(full);
	char *spec CLEANUP(mem_freep) = xasprintf("local:%s", full);
	struct buf b = BUF_INIT;
	buf_puts(&b, "composite:");
	routes_put(&b, "/", spec);
	s->backend = buf_take(&b);
	vec_release(&s->ask.v[ASK_WORKSPACE]);
	vec_add(&s->ask.v[ASK_WORKSPACE], full);
	return 0;
}

static int describe_state(struct session *s, struct err *e)
{
	(void)e;
	s->shown = xasprintf("state:%s", s->id);
	s->backend = xstrdup(s->shown);
	return 0;
}

int session_stop_plain(struct session *s, struct err *e)
{
	if (session_kill(s, e) < 0)
		return -1;
	if (session_is_bound(s))
		session_bounds_sweep();
	return 0;
}

int session_apply_plain(struct session *s, const struct session_ask *want, struct err *e)
{
	struct session_activity a;
	(void)want;
	session_ask_activity(s, true, &a);
	if (!a.runs || a.ends > 0)
		return 0;
	return err_set(e, ERR_BUSY, NULL,
		"something runs in session %s, whose limits cannot change before it has "
		"ended; --recreate ends it",
		s->id);
}

static int purge_state(struct session *s, struct err *e)
{
	char tmp[TEMP_LEN + 1], *path CLEANUP(mem_freep) = NULL;
	int base CLEANUP(mem_closep) = state_base(&path, e);
	if (base < 0)
		return -1;
	if (temp_hide(base, s->id, tmp) < 0)
		return errno == ENOENT ? 0 : err_sys(e, s->id, errno);
	return wipe_at(base, tmp, WIPE_FORCE) < 0 ? err_sys(e, s->id, errno) : 0;
}

static int start_state(struct session *s, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	int64_t bytes = session_number(s, ASK_DISK);
	int dir CLEANUP(mem_closep) = bytes < 0 ? -1 : state_open(s->id, true, &path, e);
	if (bytes >= 0 && (dir < 0 || state_set_quota(dir, bytes, -1, e) < 0))
		return -1;
	return session_spawn(s, e);
}

const struct session_kind session_local = {
	.name = "local",
	.takes = 1 << ASK_WORKSPACE | 1 << ASK_ENV | 1 << ASK_RULES | 1 << ASK_MEM |
		 1 << ASK_CPU | 1 << ASK_PROCS | 1 << ASK_DISK | 1 << ASK_TTL,
	.describe = describe_local,
	.start = session_spawn,
	.stop = session_stop_plain,
	.apply = session_apply_plain,
	.reconcile = session_orphans,
};

const struct session_kind session_state = {
	.name = "state",
	.takes = 1 << ASK_RULES | 1 << ASK_DISK | 1 << ASK_TTL,
	.describe = describe_state,
	.start = start_state,
	.stop = session_kill,
	.purge = purge_state,
	.apply = session_apply_plain,
};
