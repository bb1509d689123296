/* SPDX-License-Identifier: MIT */
/* wake and close. */
#include "pab_session_verbs.h"

int session_do_wake(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0)
		return -1;
	return s.kind->start(&s, e);
}

int session_end(struct session *s, struct err *e)
{
	return s->kind->remove ? s->kind->remove(s, e) : s->kind->stop(s, e);
}

int session_do_close(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0 || session_end(&s, e) < 0 ||
		session_workspace_keep(&s, t->home, e) < 0 ||
		session_forget(&s, t->home, e) < 0)
		return -1;
	if (t->out.form == OUT_JSON)
		session_print(t, &s, "closed");
	else if (!t->out.quiet)
		buf_printf(&t->out.buf, "closed %s\n", id);
	return 0;
}
