/* SPDX-License-Identifier: MIT */
#include "num.h"

#include <ctype.h>
#include <errno.h>
#include <time.h>

int num_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	const char *p = s + (*s == '-' || *s == '+');
	if (!isdigit((unsigned char)*p))
		return -1;
	char *end;
	errno = 0;
	long long v = strtoll(s, &end, 10);
	if (errno || *end || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

/* The digits at the start of s. Returns where they end, NULL when there are none or
 * they do not fit. */
static const char *digits(const char *s, int64_t *out)
{
	if (!isdigit((unsigned char)*s))
		return NULL;
	char *end;
	errno = 0;
	long long v = strtoll(s, &end, 10);
	if (errno)
		return NULL;
	*out = v;
	return end;
}

int num_size(const char *s, int64_t *out)
{
	static const char units[] = "kMGT";
	int64_t v;
	const char *p = digits(s, &v);
	if (!p)
		return -1;
	const char *u = *p ? strchr(units, *p == 'K'   ? 'k'
					   : *p == 'm' ? 'M'
					   : *p == 'g' ? 'G'
						       : *p)
			   : NULL;
	if (u) {
		for (const char *q = units; q <= u; q++)
			if (__builtin_mul_overflow(v, 1024, &v))
				return -1;
		p++;
		if (*p == 'i')
			p++;
	}
	if (*p == 'B')
		p++;
	if (*p)
		return -1;
	*out = v;
	return 0;
}

int num_time(const char *s, int64_t *out)
{
	if (!strcmp(s, "none")) {
		*out = NUM_NONE;
		return 0;
	}
	int64_t whole, unit = 1000, micro = 0;
	const char *p = digits(s, &whole);
	if (!p)
		return -1;
	if (*p == '.') {
		int64_t place = 100000;
		if (!isdigit((unsigned char)*++p))
			return -1;
		for (; isdigit((unsigned char)*p); p++, place /= 10)
			micro += (*p - '0') * place;
	}
	if (!strcmp(p, "ms"))
		unit = 1;
	else if (!strcmp(p, "m"))
		unit = 60 * 1000;
	else if (!strcmp(p, "h"))
		unit = 3600 * 1000;
	else if (*p && strcmp(p, "s") != 0)
		return -1;
	if (__builtin_mul_overflow(whole, unit, &whole) ||
		__builtin_add_overflow(whole, micro * unit / 1000000, &whole) ||
		whole == NUM_NONE)
		return -1;
	*out = whole;
	return 0;
}

const char *num_commas(char out[32], int64_t n)
{
	char digits_[24];
	int len = snprintf(digits_, sizeof(digits_), "%lld", (long long)n);
	char *o = out;
	for (int i = 0; i < len; i++) {
		*o++ = digits_[i];
		int left = len - i - 1;
		if (left && left % 3 == 0 && digits_[i] != '-')
			*o++ = ',';
	}
	*o = '\0';
	return out;
}

int64_t num_now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
