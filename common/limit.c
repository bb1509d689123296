/* SPDX-License-Identifier: MIT */
#include "limit.h"

#include "num.h"

static int set_one(struct limits *l, const char *key, const char *value)
{
	if (!strcmp(key, "bytes"))
		return num_size(value, &l->bytes);
	if (!strcmp(key, "timeout"))
		return num_time(value, &l->timeout);
	int64_t *dst = !strcmp(key, "lines")     ? &l->lines
		       : !strcmp(key, "columns") ? &l->columns
		       : !strcmp(key, "rows")    ? &l->rows
						 : NULL;
	return dst ? num_int(value, 0, INT64_MAX, dst) : -1;
}

int limits_parse(struct limits *l, const char *s, struct err *e)
{
	struct limits got = *l;
	while (*s) {
		char one[64];
		size_t n = strcspn(s, ",");
		bool fits = n < sizeof(one);
		snprintf(one, sizeof(one), "%.*s", (int)(fits ? n : sizeof(one) - 1), s);
		char *eq = strchr(one, '=');
		if (eq)
			*eq++ = '\0';
		if (!fits || !eq || set_one(&got, one, eq) < 0)
			return err_set(e, ERR_USAGE, NULL,
				"limits are bytes=N,lines=N,columns=N,rows=N,timeout=T; "
				"not understood: '%.40s'",
				one);
		s += n;
		s += *s == ',';
	}
	*l = got;
	return 0;
}

void limits_lift(struct limits *l)
{
	l->bytes = l->lines = l->columns = l->rows = NUM_NONE;
}
