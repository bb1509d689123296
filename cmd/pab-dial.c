/* SPDX-License-Identifier: MIT */
/* A stream to a far end in a container that pab did not make (pab-dial(8)).
 * usage: pab-dial CONTAINER | pab-dial --hold CONTAINER
 * exit status: 0 the stream ended, 2 usage, 3 no such container, 5 it cannot be there,
 * 7 the engine or the container failed
 */
#include "pab_dial.h"

#include "diag.h"
#include "home.h"
#include "io.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { IDLE = 10 * 60 * 1000 }; /* milliseconds without a caller, then it ends */

/* The socket in the container's directory, in place of a stale one. Returns a listening
 * descriptor, or -1 with err. */
static int listen_in(int dir, struct err *e)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "sock.new"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)unlinkat(dir, sa.sun_path, 0);
	mode_t before = umask(0177);
	int r = fchdir(dir) < 0 || fd < 0 ? -1
					  : bind(fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(before);
	if (r == 0 && listen(fd, SOMAXCONN) == 0 &&
		renameat(dir, sa.sun_path, dir, "sock") == 0 && chdir("/") == 0)
		return fd;
	err_sys(e, "sock", errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Its directory, locked: one holder at a time is made. Returns a descriptor, or -1 with
 * err. */
static int lock_directory(const char *home, const char *name, struct err *e)
{
	char key[DIAL_KEY_MAX + 1];
	int top CLEANUP(mem_closep) = home_open(home, "containers", true, e);
	if (top < 0)
		return -1;
	dial_container_key(name, key);
	if (mkdirat(top, key, 0700) < 0 && errno != EEXIST)
		return err_sys(e, key, errno);
	int dir = openat(top, key, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || flock(dir, LOCK_EX) < 0) {
		mem_closep(&dir);
		return err_sys(e, key, errno);
	}
	return dir;
}

/* Remembers that the name means a session. Returns 0, or -1 with err. */
static int point_to(int dir, const char *session, struct err *e)
{
	char *line CLEANUP(mem_freep) = xasprintf("session:%s\n", session);
	int fd = openat(
		dir, "transport.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "transport", errno);
	int r = io_write(fd, line, strlen(line));
	if (close(fd) < 0 || r < 0 ||
		renameat(dir, "transport.new", dir, "transport") < 0)
		return err_sys(e, "transport", errno);
	return 0;
}

/* The one word that the caller waits for. From then on nobody reads what is said. */
static void answer(const char *line)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (io_write(STDOUT_FILENO, line, strlen(line)) < 0)
		errno = 0;
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		if (dup2(null, fd) < 0)
			close(fd);
}

static int hold(const char *home, const char *name, struct err *e)
{
	struct container c;
	struct mux m;
	int dir CLEANUP(mem_closep) = lock_directory(home, name, e);
	if (dir < 0)
		return -1;
	int there = dial_socket(dir, "sock");
	if (there >= 0) { /* somebody was quicker */
		close(there);
		answer("ok\n");
		return 0;
	}
	(void)unlinkat(dir, "transport", 0);
	if (reach_container(&c, name, home, e) < 0)
		return -1;
	if (c.session) {
		int r = point_to(dir, c.session, e);
		reach_release(&c);
		if (r == 0)
			answer("ok\n");
		return r;
	}
	mux_init(&m);
	int listener = reach_hello(&c, &m, e) < 0 ? -1 : listen_in(dir, e);
	mem_closep(&dir);
	if (listener >= 0) {
		answer("ok\n");
		(void)!hold_run(&c, &m, listener, IDLE);
	}
	mux_release(&m);
	reach_release(&c);
	return listener < 0 ? -1 : 0;
}

/* One stream, on standard input and output. */
static int stream(const char *home, const char *name, struct err *e)
{
	struct container c;
	struct mux m;
	if (reach_container(&c, name, home, e) < 0)
		return -1;
	if (c.session) {
		err_set(e, ERR_UNSUPPORTED, NULL,
			"container %.60s is of a session: use session:%s", name,
			c.session);
		reach_release(&c);
		return -1;
	}
	mux_init(&m);
	int r = reach_hello(&c, &m, e);
	int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (r == 0 && in >= 0 && out >= 0) {
		(void)fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK);
		(void)fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
		(void)mux_add(&m, in, out);
		r = hold_run(&c, &m, -1, NUM_NONE) ? -1 : 0;
		if (r < 0)
			err_set(e, ERR_BACKEND, NULL, "the far end in %.60s is gone",
				name);
	}
	mux_release(&m);
	reach_release(&c);
	return r;
}

static int usage(FILE *f, int status)
{
	fputs("usage: pab-dial CONTAINER | pab-dial --hold CONTAINER\n", f);
	return status;
}

int main(int argc, char **argv)
{
	struct err e = {0};
	const char *home = getenv("PAB_HOME");
	io_guard_std();
	diag_set_name("pab-dial");
	if (home && !*home)
		home = NULL;
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return usage(stdout, 0);
	bool holds = argc == 3 && !strcmp(argv[1], "--hold");
	if (!holds && (argc != 2 || argv[1][0] == '-'))
		return usage(stderr, 2);
	(void)signal(SIGPIPE, SIG_IGN);
	const char *name = argv[argc - 1];
	int r = dial_check_container(name, &e);
	if (r == 0)
		r = holds ? hold(home, name, &e) : stream(home, name, &e);
	if (r == 0)
		return 0;
	char *line CLEANUP(mem_freep) = xasprintf(
		"%s: %s%s%s\n", err_name(e.code), e.path, *e.path ? ": " : "", e.msg);
	if (holds)
		answer(line);
	else
		fprintf(stderr, "pab-dial: %s", line);
	return err_status(e.code);
}
