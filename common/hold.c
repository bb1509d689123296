/* SPDX-License-Identifier: MIT */
#include "hold.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

/* The mask as it was before the first of n holds. */
static struct {
	sigset_t before;
	int n;
} held;

void hold_signals(void)
{
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	if (!held.n++)
		sigprocmask(SIG_BLOCK, &ends, &held.before);
}

void hold_release(void)
{
	if (!--held.n)
		sigprocmask(SIG_SETMASK, &held.before, NULL);
}

void hold_nap(long us)
{
	struct timespec ts = {us / 1000000, us % 1000000 * 1000};
	ppoll(NULL, 0, &ts, held.n ? &held.before : NULL);
}
