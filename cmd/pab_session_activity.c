/* SPDX-License-Identifier: MIT */
/* What a session's far end says of itself; none of it is taken for more than that. */
#include "pab_session_verbs.h"

#include "frame.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 2000 }; /* milliseconds for an answer */

int64_t session_idle(const struct session *s)
{
	struct stat st;
	if (fstatat(s->dir, "run/sock", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	int64_t idle = (int64_t)time(NULL) - st.st_mtim.tv_sec;
	return idle > 0 ? idle : 0;
}

static void understand(const struct frame *f, struct session_activity *a)
{
	char *text CLEANUP(mem_freep) = xmemdup0(f->data, f->len);
	char *rest = text, *word, *value;
	const struct {
		const char *name;
		int64_t *to;
	} known[] = {{"idle", &a->idle_ms}, {"requests", &a->requests},
		{"procs", &a->use.procs}, {"cpu", &a->use.cpu_us},
		{"memory", &a->use.memory}, {"ends", &a->ends}};
	while ((word = strsep(&rest, " ")) && (value = strsep(&rest, " ")))
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			if (!strcmp(word, known[i].name) &&
				num_int(value, 0, INT64_MAX, known[i].to) < 0)
				*known[i].to = -1;
	a->answers = true;
}

/* Takes what came. Returns whether the answer was among it, or nothing can come. */
static bool take(struct buf *rx, struct session_activity *a)
{
	struct frame f;
	struct err ignored;
	ssize_t n;
	for (size_t at = 0; (n = frame_parse(rx->p + at, rx->len - at, FRAME_SERVER, &f,
				     &ignored)) != 0;
		at += (size_t)n) {
		if (n < 0 || f.type == FRAME_ERROR)
			return true;
		if (f.type == FRAME_ACTIVE) {
			understand(&f, a);
			return true;
		}
	}
	return rx->len > FRAME_MAX;
}

void session_ask_activity(
	const struct session *s, bool may_rest, struct session_activity *a)
{
	struct buf tx CLEANUP(buf_release) = BUF_INIT, rx CLEANUP(buf_release) = BUF_INIT;
	char chunk[4096], flag = may_rest;
	*a = (struct session_activity){
		.idle_ms = -1, .requests = -1, .use = {-1, -1, -1, -1}};
	int fd CLEANUP(mem_closep) = session_connect(s);
	if (fd < 0)
		return;
	a->runs = true;
	frame_add_hello(&tx);
	frame_add(&tx, FRAME_ACTIVITY, 0, 0, &flag, 1);
	if (send(fd, tx.p, tx.len, MSG_NOSIGNAL) != (ssize_t)tx.len)
		return;
	for (int64_t end = num_now_ms() + PATIENCE, left;
		(left = end - num_now_ms()) > 0;) {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t n =
			poll(&p, 1, (int)left) <= 0 ? 0 : read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			break;
		buf_add(&rx, chunk, (size_t)n);
		if (take(&rx, a))
			break;
	}
	/* It is gone when its end of the stream is. */
	for (int i = 0; a->ends > 0 && i < 2; i++) {
		struct pollfd p = {fd, POLLIN, 0};
		(void)poll(&p, 1, PATIENCE);
		(void)!read(fd, chunk, sizeof(chunk));
	}
}
