/* SPDX-License-Identifier: MIT */
#include "birth.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static const char attribute[] = "user.pab.created";

/* Reads the note, "SECONDS.NANOSECONDS". Returns 0, or -1 when there is none. */
static int read_note(int fd, struct timespec *when)
{
	char text[48];
	long long sec;
	long nsec;
	ssize_t n = fgetxattr(fd, attribute, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (sscanf(text, "%lld.%9ld", &sec, &nsec) != 2 || nsec < 0)
		return -1;
	*when = (struct timespec){(time_t)sec, nsec};
	return 0;
}

void birth_set(int fd, struct timespec when)
{
	char text[48];
	int n = snprintf(
		text, sizeof(text), "%lld.%09ld", (long long)when.tv_sec, when.tv_nsec);
	if (fsetxattr(fd, attribute, text, (size_t)n, 0) < 0)
		errno = 0; /* no attributes here: said in the header */
}

int birth_get(int fd, struct timespec *when)
{
	struct statx sx;
	if (read_note(fd, when) == 0)
		return 0;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &sx) < 0 ||
		!(sx.stx_mask & STATX_BTIME))
		return -1;
	*when = (struct timespec){(time_t)sx.stx_btime.tv_sec, sx.stx_btime.tv_nsec};
	return 0;
}

void birth_keep(int from, int to)
{
	struct timespec when;
	if (read_note(to, &when) < 0 && birth_get(from, &when) == 0)
		birth_set(to, when);
}
