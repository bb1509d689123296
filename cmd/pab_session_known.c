/* SPDX-License-Identifier: MIT */
/* runtimes: shows what --runtime takes. */
#include "pab_session_runtime.h"
#include "pab_session_verbs.h"

#include "home.h"
#include "mem.h"

#include <dirent.h>

static void print_words(struct buf *b, const struct vec *v)
{
	for (size_t i = 0; i < v->n; i++)
		buf_printf(b, " %s", v->v[i]);
}

static void print_json(struct jout *j, const struct runtime *r)
{
	jout_record(j, "entry");
	jout_str(j, "name", r->name);
	jout_bytes(j, "image", r->image ? r->image : r->base,
		strlen(r->image ? r->image : r->base));
	jout_bool(j, "built", !r->image);
	if (r->packages.n) {
		jout_array(j, "packages");
		for (size_t i = 0; i < r->packages.n; i++)
			jout_str(j, NULL, r->packages.v[i]);
		jout_end_array(j);
	}
	jout_str(j, "work_dir", r->work_dir);
	if (r->description)
		jout_bytes(j, "description", r->description, strlen(r->description));
	jout_end_object(j);
}

static void print(struct tool *t, const struct runtime *r)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (t->out.form == OUT_JSON) {
		print_json(&t->out.json, r);
		return;
	}
	buf_printf(&b, "%s: %s%s", r->name, r->image ? "" : "built from ",
		r->image ? r->image : r->base);
	if (r->packages.n) {
		buf_printf(&b, " with %s", r->manager);
		print_words(&b, &r->packages);
	}
	if (r->own)
		buf_puts(&b, " (own)");
	out_name(&t->out, b.p);
	buf_addc(&t->out.buf, '\n');
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all there are. Returns 0, or -1 with err. */
static int collect(const char *home, struct vec *names, struct err *e)
{
	struct runtime r;
	for (size_t i = 0; runtime_known(i, &r); i++) {
		vec_add(names, r.name);
		runtime_release(&r);
	}
	int fd = home_open(home, "runtimes", false, e);
	if (fd < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	DIR *d = fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));) {
		size_t n = strlen(de->d_name);
		if (n > 5 && !strcmp(de->d_name + n - 5, ".json") && *de->d_name != '.')
			vec_give(names, xmemdup0(de->d_name, n - 5));
	}
	if (d)
		closedir(d);
	return 0;
}

int session_do_runtimes(struct tool *t, const char *id, struct err *e)
{
	struct vec names CLEANUP(vec_release) = {0};
	struct runtime r;
	(void)id;
	if (collect(t->home, &names, e) < 0)
		return -1;
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; i < names.n; i++) {
		if (i && !strcmp(names.v[i], names.v[i - 1]))
			continue;
		if (runtime_find(&r, t->home, names.v[i], e) < 0) {
			out_error(&t->out, e);
			continue;
		}
		print(t, &r);
		runtime_release(&r);
	}
	return 0;
}
