/* SPDX-License-Identifier: MIT */
/* list and info: what there is. */
#include "pab_session_verbs.h"

#include "home.h"
#include "mem.h"

#include <dirent.h>
#include <unistd.h>

void session_print(struct tool *t, const struct session *s, const char *state)
{
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "session");
		jout_str(j, "id", s->id);
		jout_str(j, "kind", s->kind->name);
		jout_str(j, "state", state);
		jout_bytes(j, "workspace", s->shown, strlen(s->shown));
		jout_end_object(j);
		return;
	}
	buf_printf(&t->out.buf, "%s: %s, %s, ", s->id, s->kind->name, state);
	out_name(&t->out, s->shown);
	buf_addc(&t->out.buf, '\n');
}

int session_do_info(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_lock(&s, t->home, id, false, e) < 0)
		return -1;
	int fd = session_connect(&s);
	session_print(t, &s, fd >= 0 ? "running" : "stopped");
	if (fd >= 0)
		close(fd);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int session_ids(const char *home, struct vec *ids, struct err *e)
{
	struct err ignored;
	int fd = home_open(home, "places", false, e);
	if (fd < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	DIR *d = fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		if (dial_check_name(de->d_name, &ignored) == 0)
			vec_add(ids, de->d_name);
	if (d)
		closedir(d);
	else
		close(fd);
	if (ids->n)
		qsort(ids->v, ids->n, sizeof(*ids->v), by_name);
	return 0;
}

int session_do_list(struct tool *t, const char *id, struct err *e)
{
	struct vec ids CLEANUP(vec_release) = {0};
	(void)id;
	if (session_ids(t->home, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++)
		if (session_do_info(t, ids.v[i], e) < 0 && e->code != ERR_NOT_FOUND)
			out_error(&t->out, e);
	if (!ids.n)
		out_notice(&t->out, "no sessions");
	return 0;
}
