/* SPDX-License-Identifier: MIT */
#include "pty.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios as_it_was;

static void on_resize(int sig)
{
	(void)sig; /* it only has to interrupt ppoll */
}

/* The size of the first of the standard descriptors that is a terminal. */
static struct winsize caller_size(void)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	struct winsize got;
	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCGWINSZ, &got) == 0 && got.ws_col && got.ws_row)
			return got;
	return size;
}

/* Opens the other end by the master itself, which needs no /dev/pts of ours; before Linux
 * 4.13 by its name. */
static int open_slave(int master)
{
	int fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];
	if (fd < 0 && ptsname_r(master, name, sizeof(name)) == 0)
		fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd;
}

int pty_open(struct pty *p, bool raw, struct err *e)
{
	struct winsize size = caller_size();
	int unlocked = 0;
	*p = (struct pty){.slave = -1, .own = -1};
	p->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->master < 0 || ioctl(p->master, TIOCSPTLCK, &unlocked) < 0 ||
		(p->slave = open_slave(p->master)) < 0) {
		err_sys(e, "/dev/ptmx", errno);
		pty_release(p);
		return -1;
	}
	(void)ioctl(p->master, TIOCSWINSZ, &size);
	struct termios every_key;
	if (!raw || tcgetattr(STDIN_FILENO, &as_it_was) < 0)
		return 0;
	every_key = as_it_was;
	cfmakeraw(&every_key);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &every_key) == 0)
		p->own = STDIN_FILENO;
	struct sigaction sa = {.sa_handler = on_resize};
	(void)sigaction(SIGWINCH, &sa, NULL);
	return 0;
}

void pty_resize(const struct pty *p)
{
	struct winsize size = caller_size();
	if (p->master >= 0)
		(void)ioctl(p->master, TIOCSWINSZ, &size);
}

void pty_release(struct pty *p)
{
	if (p->own >= 0)
		(void)tcsetattr(p->own, TCSADRAIN, &as_it_was);
	mem_closep(&p->master);
	mem_closep(&p->slave);
	p->master = p->slave = p->own = -1;
}
