/* SPDX-License-Identifier: MIT */
/* One change taken back. What is made of files alone is a transaction like the one that
 * made it, and can be taken back in turn; a move, link or tree is one act. */
#include "pab_undo.h"

#include "copy.h"
#include "mem.h"
#include "remove.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct back {
	struct tool *t;
	struct txn *x;
	struct kept k;
	unsigned flags;
};

static bool is_file(unsigned mode)
{
	return !mode || S_ISREG(mode);
}

static bool by_files(const struct record *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (*r->v[i].from || !is_file(r->v[i].was) || !is_file(r->v[i].is))
			return false;
	return true;
}

/* Says who changed the file since, where the journal knows. */
static int stale(const struct undo_list *l, const struct undo_item *it, const char *path,
	const char *show, struct err *e)
{
	err_set(e, ERR_STALE, show, "changed since");
	for (const struct undo_item *o = l->v + l->n; o-- > it + 1;)
		for (size_t i = 0; i < o->r.n; i++)
			if (!strcmp(o->r.v[i].path, path) ||
				!strcmp(o->r.v[i].from, path)) {
				struct buf b CLEANUP(buf_release) = BUF_INIT;
				text_name(&b, *o->r.actor ? o->r.actor : "-", true);
				return err_add(e, " by %.40s %s (%.100s)", o->r.tool,
					journal_id(o->name), b.p);
			}
	return err_add(e, "; pab-undo show %s prints what is kept", journal_id(it->name));
}

static int find(struct back *b, const char *path, struct target *t, struct err *e)
{
	char *operand CLEANUP(mem_freep) = undo_operand(&b->t->place, path);
	if (!operand)
		return err_set(e, ERR_OUTSIDE_ROOT, path, "is not in this place");
	int r = place_target(&b->t->place, operand, t, e);
	if (r == 0)
		t->operand = path; /* the other one goes */
	return r;
}

static int stage(void *ctx, struct txn_file *file, struct err *e)
{
	struct back *b = ctx;
	const struct record_file *f = file->own;
	size_t i = (size_t)(f - b->k.r->v);
	struct buf old CLEANUP(buf_release) = BUF_INIT;
	int like CLEANUP(mem_closep) = -1;
	if (!recover_is_after(f))
		return err_set(e, ERR_STALE, file->target.show, "changed since");
	if (!f->was)
		return change_remove(&file->change, e);
	if (recover_content(&b->k, i, &old, &like, e) < 0)
		return -1;
	bool moded = f->is && f->image != RECORD_COPY && ((f->is ^ f->was) & 07777);
	file->change.like = like;
	int r = change_stage(
		&file->change, old.p, old.len, moded ? (int)(f->was & 07777) : -1, e);
	file->change.like = -1;
	return r;
}

static int back_files(struct back *b, bool dry, struct err *e)
{
	for (size_t i = 0; i < b->k.r->n; i++) {
		struct record_file *f = &b->k.r->v[i];
		struct target t = {0};
		unsigned flags = b->flags | (f->is ? 0 : CHANGE_CREATE | CHANGE_NEW);
		if (find(b, f->path, &t, e) < 0)
			return -1;
		if (!txn_add(b->x, &t, OP_WRITE, flags, f, e) && e->code)
			return -1;
	}
	return txn_run(b->x, stage, b, dry, e);
}

/* Puts what was copied away where it was. Returns 0, or -1 with err. */
static int restore(struct back *b, const struct target *dst, struct err *e)
{
	struct place host;
	struct target src CLEANUP(target_release) = {0};
	struct copy c = COPY_INIT;
	struct stat st;
	struct err none;
	unsigned flags = COPY_TREE | (b->flags & CHANGE_NO_SYNC ? COPY_NO_SYNC : 0);
	int dir CLEANUP(mem_closep) = home_open(b->k.home, "journal", false, e);
	char *base CLEANUP(mem_freep) = dir < 0 ? NULL : roots_real(dir);
	if (!base)
		return dir < 0 ? -1 : err_set(e, ERR_IO, NULL, "/proc is not there");
	char *path CLEANUP(mem_freep) = xasprintf("%s/%s.d/0", base, b->k.name);
	if (place_open(&host, NULL, NULL, NULL, NULL, e) < 0)
		return -1;
	if (place_stat(&b->t->place, OP_WRITE, dst, false, &st, &none) == 0)
		flags |= COPY_REPLACE;
	c.from = &host;
	c.to = &b->t->place;
	c.src = &src;
	c.dst = dst;
	int r = place_target(&host, path, &src, e);
	if (r == 0 && (copy_look(&c, flags, e) < 0 || copy_make(&c, flags, e) < 0 ||
			      copy_publish(&c, flags, e) < 0))
		r = -1;
	copy_end(&c);
	place_release(&host);
	return r;
}

/* As pab-mv does it. */
static int move_back(
	struct back *b, const struct target *from, const struct target *to, struct err *e)
{
	struct spot s, d;
	struct copy c = COPY_INIT;
	unsigned flags =
		COPY_TREE | COPY_MOVE | (b->flags & CHANGE_NO_SYNC ? COPY_NO_SYNC : 0);
	struct removal rm = {.tree = true, .same = copy_is_same, .ctx = &c};
	c.from = c.to = &b->t->place;
	c.src = from;
	c.dst = to;
	if (copy_check(&c, flags, e) < 0 ||
		place_name(c.from, OP_WRITE, from, false, &s, e) < 0)
		return -1;
	int sdir CLEANUP(mem_closep) = s.dirfd;
	if (place_name(c.to, OP_WRITE, to, true, &d, e) < 0)
		return -1;
	int ddir CLEANUP(mem_closep) = d.dirfd;
	int r = from->root == to->root ? copy_rename(sdir, s.name, ddir, d.name, false)
				       : -1;
	if (r == 0)
		return 0;
	if (from->root == to->root && errno != EXDEV)
		return place_error(c.to, to, errno, e);
	r = copy_look(&c, flags, e) < 0 || copy_make(&c, flags, e) < 0 ||
			    copy_still(&c, e) < 0 || copy_publish(&c, flags, e) < 0
		    ? -1
		    : 0;
	rm.was = S_ISDIR(c.st.st_mode) ? NULL : &c.st;
	if (r == 0)
		r = remove_target(c.from, from, &rm, e);
	copy_end(&c);
	return r;
}

static int back_act(struct back *b, bool dry, struct err *e)
{
	const struct record_file *f = &b->k.r->v[0];
	struct target t CLEANUP(target_release) = {0}, from CLEANUP(target_release) = {0};
	if (find(b, f->path, &t, e) < 0 || (*f->from && find(b, f->from, &from, e) < 0))
		return -1;
	if (place_admit(&b->t->place, OP_WRITE, &t, e) < 0)
		return -1;
	if (dry)
		return 0;
	if (*f->from && move_back(b, &t, &from, e) < 0)
		return -1;
	if (f->was && restore(b, &t, e) < 0)
		return *f->from ? err_add(e, "; it was moved back all the same") : -1;
	txn_mark(b->x, &b->t->place, &t);
	return 0;
}

static void print(
	struct tool *t, const struct undo_item *it, const struct record_file *f, bool dry)
{
	struct out *o = &t->out;
	char *show CLEANUP(mem_freep) = undo_operand(&t->place, f->path);
	char *from CLEANUP(mem_freep) =
		*f->from ? undo_operand(&t->place, f->from) : NULL;
	const char *action = *f->from ? "move" : f->was ? "restore" : "remove";
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "write");
		jout_bytes(
			&o->json, "path", from ? from : show, strlen(from ? from : show));
		jout_str(&o->json, "action", action);
		if (from)
			jout_bytes(&o->json, "from", show, strlen(show));
		jout_str(&o->json, "undoes", journal_id(it->name));
		jout_bool(&o->json, "changed", !dry);
		jout_end_object(&o->json);
	} else if (!o->quiet) {
		buf_printf(&o->buf, "%s%s%s ", dry ? "would " : "", action,
			dry                                 ? ""
			: action[strlen(action) - 1] == 'e' ? "d"
							    : "ed");
		out_name(o, show);
		if (from) {
			buf_puts(&o->buf, " -> ");
			out_name(o, from);
		}
		buf_printf(&o->buf, " (%s %s)\n", it->r.tool, journal_id(it->name));
	}
}

int undo_back(struct tool *t, struct txn *x, const struct undo_list *l,
	struct undo_item *it, unsigned flags, bool dry, struct err *e)
{
	struct record r;
	int fd CLEANUP(mem_closep) = -1;
	const char *id = journal_id(it->name);
	if (it->undone)
		return err_set(e, ERR_STALE, NULL, "%s is taken back already", id);
	if (!it->r.n)
		return err_set(e, ERR_UNSUPPORTED, NULL,
			"%s took back %s; do that again with the tool that did it", id,
			it->r.undoes);
	for (size_t i = 0; i < it->r.n; i++) {
		char *show CLEANUP(mem_freep) = undo_operand(&t->place, it->r.v[i].path);
		if (!recover_is_after(&it->r.v[i])) {
			stale(l, it, it->r.v[i].path, show ? show : it->r.v[i].path, e);
			return it->r.n > 1 ? err_add(e, "; nothing was changed") : -1;
		}
	}
	if (journal_load(it->home, "journal", it->name, &r, &fd) < 0)
		return err_set(e, ERR_NOT_FOUND, NULL, "%s is gone", id);
	struct back b = {t, x, {it->home, it->name, &r, fd}, flags};
	x->undoes = id;
	int got = by_files(&r) ? back_files(&b, dry, e) : back_act(&b, dry, e);
	txn_release(x);
	for (size_t i = 0; i < r.n && got == 0; i++)
		print(t, it, &r.v[i], dry);
	record_release(&r);
	if (got == 0 && !dry && !x->keep)
		journal_forget(it->home, "journal", it->name);
	it->undone = got == 0 && !dry;
	return got;
}
