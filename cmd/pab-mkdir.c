/* SPDX-License-Identifier: MIT */
/* Make directories, parents too.
 * usage: pab-mkdir [options] DIR ...
 * exit status: 0 2 3 4 5 7 */
#include "mem.h"
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int parents;

static const struct opt table[] = {
	{'p', "parents", NULL, OPT_FLAG, OPT_PLAIN, &parents, 1, "make parents",
		OPT_HABIT, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-mkdir src/lib", "both, when neither is there",
	"pab-mkdir a b c", "several", "pab-mkdir -q build", "without a word",
	"pab-mkdir -j out | jq .action", "as a record", NULL};

static const struct tool_spec spec = {
	.name = "pab-mkdir",
	.job = "make directories, parents too",
	.synopsis = "[options] DIR ...",
	.opts = table,
	.operands = OPT_PLACE_PATH,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 made or already there, 2 usage, 3 a file is in the way, 4 a file has\n"
		"  that name, 5 outside the root or read-only, 7 the system failed",
	.examples = examples,
};

static void print_done(struct tool *t, const char *show, bool created)
{
	struct out *o = &t->out;
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "write");
		jout_bytes(&o->json, "path", show, strlen(show));
		jout_str(&o->json, "action", "mkdir");
		jout_bool(&o->json, "created", created);
		jout_end_object(&o->json);
	} else if (!o->quiet) {
		buf_puts(&o->buf, "made ");
		out_name(o, show);
		buf_printf(&o->buf, "%s%s\n", strcmp(show, "/") ? "/" : "",
			created ? "" : " (already there)");
	}
}

/* What stands there is fine if it is a directory. Returns 0, or -1 with err. */
static int accept_there(const struct target *target, mode_t mode, struct err *e)
{
	if (S_ISDIR(mode))
		return 0;
	return err_set(e, ERR_EXISTS, target->show, "already exists and is %s",
		place_kind_name(mode));
}

static int make_one(struct tool *t, const struct target *given, void *ctx, struct err *e)
{
	struct target target CLEANUP(target_release) = {0};
	struct stat st;
	struct err why;
	struct spot s;
	char *bare CLEANUP(mem_freep) = transfer_bare(given->operand);
	(void)ctx;
	if (place_target(&t->place, bare, &target, e) < 0)
		return -1;
	bool there = place_stat(&t->place, OP_WRITE, &target, true, &st, &why) == 0;
	if (there && accept_there(&target, st.st_mode, e) < 0)
		return -1;
	if (!there) {
		if (place_spot(&t->place, OP_WRITE, &target, true, &s, e) < 0)
			return -1;
		int dir CLEANUP(mem_closep) = s.dirfd;
		there = mkdirat(dir, s.name, 0777) < 0;
		if (there && errno != EEXIST)
			return err_sys(e, target.show, errno);
		/* Somebody else was faster. */
		if (there && fstatat(dir, s.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			accept_there(&target, st.st_mode, e) < 0)
			return -1;
	}
	print_done(t, target.show, !there);
	return 0;
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		tool_each(&t, NULL, make_one, NULL);
	return tool_end(&t);
}
