/* SPDX-License-Identifier: MIT */
/* What a change did, as a diff from what was kept to what is there now. */
#include "pab_undo.h"

#include "diff.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <unistd.h>

/* What stands there now, through the place. Returns 0, or -1 with err. */
static int read_now(struct tool *t, const char *operand, struct buf *out, struct err *e)
{
	struct target target CLEANUP(target_release) = {0};
	struct stat st;
	if (place_target(&t->place, operand, &target, e) < 0)
		return -1;
	int fd CLEANUP(mem_closep) = place_open_file(&t->place, OP_READ, &target, &st, e);
	if (fd < 0)
		return -1;
	return io_slurp(fd, out, CHANGE_MAX) < 0 ? err_sys(e, operand, errno) : 0;
}

static bool is_file(unsigned mode)
{
	return !mode || S_ISREG(mode);
}

static void say_plainly(struct tool *t, const struct record_file *f, const char *show)
{
	struct out *o = &t->out;
	char *from CLEANUP(mem_freep) =
		*f->from ? undo_operand(&t->place, f->from) : NULL;
	buf_puts(&o->buf, *f->from ? "moved " : f->is ? "replaced " : "removed ");
	out_name(o, *f->from ? (from ? from : f->from) : show);
	if (*f->from) {
		buf_puts(&o->buf, " -> ");
		out_name(o, show);
	}
	if (!*f->from)
		buf_printf(&o->buf, ": %s, kept", place_kind_name(f->was));
	else if (f->was)
		buf_puts(&o->buf, ": what was there is kept");
	buf_addc(&o->buf, '\n');
}

static int show_file(struct tool *t, const struct kept *k, size_t i, struct err *e)
{
	const struct record_file *f = &k->r->v[i];
	struct buf old CLEANUP(buf_release) = BUF_INIT,
		       now CLEANUP(buf_release) = BUF_INIT,
		       d CLEANUP(buf_release) = BUF_INIT;
	int like CLEANUP(mem_closep) = -1;
	struct err none;
	char *show CLEANUP(mem_freep) = undo_operand(&t->place, f->path);
	if (*f->from || !is_file(f->was) || !is_file(f->is)) {
		if (t->out.form != OUT_JSON)
			say_plainly(t, f, show);
		return 0;
	}
	if (f->was && recover_content(k, i, &old, &like, e) < 0)
		return -1;
	bool there = read_now(t, show, &now, &none) == 0;
	if (!recover_is_after(f))
		out_notice_on(
			&t->out, show, "changed since; the diff is to what is there now");
	diff_unified(
		&d, show, f->was ? old.p : NULL, old.len, there ? now.p : NULL, now.len);
	if (t->out.form != OUT_JSON) {
		buf_add(&t->out.buf, d.p, d.len);
		return 0;
	}
	jout_record(&t->out.json, "edit");
	jout_bytes(&t->out.json, "path", show, strlen(show));
	jout_bytes(&t->out.json, "diff", d.p, d.len);
	jout_end_object(&t->out.json);
	return 0;
}

/* What may not be read in this place is not shown from the journal either. */
static int admit(struct tool *t, const char *path, struct err *e)
{
	struct target target CLEANUP(target_release) = {0};
	char *operand CLEANUP(mem_freep) = undo_operand(&t->place, path);
	if (!operand)
		return err_set(e, ERR_OUTSIDE_ROOT, path, "is not in this place");
	if (place_target(&t->place, operand, &target, e) < 0)
		return -1;
	return place_admit(&t->place, OP_READ, &target, e);
}

int undo_show(struct tool *t, const struct undo_item *it, struct err *e)
{
	struct record r;
	int fd CLEANUP(mem_closep) = -1;
	int got = 0;
	for (size_t i = 0; i < it->r.n; i++)
		if (admit(t, it->r.v[i].path, e) < 0)
			return -1;
	if (journal_load(it->home, "journal", it->name, &r, &fd) < 0)
		return err_set(
			e, ERR_NOT_FOUND, NULL, "%s is gone", journal_id(it->name));
	struct kept k = {it->home, it->name, &r, fd};
	for (size_t i = 0; i < r.n && got == 0; i++)
		got = show_file(t, &k, i, e);
	record_release(&r);
	return got;
}
