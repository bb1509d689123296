/* SPDX-License-Identifier: MIT */
/* What a place was asked to be, and the kinds there are. The file ask in its record has a
 * line "NAME VALUE" for each value. */
#include "pab_session.h"

#include "io.h"
#include "mem.h"
#include "num.h"
#include "rules.h"

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

static const struct session_kind *const kinds[] = {
	&session_local, &session_state, &session_sandbox, &session_docker};

const struct session_kind *session_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}

const struct session_kind *session_kind_at(size_t i)
{
	return i < ARRAY_LEN(kinds) ? kinds[i] : NULL;
}

void session_kinds(char *out, size_t n)
{
	size_t at = 0;
	*out = '\0';
	for (size_t i = 0; i < ARRAY_LEN(kinds) && at < n; i++)
		at += (size_t)snprintf(
			out + at, n - at, "%s%s", i ? ", " : "", kinds[i]->name);
}

const char *session_option_name(enum session_option o)
{
	return names[o];
}

const char *session_asked(const struct session *s, enum session_option o)
{
	const struct vec *v = &s->ask.v[o];
	return v->n ? v->v[v->n - 1] : NULL;
}

int64_t session_number(const struct session *s, enum session_option o)
{
	int64_t n;
	const char *v = session_asked(s, o);
	return v && num_int(v, 0, INT64_MAX, &n) == 0 ? n : -1;
}

int session_rules(const struct session *s, struct rules *r)
{
	struct err ignored;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	const char *given = session_asked(s, ASK_RULES);
	if (!given)
		return -1;
	if (rules_preset(r, given) == 0)
		return 0;
	for (const char *p = given; *p; p++)
		buf_addc(&text, *p == SESSION_RULES_END ? '\n' : *p);
	const char *at = text.p;
	return rules_parse(r, &at, text.p + text.len, &ignored);
}

void session_serve_words(const struct session *s, struct vec *argv)
{
	const char *rules = session_asked(s, ASK_RULES);
	int64_t ttl = session_number(s, ASK_TTL), disk = session_number(s, ASK_DISK);
	if (rules) {
		vec_add(argv, "--rules");
		vec_add(argv, rules);
	}
	if (ttl >= 0) {
		vec_add(argv, "--until");
		const int64_t until = s->opened + ttl;
		vec_give(argv, xasprintf("%lld", (long long)until));
	}
	if (disk >= 0 && s->kind != &session_state) {
		vec_add(argv, "--disk");
		vec_give(argv, xasprintf("%lld", (long long)disk));
	}
}

unsigned session_differ(const struct session_ask *a, const struct session_ask *b)
{
	unsigned differ = 0;
	for (int o = 0; o < ASK_N; o++) {
		bool same = a->v[o].n == b->v[o].n;
		for (size_t i = 0; same && i < a->v[o].n; i++)
			same = !strcmp(a->v[o].v[i], b->v[o].v[i]);
		differ |= same ? 0 : 1u << o;
	}
	return differ;
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
