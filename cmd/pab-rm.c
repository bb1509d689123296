/* SPDX-License-Identifier: MIT */
/* Remove files and trees.
 * usage: pab-rm [options] PATH ...
 * exit status: 0 2 3 5 7 */
#include "ledger.h"
#include "mem.h"
#include "num.h"
#include "remove.h"
#include "transfer.h"

static struct {
	struct txn_options txn;
	int tree, force;
} opts;

static const struct opt table[] = {
	{'r', "recursive", NULL, OPT_FLAG, OPT_PLAIN, &opts.tree, 1,
		"directories with all that is in them, too", 0, NULL},
	{'f', "force", NULL, OPT_FLAG, OPT_PLAIN, &opts.force, 1,
		"what is not there is no error", 0, NULL},
	{'R', NULL, NULL, OPT_FLAG, OPT_PLAIN, &opts.tree, 1, "as -r", OPT_ALSO, NULL},
	TXN_OPTIONS(opts.txn),
	OPT_END,
};

static const char *const examples[] = {"pab-rm a.tmp b.tmp", "two files",
	"pab-rm -r build", "a directory and all below it", "pab-rm -f core",
	"status 0 also when there is none", "pab-glob -0 '*.orig' | xargs -0 pab-rm",
	"what a search found", NULL};

static const struct tool_spec spec = {
	.name = "pab-rm",
	.job = "remove files and trees",
	.synopsis = "[options] PATH ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 removed, 2 usage, 3 no such file or a directory without -r,\n"
		    "  5 outside the root or read-only, 7 the system failed",
	.examples = examples,
};

static void print_done(struct tool *t, const struct target *target, bool is_dir,
	int64_t bytes, int64_t files)
{
	struct out *o = &t->out;
	char n[32];
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "write");
		jout_bytes(&o->json, "path", target->show, strlen(target->show));
		jout_str(&o->json, "action", "remove");
		jout_int(&o->json, "size", bytes);
		jout_int(&o->json, "files", files);
		jout_end_object(&o->json);
	} else if (!o->quiet) {
		buf_puts(&o->buf, "removed ");
		out_name(o, target->show);
		if (is_dir)
			buf_printf(&o->buf, ": %lld file%s, %s bytes", (long long)files,
				files == 1 ? "" : "s", num_commas(n, bytes));
		buf_addc(&o->buf, '\n');
	}
}

static int remove_one(
	struct tool *t, const struct target *given, void *ctx, struct err *e)
{
	struct target target CLEANUP(target_release) = {0};
	struct stat st;
	struct removal r = {.tree = opts.tree};
	char *bare CLEANUP(mem_freep) = transfer_bare(given->operand);
	struct txn *x = ctx;
	struct txn_act act;
	if (place_target(&t->place, bare, &target, e) < 0)
		return -1;
	if (place_stat(&t->place, OP_WRITE, &target, false, &st, e) < 0) {
		if (e->code != ERR_NOT_FOUND && e->code != ERR_NOT_DIR)
			return -1;
		remove_leftovers(&t->place, &target);
		return opts.force ? 0 : -1;
	}
	bool keep = opts.tree || !S_ISDIR(st.st_mode);
	if (keep)
		txn_act(x, &act, &t->place, &target, &st, 0, -1);
	int done = remove_target(&t->place, &target, &r, e);
	if (keep)
		txn_acted(x, &act, &target, done == 0);
	if (done < 0)
		return opts.force && e->code == ERR_NOT_FOUND ? 0 : -1;
	print_done(t, &target, S_ISDIR(st.st_mode), r.bytes, r.files);
	struct buf gone CLEANUP(buf_release) = BUF_INIT;
	ledger_word(&gone, target.show);
	buf_puts(&gone, " gone");
	out_fact(&t->out, "now", gone.p, gone.len);
	return 0;
}

int main(int argc, char **argv)
{
	struct tool t;
	struct txn x;
	struct err e = {0};
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		if (txn_start(&x, &t, &opts.txn, &e) < 0)
			(void)tool_fail(&t, &e);
		else
			tool_each(&t, NULL, remove_one, &x);
	}
	return tool_end(&t);
}
