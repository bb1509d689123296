/* SPDX-License-Identifier: MIT */
/* Times as they stand in a document. */
#include "pab_state.h"

/* Reads n digits and the character behind them (0: none is asked for). Returns 0, or -1.
 */
static int take(const char **p, int n, char behind, int *out)
{
	*out = 0;
	for (; n; n--, ++*p) {
		if (**p < '0' || **p > '9')
			return -1;
		*out = *out * 10 + (**p - '0');
	}
	if (!behind)
		return 0;
	return *(*p)++ == behind ? 0 : -1;
}

static bool is_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < 1 || month < 1 || month > 12)
		return false;
	bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* ".5": at least one digit, at most nine that count. Returns 0, or -1. */
static int take_fraction(const char **p, long *nsec)
{
	const char *start = ++*p;
	for (long place = 100000000; **p >= '0' && **p <= '9'; ++*p, place /= 10)
		*nsec += (**p - '0') * place;
	return *p > start ? 0 : -1;
}

/* "+02:00", "Z" or nothing, up to the end. Returns 0, or -1. */
static int take_zone(const char *p, int *seconds)
{
	int hours = 0, minutes = 0;
	bool minus = *p == '-';
	*seconds = 0;
	if (*p == 'Z')
		return p[1] ? -1 : 0;
	if (!*p)
		return 0;
	if (*p != '+' && !minus)
		return -1;
	p++;
	if (take(&p, 2, ':', &hours) < 0 || take(&p, 2, 0, &minutes) < 0 || *p ||
		hours > 23 || minutes > 59)
		return -1;
	*seconds = (hours * 60 + minutes) * (minus ? -60 : 60);
	return 0;
}

int doc_time(const char *s, struct timespec *out)
{
	struct tm tm = {0};
	const char *p = s;
	long nsec = 0;
	int zone;
	if (take(&p, 4, '-', &tm.tm_year) < 0 || take(&p, 2, '-', &tm.tm_mon) < 0 ||
		take(&p, 2, 0, &tm.tm_mday) < 0 || (*p != 'T' && *p != ' '))
		return -1;
	p++;
	if (take(&p, 2, ':', &tm.tm_hour) < 0 || take(&p, 2, ':', &tm.tm_min) < 0 ||
		take(&p, 2, 0, &tm.tm_sec) < 0)
		return -1;
	if (!is_date(tm.tm_year, tm.tm_mon, tm.tm_mday) || tm.tm_hour > 23 ||
		tm.tm_min > 59 || tm.tm_sec > 59)
		return -1;
	if ((*p == '.' && take_fraction(&p, &nsec) < 0) || take_zone(p, &zone) < 0)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	struct timespec ts = {timegm(&tm) - zone, nsec};
	/* A zone may lead out of what can be written again. */
	if (!gmtime_r(&ts.tv_sec, &tm) || tm.tm_year < 1 - 1900 ||
		tm.tm_year > 9999 - 1900)
		return -1;
	*out = ts;
	return 0;
}

void doc_put_time(struct jout *j, const char *key, struct timespec ts)
{
	struct tm tm;
	char s[96];
	if (!gmtime_r(&ts.tv_sec, &tm))
		return;
	snprintf(s, sizeof(s), "%04d-%02d-%02dT%02d:%02d:%02d.%06ld+00:00",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, ts.tv_nsec / 1000);
	jout_str(j, key, s);
}
