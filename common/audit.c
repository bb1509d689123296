/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include "io.h"
#include "jout.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_NOTES = 1000, MOST_OPERANDS = 1000 };

struct note {
	enum op op;
	char *target;
	const char *answer;
};

struct audit {
	int fd;
	char *file;
	const char *tool, *actor;
	char id[33];
	struct timespec begun;
	struct note *notes;
	size_t n;
	int64_t dropped;
};

/* The members that both lines have. */
static void open_line(struct audit *a, struct jout *j, const char *type)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	jout_record(j, type);
	jout_str(j, "id", a->id);
	jout_time(j, "time", now.tv_sec, now.tv_nsec);
	if (a->actor)
		jout_bytes(j, "actor", a->actor, strlen(a->actor));
	else
		jout_null(j, "actor");
	jout_int(j, "uid", (int64_t)getuid());
	jout_int(j, "pid", (int64_t)getpid());
	jout_str(j, "tool", a->tool);
}

/* Appends the line, or nothing of it. Returns 0, or -1 with errno. */
static int append(int fd, const struct buf *line)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode))
		return io_write(fd, line->p, line->len);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -1;
	int r = fstat(fd, &st);
	if (r == 0 && (r = io_write(fd, line->p, line->len)) < 0) {
		int why = errno;
		if (ftruncate(fd, st.st_size) < 0)
			why = EIO;
		errno = why;
	}
	int why = errno;
	(void)flock(fd, LOCK_UN);
	errno = why;
	return r;
}

static void free_audit(struct audit *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->notes[i].target);
	free(a->notes);
	free(a->file);
	mem_closep(&a->fd);
	free(a);
}

static void begin_line(struct audit *a, const struct gate *g, const struct audit_begin *b,
	struct buf *out)
{
	struct jout j;
	jout_init(&j, out);
	open_line(a, &j, "begin");
	jout_bytes(&j, "backend", b->backend, strlen(b->backend));
	jout_bytes(&j, "cwd", g->dir, strlen(g->dir));
	jout_array(&j, "operands");
	size_t n = b->n < MOST_OPERANDS ? b->n : MOST_OPERANDS;
	for (size_t i = 0; i < n; i++)
		if (i == b->hidden)
			jout_null(&j, NULL);
		else
			jout_bytes(&j, NULL, b->operands[i], strlen(b->operands[i]));
	jout_end_array(&j);
	if (b->n > n)
		jout_int(&j, "more", (int64_t)(b->n - n));
	if (b->line)
		jout_bytes(&j, "line", b->line, strlen(b->line));
	jout_end_object(&j);
}

int audit_open(
	struct gate *g, const char *file, const struct audit_begin *b, struct err *e)
{
	unsigned char random[16];
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	struct audit *a = xcalloc(1, sizeof(*a));
	a->file = xstrdup(file);
	a->tool = g->tool;
	a->actor = g->actor;
	a->fd = open(file,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (a->fd < 0 || getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		goto failed;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(a->id + 2 * i, 3, "%02x", random[i]);
	clock_gettime(CLOCK_MONOTONIC, &a->begun);
	begin_line(a, g, b, &line);
	if (append(a->fd, &line) < 0)
		goto failed;
	g->audit = a;
	return 0;
failed:
	err_set(e, ERR_IO, file,
		"cannot be written to: %s (the account of --audit, PAB_AUDIT); nothing "
		"was done",
		strerror(errno));
	free_audit(a);
	return -1;
}

void audit_note(struct audit *a, enum op op, const char *target, const char *answer)
{
	if (!a)
		return;
	if (a->n == MOST_NOTES) {
		a->dropped++;
		return;
	}
	a->notes = xrealloc_n(a->notes, a->n + 1, sizeof(*a->notes));
	a->notes[a->n++] = (struct note){op, xstrdup(target), answer};
}

int audit_close(struct audit *a, int status, struct err *e)
{
	struct jout j;
	struct timespec now;
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	clock_gettime(CLOCK_MONOTONIC, &now);
	jout_init(&j, &line);
	open_line(a, &j, "end");
	jout_int(&j, "status", status);
	jout_int(&j, "elapsed_ms",
		(now.tv_sec - a->begun.tv_sec) * 1000 +
			(now.tv_nsec - a->begun.tv_nsec) / 1000000);
	jout_array(&j, "answers");
	for (size_t i = 0; i < a->n; i++) {
		const struct note *n = &a->notes[i];
		jout_object(&j, NULL);
		jout_str(&j, "operation", rules_op_name(n->op));
		jout_bytes(&j, "target", n->target, strlen(n->target));
		jout_str(&j, "answer", n->answer);
		jout_end_object(&j);
	}
	jout_end_array(&j);
	if (a->dropped)
		jout_int(&j, "more", a->dropped);
	jout_end_object(&j);
	int r = append(a->fd, &line);
	if (r < 0)
		err_sys(e, a->file, errno);
	free_audit(a);
	return r;
}
