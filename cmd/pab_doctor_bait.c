/* SPDX-License-Identifier: MIT */
/* What forbidden acts are tried against. */
#include "pab_doctor.h"

#include "dial.h"
#include "io.h"
#include "mem.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char token[] = "pab-doctor-token\n";

static int put(const char *dir, const char *name, const char *text)
{
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s", dir, name);
	int fd CLEANUP(mem_closep) =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd < 0 ? -1 : io_write(fd, text, strlen(text));
}

static int make_dir(const char *dir, const char *name)
{
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s", dir, name);
	return mkdir(path, 0755);
}

/* Listens on an address, on a port of the kernel's choice. Returns a descriptor, or -1.
 */
static int listen_on(int family, int type, unsigned *port)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = {0};
	if (family == AF_INET)
		a.v4 = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	else
		a.v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t n = family == AF_INET ? sizeof(a.v4) : sizeof(a.v6);
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &a.any, n) < 0 ||
		(type == SOCK_STREAM && listen(fd, 64) < 0) ||
		getsockname(fd, &a.any, &n) < 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return fd;
}

/* The same on a path, or an abstract name. */
static int listen_unix(const char *name, bool abstract)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t n = strlen(name);
	if (n + 1 >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path + abstract, name, n);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 64) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Stands still, answers what comes by UDP, and dies with us. */
NORETURN static void be_victim(int udp)
{
	char b[64];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGUSR1, SIG_IGN);
	for (;;) {
		struct sockaddr_storage from;
		socklen_t n = sizeof(from);
		ssize_t got = udp < 0 ? -1
				      : recvfrom(udp, b, sizeof(b), 0,
						(struct sockaddr *)&from, &n);
		if (got < 0)
			pause();
		else
			(void)!sendto(
				udp, b, (size_t)got, 0, (struct sockaddr *)&from, n);
	}
}

int bait_renew(struct doctor *d, struct err *e)
{
	char *program CLEANUP(mem_freep) = dial_beside("pab-serve");
	char *probe CLEANUP(mem_freep) = xasprintf("%s/probe", d->dir);
	char *sock CLEANUP(mem_freep) = xasprintf("%s/listening", d->dir);
	static const char *const dirs[] = {
		".git", ".git/hooks", ".git/objects", ".aws", ".vscode", "sub"};
	int in CLEANUP(mem_closep) = program ? open(program, O_RDONLY | O_CLOEXEC) : -1;
	if (wipe_at(AT_FDCWD, d->dir, WIPE_FORCE) < 0 || mkdir(d->dir, 0755) < 0)
		return err_sys(e, d->dir, errno);
	int out CLEANUP(mem_closep) = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (in < 0 || out < 0 || io_copy(in, out, -1) < 0)
		return err_set(e, ERR_BACKEND, NULL, "there is no pab-serve to copy");
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (make_dir(d->dir, dirs[i]) < 0)
			return err_sys(e, d->dir, errno);
	if (put(d->dir, ".git/config", "[core]\n") < 0 || put(d->dir, ".envrc", "") < 0 ||
		put(d->dir, ".git/HEAD", "ref: refs/heads/main\n") < 0 ||
		put(d->dir, ".aws/credentials", token) < 0 ||
		put(d->dir, "inside", "inside\n") < 0)
		return err_sys(e, d->dir, errno);
	mem_closep(&d->listeners[0]);
	d->listeners[0] = listen_unix(sock, false);
	return 0;
}

int bait_make(struct doctor *d, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	d->top = xasprintf("%s/pab-doctor-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	d->victim = -1;
	for (size_t i = 0; i < ARRAY_LEN(d->listeners); i++)
		d->listeners[i] = -1;
	if (!mkdtemp(d->top))
		return err_sys(e, d->top, errno);
	d->dir = xasprintf("%s/dir", d->top);
	d->outside = xasprintf("%s/outside", d->top);
	d->secret = xasprintf("%s/secret", d->outside);
	d->records = xasprintf("%s/records", d->top);
	snprintf(d->mark, sizeof(d->mark), ".%s", strrchr(d->top, '/') + 1);
	if (chmod(d->top, 0755) < 0 || make_dir(d->top, "outside") < 0 ||
		make_dir(d->top, "records") < 0 || put(d->outside, "secret", token) < 0)
		return err_sys(e, d->top, errno);
	char *sock CLEANUP(mem_freep) = xasprintf("%s/sock", d->top);
	d->listeners[1] = listen_unix(sock, false);
	d->listeners[2] = listen_unix(d->mark, true);
	d->listeners[3] = listen_on(AF_INET, SOCK_STREAM, &d->port4);
	d->listeners[4] = listen_on(AF_INET6, SOCK_STREAM, &d->port6);
	d->listeners[5] = listen_on(AF_INET, SOCK_DGRAM, &d->udp);
	d->victim = fork();
	if (d->victim == 0)
		be_victim(d->listeners[5]);
	return bait_renew(d, e);
}

bool bait_is_whole(const struct doctor *d)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int fd CLEANUP(mem_closep) = open(d->secret, O_RDONLY | O_CLOEXEC);
	int n = 0;
	DIR *dir = opendir(d->outside);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return fd >= 0 && io_slurp(fd, &b, 100) == 0 && !strcmp(b.p, token) && n == 3;
}

bool bait_left(const struct doctor *d, const char *dir)
{
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s", dir, d->mark);
	return unlink(path) == 0;
}

void bait_release(struct doctor *d)
{
	if (d->victim > 0) {
		kill(d->victim, SIGKILL);
		(void)waitpid(d->victim, NULL, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(d->listeners); i++)
		mem_closep(&d->listeners[i]);
	if (d->top && wipe_at(AT_FDCWD, d->top, WIPE_FORCE) < 0)
		errno = 0; /* it is in /tmp */
	free(d->top);
	free(d->dir);
	free(d->outside);
	free(d->secret);
	free(d->records);
}
