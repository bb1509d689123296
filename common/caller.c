/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct caller far;
static bool is_far;

void caller_set_far(const struct caller *c)
{
	far = *c;
	is_far = true;
}

bool caller_is_far(void)
{
	return is_far;
}

char *caller_cwd(const char *wanted)
{
	if (!wanted || !*wanted)
		return NULL;
	if (!is_far || !far.cwd || *far.cwd != '/' || *wanted == '/')
		return xstrdup(wanted);
	return xasprintf("%s/%s", far.cwd, wanted);
}

const char *caller_start(void)
{
	return is_far && !far.mounted && far.cwd && *far.cwd == '/' ? far.cwd : NULL;
}

const char *caller_backend(const char *spec)
{
	return is_far && far.backend ? far.backend : spec;
}

static void ask_for(int channel)
{
	char number = (char)channel;
	while (write(far.ask, &number, 1) < 0 && errno == EINTR)
		;
}

int caller_stdin(void)
{
	static bool asked;
	if (is_far && !asked)
		ask_for(STDIN_FILENO);
	asked = true;
	return STDIN_FILENO;
}

int caller_open(const char *name)
{
	if (!strcmp(name, "-"))
		return fcntl(caller_stdin(), F_DUPFD_CLOEXEC, 3);
	if (!is_far)
		return open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	/* pab-serve made it "3:name", and 3 what comes through channel 3. */
	int fd = (int)strtol(name, NULL, 10);
	ask_for(fd);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

const char *caller_name(const char *name)
{
	const char *colon = is_far ? strchr(name, ':') : NULL;
	return colon ? colon + 1 : name;
}

bool caller_is_tty(int fd)
{
	return is_far ? far.tty[fd] : isatty(fd) == 1;
}

bool caller_waits(void)
{
	struct stat st;
	int n = 0;
	if (is_far)
		return far.waits;
	return fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode) &&
	       ioctl(STDIN_FILENO, FIONREAD, &n) == 0 && n > 0;
}
