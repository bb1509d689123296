/* SPDX-License-Identifier: MIT */
/* The socket: made, and who may speak on it. */
#include "pab_serve.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Binds within the directory, whose own path may be longer than the kernel takes. Returns
 * 0, or -1 with errno. */
static int bind_in(int fd, int dir, const char *name)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int here CLEANUP(mem_closep) = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int n = snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", name);
	if (n < 0 || (size_t)n >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (here < 0 || fchdir(dir) < 0)
		return -1;
	int r = bind(fd, (struct sockaddr *)&sa, sizeof(sa)), number = errno;
	if (fchdir(here) < 0)
		return -1;
	errno = number;
	return r;
}

/* Binds to a new name and puts that in the place of the old: there is always one. */
static int bind_over(int fd, int dir, const char *name)
{
	char *fresh CLEANUP(mem_freep) = xasprintf("%s.%ld", name, (long)getpid());
	(void)unlinkat(dir, fresh, 0);
	mode_t before = umask(0177);
	int r = bind_in(fd, dir, fresh);
	umask(before);
	if (r == 0 && listen(fd, SOMAXCONN) == 0 && renameat(dir, fresh, dir, name) == 0)
		return 0;
	int number = errno;
	(void)unlinkat(dir, fresh, 0);
	errno = number;
	return -1;
}

int serve_listen(struct serve *s, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *parent CLEANUP(mem_freep) =
		slash ? xmemdup0(path, (size_t)(slash - path) + 1) : xstrdup(".");
	struct stat st;
	int dir CLEANUP(mem_closep) = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, parent, errno);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISSOCK(st.st_mode))
		return err_set(e, ERR_EXISTS, path, "is there and is no socket");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind_over(fd, dir, name) < 0) {
		err_sys(e, path, errno);
		mem_closep(&fd);
		return -1;
	}
	s->listener = fd;
	s->socket_dir = steal_fd(&dir);
	s->socket_name = xstrdup(name);
	return 0;
}

bool serve_admits(const struct serve *s, int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
		return false;
	/* Whoever has a number in the namespace that we are the first of is inside. */
	if (s->alone)
		return peer.pid == 0;
	return peer.uid == geteuid() || peer.uid == 0;
}
