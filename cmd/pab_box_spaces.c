/* SPDX-License-Identifier: MIT */
/* Namespaces of its own: the process that was started stays outside and waits, its child
 * is the first process of the sandbox. */
#include "pab_box.h"

#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALLED = 128 };

/* Stands outside: holds nothing open, and ends as the first process does. */
NORETURN static void outlive(pid_t first)
{
	int status = 0;
	io_close_from(0, false);
	while (waitpid(first, &status, __WALL) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status));
}

static int put_text(const char *path, const char *text)
{
	int fd CLEANUP(mem_closep) = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -1 : io_write(fd, text, strlen(text));
}

/* In the user namespace there is one user, the same as outside, and one group. */
static int map_ids(unsigned uid, unsigned gid)
{
	char users[64], groups[64];
	snprintf(users, sizeof(users), "%u %u 1\n", uid, uid);
	snprintf(groups, sizeof(groups), "%u %u 1\n", gid, gid);
	return put_text("/proc/self/uid_map", users) < 0 ||
			       put_text("/proc/self/setgroups", "deny") < 0 ||
			       put_text("/proc/self/gid_map", groups) < 0
		       ? -1
		       : 0;
}

/* The network leads to itself alone. */
static int raise_loopback(void)
{
	struct ifreq r = {.ifr_name = "lo"};
	int fd CLEANUP(mem_closep) = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		return -1;
	r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
	return ioctl(fd, SIOCSIFFLAGS, &r);
}

int box_spaces(const struct box *b, struct err *e)
{
	unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			      CLONE_NEWUTS | CLONE_NEWCGROUP |
			      (b->net == BOX_NET_OWN ? CLONE_NEWNET : 0);
	unsigned uid = geteuid(), gid = getegid();
	if (b->mortal)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		return err_set(
			e, ERR_UNSUPPORTED, NULL, "no namespaces: %s", strerror(errno));
	if (pid > 0)
		outlive(pid);
	if (b->mortal)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (map_ids(uid, gid) < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL, "a user namespace: %s",
			strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL, "a mount namespace: %s",
			strerror(errno));
	if (b->net == BOX_NET_OWN && raise_loopback() < 0)
		return err_set(e, ERR_UNSUPPORTED, NULL, "the network's loopback: %s",
			strerror(errno));
	if (sethostname("sandbox", 7) < 0)
		return err_sys(e, NULL, errno);
	return 0;
}
