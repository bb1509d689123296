/* SPDX-License-Identifier: MIT */
/* open: what is asked for, made; or what is there, brought in line with it. */
#include "pab_session_verbs.h"

#include "mem.h"
#include "num.h"
#include "rules.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum {
	LIMITS = 1 << ASK_MEM | 1 << ASK_CPU | 1 << ASK_PROCS | 1 << ASK_DISK |
		 1 << ASK_TTL,
	RULES_TEXT = 100000
}; /* bytes that fit in one word of a command line */

bool session_asks(void)
{
	const struct session_opts *o = &session_opts;
	bool asks = o->kind || o->root || o->cpu || o->mem >= 0 || o->procs >= 0 ||
		    o->disk >= 0 || o->ttl >= 0 || o->net;
	for (int i = 0; i < ASK_N; i++)
		asks |= o->ask.v[i].n > 0;
	return asks;
}

static void add_number(struct session_ask *a, enum session_option o, int64_t n)
{
	if (n >= 0)
		vec_give(&a->v[o], xasprintf("%lld", (long long)n));
}

/* "1.5" processors as 1500. Returns 0, or -1 with err. */
static int take_cpu(struct session_ask *a, const char *text, struct err *e)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	int64_t n = 0;
	size_t digits = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
	bool ok = whole && whole < 6 &&
		  (!*rest || (digits && digits < 4 && !rest[1 + digits]));
	for (size_t i = 0; ok && i < whole; i++)
		n = n * 10 + text[i] - '0';
	for (size_t i = 0; ok && i < 3; i++)
		n = n * 10 + (i < digits ? rest[1 + i] - '0' : 0);
	if (!ok || n < 10)
		return err_set(e, ERR_USAGE, NULL,
			"--cpu takes a number of processors, such as 2 or 0.5, not '%.40s'",
			text);
	add_number(a, ASK_CPU, n);
	return 0;
}

/* A preset keeps its name; a file is understood now, and what it says is kept. Returns 0,
 * or -1 with err. */
static int take_rules(struct session_ask *a, const char *name, struct err *e)
{
	struct rules r;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	if (rules_preset(&r, name) == 0) {
		rules_release(&r);
		return vec_add(&a->v[ASK_RULES], name), 0;
	}
	if (!strchr(name, '/') && access(name, F_OK) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"no rules '%.60s'; there are default, permissive, readonly, strict, "
			"review, or a file",
			name);
	if (rules_read(&r, name, e) < 0)
		return -1;
	rules_text(&r, &text);
	rules_release(&r);
	if (text.len > RULES_TEXT)
		return err_set(e, ERR_TOO_LARGE, name,
			"rules of %zu bytes; a session holds %d", text.len, RULES_TEXT);
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] == '\n')
			text.p[i] = SESSION_RULES_END;
	return vec_give(&a->v[ASK_RULES], buf_take(&text)), 0;
}

static int check_env(const struct vec *v, struct err *e)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strchr(v->v[i], '=') || v->v[i][0] == '=' ||
			!strncmp(v->v[i], "PAB_", 4))
			return err_set(e, ERR_USAGE, NULL,
				"--env takes NAME=VALUE, and no name that begins with PAB_");
	return 0;
}

/* What the command line says, nothing added. Returns 0, or -1 with err. */
static int gather(struct session_ask *a, struct err *e)
{
	const struct session_opts *o = &session_opts;
	for (int i = 0; i < ASK_N; i++)
		for (size_t k = 0; i != ASK_RULES && k < o->ask.v[i].n; k++)
			vec_add(&a->v[i], o->ask.v[i].v[k]);
	const struct vec *rules = &o->ask.v[ASK_RULES];
	if (o->net)
		vec_add(&a->v[ASK_NET], "host");
	add_number(a, ASK_MEM, o->mem);
	add_number(a, ASK_PROCS, o->procs);
	add_number(a, ASK_DISK, o->disk);
	if (o->ttl >= 0 && o->ttl != NUM_NONE)
		add_number(a, ASK_TTL, o->ttl / 1000 + (o->ttl % 1000 != 0));
	if (o->root && a->v[ASK_WORKSPACE].n)
		return err_set(e, ERR_USAGE, NULL,
			"either --workspace or --workspace-root, not both");
	if (o->cpu && take_cpu(a, o->cpu, e) < 0)
		return -1;
	if (rules->n && take_rules(a, rules->v[rules->n - 1], e) < 0)
		return -1;
	return check_env(&a->v[ASK_ENV], e);
}

/* Which kind: what was named, else what is there, else the strongest. Returns NULL with
 * err when there is none. */
static const struct session_kind *choose(const struct session_kind *is, struct err *e)
{
	const struct session_opts *o = &session_opts;
	bool image = o->ask.v[ASK_IMAGE].n || o->ask.v[ASK_RUNTIME].n;
	const char *name = o->kind ? o->kind
			   : image ? "docker"
			   : is    ? is->name
				   : "sandbox";
	const struct session_kind *kind = session_kind(name);
	char there[100];
	if (kind)
		return kind;
	session_kinds(there, sizeof(there));
	if (o->kind)
		err_set(e, ERR_USAGE, NULL, "--on takes %s, not '%.40s'", there, name);
	else
		err_set(e, ERR_USAGE, NULL,
			"there is no kind %s here, and nothing weaker is taken unasked: say "
			"--on KIND, one of %s",
			name, there);
	return NULL;
}

/* The workspace that is to be made for it, if there is to be one: *out. Returns 0, or -1
 * with err. */
static int name_workspace(struct tool *t, struct session *s, char **out, struct err *e)
{
	const char *root = session_opts.root;
	*out = NULL;
	if (root && !(s->kind->takes & 1u << ASK_WORKSPACE))
		return err_set(e, ERR_USAGE, NULL,
			"--workspace-root is nothing for --on %s", s->kind->name);
	if (!root && (s->ask.v[ASK_WORKSPACE].n ||
			     (s->kind == &session_local && !session_opts.fresh) ||
			     !(s->kind->takes & 1u << ASK_WORKSPACE)))
		return 0;
	*out = session_workspace_path(t->home, root, s->id, e);
	if (!*out)
		return -1;
	vec_release(&s->ask.v[ASK_WORKSPACE]);
	vec_add(&s->ask.v[ASK_WORKSPACE], *out);
	return 0;
}

/* Describes the place in s, whose kind and ask are set; with make, its workspace is made.
 * Returns 0, or -1 with err. */
static int describe(struct tool *t, struct session *s, bool make, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	if (session_check_takes(s, e) < 0 || name_workspace(t, s, &path, e) < 0)
		return -1;
	if (make && path && session_workspace_make(s, t->home, path, e) < 0)
		return -1;
	return s->kind->describe(s, e);
}

static int begin(struct tool *t, struct session *s, struct err *e)
{
	const char *owner = session_opts.owner;
	s->kind = choose(NULL, e);
	if (owner && session_write(s, "owner", owner, e) < 0)
		return -1;
	if (!s->kind || gather(&s->ask, e) < 0 || describe(t, s, true, e) < 0)
		return -1;
	s->opened = time(NULL);
	return session_record(s, e);
}

/* What is there, with what is asked for laid over it. */
static int overlay(const struct session *s, struct session *want, struct err *e)
{
	if (gather(&want->ask, e) < 0)
		return -1;
	want->kind = choose(s->kind, e);
	if (!want->kind)
		return -1;
	for (int o = 0; o < ASK_N; o++) {
		const struct vec *is = &s->ask.v[o];
		bool carries = !want->ask.v[o].n && want->kind->takes & 1u << o &&
			       !(o == ASK_WORKSPACE && session_opts.root);
		for (size_t i = 0; carries && i < is->n; i++)
			vec_add(&want->ask.v[o], is->v[i]);
	}
	return 0;
}

static int refuse(const struct session *s, unsigned differ, struct err *e)
{
	err_set(e, ERR_EXISTS, NULL, "session %s is there already, on %s %.200s", s->id,
		s->kind->name, s->shown);
	for (int o = 0; o < ASK_N; o++)
		if (differ & 1u << o)
			err_add(e, "; --%s differs",
				session_option_name((enum session_option)o));
	return err_add(
		e, "; --recreate makes it anew, pab-session close %s ends it", s->id);
}

/* Gives s what `from` has of these options, and records it. Returns 0, or -1 with err. */
static int take_over(
	struct session *s, struct session *from, unsigned which, struct err *e)
{
	for (int o = 0; o < ASK_N; o++)
		if (which & 1u << o) {
			struct vec was = s->ask.v[o];
			s->ask.v[o] = from->ask.v[o];
			from->ask.v[o] = was;
		}
	return session_record_ask(s, e);
}

/* The old place ends, and s becomes the new one. Returns 0, or -1 with err. */
static int make_anew(
	struct tool *t, struct session *s, struct session *want, struct err *e)
{
	if (session_end(s, e) < 0)
		return -1;
	/* Now that nothing runs, a kill leaves either of the two, stopped. */
	want->dir = steal_fd(&s->dir);
	int r = describe(t, want, true, e);
	want->opened = time(NULL);
	if (r == 0)
		r = session_record(want, e);
	struct session old = *s;
	if (r < 0) {
		s->dir = steal_fd(&want->dir);
		return -1;
	}
	*s = *want;
	*want = old;
	return 0;
}

/* Brings what is there in line with what is asked for. Returns 0, or -1 with err. */
static int adapt(struct tool *t, struct session *s, struct err *e)
{
	struct session want CLEANUP(session_release) = {.id = s->id, .dir = -1};
	if (!session_asks())
		return 0;
	if (overlay(s, &want, e) < 0)
		return -1;
	if (want.kind != s->kind)
		return session_opts.recreate ? make_anew(t, s, &want, e)
					     : refuse(s, 0, e);
	if (session_opts.recreate && session_opts.root)
		return make_anew(t, s, &want, e);
	if (describe(t, &want, false, e) < 0)
		return -1;
	unsigned differ = session_differ(&s->ask, &want.ask);
	if (!differ)
		return 0;
	if (!(differ & ~(unsigned)LIMITS) && s->kind->apply &&
		s->kind->apply(s, &want.ask, e) == 0)
		return take_over(s, &want, differ, e);
	if (!(differ & ~(unsigned)LIMITS) && s->kind->apply &&
		e->code != ERR_UNSUPPORTED && !session_opts.recreate)
		return -1;
	if (!session_opts.recreate)
		return refuse(s, differ, e);
	free(want.shown);
	free(want.backend);
	want.shown = want.backend = NULL;
	return make_anew(t, s, &want, e);
}

/* Its directory, with room made by what is over. Returns 0, or -1 with err. */
static int claim(struct tool *t, struct session *s, const char *id, struct err *e)
{
	const struct session_how how = {.make = true, .max = session_opts.max};
	if (session_lock(s, t->home, id, &how, e) == 0)
		return 0;
	if (how.max < 0 || e->code != ERR_BUSY || session_gc(t, NUM_NONE, e) < 0)
		return -1;
	return session_lock(s, t->home, id, &how, e);
}

/* What was there is gone. Returns as look(). */
static int again(struct tool *t, struct session *s, struct err *e)
{
	const char *id = s->id;
	session_release(s);
	return claim(t, s, id, e) < 0 ? -1 : s->is == RECORD_WHOLE;
}

/* Is there a session, which can be given? What is over, half or broken goes. Returns 1 if
 * so, 0 if it is to be made in the empty directory, or -1 with err. */
static int look(struct tool *t, struct session *s, struct err *e)
{
	const char *id = s->id;
	if (s->is == RECORD_WHOLE && session_is_purged(s))
		return session_close(s, t->home, false, e) < 0 ? -1 : again(t, s, e);
	if (s->is == RECORD_WHOLE && session_left(s))
		return 1;
	if (s->is == RECORD_BY_HAND || s->is == RECORD_UNKNOWN)
		return err_set(e, ERR_EXISTS, NULL,
			"session %s is there already, and was not made by this pab-session",
			id);
	if (s->is == RECORD_BROKEN) {
		if (session_kill(s, e) < 0 || session_workspace_keep(s, t->home, e) < 0 ||
			session_set_aside(t->home, id, e) < 0)
			return -1;
		out_notice(&t->out,
			"the record of session %s could not be read; it is below aside/ now",
			id);
		return again(t, s, e);
	}
	if (s->is == RECORD_WHOLE && session_end(s, e) < 0)
		return -1;
	int dir = steal_fd(&s->dir); /* what a killed open left of a record goes */
	session_release(s);
	s->dir = dir;
	return 0;
}

int session_open(struct tool *t, struct session *s, const char *id, struct err *e)
{
	if (claim(t, s, id, e) < 0)
		return -1;
	int is = look(t, s, e);
	int r = is < 0 ? -1 : is ? adapt(t, s, e) : begin(t, s, e);
	if (r == 0)
		r = session_wake(s, e);
	if (r == 0 || is)
		return r;
	struct err ignored; /* what cannot be undone now, gc finds */
	if (s->shown && session_end(s, &ignored) < 0)
		errno = 0;
	session_workspace_undo(s);
	if (session_forget(s, t->home, &ignored) < 0)
		errno = 0; /* it is not recorded whole, and so is none */
	return -1;
}

int session_do_open(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release) = {.dir = -1};
	if (session_open(t, &s, id, e) < 0)
		return -1;
	if (t->out.form == OUT_JSON)
		session_print(t, &s);
	else if (session_opts.spec)
		buf_printf(&t->out.buf, "session:%s\n", id);
	else
		buf_printf(&t->out.buf, "export PAB_BACKEND='session:%s'\n", id);
	return 0;
}
