/* SPDX-License-Identifier: MIT */
/* What pab-rm, pab-mv and pab-cp remove or replace, kept for pab-undo. Each of their acts
 * is one rename or unlink, so that its record only has to be written before it. */
#include "txn.h"

#include "copy.h"
#include "mem.h"
#include "print.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int because(struct txn_act *a, const char *what)
{
	snprintf(a->why, sizeof(a->why), "%s", what);
	return -1;
}

static int because_err(struct txn_act *a, const struct err *e)
{
	snprintf(a->why, sizeof(a->why), "%.100s%s%.180s", e->path, *e->path ? ": " : "",
		e->msg);
	return -1;
}

/* Where the name of the target itself is on this host. Returns new memory, or NULL. */
static char *path_of(const struct place *p, const struct target *t)
{
	struct spot s;
	struct err ignored;
	if (place_name(p, OP_LS, t, false, &s, &ignored) < 0)
		return NULL;
	char *dir CLEANUP(mem_freep) = roots_real(s.dirfd);
	close(s.dirfd);
	return dir ? xasprintf("%s/%s", dir[1] ? dir : "", s.name) : NULL;
}

/* Starts the record. Returns the file in it, or NULL with the reason. */
static struct record_file *begin(struct txn *x, struct txn_act *a, const struct place *p,
	const struct target *t, const char *from)
{
	struct err e = {0};
	const struct route *r = place_route(p, t);
	*a = (struct txn_act){.j = JOURNAL_INIT};
	if (!x->keep)
		return NULL;
	const char *home = x->t->home ? x->t->home : p->home;
	if (!x->t->home && r && r->state >= 0) {
		snprintf(a->home, sizeof(a->home), "/proc/self/fd/%d/home", r->state);
		home = a->home;
	}
	if (journal_begin(&a->j, home, &e) < 0)
		return because_err(a, &e), NULL;
	char *path CLEANUP(mem_freep) = path_of(p, t);
	if (!path)
		return because(a, "its directory has no path"), NULL;
	a->r = (struct record){.tool = xstrdup(x->t->spec->name),
		.actor = xstrdup(x->actor),
		.undoes = xstrdup(x->undoes),
		.kept = true};
	return record_add(&a->r, path, from);
}

/* Does it fit? Returns 0, or -1 with the reason. */
static int measure(struct txn_act *a, const struct place *p, const struct target *t)
{
	struct spot s;
	struct err e;
	int64_t bytes = 0, files = 0;
	if (place_name(p, OP_READ, t, false, &s, &e) < 0)
		return because_err(a, &e);
	int r = wipe_count(s.dirfd, s.name, temp_is, &bytes, &files);
	close(s.dirfd);
	if (r < 0)
		return because(a, "not all of it can be looked at");
	a->j.total += bytes;
	return bytes > a->j.most ? because(a, "it is too large for the journal") : 0;
}

/* Copies what stands at the target into the record's directory, as 0. Returns 0, or -1
 * with the reason. */
static int copy_away(struct txn_act *a, const struct place *p, const struct target *t)
{
	struct err e = {0};
	struct place host;
	char *dir CLEANUP(mem_freep) = NULL;
	if (measure(a, p, t) < 0)
		return -1;
	int fd CLEANUP(mem_closep) = journal_copies(&a->j, &dir, &e);
	if (fd < 0 || place_open(&host, NULL, NULL, NULL, NULL, &e) < 0)
		return because_err(a, &e);
	char *path CLEANUP(mem_freep) = xasprintf("%s/0", dir);
	struct target dst CLEANUP(target_release) = {0};
	struct copy c = COPY_INIT;
	unsigned flags = COPY_TREE | COPY_NO_SYNC;
	c.from = p;
	c.to = &host;
	c.src = t;
	c.dst = &dst;
	int r = place_target(&host, path, &dst, &e);
	if (r == 0 && (copy_look(&c, flags, &e) < 0 || copy_make(&c, flags, &e) < 0 ||
			      copy_publish(&c, flags, &e) < 0))
		r = -1;
	copy_end(&c);
	place_release(&host);
	return r < 0 ? because_err(a, &e) : 0;
}

/* The fingerprint of what comes. Returns 0, or -1 with the reason. */
static int finger(struct txn_act *a, struct record_file *f, int fd)
{
	if (fd < 0) {
		f->size = -1; /* a link: its kind is all that is looked at */
		return 0;
	}
	if (print_fd(fd, &f->size, &f->print) == 0)
		return 0;
	return because(a, strerror(errno));
}

static void write_it(struct txn_act *a)
{
	struct err e = {0};
	int r = *a->why ? -1 : journal_write(&a->j, &a->r, false, &e);
	if (r != 0 && !*a->why)
		because_err(a, &e);
	if (r != 0)
		journal_drop(&a->j);
}

void txn_act(struct txn *x, struct txn_act *a, const struct place *p,
	const struct target *t, const struct stat *st, unsigned is, int fd)
{
	struct record_file *f = begin(x, a, p, t, NULL);
	if (!f)
		return;
	f->was = st ? st->st_mode : 0;
	f->is = is;
	if (st && copy_away(a, p, t) == 0)
		f->image = RECORD_COPY;
	if (!*a->why && finger(a, f, fd) == 0)
		errno = 0;
	write_it(a);
}

void txn_act_move(struct txn *x, struct txn_act *a, const struct place *to,
	const struct target *dst, const struct stat *st, const struct place *from,
	const struct target *src, unsigned is)
{
	char *path CLEANUP(mem_freep) = path_of(from, src);
	struct record_file *f = begin(x, a, to, dst, path);
	if (!f)
		return;
	if (!path)
		because(a, "its directory has no path");
	f->was = st ? st->st_mode : 0;
	f->is = is;
	if (!*a->why && st && copy_away(a, to, dst) == 0)
		f->image = RECORD_COPY;
	write_it(a);
}

void txn_mark(struct txn *x, const struct place *p, const struct target *t)
{
	struct txn_act a;
	if (begin(x, &a, p, t, NULL))
		record_clear(&a.r);
	write_it(&a);
	txn_acted(x, &a, t, true);
}

void txn_acted(struct txn *x, struct txn_act *a, const struct target *t, bool done)
{
	if (done && *a->why)
		out_notice_on(&x->t->out, t->show, "not kept for pab-undo: %s", a->why);
	if (done && !*a->why && a->j.fd >= 0)
		journal_commit(&a->j, &a->r);
	journal_drop(&a->j);
	record_release(&a->r);
}
