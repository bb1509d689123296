/* SPDX-License-Identifier: MIT */
/* The records of places. */
#include "pab_session.h"

#include "build.h"
#include "home.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static const char transport[] = "unix:run/sock";

/* Opens the directory and takes its lock; again when it was removed meanwhile. Returns a
 * descriptor, or -1 with errno. */
static int lock_dir(int places, const char *id, bool make)
{
	for (;;) {
		struct stat here, there;
		if (make && mkdirat(places, id, 0700) < 0 && errno != EEXIST)
			return -1;
		int fd = openat(places, id, OPEN_DIR);
		if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &here) < 0)
			goto fail;
		if (fstatat(places, id, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
			here.st_dev == there.st_dev && here.st_ino == there.st_ino)
			return fd;
		if (!make) {
			errno = ENOENT;
			goto fail;
		}
		close(fd);
		continue;
	fail:
		if (fd >= 0) {
			int number = errno;
			close(fd);
			errno = number;
		}
		return -1;
	}
}

int session_lock(
	struct session *s, const char *home, const char *id, bool make, struct err *e)
{
	*s = (struct session){.id = id, .dir = -1};
	if (dial_check_name(id, e) < 0)
		return -1;
	int places CLEANUP(mem_closep) = home_open(home, "places", make, e);
	if (places < 0)
		return e->code == ERR_NOT_FOUND ? dial_not_there(id, e) : -1;
	s->dir = lock_dir(places, id, make);
	if (s->dir < 0)
		return errno == ENOENT ? dial_not_there(id, e) : err_sys(e, id, errno);
	char *kind CLEANUP(mem_freep) = dial_read(s->dir, "kind");
	s->kind = kind ? session_kind(kind) : NULL;
	s->shown = dial_read(s->dir, "shown");
	s->backend = dial_read(s->dir, "backend");
	char *opened CLEANUP(mem_freep) = dial_read(s->dir, "opened");
	if (!opened || num_int(opened, 0, INT64_MAX, &s->opened) < 0)
		s->opened = 0;
	char *via CLEANUP(mem_freep) = dial_read(s->dir, "transport");
	s->fresh = !s->kind || !s->shown || !s->backend || !via ||
		   session_ask_get(s->dir, &s->ask) < 0;
	if (!s->fresh || make)
		return 0;
	session_release(s); /* somebody was killed while making it */
	return dial_not_there(id, e);
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

int session_record_ask(struct session *s, struct err *e)
{
	struct buf ask CLEANUP(buf_release) = BUF_INIT;
	return session_ask_put(&s->ask, &ask, e) < 0 ? -1
						     : session_write(s, "ask", ask.p, e);
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
