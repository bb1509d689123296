/* SPDX-License-Identifier: MIT */
/* Copy files and trees, also between backends.
 * usage: pab-cp [options] SRC ... DST
 * exit status: 0 2 3 4 5 7 */
#include "mem.h"
#include "transfer.h"

static struct transfer_options ends;
static struct {
	int tree, keep;
} opts;

static const struct opt table[] = {
	{'r', "recursive", NULL, OPT_FLAG, OPT_PLAIN, &opts.tree, 1, "directories, too",
		0, NULL},
	{'f', "force", NULL, OPT_FLAG, OPT_PLAIN, &ends.force, 1,
		"replace files that are there", 0, NULL},
	{0, "from", "SPEC", OPT_STR, OPT_PLAIN, &ends.from, 0, "the backend of every SRC",
		0, NULL},
	{0, "to", "SPEC", OPT_STR, OPT_PLAIN, &ends.to, 0, "the backend of DST", 0, NULL},
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &ends.txn.fsync, 0,
		"wait until the files are on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(ends.txn),
	{0, "pack", NULL, OPT_FLAG, OPT_PLAIN, &ends.pack, 1,
		"write a stream of all SRC to standard output", OPT_HIDDEN, NULL},
	{0, "unpack", NULL, OPT_FLAG, OPT_PLAIN, &ends.unpack, 1,
		"take SRC from such a stream on standard input", OPT_HIDDEN, NULL},
	{'R', NULL, NULL, OPT_FLAG, OPT_PLAIN, &opts.tree, 1, "as -r", OPT_ALSO, NULL},
	{'p', "preserve", NULL, OPT_FLAG, OPT_PLAIN, &opts.keep, 1,
		"keep modes and times", OPT_HABIT, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-cp a.c b.c", "status 4 when b.c is there",
	"pab-cp -r src backup", "a tree, also into a directory",
	"pab-cp --to state:notes -r docs /", "into an in-memory tree",
	"pab-cp -f --from session:a1 /out.csv .", "out of a session", NULL};

/* The two ends are two places. */
static bool here(void)
{
	return ends.from || ends.to;
}

static bool takes_stream(const struct vec *operands)
{
	(void)operands;
	return ends.unpack;
}

static const struct tool_spec spec = {
	.name = "pab-cp",
	.job = "copy files and trees, also between backends",
	.synopsis = "[options] SRC ... DST",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.here = here,
	.input = takes_stream,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 copied, 2 usage, 3 no such file or wrong kind, 4 DST is there,\n"
		    "  5 outside the root or read-only, 7 the system failed",
	.examples = examples,
};

static int copy_one(struct copy *c, struct txn *x, unsigned flags, struct err *e)
{
	struct stat st;
	struct txn_act act;
	struct err none;
	if (copy_look(c, flags, e) < 0 || copy_make(c, flags, e) < 0)
		return -1;
	if (!(flags & COPY_REPLACE) ||
		place_stat(c->to, OP_LS, c->dst, false, &st, &none) < 0)
		return copy_publish(c, flags, e);
	int fd CLEANUP(mem_closep) = copy_made(c);
	txn_act(x, &act, c->to, c->dst, &st, c->st.st_mode, fd);
	int r = copy_publish(c, flags, e);
	txn_acted(x, &act, c->dst, r == 0);
	return r;
}

int main(int argc, char **argv)
{
	static const struct transfer_verb verb = {"copied", "copy", copy_one};
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) != 0)
		return tool_end(&t);
	if (transfer_is_far(&t, &ends))
		transfer_far(&t, &ends, argc, argv);
	else if (ends.pack)
		transfer_pack(&t, opts.tree);
	else
		transfer_run(&t, &ends, opts.tree ? COPY_TREE : 0, &verb);
	return tool_end(&t);
}
