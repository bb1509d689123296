/* SPDX-License-Identifier: MIT */
/* Manage in-memory trees.
 * usage: pab-state [options] COMMAND [NAME]
 * exit status: 0 2 3 4 7 */
#include "pab_state.h"

#include "hold.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "state.h"
#include "temp.h"
#include "tool.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	int64_t bytes, files;
	int replace;
} opts = {-1, -1, 0};

static const struct opt table[] = {
	{0, "bytes", "SIZE", OPT_SIZE, OPT_PLAIN, &opts.bytes, 0,
		"quota: how many bytes the tree may hold (256M)", 0, NULL},
	{0, "files", "N", OPT_INT, OPT_PLAIN, &opts.files, 0,
		"quota: how many files the tree may hold (100000)", 0, NULL},
	{0, "replace", NULL, OPT_FLAG, OPT_PLAIN, &opts.replace, 1,
		"import: instead of what the tree holds", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-state list",
	"the trees, with size and number of files", "pab-state export notes >notes.json",
	"a tree as the library's document", "pab-state import notes <notes.json",
	"and back: all of it, or nothing", "pab-state quota notes --bytes 1G",
	"what it may hold", NULL};

static const struct tool_spec spec = {
	.name = "pab-state",
	.job = "manage in-memory trees",
	.synopsis = "[options] COMMAND [NAME]",
	.opts = table,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses =
		"0 done, 2 usage or a document that is refused, 3 no such tree or too\n"
		"  large, 4 the tree is not empty, 7 the system failed",
	.examples = examples,
};

static int open_tree(int dir, const char *name, struct err *e)
{
	int fd = openat(dir, "tree", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? err_sys(e, name, errno) : fd;
}

/* One tree with its usage, on a line or as a record. */
static int show(struct tool *t, const char *name, bool count, struct err *e)
{
	struct state_usage u;
	char a[32], b[32];
	char *path CLEANUP(mem_freep) = NULL;
	int dir CLEANUP(mem_closep) = state_open(name, false, &path, e);
	if (dir < 0 || state_read_usage(dir, count, &u, e) < 0)
		return -1;
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "entry");
		jout_str(j, "name", name);
		jout_str(j, "kind", "state");
		jout_int(j, "size", u.bytes);
		jout_int(j, "files", u.files);
		jout_int(j, "max_bytes", u.max_bytes);
		jout_int(j, "max_files", u.max_files);
		jout_end_object(j);
		return 0;
	}
	buf_printf(&t->out.buf, "%s: %s bytes, %lld file%s", name, num_commas(a, u.bytes),
		(long long)u.files, u.files == 1 ? "" : "s");
	if (count)
		buf_printf(&t->out.buf, "; at most %s bytes, %lld files",
			num_commas(b, u.max_bytes), (long long)u.max_files);
	buf_addc(&t->out.buf, '\n');
	return 0;
}

static int info(struct tool *t, const char *name, struct err *e)
{
	return show(t, name, true, e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(struct tool *t, const char *name, struct err *e)
{
	struct vec names = {0};
	struct err ignored;
	char *path CLEANUP(mem_freep) = NULL;
	(void)name;
	int fd = state_base(&path, e);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return fd < 0 ? -1 : err_sys(e, path, errno);
	for (struct dirent *de; (de = readdir(d));) {
		if (state_name(de->d_name, &ignored) == 0)
			vec_add(&names, de->d_name);
		else if (temp_is(de->d_name) &&
			 wipe_at(dirfd(d), de->d_name, WIPE_FORCE) < 0)
			errno = 0; /* what a killed rm left; the next list tries again */
	}
	closedir(d);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	int r = 0;
	for (size_t i = 0; i < names.n && r == 0; i++)
		r = show(t, names.v[i], false, e);
	if (!names.n)
		out_notice(&t->out, "no in-memory trees");
	vec_release(&names);
	return r;
}

static void drain(void *out)
{
	out_drain(out);
}

static int export(struct tool *t, const char *name, struct err *e)
{
	struct doc_counts c = {0};
	char *path CLEANUP(mem_freep) = NULL;
	int dir CLEANUP(mem_closep) = state_open(name, false, &path, e);
	int fd CLEANUP(mem_closep) = dir < 0 ? -1 : open_tree(dir, name, e);
	if (fd < 0)
		return -1;
	/* The document is the output, whatever the form; notices and errors are text. */
	bool was_json = t->out.form == OUT_JSON;
	t->out.form = OUT_TEXT;
	int r = doc_export(&t->out.json, fd, drain, &t->out, &c, e);
	if (r < 0 && was_json && !t->out.json.depth)
		t->out.form = OUT_JSON; /* nothing was written yet */
	if (r == 0 && (c.others || c.empty_dirs))
		out_notice(&t->out,
			"left out, as a document has no place for them: %lld links, %lld empty "
			"directories",
			(long long)c.others, (long long)c.empty_dirs);
	return r;
}

/* Swaps the directory "import" for the tree that is there, under the lock of its usage:
 * whoever writes at the same time comes before, or finds that the tree is another now.
 * Returns 0, or -1 with err. */
static int put_in_place(int dir, const char *name, const struct doc *d, struct err *e)
{
	struct state_charge charge;
	int fd CLEANUP(mem_closep) = open_tree(dir, name, e);
	if (fd < 0 || state_begin(dir, 0, 0, &charge, e) < 0)
		return -1;
	charge.bytes = d->bytes - charge.u.bytes;
	charge.files = (int64_t)d->n - charge.u.files;
	int r = 0;
	if (!opts.replace && !wipe_is_empty(fd, temp_is))
		r = err_set(e, ERR_EXISTS, name,
			"the tree is not empty; --replace to have the document instead");
	else if (renameat2(dir, "import", dir, "tree", RENAME_EXCHANGE) < 0)
		r = err_sys(e, name, errno);
	state_end(&charge, r == 0);
	return r;
}

/* Makes the document's files in "import" and puts it in place. Returns 0, or -1 with err
 * and nothing changed. */
static int import_into(int dir, const char *name, const struct doc *d, struct err *e)
{
	/* One that a kill left behind. */
	if (wipe_at(dir, "import", WIPE_FORCE) < 0 || mkdirat(dir, "import", 0700) < 0)
		return err_sys(e, name, errno);
	int fd CLEANUP(mem_closep) =
		openat(dir, "import", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? err_sys(e, name, errno) : doc_make(d, fd, e);
	if (r == 0)
		r = put_in_place(dir, name, d, e);
	if (wipe_at(dir, "import", WIPE_FORCE) < 0 && r == 0)
		r = err_sys(e, name, errno);
	return r;
}

/* Is there room for the document in the tree, which need not be there yet? Returns 0, or
 * -1 with err. */
static int check_room(const char *name, const struct doc *d, struct err *e)
{
	struct state_usage u = {0, 0, STATE_MAX_BYTES, STATE_MAX_FILES};
	char *path CLEANUP(mem_freep) = NULL;
	int dir CLEANUP(mem_closep) = state_open(name, false, &path, e);
	if (dir < 0 ? e->code != ERR_NOT_FOUND : state_read_usage(dir, false, &u, e) < 0)
		return -1;
	if (d->bytes <= u.max_bytes && (int64_t)d->n <= u.max_files)
		return 0;
	return err_set(e, ERR_TOO_LARGE, NULL,
		"%lld bytes in %zu files, and the tree may hold %lld in %lld; nothing was "
		"imported",
		(long long)d->bytes, d->n, (long long)u.max_bytes,
		(long long)u.max_files);
}

/* One import into a tree at a time; waits at most 10 s. Returns 0, or -1 with err. */
static int lock_tree(int dir, const char *name, struct err *e)
{
	int64_t deadline = num_now_ms() + 10000;
	while (flock(dir, LOCK_EX | LOCK_NB) < 0) {
		if (num_now_ms() > deadline)
			return err_set(e, ERR_BUSY, name,
				"in use: another import into it has been running for 10 s");
		hold_nap(5000);
	}
	return 0;
}

static int import(struct tool *t, const char *name, struct err *e)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	struct doc d;
	char *path CLEANUP(mem_freep) = NULL;
	if (state_name(name, e) < 0)
		return -1;
	if (io_slurp(STDIN_FILENO, &text, (size_t)1 << 30) < 0)
		return errno == EFBIG
			       ? err_set(e, ERR_TOO_LARGE, NULL,
					 "the document has more than 1 GiB; nothing was "
					 "imported")
			       : err_sys(e, "-", errno);
	if (doc_load(&d, text.p, text.len, e) < 0)
		return -1;
	buf_release(&text);
	int r = check_room(name, &d, e);
	int dir CLEANUP(mem_closep) = r < 0 ? -1 : state_open(name, true, &path, e);
	if (dir < 0 || lock_tree(dir, name, e) < 0)
		r = -1;
	if (r == 0)
		r = import_into(dir, name, &d, e);
	if (r == 0 && d.unknown)
		out_notice(&t->out,
			"left out: %lld members of files that pab does not know",
			(long long)d.unknown);
	doc_release(&d);
	return r < 0 ? -1 : show(t, name, false, e);
}

static int quota(struct tool *t, const char *name, struct err *e)
{
	char *path CLEANUP(mem_freep) = NULL;
	bool set = opts.bytes >= 0 || opts.files >= 0;
	int dir CLEANUP(mem_closep) = state_open(name, set, &path, e);
	if (dir < 0 || (set && state_set_quota(dir, opts.bytes, opts.files, e) < 0))
		return -1;
	return show(t, name, true, e);
}

static void print_removed(struct tool *t, const char *name, const struct state_usage *u)
{
	char n[32];
	if (t->out.form == OUT_JSON) {
		struct jout *j = &t->out.json;
		jout_record(j, "write");
		jout_str(j, "name", name);
		jout_str(j, "action", "remove");
		jout_int(j, "size", u->bytes);
		jout_int(j, "files", u->files);
		jout_end_object(j);
	} else if (!t->out.quiet) {
		buf_printf(&t->out.buf, "removed %s: %lld file%s, %s bytes\n", name,
			(long long)u->files, u->files == 1 ? "" : "s",
			num_commas(n, u->bytes));
	}
}

static int rm(struct tool *t, const char *name, struct err *e)
{
	struct state_usage u;
	char tmp[TEMP_LEN + 1];
	char *path CLEANUP(mem_freep) = NULL, *base CLEANUP(mem_freep) = NULL;
	int dir CLEANUP(mem_closep) = state_open(name, false, &path, e);
	int top CLEANUP(mem_closep) = dir < 0 ? -1 : state_base(&base, e);
	if (top < 0 || state_read_usage(dir, true, &u, e) < 0)
		return -1;
	/* Gone at once for everybody, then taken apart. */
	if (temp_hide(top, name, tmp) < 0 || wipe_at(top, tmp, WIPE_FORCE) < 0)
		return err_sys(e, name, errno);
	print_removed(t, name, &u);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct tool *t, const char *name, struct err *e);
	bool sized, replaces; /* takes --bytes and --files, --replace */
} verbs[] = {
	{"list", list, false, false},
	{"info", info, false, false},
	{"export", export, false, false},
	{"import", import, false, true},
	{"quota", quota, true, false},
	{"rm", rm, false, false},
};

static void run(struct tool *t)
{
	struct err e = {0};
	const char *verb = t->operands.n ? t->operands.v[0] : "list";
	const char *name = t->operands.n > 1 ? t->operands.v[1] : NULL;
	size_t i = 0;
	while (i < ARRAY_LEN(verbs) && strcmp(verb, verbs[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(verbs))
		tool_usage(t,
			"list, info, export, import, quota and rm are known, not '%.40s'",
			verb);
	else if (t->operands.n > 2 || !i == !!name)
		tool_usage(t, "usage: pab-state %s", spec.synopsis);
	else if (!verbs[i].sized && (opts.bytes >= 0 || opts.files >= 0))
		tool_usage(t, "--bytes and --files are for quota");
	else if (!verbs[i].replaces && opts.replace)
		tool_usage(t, "--replace is for import");
	else if (name && t->gate.sets.n && verbs[i].run != info)
		(void)(err_set(&e, ERR_DENIED, NULL,
			       "%s takes a whole tree past the rules that hold; list and info "
			       "do not",
			       verb),
			tool_fail(t, &e));
	else if (verbs[i].run(t, name, &e) < 0)
		tool_fail(t, &e);
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	return tool_end(&t);
}
