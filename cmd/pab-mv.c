/* SPDX-License-Identifier: MIT */
/* Move or rename files and trees, also between backends.
 * usage: pab-mv [options] SRC ... DST
 * exit status: 0 2 3 4 5 7 */
#include "below.h"
#include "mem.h"
#include "remove.h"
#include "transfer.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>

static struct transfer_options ends;

static const struct opt table[] = {
	{'f', "force", NULL, OPT_FLAG, OPT_PLAIN, &ends.force, 1,
		"replace files that are there", 0, NULL},
	{0, "from", "SPEC", OPT_STR, OPT_PLAIN, &ends.from, 0, "the backend of every SRC",
		0, NULL},
	{0, "to", "SPEC", OPT_STR, OPT_PLAIN, &ends.to, 0, "the backend of DST", 0, NULL},
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &ends.txn.fsync, 0,
		"wait until what is copied is on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(ends.txn),
	OPT_END,
};

static const char *const examples[] = {"pab-mv old.c new.c",
	"status 4 when new.c is there", "pab-mv a.c b.c src", "into a directory",
	"pab-mv --to state:notes todo.md /", "copied, compared, then removed here",
	"pab-mv -f draft.md final.md", "in place of what was there", NULL};

static const struct tool_spec spec = {
	.name = "pab-mv",
	.job = "move or rename files and trees, also between backends",
	.synopsis = "[options] SRC ... DST",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 moved, 2 usage, 3 no such file, 4 DST is there, 5 outside the root or\n"
		"  read-only, 7 the system failed",
	.examples = examples,
};

/* What a rename replaces goes out of the quota. */
static void measure(const struct spot *d, struct state_charge *charge)
{
	struct stat st;
	if (fstatat(d->dirfd, d->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	charge->bytes = S_ISREG(st.st_mode) ? -st.st_size : 0;
	charge->files = -1;
}

/* Keeps what pab-undo needs: where it was, and what is replaced. */
static void keep(struct copy *c, struct txn *x, struct txn_act *act, unsigned flags)
{
	struct stat st;
	struct err none;
	bool there = flags & COPY_REPLACE &&
		     place_stat(c->to, OP_LS, c->dst, false, &st, &none) == 0;
	txn_act_move(x, act, c->to, c->dst, there ? &st : NULL, c->from, c->src,
		c->st.st_mode);
}

/* Within one root: a rename. Returns 0; 1 when it has to be copied; -1 with err. */
static int rename_it(struct copy *c, struct txn *x, const struct spot *s, unsigned flags,
	struct err *e)
{
	struct state_charge charge;
	struct txn_act act;
	struct spot d;
	bool replace = flags & COPY_REPLACE && !S_ISDIR(c->st.st_mode);
	if (place_name(c->to, OP_WRITE, c->dst, true, &d, e) < 0)
		return -1;
	int dir CLEANUP(mem_closep) = d.dirfd;
	if (wipe_count(s->dirfd, s->name, temp_is, &c->bytes, &c->files) < 0)
		errno = 0; /* only said; what is mounted or locked up moves along */
	if (place_begin(c->to, c->dst, 0, 0, &charge, e) < 0)
		return -1;
	measure(&d, &charge);
	keep(c, x, &act, flags);
	int r = copy_rename(s->dirfd, s->name, dir, d.name, replace);
	int why = errno;
	state_end(&charge, r == 0);
	txn_acted(x, &act, c->dst, r == 0);
	temp_sweep(dir, d.name);
	if (r == 0)
		return 0;
	c->bytes = c->files = 0;
	if (why == EXDEV)
		return 1;
	if (why == EEXIST)
		return err_set(e, ERR_EXISTS, c->dst->show, "already exists%s",
			S_ISDIR(c->st.st_mode) ? "" : "; -f replaces it");
	return err_sys(e, c->dst->show, why);
}

/* To another file system: nothing is removed before the copy is whole, compared, on disk
 * and in its place. */
static int copy_it(struct copy *c, struct txn *x, unsigned flags, struct err *e)
{
	struct removal r = {.tree = true, .same = copy_is_same, .ctx = c};
	struct txn_act act;
	if (copy_look(c, flags, e) < 0 || copy_make(c, flags, e) < 0 ||
		copy_still(c, e) < 0)
		return -1;
	keep(c, x, &act, flags);
	int published = copy_publish(c, flags, e);
	txn_acted(x, &act, c->dst, published == 0);
	r.was = S_ISDIR(c->st.st_mode) ? NULL : &c->st;
	int removed = published < 0 ? -1 : remove_target(c->from, c->src, &r, e);
	if (published < 0 || removed == 0)
		return removed;
	return err_add(e, "; it was copied to %.200s and could not be removed here",
		c->dst->show);
}

static int move_one(struct copy *c, struct txn *x, unsigned flags, struct err *e)
{
	struct spot s;
	remove_leftovers(c->from, c->src);
	if (copy_check(c, flags, e) < 0 ||
		place_name(c->from, OP_WRITE, c->src, false, &s, e) < 0)
		return -1;
	if (S_ISDIR(c->st.st_mode) && below_admit(c->from, OP_WRITE, c->src, e) < 0) {
		mem_closep(&s.dirfd);
		return -1;
	}
	bool far = c->from != c->to || c->src->root != c->dst->root;
	int r = far ? 1 : rename_it(c, x, &s, flags, e);
	if (r == 1)
		r = copy_it(c, x, flags, e);
	mem_closep(&s.dirfd);
	return r;
}

int main(int argc, char **argv)
{
	static const struct transfer_verb verb = {"moved", "move", move_one};
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		transfer_run(&t, &ends, COPY_TREE | COPY_MOVE, &verb);
	return tool_end(&t);
}
