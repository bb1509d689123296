/* SPDX-License-Identifier: MIT */
/* The toolset as an MCP server on standard input and output.
 * usage: pab-mcp [options]
 * exit status: 0 2 3 5 7 */
#include "pab_mcp.h"

#include "dial.h"
#include "mem.h"
#include "toolrun.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static struct {
	struct toolset_options toolset;
	const char *root;
	int structured;
} opts;

static const struct opt table[] = {
	{0, "root", "DIR", OPT_STR, OPT_CALLER, &opts.root, 0,
		"the directory to act in, confined: --backend local:DIR", 0, NULL},
	TOOLSET_OPTIONS(opts.toolset),
	{0, "structured", NULL, OPT_FLAG, OPT_PLAIN, &opts.structured, 1,
		"status and code as structuredContent, not as _meta", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-mcp --root ~/project",
	"the seven tools in one directory", "pab-mcp --read-only --rules review",
	"look, and run git to look", "pab-mcp --tools all -B session:a1",
	"all of them, at a far end", "claude mcp add pab -- pab-mcp",
	"how a client is told; man pab-mcp", NULL};

static const struct tool_spec spec = {
	.name = "pab-mcp",
	.job = "serve the tools to an MCP client on standard input and output",
	.synopsis = "[options]",
	.opts = table,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 the client is done, 2 usage, 3 no such directory, 5 refused,\n"
		    "  7 the system failed",
	.examples = examples,
};

/* Sets the backend for the programs that are run. Returns it, new memory, or NULL with
 * err. */
static char *set_backend(struct err *e)
{
	const char *given = getenv("PAB_BACKEND");
	char *real CLEANUP(mem_freep) = opts.root ? realpath(opts.root, NULL) : NULL;
	if (opts.root && (!real || chdir(real) < 0)) {
		err_sys(e, opts.root, errno);
		return NULL;
	}
	char *backend = real ? xasprintf("local:%s", real)
			     : xstrdup(given && *given ? given : "local");
	if (setenv("PAB_BACKEND", backend, 1) == 0)
		return backend;
	err_sys(e, NULL, errno);
	free(backend);
	return NULL;
}

/* Is the place there? What is far away is asked when it is needed. */
static int try_place(struct tool *t, const char *backend, struct err *e)
{
	struct place p = {0};
	if (dial_place(backend))
		return 0;
	if (tool_place(t, &p, backend, e) < 0)
		return -1;
	place_release(&p);
	return 0;
}

/* What a client is told of the place. Returns new memory. */
static char *describe(const char *backend)
{
	char *cwd CLEANUP(mem_freep) = getcwd(NULL, 0);
	const char *dir = !strcmp(backend, "local")        ? cwd
			  : !strncmp(backend, "local:", 6) ? backend + 6
							   : NULL;
	if (dir)
		return xasprintf(
			"The file tools act in %s and nowhere else; commands run on "
			"this host.",
			dir);
	return xasprintf("These tools act in the place %s; its root is /.", backend);
}

static int serve(struct tool *t, struct err *e)
{
	tool_export();
	if (toolset_choose(
		    &opts.toolset, t->gate.n_given ? &t->gate.sets.v[0] : NULL, e) < 0)
		return -1;
	char *backend CLEANUP(mem_freep) = set_backend(e);
	if (!backend || try_place(t, backend, e) < 0)
		return -1;
	char *where CLEANUP(mem_freep) = describe(backend);
	const char *asker = getenv("PAB_ASK");
	struct mcp m = {.choice = &opts.toolset.choice,
		.ledger = {.fd = -1},
		.where = where,
		.structured = opts.structured,
		.asks_otherwise = asker && *asker,
		.spare = WORKER_NONE,
		.in = BUF_INIT,
		.out = BUF_INIT};
	if (ledger_open(&m.ledger, NULL, e) < 0)
		return -1;
	tool_run_inside(mcp_inside);
	int number = mcp_serve(&m);
	ledger_close(&m.ledger);
	buf_release(&m.in);
	buf_release(&m.out);
	vec_release(&m.jobs);
	return number ? err_sys(e, NULL, number) : 0;
}

int main(int argc, char **argv)
{
	struct tool t;
	struct err e = {0};
	tool_main *other = tool_inside_main(mcp_inside, argv[0]);
	if (other)
		return other(argc, argv);
	int asked = ask_main(argc);
	if (asked >= 0)
		return asked;
	const char *rules = getenv("PAB_RULES");
	if ((!rules || !*rules) && setenv("PAB_RULES", "permissive", 1) != 0)
		return 7;
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		t.summarised = true; /* standard output is the client's */
		t.out.form = OUT_TEXT;
		if (t.operands.n)
			tool_usage(&t, "there are no operands");
		else if (serve(&t, &e) < 0)
			(void)tool_fail(&t, &e);
	}
	vec_release(&opts.toolset.choice.only);
	return tool_end(&t);
}
