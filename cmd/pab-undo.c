/* SPDX-License-Identifier: MIT */
/* List and take back changes that pab made.
 * usage: pab-undo [options] | pab-undo [options] ID ... | pab-undo show ID
 * exit status: 0 1 2 3 4 5 7 */
#include "pab_undo.h"

#include "num.h"

#include <time.h>

static struct {
	struct txn_options txn;
	const char *since;
	int64_t last;
	int dry_run;
} opts;

static const struct opt table[] = {
	{0, "last", "N", OPT_INT, OPT_PLAIN, &opts.last, 1,
		"take back the last N changes of this actor in this tree", 0, NULL},
	{0, "since", "T", OPT_STR, OPT_PLAIN, &opts.since, 0,
		"take back all since T: 10m ago, or 2026-11-25T16:00:00Z", 0, NULL},
	{'n', "dry-run", NULL, OPT_FLAG, OPT_PLAIN, &opts.dry_run, 1, "change nothing", 0,
		NULL},
	{0, "fsync", "on|off", OPT_STR, OPT_PLAIN, &opts.txn.fsync, 0,
		"wait until the files are on disk (PAB_FSYNC; default on)", 0, NULL},
	TXN_OPTIONS(opts.txn),
	OPT_END,
};

static const char *const examples[] = {"pab-undo", "what was changed in this tree",
	"pab-undo show 3fa2b1c0", "the diff of a change", "pab-undo 3fa2b1c0",
	"take it back", "PAB_ACTOR=ann pab-undo --last 1",
	"the last change that ann made", NULL};

static const struct tool_spec spec = {
	.name = "pab-undo",
	.job = "list and take back changes that pab made",
	.synopsis = "[options] | pab-undo [options] ID ... | pab-undo show ID",
	.opts = table,
	.operands = OPT_PLAIN,
	.limits = TOOL_LIMITS(100),
	.statuses = "0 done, 1 no such changes, 2 usage, 3 no such id, 4 changed since,\n"
		    "  5 outside the root or read-only, 7 the system failed",
	.examples = examples,
};

/* The time that --since means, in seconds. Returns 0, or -1 with err. */
static int since(int64_t *out, struct err *e)
{
	struct tm tm = {0};
	int64_t ms;
	const char *end = strptime(opts.since, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end && (!*end || !strcmp(end, "Z"))) {
		*out = (int64_t)timegm(&tm);
		return 0;
	}
	if (num_time(opts.since, &ms) < 0 || ms == NUM_NONE)
		return err_set(e, ERR_USAGE, NULL,
			"--since is a duration such as 10m, or a time such as "
			"2026-11-25T16:00:00Z, not '%.40s'",
			opts.since);
	*out = (int64_t)time(NULL) - (ms + 999) / 1000;
	return 0;
}

/* Is it one that --last and --since count? */
static bool is_ours(const struct undo_item *it, const struct txn *x, int64_t from)
{
	return it->here && !it->undone && !*it->r.undoes &&
	       !strcmp(it->r.actor, x->actor) && it->r.sec >= from;
}

/* Takes back the newest changes of this actor. Returns 0, or -1 after an error. */
static int take_last(struct tool *t, struct txn *x, struct undo_list *l, unsigned flags)
{
	struct err e = {0};
	int64_t from = INT64_MIN, left = opts.last ? opts.last : INT64_MAX, done = 0;
	if (opts.since && since(&from, &e) < 0)
		return tool_fail(t, &e);
	for (size_t i = l->n; i-- > 0 && left > 0;) {
		if (!is_ours(&l->v[i], x, from))
			continue;
		if (undo_back(t, x, l, &l->v[i], flags, opts.dry_run, &e) < 0)
			return tool_fail(t, &e);
		left--;
		done++;
	}
	if (done)
		return 0;
	out_notice(&t->out, "no change of %s in this tree to take back",
		*x->actor ? x->actor : "no named actor");
	out_status(&t->out, 1);
	return -1;
}

static void run(struct tool *t, struct txn *x, struct undo_list *l, unsigned flags)
{
	struct vec *ids = &t->operands;
	bool show = ids->n && !strcmp(ids->v[0], "show");
	bool last = opts.last || opts.since;
	if ((last && ids->n) || (show && ids->n != 2)) {
		tool_usage(
			t, show ? "show takes one ID" : "an ID, or --last and --since");
		return;
	}
	undo_load(t, l);
	if (last)
		(void)take_last(t, x, l, flags);
	else if (!ids->n)
		undo_print(t, l);
	for (size_t i = show; i < ids->n; i++) {
		struct err e = {0};
		struct undo_item *it = undo_find(l, ids->v[i], &e);
		int r = !it    ? -1
			: show ? undo_show(t, it, &e)
			       : undo_back(t, x, l, it, flags, opts.dry_run, &e);
		if (r < 0)
			out_error(&t->out, &e);
	}
}

int main(int argc, char **argv)
{
	struct tool t;
	struct txn x = {0};
	struct undo_list l = {0};
	struct err e = {0};
	unsigned flags = 0;
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		if (txn_start(&x, &t, &opts.txn, &e) < 0 ||
			change_sync(opts.txn.fsync, &flags, &e) < 0)
			(void)tool_fail(&t, &e);
		else
			run(&t, &x, &l, flags);
	}
	undo_release(&l);
	return tool_end(&t);
}
