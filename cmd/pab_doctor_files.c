/* SPDX-License-Identifier: MIT */
/* Every file tool on a file that is not in the place. */
#include "pab_doctor.h"

#include "mem.h"

#include <unistd.h>

enum { WORDS = 8 };

/* "%o" is the file outside, "%d" its directory. */
static const struct {
	const char *name, *what;
	const char *argv[WORDS];
	const char *input;
} tries[] = {
	{"read", "pab-read a file outside", {"pab-read", "%o"}, NULL},
	{"read_up", "pab-read it by ..", {"pab-read", "../outside/secret"}, NULL},
	{"read_link", "pab-read it through a link", {"pab-read", "way-out"}, NULL},
	{"read_proc", "pab-read it by /proc/self/root", {"pab-read", "/proc/self/root%o"},
		NULL},
	{"ls", "pab-ls outside", {"pab-ls", "%d"}, NULL},
	{"glob", "pab-glob outside", {"pab-glob", "*", "%d"}, NULL},
	{"grep", "pab-grep outside", {"pab-grep", "token", "%o"}, NULL},
	{"grep_link", "pab-grep through a link", {"pab-grep", "token", "way-out"}, NULL},
	{"write", "pab-write a file outside", {"pab-write", "%o"}, "x\n"},
	{"write_link", "pab-write through a link", {"pab-write", "way-out"}, "x\n"},
	{"write_new", "pab-write a new file outside", {"pab-write", "%d/new"}, "x\n"},
	{"edit", "pab-edit a file outside",
		{"pab-edit", "--old", "token", "--new", "x", "%o"}, NULL},
	{"sub", "pab-sub in a file outside", {"pab-sub", "--apply", "token", "x", "%o"},
		NULL},
	{"patch", "pab-patch a file outside", {"pab-patch"},
		"--- %o\n+++ %o\n@@ -1 +1 @@\n-pab-doctor-token\n+x\n"},
	{"rm", "pab-rm a file outside", {"pab-rm", "%o"}, NULL},
	{"mv_out", "pab-mv a file out", {"pab-mv", "inside", "%d/moved"}, NULL},
	{"mv_in", "pab-mv one in", {"pab-mv", "%o", "moved"}, NULL},
	{"cp_out", "pab-cp a file out", {"pab-cp", "inside", "%d/copied"}, NULL},
	{"cp_in", "pab-cp one in", {"pab-cp", "%o", "copied"}, NULL},
	{"mkdir", "pab-mkdir outside", {"pab-mkdir", "%d/made"}, NULL},
	{"exec_dir", "pab-exec in a directory outside",
		{"pab-exec", "-C", "%d", "--", "cat", "secret"}, NULL},
};

/* Fills in the paths. Returns new memory. */
static char *filled(const struct doctor *d, const char *text)
{
	struct buf b = BUF_INIT;
	for (const char *p = text; *p; p++) {
		if (p[0] != '%' || (p[1] != 'o' && p[1] != 'd'))
			buf_addc(&b, *p);
		else
			buf_puts(&b, *++p == 'o' ? d->secret : d->outside);
	}
	return buf_take(&b);
}

static void try_one(struct doctor *d, const char *place, const char *spec, size_t i)
{
	struct vec argv CLEANUP(vec_release) = {0};
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	char name[64];
	char *input CLEANUP(mem_freep) =
		tries[i].input ? filled(d, tries[i].input) : NULL;
	for (size_t k = 0; tries[i].argv[k]; k++) {
		vec_give(&argv, filled(d, tries[i].argv[k]));
		if (k == 0) {
			vec_add(&argv, "-B");
			vec_add(&argv, spec);
		}
	}
	int status = doctor_run(d, (const char *const *)argv.v, input, &out);
	/* In a tree of its own the path can be made, and is not the one outside. */
	bool held = (status > 0 || (d->container && status == 0)) &&
		    !strstr(out.p, "pab-doctor-token") && bait_is_whole(d);
	snprintf(name, sizeof(name), "tool_%s", tries[i].name);
	out.p[strcspn(out.p, "\n")] = '\0';
	const char *said = strstr(out.p, ": ");
	doctor_say(d, place, name, tries[i].what,
		status < 0 ? VERDICT_UNTRIED
		: held     ? VERDICT_HELD
			   : VERDICT_BROKEN,
		status < 0 ? "it could not be run"
		: said     ? said + 2
			   : "");
}

void doctor_files(struct doctor *d, const char *place, const char *spec)
{
	char *link CLEANUP(mem_freep) = xasprintf("%s/way-out", d->dir);
	if (symlink(d->secret, link) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++)
		try_one(d, place, spec, i);
	(void)unlink(link);
}
