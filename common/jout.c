/* SPDX-License-Identifier: MIT */
#include "jout.h"

#include "base64.h"
#include "diag.h"
#include "text.h"

#include <time.h>

void jout_init(struct jout *j, struct buf *buf)
{
	*j = (struct jout){.buf = buf};
}

static void quote(struct buf *b, const char *p, size_t n)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < n;) {
		size_t run = i;
		while (run < n && (unsigned char)p[run] >= 0x20 && p[run] != '"' &&
			p[run] != '\\' && p[run] != 0x7f)
			run++;
		buf_add(b, p + i, run - i);
		i = run;
		if (i == n)
			break;
		unsigned char c = (unsigned char)p[i++];
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else if (c == '\t')
			buf_puts(b, "\\t");
		else if (c == '\r')
			buf_puts(b, "\\r");
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_addc(b, '"');
}

/* The comma and the key before a value. */
static void lead(struct jout *j, const char *key, const char *suffix)
{
	if (j->comma >> j->depth & 1)
		buf_addc(j->buf, ',');
	j->comma |= 1u << j->depth;
	if (key)
		buf_printf(j->buf, "\"%s%s\":", key, suffix);
}

static void open_level(struct jout *j, const char *key, char c)
{
	lead(j, key, "");
	buf_addc(j->buf, c);
	if (++j->depth > 30)
		bug("JSON too deep");
	j->comma &= ~(1u << j->depth);
}

static void close_level(struct jout *j, char c)
{
	if (!j->depth)
		bug("JSON closed twice");
	buf_addc(j->buf, c);
	if (!--j->depth) {
		buf_addc(j->buf, '\n');
		j->comma = 0;
	}
}

void jout_object(struct jout *j, const char *key)
{
	open_level(j, key, '{');
}

void jout_member(struct jout *j, const char *key)
{
	lead(j, NULL, "");
	quote(j->buf, key, strlen(key));
	buf_addc(j->buf, ':');
	j->comma &= ~(1u << j->depth);
	open_level(j, NULL, '{');
}

void jout_array(struct jout *j, const char *key)
{
	open_level(j, key, '[');
}

void jout_end_object(struct jout *j)
{
	close_level(j, '}');
}

void jout_end_array(struct jout *j)
{
	close_level(j, ']');
}

void jout_record(struct jout *j, const char *type)
{
	if (j->depth)
		bug("JSON record inside another");
	jout_object(j, NULL);
	jout_str(j, "type", type);
}

void jout_int(struct jout *j, const char *key, int64_t v)
{
	lead(j, key, "");
	buf_printf(j->buf, "%lld", (long long)v);
}

void jout_bool(struct jout *j, const char *key, bool v)
{
	lead(j, key, "");
	buf_puts(j->buf, v ? "true" : "false");
}

void jout_null(struct jout *j, const char *key)
{
	lead(j, key, "");
	buf_puts(j->buf, "null");
}

void jout_str(struct jout *j, const char *key, const char *s)
{
	lead(j, key, "");
	quote(j->buf, s, strlen(s));
}

static void base64(struct buf *b, const void *p, size_t n)
{
	buf_addc(b, '"');
	base64_encode(b, p, n);
	buf_addc(b, '"');
}

void jout_base64(struct jout *j, const char *key, const void *p, size_t n)
{
	lead(j, key, "");
	base64(j->buf, p, n);
}

void jout_bytes(struct jout *j, const char *key, const void *p, size_t n)
{
	if (text_is_utf8(p, n)) {
		lead(j, key, "");
		quote(j->buf, p, n);
	} else if (key) {
		lead(j, key, "_b64");
		base64(j->buf, p, n);
	} else {
		jout_object(j, NULL);
		jout_base64(j, "b64", p, n);
		jout_end_object(j);
	}
}

void jout_time(struct jout *j, const char *key, int64_t sec, long nsec)
{
	struct tm tm;
	time_t t = (time_t)sec;
	char s[64];
	if (!gmtime_r(&t, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900) {
		jout_null(j, key);
		return;
	}
	/* strftime's %Y has no leading zeros. */
	int n = snprintf(s, sizeof(s), "%04d", tm.tm_year + 1900);
	n += (int)strftime(s + n, sizeof(s) - (size_t)n, "-%m-%dT%H:%M:%S", &tm);
	snprintf(s + n, sizeof(s) - (size_t)n, ".%09ldZ", nsec);
	jout_str(j, key, s);
}
