/* SPDX-License-Identifier: MIT */
/* wake, close and shutdown: how a place begins again and how it ends. */
#include "pab_session_verbs.h"

#include "caller.h"
#include "home.h"
#include "mem.h"
#include "num.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

int64_t session_left(const struct session *s)
{
	int64_t ttl = session_number(s, ASK_TTL);
	if (ttl < 0)
		return NUM_NONE;
	int64_t left = s->opened + ttl - (int64_t)time(NULL);
	return left > 0 ? left : 0;
}

/* The mark of a close that removes what it holds: once it is there, the next call goes on
 * where a kill stopped it. */
static const char purging[] = "purging";

bool session_is_purged(const struct session *s)
{
	return faccessat(s->dir, purging, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Was it made by run? Then nothing of it stays, whoever ends it. */
static bool is_of_run(const struct session *s)
{
	return faccessat(s->dir, "owner", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int session_purge(struct session *s, const char *home, struct err *e)
{
	if (session_write(s, purging, "", e) < 0 ||
		(s->kind->purge && s->kind->purge(s, e) < 0))
		return -1;
	return session_workspace_purge(s, home, e);
}

int session_wake(struct session *s, struct err *e)
{
	if (session_is_purged(s))
		return dial_not_there(s->id, e);
	if (!session_left(s))
		return err_set(e, ERR_NOT_FOUND, NULL,
			"the time of session %s is over; pab-session open %s makes it again, "
			"with the files it had",
			s->id, s->id);
	if (unlinkat(s->dir, "state", 0) < 0 && errno != ENOENT)
		return err_sys(e, s->id, errno);
	return s->kind->start(s, e);
}

int session_do_wake(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	return session_get(&s, t->home, id, e) < 0 ? -1 : session_wake(&s, e);
}

int session_hibernate(struct session *s, struct err *e)
{
	struct session_activity a;
	session_ask_activity(s, true, &a);
	if (a.runs && a.ends <= 0)
		return 0;
	/* Nobody who comes now is lost: whoever finds it stopped wakes it. */
	if (s->kind->stop(s, e) < 0 || session_write(s, "state", "asleep", e) < 0)
		return -1;
	return a.runs;
}

int session_end(struct session *s, struct err *e)
{
	return s->kind->remove ? s->kind->remove(s, e) : s->kind->stop(s, e);
}

int session_close(struct session *s, const char *home, bool purge, struct err *e)
{
	purge |= session_is_purged(s) || is_of_run(s);
	if (session_end(s, e) < 0)
		return -1;
	if ((purge ? session_purge(s, home, e) : session_workspace_keep(s, home, e)) < 0)
		return -1;
	return session_forget(s, home, e);
}

void session_print_done(struct tool *t, const struct session *s, const char *done)
{
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "session");
		jout_str(j, "id", s->id);
		jout_str(j, "kind", s->kind->name);
		jout_str(j, "state", done);
		jout_bytes(j, "workspace", s->shown, strlen(s->shown));
		jout_end_object(j);
	} else if (!t->out.quiet) {
		buf_printf(&t->out.buf, "%s %s\n", done, s->id);
	}
}

/* May what it holds be removed? Asks the person, unless --yes says so. Returns 0, or -1
 * with err. */
static int confirm(const struct session *s, struct err *e)
{
	char *path CLEANUP(mem_freep) = session_workspace_owned(s);
	char answer[16] = "";
	if (!path && !s->kind->purge)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"%s was there before session %s, and stays; close it without --purge",
			s->shown, s->id);
	if (session_opts.yes)
		return 0;
	if (!caller_is_tty(0) || !caller_is_tty(2))
		return err_set(e, ERR_USAGE, NULL,
			"--purge removes all that is in %s: say --yes, too",
			path ? path : s->shown);
	fprintf(stderr, "Remove all that is in %s? [y/N] ", path ? path : s->shown);
	if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
		return 0;
	return err_set(e, ERR_DENIED, NULL, "nothing was removed");
}

/* A workspace that a closed session left. Returns 1 when it is gone now, 0 when there is
 * none, or -1 with err. */
static int purge_kept(struct tool *t, const char *id, struct err *e)
{
	struct err ignored;
	int kept CLEANUP(mem_closep) = home_open(t->home, "kept", false, &ignored);
	char *path CLEANUP(mem_freep) = kept < 0 ? NULL : dial_read(kept, id);
	if (!path || *path != '/')
		return 0;
	struct session s = {.id = id, .dir = -1, .kind = &session_local, .shown = path};
	if (session_purge_path(id, t->home, path, e) < 0)
		return -1;
	session_print_done(t, &s, "purged");
	return 1;
}

int session_do_close(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	bool purge = session_opts.purge;
	if (session_get(&s, t->home, id, e) < 0) {
		struct err other;
		if (e->code != ERR_NOT_FOUND || !purge || !session_opts.yes)
			return -1;
		int r = purge_kept(t, id, &other);
		if (r < 0)
			*e = other;
		return r > 0 ? 0 : -1;
	}
	if ((purge && confirm(&s, e) < 0) || session_close(&s, t->home, purge, e) < 0)
		return -1;
	session_print_done(t, &s, "closed");
	return 0;
}

/* All of them. One that cannot be closed keeps no other from it. */
int session_do_shutdown(struct tool *t, const char *id, struct err *e)
{
	struct vec ids CLEANUP(vec_release) = {0};
	(void)id;
	if (session_ids(t->home, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++) {
		struct session s CLEANUP(session_release) = {.dir = -1};
		if (session_get(&s, t->home, ids.v[i], e) < 0) {
			if (e->code != ERR_NOT_FOUND)
				out_error(&t->out, e);
			continue;
		}
		if (session_close(&s, t->home, false, e) < 0)
			out_error(&t->out, e);
		else
			session_print_done(t, &s, "closed");
	}
	return session_gc(t, NUM_NONE, e);
}
