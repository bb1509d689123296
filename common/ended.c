/* SPDX-License-Identifier: MIT */
#include "ended.h"

const char *ended_duration(char out[32], int64_t ms)
{
	int64_t s = ms / 1000, tenths = ms % 1000 / 100;
	if (ms < 1000)
		snprintf(out, 32, "%lld ms", (long long)ms);
	else if (s < 100 && tenths)
		snprintf(out, 32, "%lld.%lld s", (long long)s, (long long)tenths);
	else
		snprintf(out, 32, "%lld s", (long long)s);
	return out;
}

const char *ended_limit(char out[32], int64_t ms)
{
	if (ms % 1000)
		snprintf(out, 32, "%lld ms", (long long)ms);
	else
		snprintf(out, 32, "%lld s", (long long)(ms / 1000));
	return out;
}

const char *ended_signal(char out[32], int number)
{
	const char *name = sigabbrev_np(number);
	if (name)
		snprintf(out, 32, "SIG%s", name);
	else
		snprintf(out, 32, "signal %d", number);
	return out;
}

const char *ended_processes(char out[32], int64_t n)
{
	snprintf(out, 32, "%lld process%s", (long long)n, n == 1 ? "" : "es");
	return out;
}
