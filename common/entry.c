/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include "mem.h"

#include <fcntl.h>
#include <unistd.h>

static const struct {
	const char *letter, *word;
	unsigned char type;
} kinds[] = {
	{"f", "file", DT_REG},
	{"d", "dir", DT_DIR},
	{"l", "link", DT_LNK},
	{"p", "fifo", DT_FIFO},
	{"s", "socket", DT_SOCK},
	{"b", "device", DT_BLK},
	{"c", "device", DT_CHR},
};

const char *entry_kind(unsigned char type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].word;
	return "device";
}

int entry_sort_option(const char *value, void *dst, struct err *e)
{
	static const char *const names[] = {"path", "mtime", "size"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(value, names[i])) {
			*(enum entry_sort *)dst = (enum entry_sort)i;
			return 0;
		}
	return err_set(e, ERR_USAGE, NULL,
		"--sort takes path, mtime or size, not '%.40s'", value);
}

static unsigned kind_bits(const char *s, size_t n)
{
	unsigned bits = 0;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if ((n == 1 && *s == *kinds[i].letter) ||
			(n == strlen(kinds[i].word) && !memcmp(s, kinds[i].word, n)))
			bits |= 1U << kinds[i].type;
	return bits;
}

int entry_kinds_option(const char *value, void *dst, struct err *e)
{
	unsigned all = 0;
	for (const char *s = value;; s++) {
		size_t n = strcspn(s, ",");
		unsigned one = kind_bits(s, n);
		if (!one)
			return err_set(e, ERR_USAGE, NULL,
				"--kind takes f, d, l, p, s or b, several separated by "
				"commas, not '%.40s'",
				value);
		all |= one;
		s += n;
		if (!*s)
			break;
	}
	*(unsigned *)dst = all;
	return 0;
}

void entry_look(struct entry *e, const struct walk_entry *found)
{
	char target[PATH_MAX];
	ssize_t n = -1;
	if (found->mounted) { /* the name in dir->fd, if any, is another file's */
		e->known = found->mount >= 0 && fstat(found->mount, &e->st) == 0;
		return;
	}
	e->known = fstatat(found->dir->fd, found->name, &e->st, AT_SYMLINK_NOFOLLOW) == 0;
	if (e->type == DT_LNK)
		n = readlinkat(found->dir->fd, found->name, target, sizeof(target));
	if (n >= 0)
		e->link = xmemdup0(target, (size_t)n);
}

void entries_give(struct entries *list, const struct entry *e)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 64;
		list->v = xrealloc_n(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = *e;
}

void entries_release(struct entries *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].path);
		free(list->v[i].link);
	}
	free(list->v);
	*list = (struct entries){0};
}

struct order {
	enum entry_sort by;
	int sign;
};

static int by_path(const struct entry *a, const struct entry *b)
{
	const char *p = a->path, *q = b->path;
	while (*p && *p == *q)
		p++, q++;
	unsigned char c = *p || a->type != DT_DIR ? (unsigned char)*p : '/';
	unsigned char d = *q || b->type != DT_DIR ? (unsigned char)*q : '/';
	return c - d;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int in_order(const void *x, const void *y, void *order)
{
	const struct entry *a = x, *b = y;
	const struct order *o = order;
	int c = 0;
	if (o->by == ENTRY_BY_MTIME) {
		c = compare(b->st.st_mtim.tv_sec, a->st.st_mtim.tv_sec);
		if (!c)
			c = compare(b->st.st_mtim.tv_nsec, a->st.st_mtim.tv_nsec);
	} else if (o->by == ENTRY_BY_SIZE) {
		c = compare(b->st.st_size, a->st.st_size);
	}
	return o->sign * (c ? c : by_path(a, b));
}

void entries_sort(struct entries *list, enum entry_sort by, bool reverse)
{
	struct order o = {by, reverse ? -1 : 1};
	if (list->n > 1)
		qsort_r(list->v, list->n, sizeof(*list->v), in_order, &o);
}

void entry_json(const struct entry *e, struct jout *j)
{
	const char *slash = strrchr(e->path, '/');
	const char *name = slash && slash[1] ? slash + 1 : e->path;
	char mode[8];
	jout_record(j, "entry");
	jout_bytes(j, "path", e->path, strlen(e->path));
	jout_bytes(j, "name", name, strlen(name));
	jout_bool(j, "is_dir", e->type == DT_DIR);
	jout_str(j, "kind", entry_kind(e->type));
	if (e->known && e->type == DT_REG)
		jout_int(j, "size", e->st.st_size);
	else
		jout_null(j, "size");
	if (e->known) {
		snprintf(mode, sizeof(mode), "%04o", e->st.st_mode & 07777U);
		jout_time(j, "modified_at", e->st.st_mtim.tv_sec, e->st.st_mtim.tv_nsec);
		jout_str(j, "mode", mode);
	} else {
		jout_null(j, "modified_at");
		jout_null(j, "mode");
	}
	if (e->link)
		jout_bytes(j, "target", e->link, strlen(e->link));
	jout_end_object(j);
}
