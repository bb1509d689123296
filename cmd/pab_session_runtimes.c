/* SPDX-License-Identifier: MIT */
/* The runtimes that are known by name, and those in files. */
#include "pab_session_runtime.h"

#include "home.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { RECIPE_MAX = 256 << 10 };

/* Packages are parted by blanks, commands by newlines. */
static const struct {
	const char *name, *description, *image, *base, *manager, *packages, *setup,
		*work_dir;
} known[] = {
	{"coding", "Python with git, ripgrep, fd, jq, curl and uv", NULL,
		"python:3.12-slim", "apt",
		"git curl ca-certificates ripgrep fd-find jq less procps",
		"pip install --no-cache-dir uv\n"
		"ln -s /usr/bin/fdfind /usr/local/bin/fd",
		"/workspace"},
	{"polyglot", "Python with numpy, duckdb, polars, httpx; Node and npm", NULL,
		"python:3.12-slim", "pip", "numpy duckdb polars httpx",
		"apt-get update && apt-get install -y --no-install-recommends curl "
		"ca-certificates git nodejs npm && rm -rf /var/lib/apt/lists/*\n"
		"npm install -g npm@10",
		"/workspace"},
	{"python-minimal", "Python 3.12, nothing else", "python:3.12-slim", NULL, NULL,
		NULL, NULL, "/workspace"},
	{"python-datascience", "pandas, numpy, matplotlib, scikit-learn, seaborn", NULL,
		"python:3.12-slim", "pip", "pandas numpy matplotlib scikit-learn seaborn",
		NULL, "/workspace"},
	{"python-analytics", "duckdb, polars, pyarrow", NULL, "python:3.12-slim", "pip",
		"duckdb polars pyarrow", NULL, "/workspace"},
	{"python-web", "fastapi, uvicorn, sqlalchemy, httpx", NULL, "python:3.12-slim",
		"pip", "fastapi uvicorn sqlalchemy httpx", NULL, "/workspace"},
	{"python-scraping", "httpx, beautifulsoup4, lxml, markdownify", NULL,
		"python:3.12-slim", "pip", "httpx beautifulsoup4 lxml markdownify", NULL,
		"/workspace"},
	{"python-documents", "pypdf, python-docx, openpyxl, pillow", NULL,
		"python:3.12-slim", "pip", "pypdf python-docx openpyxl pillow", NULL,
		"/workspace"},
	{"node-minimal", "Node 20, nothing else", "node:20-slim", NULL, NULL, NULL, NULL,
		"/app"},
	{"node-typescript", "typescript, tsx, vitest", NULL, "node:20-slim", "npm",
		"typescript tsx vitest", NULL, "/app"},
	{"node-react", "typescript, vite, react, react-dom", NULL, "node:20-slim", "npm",
		"typescript vite react react-dom @types/react", NULL, "/app"},
	{"bun", "Bun 1", "oven/bun:1-slim", NULL, NULL, NULL, NULL, "/app"},
	{"deno", "Deno", "denoland/deno:alpine", NULL, NULL, NULL, NULL, "/app"},
	{"go", "Go 1.23", "golang:1.23-alpine", NULL, NULL, NULL, NULL, "/src"},
	{"rust", "Rust 1", "rust:1-slim", NULL, NULL, NULL, NULL, "/src"},
};

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void split(struct vec *out, const char *text, const char *at)
{
	char *own CLEANUP(mem_freep) = xstrdup(text ? text : ""), *rest = own;
	for (char *word; (word = strsep(&rest, at));)
		if (*word)
			vec_add(out, word);
}

bool runtime_known(size_t i, struct runtime *r)
{
	if (i >= ARRAY_LEN(known))
		return false;
	*r = (struct runtime){.name = copy(known[i].name),
		.description = copy(known[i].description),
		.image = copy(known[i].image),
		.base = copy(known[i].base),
		.manager = copy(known[i].manager),
		.work_dir = copy(known[i].work_dir)};
	split(&r->packages, known[i].packages, " ");
	split(&r->setup, known[i].setup, "\n");
	return true;
}

void runtime_release(struct runtime *r)
{
	free(r->name);
	free(r->description);
	free(r->image);
	free(r->base);
	free(r->manager);
	free(r->work_dir);
	free(r->network);
	vec_release(&r->packages);
	vec_release(&r->setup);
	vec_release(&r->env);
	*r = (struct runtime){0};
}

/* The file of that name. Returns 1, 0 when there is none, or -1 with err. */
static int from_file(struct runtime *r, const char *home, const char *name, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int dir CLEANUP(mem_closep) = home_open(home, "runtimes", false, e);
	if (dir < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	char *file CLEANUP(mem_freep) = xasprintf("%s.json", name);
	int fd CLEANUP(mem_closep) =
		openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, file, errno);
	if (io_slurp(fd, &b, RECIPE_MAX) < 0)
		return err_sys(e, file, errno);
	r->name = xstrdup(name);
	r->own = true;
	if (recipe_parse(r, b.p, b.len, e) == 0)
		return 1;
	if (!e->path[0])
		snprintf(e->path, sizeof(e->path), "runtimes/%s", file);
	runtime_release(r);
	return -1;
}

int runtime_find(struct runtime *r, const char *home, const char *name, struct err *e)
{
	*r = (struct runtime){0};
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
	bool good = n && n <= 64 && !name[n] && *name != '.' && *name != '-';
	int found = good ? from_file(r, home, name, e) : 0;
	if (found)
		return found > 0 ? 0 : -1;
	for (size_t i = 0; runtime_known(i, r); i++) {
		if (!strcmp(r->name, name))
			return 0;
		runtime_release(r);
	}
	return err_set(e, ERR_NOT_FOUND, NULL,
		"no runtime '%.60s'; pab-session runtimes shows those there are", name);
}
