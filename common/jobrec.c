/* SPDX-License-Identifier: MIT */
#include "jobrec.h"

#include "mem.h"
#include "num.h"

#include <limits.h>

/* The fields that are numbers: name, place and the range that is believed. */
enum width { INT, BOOL, LONG };
#define FIELD(key, width, member, min, max)                                              \
	{                                                                                \
		key, width, offsetof(struct jobrec, member), min, max                    \
	}
static const struct field {
	const char *key;
	enum width width;
	size_t at;
	int64_t min, max;
} fields[] = {
	FIELD("split", BOOL, split, 0, 1),
	FIELD("pid", INT, pid, 0, INT_MAX),
	FIELD("start", LONG, start, 0, INT64_MAX),
	FIELD("began_s", LONG, began_s, 0, INT64_MAX),
	FIELD("began_ns", LONG, began_ns, 0, 999999999),
	FIELD("timeout", LONG, timeout, 0, INT64_MAX),
	FIELD("grace", LONG, grace, 0, INT64_MAX),
	FIELD("over", BOOL, over, 0, 1),
	FIELD("ended_s", LONG, ended_s, 0, INT64_MAX),
	FIELD("caught", INT, caught, 0, 127),
	FIELD("status", INT, end.status, 0, INT_MAX),
	FIELD("known", BOOL, end.known, 0, 1),
	FIELD("timed_out", BOOL, end.timed_out, 0, 1),
	FIELD("limit", INT, end.limit, LIMIT_NONE, LIMIT_FSIZE),
	FIELD("by_group", BOOL, end.by_group, 0, 1),
	FIELD("stopped", LONG, end.stopped, 0, INT64_MAX),
	FIELD("left", BOOL, end.left, 0, 1),
	FIELD("wall_us", LONG, end.wall_us, 0, INT64_MAX),
	FIELD("user_us", LONG, end.user_us, 0, INT64_MAX),
	FIELD("system_us", LONG, end.system_us, 0, INT64_MAX),
	FIELD("max_rss", LONG, end.max_rss, 0, INT64_MAX),
};

void jobrec_release(struct jobrec *r)
{
	vec_release(&r->argv);
	free(r->cwd);
	*r = (struct jobrec){0};
}

static int64_t get(const struct jobrec *r, const struct field *f)
{
	const char *at = (const char *)r + f->at;
	int64_t v = 0;
	int i;
	switch (f->width) {
	case BOOL:
		return *(const bool *)at;
	case INT:
		memcpy(&i, at, sizeof(i));
		return i;
	default:
		memcpy(&v, at, sizeof(v));
		return v;
	}
}

static void set(struct jobrec *r, const struct field *f, int64_t v)
{
	char *at = (char *)r + f->at;
	int i = (int)v;
	if (f->width == BOOL)
		*(bool *)at = v != 0;
	else if (f->width == INT)
		memcpy(at, &i, sizeof(i));
	else
		memcpy(at, &v, sizeof(v));
}

static void add(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "%s=%s", key, value);
	buf_addc(out, '\0');
}

void jobrec_write(const struct jobrec *r, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		char text[32];
		snprintf(text, sizeof(text), "%lld", (long long)get(r, &fields[i]));
		add(out, fields[i].key, text);
	}
	add(out, "boot", r->boot);
	add(out, "names", r->end.names);
	add(out, "cwd", r->cwd ? r->cwd : "");
	for (size_t i = 0; i < r->argv.n; i++)
		add(out, "arg", r->argv.v[i]);
}

static int take_number(struct jobrec *r, const char *entry, const char *value)
{
	size_t n = (size_t)(value - 1 - entry);
	int64_t v;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct field *f = &fields[i];
		if (strlen(f->key) != n || strncmp(f->key, entry, n) != 0)
			continue;
		if (num_int(value, f->min, f->max, &v) < 0)
			return -1;
		set(r, f, v);
	}
	return 0;
}

static int take_entry(struct jobrec *r, const char *entry)
{
	const char *value = strchr(entry, '=');
	if (!value)
		return -1;
	value++;
	if (!strncmp(entry, "arg=", 4)) {
		vec_add(&r->argv, value);
	} else if (!strncmp(entry, "cwd=", 4)) {
		free(r->cwd);
		r->cwd = xstrdup(value);
	} else if (!strncmp(entry, "boot=", 5)) {
		snprintf(r->boot, sizeof(r->boot), "%s", value);
	} else if (!strncmp(entry, "names=", 6)) {
		snprintf(r->end.names, sizeof(r->end.names), "%s", value);
	} else {
		return take_number(r, entry, value);
	}
	return 0;
}

int jobrec_parse(const char *p, size_t n, struct jobrec *r)
{
	const char *end = p + n;
	*r = (struct jobrec){0};
	bool bad = !n || end[-1];
	for (; !bad && p < end; p += strlen(p) + 1)
		bad = take_entry(r, p) < 0;
	if (!bad && r->argv.n && r->pid > 0 && r->cwd)
		return 0;
	jobrec_release(r);
	return -1;
}
