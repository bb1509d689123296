/* SPDX-License-Identifier: MIT */
#include "txn.h"

#include "clone.h"
#include "hold.h"
#include "mem.h"
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A transaction that is being made. */
struct making {
	struct txn *x;
	struct journal j;
	struct record r;
	struct change *const *v;
	size_t n;
	bool sync;
	char *home;      /* where the record goes; NULL: the default */
	const char *why; /* why it is not kept; NULL: it is */
	char saved[520]; /* the text of why */
};

static const char *option_or_env(const char *option, const char *variable)
{
	const char *v = option ? option : getenv(variable);
	return v && *v ? v : NULL;
}

int txn_start(struct txn *x, struct tool *t, const struct txn_options *o, struct err *e)
{
	const char *journal = option_or_env(o->journal, "PAB_JOURNAL");
	*x = (struct txn){
		.t = t, .actor = t->actor ? t->actor : "", .undoes = "", .keep = true};
	if (strlen(x->actor) > 255)
		return err_set(e, ERR_USAGE, NULL,
			"the actor (--actor, PAB_ACTOR) has more than 255 bytes");
	if (!journal || !strcmp(journal, "on"))
		return 0;
	if (strcmp(journal, "off") != 0)
		return err_set(e, ERR_USAGE, NULL,
			"--journal and PAB_JOURNAL are on or off, not '%.40s'", journal);
	x->keep = false;
	return 0;
}

/* Where the record of a change there goes: what an in-memory tree holds stays in memory.
 * Returns new memory, or NULL for the default. */
static char *home_of(const struct txn *x, const struct place *p, const struct target *t)
{
	const struct route *r = place_route(p, t);
	if (x->t->home)
		return xstrdup(x->t->home);
	return r && r->state >= 0 ? xasprintf("/proc/self/fd/%d/home", r->state) : NULL;
}

/* What a record says of its maker. */
static void head(const struct txn *x, struct record *r)
{
	*r = (struct record){.tool = xstrdup(x->t->spec->name),
		.actor = xstrdup(x->actor),
		.undoes = xstrdup(x->undoes),
		.kept = x->keep};
}

static char *path_of(int dirfd, const char *name)
{
	char *dir CLEANUP(mem_freep) = roots_real(dirfd);
	return dir ? xasprintf("%s/%s", dir[1] ? dir : "", name) : NULL;
}

/* May the content be kept? Returns NULL, or why not. */
static const char *refused(const struct change *c)
{
	struct err ignored;
	if (place_admit(c->place, OP_READ, c->target, &ignored) < 0)
		return "it may not be read";
	if (c->fd >= 0 && (fcntl(c->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return "it cannot be read";
	return NULL;
}

/* A file that is to go is copied with all it has. Returns 0, or -1 with err. */
static int copy_away(struct making *m, size_t i, struct err *e)
{
	struct change *c = m->v[i];
	char name[24];
	int dir CLEANUP(mem_closep) = journal_copies(&m->j, NULL, e);
	if (dir < 0)
		return -1;
	m->j.total += c->st.st_size;
	snprintf(name, sizeof(name), "%zu", i);
	int r = clone_file(c->fd, &c->st, dir, name, m->sync, c->target->show, e);
	return r < 0 ? -1 : 0;
}

/* Adds one change to the record. Returns 0, or -1 with err. */
static int add(struct making *m, size_t i, struct err *e)
{
	struct change *c = m->v[i];
	char *path CLEANUP(mem_freep) = path_of(c->spot.dirfd, c->spot.name);
	if (!path)
		return err_set(
			e, ERR_IO, c->target->show, "its directory has no path (/proc)");
	struct record_file *f = record_add(&m->r, path, NULL);
	f->is = c->is;
	f->size = c->size;
	f->print = c->print;
	if (c->in_place) {
		f->next = (int64_t)c->content.len;
		f->bytes = c->content.p;
	}
	if (c->fd < 0)
		return 0;
	f->was = c->st.st_mode;
	f->fd = c->fd;
	f->image = c->remove ? RECORD_COPY : c->st.st_size;
	return c->remove ? copy_away(m, i, e) : 0;
}

/* Is a record needed for the files to be whole? */
static bool is_needed(const struct making *m)
{
	return m->n > 1 || m->v[0]->in_place;
}

/* Sees what is not to be kept for pab-undo, and why. */
static void look(struct making *m)
{
	int64_t sum = 0;
	for (size_t i = 0; i < m->n && !m->why; i++) {
		m->why = refused(m->v[i]);
		sum += m->v[i]->fd >= 0 ? m->v[i]->st.st_size : 0;
	}
	if (!m->why && sum > m->j.most)
		m->why = "it is too large for the journal";
	if (m->why)
		m->r.kept = false;
}

/* Writes the record, unless nobody needs it. Returns 0, 1 to begin again, -1 with err. */
static int put_record(struct making *m, struct err *e)
{
	if (!m->x->keep && !is_needed(m))
		return 0;
	if (journal_begin(&m->j, m->home, e) < 0)
		return -1;
	look(m);
	if (!m->r.kept && !is_needed(m))
		return 0;
	for (size_t i = 0; i < m->n; i++)
		if (add(m, i, e) < 0)
			return -1;
	return journal_write(&m->j, &m->r, is_needed(m) && m->sync, e);
}

/* What in-memory trees hold is counted anew. */
static void recount(const struct change *c)
{
	struct err ignored;
	struct state_usage u;
	const struct route *r = place_route(c->place, c->target);
	if (r && r->state >= 0 && state_read_usage(r->state, true, &u, &ignored) < 0)
		errno = 0;
}

/* Takes back what was done, of which the change that failed is the last. */
static void take_back(struct making *m, struct err *e)
{
	struct err failed;
	struct kept k = {m->home, m->j.name, &m->r, m->j.fd};
	for (size_t i = 0; i < m->n; i++)
		change_end(m->v[i]);
	if (recover_take_back(&k, &failed) < 0) {
		*e = failed;
		err_add(e, "; it was changed and could not be put back");
		m->x->torn = true;
		journal_leave(&m->j); /* the next call tries */
	}
	for (size_t i = 0; i < m->n; i++)
		recount(m->v[i]);
}

/* The names are on disk before the record goes. */
static void sync_names(const struct making *m)
{
	for (size_t i = 0; m->sync && m->n > 1 && i < m->n; i++) {
		int fd CLEANUP(mem_closep) = openat(
			m->v[i]->spot.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && fsync(fd) < 0)
			errno = 0;
	}
}

static int make(struct making *m, struct err *e)
{
	int r = put_record(m, e);
	if (r < 0 && !is_needed(m)) { /* the change does not wait for its undo */
		snprintf(m->saved, sizeof(m->saved), "%.200s%s%.300s", e->path,
			*e->path ? ": " : "", e->msg);
		m->why = m->saved;
		journal_drop(&m->j);
		r = 0;
	} else if (r < 0) {
		if (e->code != ERR_DENIED)
			e->code = ERR_IO; /* it is not the file that is missing */
		return err_add(e, " (saving what is there before the change)");
	}
	size_t done = 0;
	while (r == 0 && done < m->n) {
		r = change_publish(m->v[done], e);
		done += r == 0;
	}
	if (r != 0 && done < m->n && (done > 0 || m->v[done]->torn))
		take_back(m, e);
	if (r == 0) {
		sync_names(m);
		journal_commit(&m->j, &m->r);
	}
	return m->x->torn ? -1 : r;
}

int txn_publish(struct txn *x, struct change *const *v, size_t n, struct err *e)
{
	struct err why = {0};
	if (!n)
		return 0;
	struct making m = {.x = x,
		.j = JOURNAL_INIT,
		.v = v,
		.n = n,
		.sync = !(v[0]->flags & CHANGE_NO_SYNC),
		.home = home_of(x, v[0]->place, v[0]->target)};
	head(x, &m.r);
	hold_signals();
	int r = make(&m, &why);
	journal_drop(&m.j);
	hold_release();
	if (r < 0)
		*e = why;
	else if (r == 0 && m.why && x->keep)
		out_notice_on(&x->t->out, v[0]->target->show, "not kept for pab-undo: %s",
			m.why);
	record_release(&m.r);
	free(m.home);
	return r;
}
