/* SPDX-License-Identifier: MIT */
/* The records of places. */
#include "pab_session_verbs.h"

#include "build.h"
#include "home.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "rules.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static const char transport[] = "unix:run/sock";

/* How many sessions there are, but for that id. */
static int64_t count_others(int places, const char *id)
{
	struct err ignored;
	int64_t n = 0;
	int fd = openat(places, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		n += strcmp(de->d_name, id) != 0 &&
		     dial_check_name(de->d_name, &ignored) == 0;
	if (d)
		closedir(d);
	else
		mem_closep(&fd);
	return n;
}

static bool is_same(int fd, int places, const char *id)
{
	struct stat here, there;
	return fstat(fd, &here) == 0 &&
	       fstatat(places, id, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Makes the directory if there is room for one more. That is counted under the lock of
 * them all, so that no two take the last place. Returns 0, or -1 with errno: EDQUOT. */
static int make_dir(int places, const char *id, int64_t max)
{
	int all CLEANUP(mem_closep) =
		openat(places, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (all < 0 || flock(all, LOCK_EX) < 0)
		return -1;
	struct stat st;
	if (max >= 0 && fstatat(places, id, &st, AT_SYMLINK_NOFOLLOW) < 0 &&
		count_others(places, id) >= max) {
		errno = EDQUOT;
		return -1;
	}
	return mkdirat(places, id, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* Opens the directory and takes its lock; again when it was removed meanwhile. Returns a
 * descriptor, or -1 with errno. */
static int lock_dir(int places, const char *id, const struct session_how *how)
{
	for (;;) {
		if (how->make && make_dir(places, id, how->max) < 0)
			return -1;
		int fd = openat(places, id, OPEN_DIR);
		if (fd < 0 && how->make && errno == ENOENT)
			continue;
		if (fd < 0)
			return -1;
		if (how->unlocked)
			return fd;
		int r = flock(fd, LOCK_EX | (how->at_once ? LOCK_NB : 0));
		int number = r < 0 ? errno : ENOENT;
		if (r == 0 && is_same(fd, places, id))
			return fd;
		close(fd);
		errno = number;
		if (r < 0 || !how->make)
			return -1;
	}
}

static bool is_word(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz") == strlen(s);
}

/* Reads it. Returns what it is. */
static enum session_record_is read_record(struct session *s)
{
	char *via CLEANUP(mem_freep) = dial_read(s->dir, "transport");
	char *kind CLEANUP(mem_freep) = dial_read(s->dir, "kind");
	if (!via && (errno == ENOENT || faccessat(s->dir, "transport", F_OK, 0) < 0))
		return RECORD_HALF;
	if (!kind && faccessat(s->dir, "kind", F_OK, 0) < 0)
		return RECORD_BY_HAND;
	char *opened CLEANUP(mem_freep) = dial_read(s->dir, "opened");
	if (!opened || num_int(opened, 0, INT64_MAX, &s->opened) < 0)
		s->opened = 0;
	s->kind = kind ? session_kind(kind) : NULL;
	s->shown = dial_read(s->dir, "shown");
	s->backend = dial_read(s->dir, "backend");
	if (kind && !s->kind && is_word(kind))
		return RECORD_UNKNOWN;
	return via && s->kind && s->shown && s->backend &&
			       session_ask_get(s->dir, &s->ask) == 0
		       ? RECORD_WHOLE
		       : RECORD_BROKEN;
}

int session_lock(struct session *s, const char *home, const char *id,
	const struct session_how *how, struct err *e)
{
	*s = (struct session){.id = id, .dir = -1};
	if (dial_check_name(id, e) < 0)
		return -1;
	int places CLEANUP(mem_closep) = home_open(home, "places", how->make, e);
	if (places < 0)
		return e->code == ERR_NOT_FOUND ? dial_not_there(id, e) : -1;
	s->dir = lock_dir(places, id, how);
	if (s->dir >= 0)
		return s->is = read_record(s), 0;
	if (errno == EDQUOT)
		return err_set(e, ERR_BUSY, NULL,
			"there are %lld sessions, and --max allows no more; close one",
			(long long)how->max);
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_BUSY, NULL, "session %s is being changed", id);
	return errno == ENOENT ? dial_not_there(id, e) : err_sys(e, id, errno);
}

static int whole(struct session *s, const char *home, const char *id,
	const struct session_how *how, struct err *e)
{
	if (session_lock(s, home, id, how, e) < 0)
		return -1;
	enum session_record_is is = s->is;
	if (is == RECORD_WHOLE)
		return 0;
	session_release(s);
	if (is == RECORD_BROKEN)
		return err_set(e, ERR_IO, NULL,
			"the record of session %s cannot be read; pab-session gc sets it "
			"aside",
			id);
	if (is == RECORD_UNKNOWN)
		return err_set(e, ERR_BACKEND, NULL,
			"session %s is of a kind that is not known here", id);
	return dial_not_there(id, e); /* somebody was killed while making it */
}

int session_get(struct session *s, const char *home, const char *id, struct err *e)
{
	static const struct session_how wait = {.max = -1};
	return whole(s, home, id, &wait, e);
}

int session_look(struct session *s, const char *home, const char *id, struct err *e)
{
	static const struct session_how look = {.max = -1, .unlocked = true};
	return whole(s, home, id, &look, e);
}

int session_set_aside(const char *home, const char *id, struct err *e)
{
	char name[DIAL_NAME_MAX + 64];
	int places CLEANUP(mem_closep) = home_open(home, "places", false, e);
	int aside CLEANUP(mem_closep) =
		places < 0 ? -1 : home_open(home, "aside", true, e);
	if (aside < 0)
		return -1;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%s.%lld.%d", id, (long long)time(NULL), i);
		if (mkdirat(aside, name, 0700) == 0 &&
			renameat(places, id, aside, name) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return err_sys(e, id, errno);
}

void session_release(struct session *s)
{
	mem_closep(&s->dir);
	free(s->shown);
	free(s->backend);
	for (int i = 0; i < ASK_N; i++)
		vec_release(&s->ask.v[i]);
	*s = (struct session){.id = s->id, .dir = -1};
}

int session_write(struct session *s, const char *file, const char *line, struct err *e)
{
	char *fresh CLEANUP(mem_freep) = xasprintf("%s.new", file);
	(void)unlinkat(s->dir, fresh, 0);
	int fd = openat(s->dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, file, errno);
	int r = io_write(fd, line, strlen(line)) < 0 || io_write(fd, "\n", 1) < 0 ||
				fsync(fd) < 0
			? -1
			: 0;
	if (close(fd) < 0 || r < 0 || renameat(s->dir, fresh, s->dir, file) < 0)
		return err_sys(e, file, errno);
	return 0;
}

/* Do its rules ask about anything? */
static bool asks(const struct session *s)
{
	struct rules r;
	bool any = false;
	if (session_rules(s, &r) < 0)
		return false;
	for (size_t op = 0; op < OP_COUNT; op++) {
		any |= r.op[op].fallback == RULE_ASK;
		for (size_t i = 0; i < r.op[op].n; i++)
			any |= r.op[op].v[i].action == RULE_ASK;
	}
	rules_release(&r);
	return any;
}

int session_record_ask(struct session *s, struct err *e)
{
	struct buf ask CLEANUP(buf_release) = BUF_INIT;
	if (session_ask_put(&s->ask, &ask, e) < 0)
		return -1;
	if (asks(s) && session_write(s, "asks", "", e) < 0)
		return -1;
	if (!asks(s) && unlinkat(s->dir, "asks", 0) < 0 && errno != ENOENT)
		return err_sys(e, s->id, errno);
	return session_write(s, "ask", ask.p, e);
}

int session_record(struct session *s, struct err *e)
{
	char opened[24];
	snprintf(opened, sizeof(opened), "%lld", (long long)s->opened);
	if (mkdirat(s->dir, "run", 0700) < 0 && errno != EEXIST)
		return err_sys(e, "run", errno);
	if (session_record_ask(s, e) < 0 ||
		session_write(s, "kind", s->kind->name, e) < 0 ||
		session_write(s, "shown", s->shown, e) < 0 ||
		session_write(s, "backend", s->backend, e) < 0 ||
		session_write(s, "opened", opened, e) < 0 ||
		session_write(s, "build", build_name(), e) < 0)
		return -1;
	return session_write(s, "transport", transport, e); /* last: now it is one */
}

int session_forget(struct session *s, const char *home, struct err *e)
{
	int places CLEANUP(mem_closep) = home_open(home, "places", false, e);
	if (places < 0)
		return -1;
	/* Without a transport it is none any more, wherever a kill may strike. */
	if (unlinkat(s->dir, "transport", 0) < 0 && errno != ENOENT)
		return err_sys(e, s->id, errno);
	return wipe_at(places, s->id, WIPE_FORCE) < 0 ? err_sys(e, s->id, errno) : 0;
}

int session_connect(const struct session *s)
{
	return dial_socket(s->dir, transport + 5);
}
