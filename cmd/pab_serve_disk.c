/* SPDX-License-Identifier: MIT */
/* How much the tree may hold: what is there is counted before something is written, but
 * when that was dear not again before twenty times the time has passed that it took. */
#include "pab_serve.h"

#include "mem.h"
#include "num.h"
#include "routes.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static const char *const writers[] = {"pab-write", "pab-edit", "pab-sub", "pab-patch",
	"pab-cp", "pab-mkdir", "pab-undo", "pab-exec"};

/* The directory of a backend that is one. Returns new memory, or NULL. */
static char *directory_of(const char *spec)
{
	static const char local[] = "local:", sandbox[] = "sandbox:";
	if (!strncmp(spec, local, sizeof(local) - 1))
		return xstrdup(spec + sizeof(local) - 1);
	if (!strncmp(spec, sandbox, sizeof(sandbox) - 1))
		return xstrdup(spec + sizeof(sandbox) - 1);
	return NULL;
}

/* The same, or what stands at the root of a composite. */
static char *root_of(const char *backend)
{
	static const char head[] = "composite:";
	struct routings rs = {0};
	struct err ignored;
	char *dir = NULL;
	if (!backend || strncmp(backend, head, sizeof(head) - 1) != 0)
		return backend ? directory_of(backend) : NULL;
	if (routes_parse(&rs, backend + sizeof(head) - 1, &ignored) == 0)
		dir = directory_of(rs.v[rs.n - 1].spec);
	routes_release(&rs);
	return dir;
}

int serve_disk_open(struct serve *s, const char *cwd, const char *backend, struct err *e)
{
	char *root CLEANUP(mem_freep) =
		cwd && *cwd == '/' ? xstrdup(cwd) : root_of(backend);
	if (s->disk == NUM_NONE)
		return 0;
	if (!root)
		return err_set(e, ERR_USAGE, NULL,
			"--disk needs a tree: --cwd /DIR, or a backend that has one");
	s->tree = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->tree < 0 ? err_sys(e, root, errno) : 0;
}

static void count(struct serve *s)
{
	enum { RARELY = 20, CHEAP = 3 /* ms */ };
	int64_t now = num_now_ms(), files = 0, bytes = 0;
	clock_t began = clock();
	if (now < s->count_again)
		return;
	if (wipe_count(s->tree, ".", NULL, &bytes, &files) < 0)
		errno = 0; /* what could be counted was */
	s->held = bytes;
	/* By the work it was: on a busy machine a small tree stays one. */
	int64_t took = (clock() - began) / (CLOCKS_PER_SEC / 1000);
	s->count_again = took < CHEAP ? now : now + RARELY * took;
}

int serve_disk_check(struct serve *s, const char *tool, struct err *e)
{
	bool writes = false;
	char a[32], b[32];
	for (size_t i = 0; i < ARRAY_LEN(writers); i++)
		writes |= !strcmp(tool, writers[i]);
	if (s->tree < 0 || !writes)
		return 0;
	count(s);
	if (s->held < s->disk)
		return 0;
	return err_set(e, ERR_TOO_LARGE, NULL,
		"the workspace holds %s bytes, and may hold %s: remove something with pab-rm",
		num_commas(a, s->held), num_commas(b, s->disk));
}
