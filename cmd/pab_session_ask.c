/* SPDX-License-Identifier: MIT */
/* What a place was asked to be, and the kinds there are. The file ask in its record has a
 * line "NAME VALUE" for each value. */
#include "pab_session.h"

#include "io.h"
#include "mem.h"

#include <fcntl.h>
#include <unistd.h>

enum { ASK_MAX = 1 << 20 }; /* bytes in the file */

static const char *const names[ASK_N] = {
	[ASK_WORKSPACE] = "workspace",
	[ASK_MOUNT] = "mount",
	[ASK_RUNTIME] = "runtime",
	[ASK_IMAGE] = "image",
	[ASK_NET] = "net",
	[ASK_ALLOW_WRITE] = "allow-write",
	[ASK_ENV] = "env",
	[ASK_RULES] = "rules",
	[ASK_MEM] = "mem",
	[ASK_CPU] = "cpu",
	[ASK_PROCS] = "procs",
	[ASK_DISK] = "disk",
	[ASK_TTL] = "ttl",
};

static const struct session_kind *const kinds[] = {&session_local, &session_state};

const struct session_kind *session_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}

const char *session_asked(const struct session *s, enum session_option o)
{
	const struct vec *v = &s->ask.v[o];
	return v->n ? v->v[v->n - 1] : NULL;
}

bool session_same(const struct session_ask *is, const struct session_ask *want)
{
	for (int o = 0; o < ASK_N; o++) {
		const struct vec *a = &is->v[o], *b = &want->v[o];
		for (size_t i = 0; i < b->n; i++)
			if (a->n != b->n || strcmp(a->v[i], b->v[i]) != 0)
				return false;
	}
	return true;
}

int session_check_takes(const struct session *s, struct err *e)
{
	for (int o = 0; o < ASK_N; o++)
		if (s->ask.v[o].n && !(s->kind->takes & 1u << o))
			return err_set(e, ERR_USAGE, NULL, "--%s is nothing for --on %s",
				names[o], s->kind->name);
	return 0;
}

int session_ask_put(const struct session_ask *a, struct buf *out, struct err *e)
{
	for (int o = 0; o < ASK_N; o++)
		for (size_t i = 0; i < a->v[o].n; i++) {
			if (strchr(a->v[o].v[i], '\n'))
				return err_set(e, ERR_USAGE, NULL,
					"the value of --%s has a newline in it",
					names[o]);
			buf_printf(out, "%s%s %s", out->len ? "\n" : "", names[o],
				a->v[o].v[i]);
		}
	return 0;
}

/* Takes one line. Returns 0, or -1: it is not understood. */
static int take(struct session_ask *a, char *line)
{
	char *value = strchr(line, ' ');
	if (!value)
		return *line ? -1 : 0;
	*value++ = '\0';
	for (int o = 0; o < ASK_N; o++)
		if (!strcmp(line, names[o])) {
			vec_add(&a->v[o], value);
			return 0;
		}
	return -1;
}

int session_ask_get(int dir, struct session_ask *a)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int fd CLEANUP(mem_closep) =
		openat(dir, "ask", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, &b, ASK_MAX) < 0)
		return -1;
	char *rest = b.p;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (take(a, line) < 0)
			return -1;
	return 0;
}
