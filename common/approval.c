/* SPDX-License-Identifier: MIT */
#include "approval.h"

#include "hash.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "vec.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A record is a file KEY.ask, KEY.yes or KEY.no, or KEY.yes.PID while a run has taken it:
 * lines of a word, a blank and a value, in which control bytes and "%" are %XX. */
static const char *const suffixes[] = {
	[APPROVAL_ASKED] = "ask", [APPROVAL_YES] = "yes", [APPROVAL_NO] = "no"};

enum { MAX_RECORD = 1 << 20, MAX_RECORDS = 10000, MAX_RULES = 4 << 20 };

static int open_dir(const char *home, const char *sub, struct err *e)
{
	return home_open(home, sub, true, e);
}

void approval_release(struct approval *a)
{
	char **all[] = {
		&a->op, &a->tool, &a->target, &a->world, &a->dir, &a->actor, &a->why};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		free(*all[i]);
		*all[i] = NULL;
	}
}

void approval_key(struct approval *a, const char *content)
{
	const char *const parts[] = {
		a->op, a->tool, a->target, a->world, a->dir, content};
	struct hash *h = hash_new();
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		hash_add(h, parts[i], strlen(parts[i]) + 1);
	hash_finish(h, a->key);
}

static void add_value(struct buf *b, const char *word, const char *value)
{
	buf_printf(b, "%s ", word);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		if (c < ' ' || c == '%' || c == 0x7f)
			buf_printf(b, "%%%02X", c);
		else
			buf_addc(b, *value);
	}
	buf_addc(b, '\n');
}

/* The value behind a word, unescaped. Returns new memory, NULL without one. */
static char *value_of(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p += p != NULL) {
		if (strncmp(p, word, n) != 0 || p[n] != ' ')
			continue;
		struct buf b = BUF_INIT;
		for (p += n + 1; *p && *p != '\n'; p++) {
			unsigned c;
			char two[3] = {p[0] == '%' ? p[1] : '\0', 0, 0};
			two[1] = two[0] ? p[2] : '\0';
			if (two[1] && sscanf(two, "%2x", &c) == 1 && c) {
				buf_addc(&b, (char)c);
				p += 2;
			} else {
				buf_addc(&b, *p);
			}
		}
		return buf_take(&b);
	}
	return NULL;
}

static void to_text(const struct approval *a, struct buf *b)
{
	buf_puts(b, "pab-approval 1\n");
	add_value(b, "id", a->id);
	add_value(b, "op", a->op);
	add_value(b, "tool", a->tool);
	add_value(b, "target", a->target);
	add_value(b, "world", a->world);
	add_value(b, "dir", a->dir);
	add_value(b, "actor", a->actor);
	add_value(b, "why", a->why);
	buf_printf(b, "made %lld\nexpires %lld\n", (long long)a->made,
		(long long)a->expires);
}

static int64_t number_of(const char *text, const char *word)
{
	char *v CLEANUP(mem_freep) = value_of(text, word);
	int64_t n = 0;
	return v && num_int(v, 0, INT64_MAX, &n) == 0 ? n : 0;
}

static int from_text(struct approval *a, const char *text)
{
	static const char *const words[] = {
		"op", "tool", "target", "world", "dir", "actor", "why"};
	char **values[] = {
		&a->op, &a->tool, &a->target, &a->world, &a->dir, &a->actor, &a->why};
	char *id CLEANUP(mem_freep) = value_of(text, "id");
	bool whole =
		!strncmp(text, "pab-approval 1\n", 15) && id && strlen(id) == APPROVAL_ID;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		*values[i] = value_of(text, words[i]);
		whole &= *values[i] != NULL;
	}
	if (!whole) {
		approval_release(a);
		return -1;
	}
	memcpy(a->id, id, APPROVAL_ID + 1);
	a->made = number_of(text, "made");
	a->expires = number_of(text, "expires");
	return 0;
}

static int read_record(int dir, const char *name, struct approval *a)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct stat st;
	int fd CLEANUP(mem_closep) =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	*a = (struct approval){0};
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		st.st_uid != geteuid() || io_slurp(fd, &b, MAX_RECORD) < 0)
		return -1;
	snprintf(a->key, sizeof(a->key), "%s", name);
	return from_text(a, b.p);
}

/* Puts the file there at once or not at all. Returns 0, or -1 with errno. */
static int put(int dir, const char *name, const struct buf *b)
{
	char tmp[32];
	uint64_t r = 0;
	if (getrandom(&r, sizeof(r), 0) < 0)
		return -1;
	snprintf(tmp, sizeof(tmp), ".new.%016llx", (unsigned long long)r);
	int fd CLEANUP(mem_closep) =
		openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (io_write(fd, b->p, b->len) == 0 && fsync(fd) == 0 &&
		renameat(dir, tmp, dir, name) == 0)
		return 0;
	int why = errno;
	(void)unlinkat(dir, tmp, 0);
	errno = why;
	return -1;
}

static void record_name(char *out, size_t n, const char *key, enum approval_state s)
{
	snprintf(out, n, "%s.%s", key, suffixes[s]);
}

int approval_claim(const char *home, const char *key, struct err *e)
{
	char name[100], taken[130];
	struct approval a;
	int dir CLEANUP(mem_closep) = open_dir(home, "approvals", e);
	if (dir < 0)
		return -1;
	for (enum approval_state s = APPROVAL_YES; s <= APPROVAL_NO; s++) {
		record_name(name, sizeof(name), key, s);
		snprintf(taken, sizeof(taken), "%s.%ld", name, (long)getpid());
		if (renameat(dir, name, dir, taken) < 0)
			continue;
		bool holds = read_record(dir, taken, &a) == 0 && a.expires > time(NULL);
		approval_release(&a);
		if (s == APPROVAL_YES && holds)
			return 1;
		(void)unlinkat(dir, taken, 0);
		if (holds)
			return 2;
	}
	return 0;
}

void approval_settle(const char *home, const char *key, bool used)
{
	char name[100], taken[130];
	struct err ignored;
	int dir CLEANUP(mem_closep) = open_dir(home, "approvals", &ignored);
	record_name(name, sizeof(name), key, APPROVAL_YES);
	snprintf(taken, sizeof(taken), "%s.%ld", name, (long)getpid());
	if (dir < 0)
		return;
	if (used)
		(void)unlinkat(dir, taken, 0);
	else if (renameat(dir, taken, dir, name) < 0)
		errno = 0; /* it is asked again */
}

int approval_ask(const char *home, struct approval *a, struct err *e)
{
	char name[100];
	unsigned char random[APPROVAL_ID / 2];
	struct approval old;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int dir CLEANUP(mem_closep) = open_dir(home, "approvals", e);
	if (dir < 0)
		return -1;
	record_name(name, sizeof(name), a->key, APPROVAL_ASKED);
	a->made = time(NULL);
	if (read_record(dir, name, &old) == 0) {
		bool waits = old.expires > a->made;
		memcpy(a->id, old.id, sizeof(a->id));
		approval_release(&old);
		if (waits)
			return 0;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(e, NULL, errno);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(a->id + 2 * i, 3, "%02x", random[i]);
	a->expires = a->made + APPROVAL_WAITS;
	to_text(a, &b);
	if (put(dir, name, &b) == 0)
		return 0;
	err_sys(e, NULL, errno);
	return err_add(e, " (writing down a question)");
}

static int by_age(const void *a, const void *b)
{
	const struct approval *x = a, *y = b;
	if (x->made != y->made)
		return x->made < y->made ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* One name in the directory. Returns whether it is a question that waits. */
static bool take_name(int dir, const char *name, int64_t now, struct approval *a)
{
	size_t n = strlen(name);
	if (n < APPROVAL_KEY + 3 || name[APPROVAL_KEY] != '.')
		return false;
	bool ask = !strcmp(name + APPROVAL_KEY, ".ask");
	if (read_record(dir, name, a) < 0)
		return false;
	if (a->expires <= now) {
		(void)unlinkat(dir, name, 0);
		approval_release(a);
		return false;
	}
	if (!ask)
		approval_release(a);
	return ask;
}

int approval_list(const char *home, struct approval **list, size_t *n, struct err *e)
{
	int64_t now = time(NULL);
	struct dirent *d;
	*list = NULL;
	*n = 0;
	int fd = open_dir(home, "approvals", e);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return fd < 0 ? -1 : err_sys(e, NULL, errno);
	while ((d = readdir(dir)) && *n < MAX_RECORDS) {
		struct approval a;
		if (!take_name(dirfd(dir), d->d_name, now, &a))
			continue;
		*list = xrealloc_n(*list, *n + 1, sizeof(a));
		(*list)[(*n)++] = a;
	}
	closedir(dir);
	if (*n > 1)
		qsort(*list, *n, sizeof(**list), by_age);
	return 0;
}

/* The one that the id means. Returns its number, or -1 with err. */
static int find_id(const struct approval *list, size_t n, const char *id, struct err *e)
{
	int found = -1;
	size_t len = strlen(id);
	if (len < 8 || len > APPROVAL_ID || strspn(id, "0123456789abcdef") != len)
		return err_set(e, ERR_USAGE, NULL,
			"a request is named by 8 to 32 of its digits; pab-rules pending "
			"lists them");
	for (size_t i = 0; i < n; i++) {
		if (strncmp(list[i].id, id, len) != 0)
			continue;
		if (found >= 0)
			return err_set(e, ERR_AMBIGUOUS, NULL,
				"several requests begin with %s", id);
		found = (int)i;
	}
	return found >= 0
		       ? found
		       : err_set(e, ERR_NOT_FOUND, NULL,
				 "no request %s waits; pab-rules pending lists them", id);
}

int approval_answer(const char *home, const char *id, bool yes, int64_t holds,
	struct approval *a, struct err *e)
{
	struct approval *list;
	size_t n;
	char name[100], old[100];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (approval_list(home, &list, &n, e) < 0)
		return -1;
	int i = find_id(list, n, id, e);
	if (list && i >= 0) {
		*a = list[i];
		list[i] = (struct approval){0};
	}
	for (size_t k = 0; k < n; k++)
		approval_release(&list[k]);
	free(list);
	int dir CLEANUP(mem_closep) = i < 0 ? -1 : open_dir(home, "approvals", e);
	if (dir < 0)
		return -1;
	a->key[APPROVAL_KEY] = '\0';
	a->expires = time(NULL) + holds;
	to_text(a, &b);
	record_name(old, sizeof(old), a->key, APPROVAL_ASKED);
	record_name(name, sizeof(name), a->key, yes ? APPROVAL_YES : APPROVAL_NO);
	if (put(dir, name, &b) == 0 && unlinkat(dir, old, 0) == 0)
		return 0;
	err_sys(e, NULL, errno);
	approval_release(a);
	return -1;
}

static void world_name(const char *world, char out[HASH_HEX + 1])
{
	hash_bytes(world, strlen(world), out);
	out[32] = '\0';
}

int approval_always(const char *home, const char *world, struct rules *r, struct err *e)
{
	char name[HASH_HEX + 1];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	world_name(world, name);
	int dir CLEANUP(mem_closep) = open_dir(home, "always", e);
	if (dir < 0)
		return -1;
	int fd CLEANUP(mem_closep) = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		rules_init(r, world, RULE_ASK);
		return 0;
	}
	if (fd < 0 || io_slurp(fd, &b, MAX_RULES) < 0)
		return err_sys(e, NULL, errno);
	const char *p = b.p;
	return rules_parse(r, &p, b.p + b.len, e);
}

int approval_add_rule(const char *home, const char *world, enum op op, const char *target,
	struct err *e)
{
	char name[HASH_HEX + 1];
	struct rules r;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char *pattern CLEANUP(mem_freep) = rules_literal(target);
	world_name(world, name);
	int dir CLEANUP(mem_closep) = open_dir(home, "always", e);
	if (dir < 0)
		return -1;
	if (flock(dir, LOCK_EX) < 0)
		return err_sys(e, NULL, errno);
	if (approval_always(home, world, &r, e) < 0)
		return -1;
	int got = rules_add(&r, op, RULE_ALLOW, pattern, "A person allowed it", e);
	rules_text(&r, &b);
	rules_release(&r);
	if (got == 0 && put(dir, name, &b) < 0)
		got = err_sys(e, NULL, errno);
	return got;
}
