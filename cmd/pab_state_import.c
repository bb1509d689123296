/* SPDX-License-Identifier: MIT */
/* A document becomes files: everything is checked before the first is made. */
#include "pab_state.h"

#include "base64.h"
#include "birth.h"
#include "io.h"
#include "mem.h"
#include "root.h"
#include "temp.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int refuse(const char *path, const char *why, struct err *e)
{
	return err_set(e, ERR_BAD_INPUT, path, "%s; nothing was imported", why);
}

/* Is every component a name? Returns the complaint, NULL when all is well. */
static const char *bad_path(const char *path)
{
	if (!*path)
		return "an empty path";
	if (strlen(path) >= PATH_MAX - 1)
		return "a path of more than 4,094 bytes";
	for (const char *p = path;; p++) {
		char name[NAME_MAX + 1];
		size_t n = strcspn(p, "/");
		if (!n)
			return "a path with an empty component";
		if (n > NAME_MAX)
			return "a name of more than 255 bytes";
		memcpy(name, p, n);
		name[n] = '\0';
		if (!strcmp(name, ".") || !strcmp(name, ".."))
			return "a path with . or .. in it";
		if (temp_is(name))
			return "a name that pab keeps for its temporary files";
		p += n;
		if (!*p)
			return NULL;
	}
}

/* A member that has to be a string, if it is there. */
static int check_string(const jin_node *node, const char *key, const char *path,
	const char **out, struct err *e)
{
	const jin_node *v = jin_get(node, key);
	char why[64];
	*out = v ? jin_string(v) : NULL;
	if (!v || *out)
		return 0;
	snprintf(why, sizeof(why), "its %s is no string", key);
	return refuse(path, why, e);
}

/* The members beside the content. Returns 0, or -1 with err. */
static int check_members(const jin_node *node, const char *path, struct doc_entry *out,
	int64_t *unknown, struct err *e)
{
	static const char *const times[] = {"created_at", "modified_at"};
	const char *s;
	struct timespec ts;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		if (check_string(node, times[i], path, &s, e) < 0)
			return -1;
		if (s && doc_time(s, &ts) < 0)
			return refuse(path, "a time that is not ISO 8601", e);
	}
	if (check_string(node, "encoding", path, &s, e) < 0)
		return -1;
	if (s && strcmp(s, "base64") != 0 && strcmp(s, "utf-8") != 0)
		return refuse(path, "an encoding other than base64", e);
	out->encoded = s && *s == 'b';
	for (const jin_node *m = jin_first(node); m; m = jin_next(m))
		*unknown += strcmp(jin_key(m), "content") != 0 &&
			    strcmp(jin_key(m), "created_at") != 0 &&
			    strcmp(jin_key(m), "modified_at") != 0 &&
			    strcmp(jin_key(m), "encoding") != 0;
	return 0;
}

/* The file itself. Returns 0, or -1 when its base64 is damaged. */
static int content_of(const struct doc_entry *it, struct buf *out)
{
	struct buf joined CLEANUP(buf_release) = BUF_INIT;
	struct buf *b = it->encoded ? &joined : out;
	const jin_node *l = jin_first(jin_get(it->node, "content"));
	for (; l; l = jin_next(l)) {
		buf_puts(b, jin_string(l));
		if (!it->encoded && jin_next(l))
			buf_addc(b, '\n');
	}
	return it->encoded ? base64_decode(out, joined.p, joined.len) : 0;
}

/* Checks one member of the document. Returns 0, or -1 with err. */
static int check_entry(struct doc *d, const jin_node *member, struct err *e)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT;
	const char *key = jin_key(member), *path = key + (*key == '/');
	const char *why = bad_path(path);
	struct doc_entry it = {.path = path, .node = member};
	if (why)
		return refuse(key, why, e);
	if (!jin_is_object(member))
		return refuse(key, "its value is no object", e);
	const jin_node *content = jin_get(member, "content");
	if (!content || !jin_is_array(content))
		return refuse(key, "its content is no array of lines", e);
	for (const jin_node *l = jin_first(content); l; l = jin_next(l))
		if (!jin_string(l))
			return refuse(key, "a line that is no string", e);
	if (check_members(member, key, &it, &d->unknown, e) < 0)
		return -1;
	if (content_of(&it, &bytes) < 0)
		return refuse(key, "its base64 is damaged", e);
	it.size = (int64_t)bytes.len;
	d->bytes += it.size;
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->v = xrealloc_n(d->v, d->cap, sizeof(*d->v));
	}
	d->v[d->n++] = it;
	return 0;
}

/* Paths in the order in which a directory stands right before what is in it. */
static int by_path(const void *a, const void *b)
{
	const struct doc_entry *x = a, *y = b;
	const unsigned char *p = (const unsigned char *)x->path,
			    *q = (const unsigned char *)y->path;
	while (*p && *p == *q)
		p++, q++;
	int c = *p == '/' ? 1 : *p ? *p + 1 : 0, d = *q == '/' ? 1 : *q ? *q + 1 : 0;
	return c - d;
}

/* A path twice (with and without its slash is the same), or a file that is also a
 * directory. */
static int check_order(const struct doc *d, struct err *e)
{
	for (size_t i = 1; i < d->n; i++) {
		const char *path = d->v[i].path, *before = d->v[i - 1].path;
		size_t len = strlen(before);
		if (strncmp(before, path, len) != 0)
			continue;
		if (!path[len])
			return refuse(path, "the path stands twice", e);
		if (path[len] == '/')
			return refuse(before, "it is a file and a directory", e);
	}
	return 0;
}

int doc_load(struct doc *d, const char *p, size_t n, struct err *e)
{
	*d = (struct doc){.json = jin_parse(p, n, e)};
	if (!d->json)
		return err_add(e, "; nothing was imported");
	const jin_node *root = jin_root(d->json);
	int r = jin_is_object(root)
			? 0
			: err_set(e, ERR_BAD_INPUT, NULL,
				  "the document is no object of paths; nothing was "
				  "imported");
	for (const jin_node *m = r < 0 ? NULL : jin_first(root); m && r == 0;
		m = jin_next(m))
		r = check_entry(d, m, e);
	if (r == 0 && d->n)
		qsort(d->v, d->n, sizeof(*d->v), by_path);
	if (r == 0)
		r = check_order(d, e);
	if (r < 0)
		doc_release(d);
	return r;
}

static void set_times(int fd, const jin_node *node)
{
	const jin_node *m = jin_get(node, "modified_at"),
		       *c = jin_get(node, "created_at");
	struct timespec ts[2], created;
	if (c && doc_time(jin_string(c), &created) == 0)
		birth_set(fd, created);
	if (m && doc_time(jin_string(m), &ts[1]) == 0) {
		ts[0] = ts[1];
		(void)!futimens(fd, ts);
	}
}

static int make_file(const struct roots *rs, const struct doc_entry *it, struct err *e)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT;
	if (content_of(it, &bytes) < 0)
		return refuse(it->path, "its base64 is damaged", e);
	if (root_mkparents(rs, 0, it->path) < 0)
		return err_sys(e, it->path, errno);
	int fd CLEANUP(mem_closep) = root_open(
		rs, 0, it->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
	if (fd < 0 || io_write(fd, bytes.p, bytes.len) < 0)
		return err_sys(e, it->path, errno);
	set_times(fd, it->node);
	return 0;
}

int doc_make(const struct doc *d, int fd, struct err *e)
{
	char self[64];
	struct roots rs = {0};
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	int r = roots_add(&rs, self) < 0 ? err_sys(e, NULL, errno) : 0;
	for (size_t i = 0; i < d->n && r == 0; i++)
		r = make_file(&rs, &d->v[i], e);
	roots_release(&rs);
	return r;
}

void doc_release(struct doc *d)
{
	free(d->v);
	jin_free(d->json);
	*d = (struct doc){0};
}
