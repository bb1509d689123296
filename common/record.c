/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "mem.h"
#include "num.h"

#include <ctype.h>
#include <inttypes.h>

static const char magic[] = "pab-journal 1 ";

struct record_file *record_add(struct record *r, const char *path, const char *from)
{
	r->v = xrealloc_n(r->v, r->n + 1, sizeof(*r->v));
	struct record_file *f = &r->v[r->n++];
	*f = (struct record_file){.path = xstrdup(path),
		.from = xstrdup(from ? from : ""),
		.image = RECORD_NO_IMAGE,
		.next = -1,
		.fd = -1};
	return f;
}

static int64_t bytes_of(int64_t n)
{
	return n > 0 ? n : 0;
}

static void put_string(struct buf *out, const char *key, const char *s)
{
	buf_printf(out, "%s %zu\n%s\n", key, strlen(s), s);
}

static void put_files(const struct record *r, struct buf *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct record_file *f = &r->v[i];
		buf_printf(out,
			"file %o %o %" PRId64 " %016" PRIx64 " %" PRId64 " %" PRId64
			" %zu %zu\n%s\n%s\n",
			f->was, f->is, f->size, f->print, f->image, f->next,
			strlen(f->from), strlen(f->path), f->from, f->path);
	}
}

void record_put(struct record *r, struct buf *out)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_printf(&b, "time %" PRId64 ".%09ld\n", r->sec, r->nsec);
	put_string(&b, "tool", r->tool);
	put_string(&b, "actor", r->actor);
	put_string(&b, "undoes", r->undoes);
	buf_printf(&b, "kept %d\n", r->kept);
	put_files(r, &b);
	/* The first line is as long whatever the number in it is. */
	buf_printf(out, "%s%010zu\n", magic, sizeof(magic) - 1 + 11 + b.len);
	r->total = (int64_t)(sizeof(magic) - 1 + 11 + b.len);
	for (size_t i = 0; i < r->n; i++) {
		r->v[i].at = r->total;
		r->total += bytes_of(r->v[i].image) + bytes_of(r->v[i].next);
	}
	buf_add(out, b.p, b.len);
}

size_t record_length(const char *p, size_t n)
{
	size_t len = 0, first = sizeof(magic) - 1 + 11;
	if (n < first || memcmp(p, magic, sizeof(magic) - 1) != 0 || p[first - 1] != '\n')
		return 0;
	for (size_t i = sizeof(magic) - 1; i < first - 1; i++) {
		if (!isdigit((unsigned char)p[i]))
			return 0;
		len = len * 10 + (size_t)(p[i] - '0');
	}
	return len < first || len > RECORD_HEADER ? 0 : len;
}

/* What is still to be read. */
struct cursor {
	const char *p, *end;
};

/* Takes a number, and the byte behind it, which must be `after`. Returns 0, or -1. */
static int take(struct cursor *c, int base, char after, int64_t *out)
{
	uint64_t n = 0;
	bool minus = base == 10 && c->p < c->end && *c->p == '-';
	const char *p = c->p + minus, *start = p;
	for (; p < c->end && *p != after; p++) {
		unsigned d = isdigit((unsigned char)*p) ? (unsigned)(*p - '0')
			     : base == 16 && *p >= 'a' && *p <= 'f'
				     ? (unsigned)(*p - 'a') + 10
				     : 99;
		if (d >= (unsigned)base || p - start >= 18)
			return -1;
		n = n * (unsigned)base + d;
	}
	if (p == start || p >= c->end)
		return -1;
	c->p = p + 1;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return 0;
}

/* Takes the key and a blank. Returns 0, or -1 when something else stands there. */
static int take_key(struct cursor *c, const char *key)
{
	size_t n = strlen(key);
	if ((size_t)(c->end - c->p) <= n || memcmp(c->p, key, n) != 0 || c->p[n] != ' ')
		return -1;
	c->p += n + 1;
	return 0;
}

/* Takes a line of n bytes, none of them NUL. Returns new memory, or NULL. */
static char *take_line(struct cursor *c, int64_t n)
{
	if (n < 0 || n >= c->end - c->p || c->p[n] != '\n' ||
		memchr(c->p, '\0', (size_t)n))
		return NULL;
	char *s = xmemdup0(c->p, (size_t)n);
	c->p += n + 1;
	return s;
}

static char *take_string(struct cursor *c, const char *key)
{
	int64_t n;
	return take_key(c, key) < 0 || take(c, 10, '\n', &n) < 0 ? NULL : take_line(c, n);
}

/* Sixteen hex digits, which take() has no room for. */
static int take_print(struct cursor *c, uint64_t *out)
{
	int64_t high, low;
	if (c->end - c->p < 17)
		return -1;
	struct cursor first = {c->p, c->p + 8}, rest = {c->p + 8, c->end};
	char copy[10];
	memcpy(copy, first.p, 8);
	copy[8] = ' ';
	first = (struct cursor){copy, copy + 9};
	if (take(&first, 16, ' ', &high) < 0 || take(&rest, 16, ' ', &low) < 0 ||
		rest.p != c->p + 17)
		return -1;
	*out = (uint64_t)high << 32 | (uint64_t)low;
	c->p = rest.p;
	return 0;
}

static int take_file(struct cursor *c, struct record *r)
{
	int64_t was, is, from, path, image, next, size;
	uint64_t print;
	if (take(c, 8, ' ', &was) < 0 || take(c, 8, ' ', &is) < 0 ||
		take(c, 10, ' ', &size) < 0 || take_print(c, &print) < 0 ||
		take(c, 10, ' ', &image) < 0 || take(c, 10, ' ', &next) < 0 ||
		take(c, 10, ' ', &from) < 0 || take(c, 10, '\n', &path) < 0)
		return -1;
	char *from_s CLEANUP(mem_freep) = take_line(c, from);
	char *path_s CLEANUP(mem_freep) = from_s ? take_line(c, path) : NULL;
	if (!path_s || *path_s != '/' || (*from_s && *from_s != '/') ||
		image < RECORD_COPY || next < -1 || was > 0177777 || is > 0177777)
		return -1;
	struct record_file *f = record_add(r, path_s, from_s);
	f->was = (unsigned)was;
	f->is = (unsigned)is;
	f->size = size;
	f->print = print;
	f->image = image;
	f->next = next;
	return 0;
}

static int get(struct record *r, struct cursor *c, int64_t total)
{
	int64_t nsec, kept;
	if (take_key(c, "time") < 0 || take(c, 10, '.', &r->sec) < 0 ||
		take(c, 10, '\n', &nsec) < 0 || nsec < 0 || nsec > 999999999)
		return -1;
	r->nsec = (long)nsec;
	if (!(r->tool = take_string(c, "tool")) ||
		!(r->actor = take_string(c, "actor")) ||
		!(r->undoes = take_string(c, "undoes")) || take_key(c, "kept") < 0 ||
		take(c, 10, '\n', &kept) < 0 || kept < 0 || kept > 1)
		return -1;
	r->kept = kept;
	while (c->p < c->end)
		if (take_key(c, "file") < 0 || take_file(c, r) < 0)
			return -1;
	for (size_t i = 0; i < r->n; i++) {
		struct record_file *f = &r->v[i];
		f->at = r->total;
		if (bytes_of(f->image) > total - r->total)
			return -1;
		r->total += bytes_of(f->image);
		if (bytes_of(f->next) > total - r->total)
			return -1;
		r->total += bytes_of(f->next);
	}
	return r->total == total ? 0 : -1;
}

int record_get(struct record *r, const char *p, size_t n, int64_t total)
{
	size_t first = sizeof(magic) - 1 + 11;
	struct cursor c = {p + first, p + n};
	*r = (struct record){0};
	if (record_length(p, n) != n || (int64_t)n > total)
		return -1;
	r->total = (int64_t)n;
	if (get(r, &c, total) == 0)
		return 0;
	record_release(r);
	return -1;
}

void record_clear(struct record *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].path);
		free(r->v[i].from);
	}
	free(r->v);
	r->v = NULL;
	r->n = 0;
}

void record_release(struct record *r)
{
	record_clear(r);
	free(r->tool);
	free(r->actor);
	free(r->undoes);
	*r = (struct record){0};
}
