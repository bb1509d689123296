/* SPDX-License-Identifier: MIT */
/* Every tool in one static executable, for places that have nothing of ours: the far end
 * of a stream (pab-serve(8)).
 * usage: pab-serve --listen SOCKET | --stdio [--backend SPEC] [--cwd DIR] [--home DIR]
 *                  [--rules RULES] [--until SECONDS] [--disk BYTES] [--filter]
 *        pab-serve TOOL [ARG ...]    (or TOOL [ARG ...] through a link of that name)
 * exit status: 0 told to stop, 2 usage or no such tool, 7 it cannot serve; the tool's own
 */
#include "box.h"
#include "build.h"
#include "io.h"
#include "mem.h"
#include "num.h"
#include "pab_box.h"
#include "pab_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A new tool is one line here. */
#define TOOLS(X)                                                                         \
	X("pab", main_pab)                                                               \
	X("pab-cp", main_pab_cp)                                                         \
	X("pab-edit", main_pab_edit)                                                     \
	X("pab-exec", main_pab_exec)                                                     \
	X("pab-glob", main_pab_glob)                                                     \
	X("pab-grep", main_pab_grep)                                                     \
	X("pab-job", main_pab_job)                                                       \
	X("pab-ls", main_pab_ls)                                                         \
	X("pab-mkdir", main_pab_mkdir)                                                   \
	X("pab-mv", main_pab_mv)                                                         \
	X("pab-patch", main_pab_patch)                                                   \
	X("pab-read", main_pab_read)                                                     \
	X("pab-rm", main_pab_rm)                                                         \
	X("pab-sub", main_pab_sub)                                                       \
	X("pab-undo", main_pab_undo)                                                     \
	X("pab-write", main_pab_write)

#define DECLARE(name, function) int function(int argc, char **argv);
TOOLS(DECLARE)
/* No tools: the inner half of a sandbox, and what pab-doctor has tried there. */
int main_pab_box(int argc, char **argv);
int main_pab_probe(int argc, char **argv);

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} tools[] = {
#define ROW(name, function) {name, function},
	TOOLS(ROW)
#undef ROW
};

static int find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (!strcmp(name, tools[i].name) ||
			(!strncmp(tools[i].name, "pab-", 4) &&
				!strcmp(name, tools[i].name + 4)))
			return (int)i;
	return -1;
}

bool serve_has_tool(const char *name)
{
	return find(name) >= 0;
}

int serve_tool(const char *name, int argc, char **argv)
{
	int i = find(name);
	return i < 0 ? -1 : tools[i].run(argc, argv);
}

static void usage(FILE *f)
{
	fputs("usage: pab-serve --listen SOCKET | --stdio [--backend SPEC] [--cwd DIR] "
	      "[--home DIR] [--rules RULES] [--until SECONDS] [--disk BYTES] "
	      "[--filter]\n"
	      "       pab-serve TOOL [ARG ...]\ntools:",
		f);
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		fprintf(f, " %s", tools[i].name);
	fputc('\n', f);
}

static int wrong(const char *what, const char *word)
{
	fprintf(stderr, "pab-serve: %s '%.40s'\n", what, word);
	usage(stderr);
	return 2;
}

static void set_or_unset(const char *name, const char *value)
{
	if (value ? setenv(name, value, 1) != 0 : unsetenv(name) != 0)
		_exit(7);
}

/* The stream is what standard input and output were; the tools find others there. */
static int serve_stdio(struct serve *s)
{
	(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, SERVE_PIPE);
	int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = io_empty();
	if (in < 0 || out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(null, STDOUT_FILENO) < 0) {
		fprintf(stderr, "pab-serve: standard input and output: %s\n",
			strerror(errno));
		return 7;
	}
	return serve_run(s, in, out);
}

static int serve_socket(struct serve *s, const char *path)
{
	struct err e = {0};
	if (serve_listen(s, path, &e) == 0)
		return serve_run(s, -1, -1);
	fprintf(stderr, "pab-serve: %s: %s\n", e.path, e.msg);
	return 7;
}

struct serve_options {
	const char *path, *backend, *cwd, *home, *rules, *until, *disk;
	int stdio, filter;
};

/* Understands the options. Returns 0, or a status. */
static int take_options(struct serve_options *o, int argc, char **argv)
{
	const struct {
		const char *name, **value;
	} known[] = {{"--listen", &o->path}, {"--backend", &o->backend},
		{"--cwd", &o->cwd}, {"--home", &o->home}, {"--rules", &o->rules},
		{"--until", &o->until}, {"--disk", &o->disk}};
	for (int i = 1; i < argc; i++) {
		size_t k = 0;
		while (k < ARRAY_LEN(known) && strcmp(argv[i], known[k].name) != 0)
			k++;
		if (!strcmp(argv[i], "--stdio"))
			o->stdio = 1;
		else if (!strcmp(argv[i], "--filter"))
			o->filter = 1;
		else if (k == ARRAY_LEN(known))
			return wrong("no option", argv[i]);
		else if (++i == argc || !*argv[i])
			return wrong("a value is needed behind", argv[i - 1]);
		else
			*known[k].value = argv[i];
	}
	if (o->stdio == (o->path != NULL))
		return wrong("either --listen SOCKET or --stdio, not", "both or none");
	return 0;
}

/* What holds for all who act here: by option, or by the variable for rules. Returns 0, or
 * a status. */
static int take_bounds(struct serve *s, const struct serve_options *o)
{
	const char *rules = o->rules ? o->rules : getenv("PAB_RULES");
	struct err e;
	s->until = s->disk = NUM_NONE;
	if (o->until && num_int(o->until, 0, INT64_MAX / 1000, &s->until) < 0)
		return wrong("--until takes seconds since 1970, not", o->until);
	if (o->disk && num_int(o->disk, 0, INT64_MAX, &s->disk) < 0)
		return wrong("--disk takes bytes, not", o->disk);
	if (serve_disk_open(s, o->cwd, o->backend, &e) == 0 &&
		(!rules || !*rules || serve_rules(rules, &s->rules, &e) == 0))
		return 0;
	fprintf(stderr, "pab-serve: %s%s%s\n", e.path, *e.path ? ": " : "", e.msg);
	return 2;
}

/* No call of the kernel's that a sandbox refuses, for all that runs here. Returns 0, or a
 * status. */
static int filter(void)
{
	struct err e;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		box_seccomp(BOX_NET_ANY, &e) == 0)
		return 0;
	fputs("pab-serve: system calls cannot be filtered here\n", stderr);
	return 7;
}

/* The far end of a stream, until it is told to stop. */
static int serve(int argc, char **argv)
{
	struct serve s = {.listener = -1,
		.alone = getpid() == 1,
		.rules = BUF_INIT,
		.socket_dir = -1,
		.tree = -1};
	struct serve_options o = {0};
	int status = take_options(&o, argc, argv);
	if (status == 0)
		status = take_bounds(&s, &o);
	if (status == 0 && o.filter)
		status = filter();
	if (status == 0) {
		io_guard_std();
		set_or_unset("PAB_BACKEND", o.backend);
		set_or_unset("PAB_CWD", o.cwd);
		set_or_unset("PAB_HOME", o.home);
		set_or_unset("PAB_ALLOW", NULL);
		set_or_unset("PAB_RULES", NULL);
		status = o.stdio ? serve_stdio(&s) : serve_socket(&s, o.path);
	}
	buf_release(&s.rules);
	mem_closep(&s.socket_dir);
	mem_closep(&s.tree);
	free(s.socket_name);
	return status;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	const char *self = argc > 0 ? base(argv[0]) : "";
	box_here = main_pab_box;
	if (strcmp(self, "pab-serve") != 0 && serve_has_tool(self))
		return serve_tool(self, argc, argv);
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		return fflush(stdout) == 0 ? 0 : 7;
	}
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("pab-serve %s (%s)\n", PAB_VERSION, build_name());
		return fflush(stdout) == 0 ? 0 : 7;
	}
	if (argc > 1 && !strcmp(argv[1], "--box"))
		return main_pab_box(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "--probe"))
		return main_pab_probe(argc - 1, argv + 1);
	if (argc > 1 && argv[1][0] == '-')
		return serve(argc, argv);
	if (argc > 1 && serve_has_tool(argv[1]))
		return serve_tool(argv[1], argc - 1, argv + 1);
	if (argc > 1)
		return wrong("no tool", argv[1]);
	usage(stderr);
	return 2;
}
