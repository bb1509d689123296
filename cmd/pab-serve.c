/* SPDX-License-Identifier: MIT */
/* Every tool in one static executable, for places that have nothing of ours.
 * usage: pab-serve TOOL [ARG ...]    (or TOOL [ARG ...] through a link of that name)
 * exit status: the tool's own; 2 usage or no such tool */
#include <unistd.h>

/* A new tool is one line here. */
#define TOOLS(X)                                                                         \
	X("pab", main_pab)                                                               \
	X("pab-cp", main_pab_cp)                                                         \
	X("pab-edit", main_pab_edit)                                                     \
	X("pab-exec", main_pab_exec)                                                     \
	X("pab-glob", main_pab_glob)                                                     \
	X("pab-grep", main_pab_grep)                                                     \
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

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} tools[] = {
#define ROW(name, function) {name, function},
	TOOLS(ROW)
#undef ROW
};

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Runs the tool called name, with or without "pab-". Returns its exit status, -1 when
 * there is none. */
static int run(const char *name, int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (!strcmp(name, tools[i].name) ||
			(!strncmp(tools[i].name, "pab-", 4) &&
				!strcmp(name, tools[i].name + 4)))
			return tools[i].run(argc, argv);
	return -1;
}

static void usage(FILE *f)
{
	fputs("usage: pab-serve TOOL [ARG ...]\ntools:", f);
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		fprintf(f, " %s", tools[i].name);
	fputc('\n', f);
}

int main(int argc, char **argv)
{
	const char *self = argc > 0 ? base(argv[0]) : "";
	if (!strncmp(self, "pab", 3) && strcmp(self, "pab-serve") != 0) {
		int status = run(self, argc, argv);
		if (status >= 0)
			return status;
	}
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		return fflush(stdout) == 0 ? 0 : 7;
	}
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("pab-serve " PAB_VERSION);
		return fflush(stdout) == 0 ? 0 : 7;
	}
	int status = argc > 1 ? run(argv[1], argc - 1, argv + 1) : -1;
	if (status >= 0)
		return status;
	if (argc > 1)
		fprintf(stderr, "pab-serve: no tool '%.40s'\n", argv[1]);
	usage(stderr);
	return 2;
}
