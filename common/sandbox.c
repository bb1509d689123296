/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include "buf.h"
#include "dial.h"
#include "home.h"
#include "mem.h"
#include "sandmasks.h"
#include "sandwrap.h"
#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPER "/run/pab/serve"

/* What of it holds secrets, or may: hidden from who could read it. */
static const char *const guarded[] = {"etc/shadow", "etc/shadow-", "etc/gshadow",
	"etc/gshadow-", "etc/sudoers", "etc/sudoers.d", "etc/ssh", "etc/ssl/private",
	"etc/krb5.keytab", "etc/docker", "etc/kubernetes", "etc/wireguard",
	"etc/letsencrypt", "etc/NetworkManager/system-connections"};

/* Of /etc, what a command can need where it cannot be masked. */
static const char *const public_etc[] = {"/etc/passwd", "/etc/group",
	"/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/resolv.conf",
	"/etc/services", "/etc/protocols", "/etc/gai.conf", "/etc/ld.so.cache",
	"/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/localtime",
	"/etc/timezone", "/etc/alternatives", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
	"/etc/ca-certificates", "/etc/os-release", "/etc/debian_version",
	"/etc/mime.types", "/etc/magic", "/etc/profile", "/etc/profile.d",
	"/etc/bash.bashrc", "/etc/inputrc", "/etc/terminfo", "/etc/fonts",
	"/etc/gitconfig", "/etc/perl", "/etc/python3", "/etc/java-17-openjdk",
	"/etc/locale.alias", "/etc/login.defs", "/etc/manpath.config"};

static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full",
	"/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts"};

bool sandbox_is(const struct place *p, const struct target *t)
{
	const struct route *r = p->n_routes && t ? place_route(p, t) : NULL;
	return r ? r->boxed : p->boxed;
}

static void hide_system(struct sandnames *s)
{
	for (size_t i = 0; i < ARRAY_LEN(guarded); i++) {
		char path[80];
		snprintf(path, sizeof(path), "/%s", guarded[i]);
		if (access(path, R_OK) == 0 && strcmp(guarded[i], "etc/ssh") != 0)
			sandnames_hide(s, "/", guarded[i]);
		else if (geteuid() == 0 && access(path, F_OK) == 0)
			sandnames_hide(s, "/", guarded[i]);
	}
}

/* pab's own records, should they lie in the directory. */
static void hide_records(struct sandnames *s, const char *dir, const char *home)
{
	char *path CLEANUP(mem_freep) = home_path(home);
	char *real CLEANUP(mem_freep) = path ? realpath(path, NULL) : NULL;
	if (real && sandwrap_is_below(real, dir) && strcmp(real, dir) != 0)
		sandnames_hide(s, dir, real + strlen(dir) + 1);
}

static void add_all(struct vec *v, const struct vec *words)
{
	for (size_t i = 0; words && i < words->n; i++)
		vec_add(v, words->v[i]);
}

/* The helper's words, behind its name if that is given, and the command's. */
static void add_helper(struct vec *v, const char *program, const char *const *flags,
	const struct vec *trees, const struct vec *masks, const struct vec *argv)
{
	if (program)
		sandwrap_add(v, program, "--box", NULL);
	for (; *flags; flags++)
		vec_add(v, *flags);
	add_all(v, trees);
	add_all(v, masks);
	vec_add(v, "--");
	add_all(v, argv);
}

/* The directories that may be written: those of the place, or of the route. */
static void find_roots(const struct sandbox_ask *ask, struct vec *out)
{
	const struct place *p = ask->place;
	for (size_t i = 0; i < p->roots.n; i++) {
		char *real = p->n_routes && i != ask->root ? NULL
							   : roots_real(p->roots.v[i].fd);
		if (real)
			vec_give(out, real);
	}
}

/* Landlock's trees in namespaces: there is nothing in them that may not be read. */
static void inner_trees(struct vec *v, const struct vec *roots, const char *home)
{
	static const char *const own[] = {"/tmp", "/var/tmp", "/dev"};
	sandwrap_add(v, "--see", "/", NULL);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		sandwrap_add(v, "--rw", own[i], NULL);
	if (home)
		sandwrap_add(v, "--rw", home, NULL);
	for (size_t i = 0; i < roots->n; i++)
		sandwrap_add(v, "--rw", roots->v[i], NULL);
}

/* Without namespaces: the system, the directory and a temporary one, by Landlock. */
static int plan_alone(struct sandbox *s, const struct sandbox_ask *ask,
	const char *program, const struct vec *roots, struct err *e)
{
	const char *flags[] = {
		"--init", "--own-err", "--net", s->net ? "host" : "deny", NULL};
	struct vec trees CLEANUP(vec_release) = {0};
	unsigned random = 0;
	if (getrandom(&random, sizeof(random), 0) < 0)
		return err_sys(e, NULL, errno);
	s->tmp = xasprintf("/tmp/pab-box-%d-%08x", (int)getpid(), random);
	sandwrap_add(&trees, "--tmp", s->tmp, NULL);
	for (size_t i = 0; sandwrap_tops[i]; i++)
		if (strcmp(sandwrap_tops[i], "/etc") != 0)
			sandwrap_add(&trees, "--see", sandwrap_tops[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(public_etc); i++)
		sandwrap_add(&trees, "--see", public_etc[i], NULL);
	sandwrap_add(&trees, "--see", "/proc", NULL);
	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		sandwrap_add(&trees, "--rw", devices[i], NULL);
	sandwrap_add(&trees, "--rw", s->tmp, NULL);
	for (size_t i = 0; i < roots->n; i++)
		sandwrap_add(&trees, "--rw", roots->v[i], NULL);
	add_helper(&s->argv[2], program, flags, &trees, NULL, ask->argv);
	s->box[s->n_box++] = (struct spawn_box){.argv = s->argv[2].v, .around = 1};
	return 0;
}

/* The names and rules that are masked in every directory. Returns 0, or -1 with err. */
static int plan_masks(struct sandbox *s, const struct sandbox_ask *ask,
	const struct vec *roots, struct err *e)
{
	hide_system(&s->names);
	for (size_t i = 0; i < roots->n; i++) {
		sandnames_add(&s->names, roots->v[i], ask->allow_write);
		hide_records(&s->names, roots->v[i], ask->home);
	}
	s->rules = SANDBOX_NO_RULES;
	return ask->rules ? sandmasks_add(s, ask, roots, e) : 0;
}

/* In a place that is kept: the masks of this command. */
static void plan_kept(struct sandbox *s, const struct sandbox_ask *ask,
	const char *program, const struct vec *trees)
{
	const char *flags[] = {"--inner", "--masked", "--own-err", "--net",
		s->net ? "host" : "own", NULL};
	add_helper(&s->argv[0], program, flags, trees, &s->names.words, ask->argv);
	s->box[s->n_box++] = (struct spawn_box){.argv = s->argv[0].v, .here = true};
}

/* The namespaces are made by the helper itself, or, where it may not, by bubblewrap,
 * which may have been given the right to: both are told of the root in the same words. */
static void plan_outer(struct sandbox *s, const struct sandbox_ask *ask,
	const char *program, const struct vec *roots)
{
	const char *flags[] = {"--init", "--masked", "--own-err", "--net",
		s->net ? "host" : "own", NULL};
	struct vec trees CLEANUP(vec_release) = {0};
	struct vec root CLEANUP(vec_release) = {0};
	sandwrap_system(&root, s->net);
	char *home CLEANUP(mem_freep) = sandwrap_home(&root);
	for (size_t i = 0; i < roots->n; i++)
		sandwrap_root(&root, roots->v[i], home);
	sandwrap_add(&root, "--chdir", ask->cwd, NULL);
	if (!ask->leave)
		vec_add(&root, "--die-with-parent");
	inner_trees(&trees, roots, home);

	struct vec *own = &s->argv[0], *wrap = &s->argv[1];
	sandwrap_add(own, program, "--box", "--spaces");
	add_all(own, &root);
	add_helper(own, NULL, flags, &trees, &s->names.words, ask->argv);
	sandwrap_start(wrap, s->net);
	add_all(wrap, &root);
	sandwrap_add(wrap, "--ro-bind", program, HELPER);
	sandwrap_add(wrap, "--remount-ro", "/", "--");
	add_helper(wrap, HELPER, flags, &trees, &s->names.words, ask->argv);
	for (size_t i = 0; i < 2; i++)
		s->box[s->n_box++] =
			(struct spawn_box){.argv = s->argv[i].v, .around = 2};
}

/* Takes what the place was made with (SANDBOX_VARIABLE). */
static void kept_with(struct sandbox *s, const char *with, struct vec *allow)
{
	s->kept = true;
	s->net = !strncmp(with, "host", 4);
	for (const char *p = strchr(with, ':'); p && p[1] != ':'; p = strchr(p + 1, ':'))
		vec_give(allow, xmemdup0(p + 1, strcspn(p + 1, ":")));
}

bool sandbox_passes(const char *entry)
{
	const char *with = getenv(SANDBOX_VARIABLE);
	size_t n = strcspn(entry, "=");
	for (const char *p = with ? strstr(with, "::") : NULL; p; p = strchr(p + 1, ':'))
		if (!strncmp(p + 1, entry, n) && (!p[n + 1] || p[n + 1] == ':'))
			return true;
	return false;
}

int sandbox_keep(const struct sandbox_place *p, struct vec *out, struct err *e)
{
	struct buf with CLEANUP(buf_release) = BUF_INIT;
	char *program CLEANUP(mem_freep) = dial_beside("pab-serve");
	if (!program)
		return err_set(e, ERR_BACKEND, NULL, "there is no pab-serve");
	buf_puts(&with, p->net ? "host" : "own");
	for (size_t i = 0; i < p->allow_write->n; i++)
		buf_printf(&with, ":%s", p->allow_write->v[i]);
	buf_puts(&with, ":");
	for (size_t i = 0; i < p->pass->n; i++)
		buf_printf(&with, ":%s", p->pass->v[i]);
	sandwrap_start(out, p->net);
	sandwrap_system(out, p->net);
	char *home CLEANUP(mem_freep) = sandwrap_home(out);
	sandwrap_root(out, p->dir, home);
	sandwrap_add(out, "--ro-bind", program, HELPER);
	sandwrap_add(out, "--bind", p->run, SANDBOX_RUN);
	sandwrap_add(out, "--bind", p->home, SANDBOX_HOME);
	sandwrap_add(out, "--remount-ro", "/", NULL);
	sandwrap_add(out, "--setenv", SANDBOX_VARIABLE, with.p);
	sandwrap_add(out, "--chdir", p->dir, "--");
	vec_add(out, HELPER);
	for (size_t i = 0; i < p->argv->n; i++)
		vec_add(out, p->argv->v[i]);
	return 0;
}

int sandbox_plan(struct sandbox *s, const struct sandbox_ask *ask, struct err *e)
{
	struct vec roots CLEANUP(vec_release) = {0};
	struct vec trees CLEANUP(vec_release) = {0};
	struct vec allow CLEANUP(vec_release) = {0};
	struct sandbox_ask asked = *ask;
	const char *with = getenv(SANDBOX_VARIABLE);
	char *program CLEANUP(mem_freep) = dial_beside("pab-serve");
	s->net = ask->net;
	if (with) {
		kept_with(s, with, &allow);
		if ((ask->net && !s->net) || ask->allow_write->n)
			return err_set(e, ERR_DENIED, NULL,
				"what the place may was said when it was opened");
		asked.allow_write = &allow;
	}
	if (!program && with)
		program = xstrdup(HELPER);
	if (!program)
		return err_set(e, ERR_BACKEND, NULL,
			"there is no pab-serve beside pab-exec or in its libexec, which a "
			"sandbox needs");
	find_roots(ask, &roots);
	for (size_t i = 0; i < roots.n; i++)
		if (sandbox_can_be(roots.v[i], e) < 0)
			return -1;
	if (plan_masks(s, &asked, &roots, e) < 0)
		return -1;
	if (with) {
		inner_trees(&trees, &roots, getenv("HOME"));
		return plan_kept(s, ask, program, &trees), 0;
	}
	plan_outer(s, ask, program, &roots);
	return plan_alone(s, ask, program, &roots, e);
}

void sandbox_release(struct sandbox *s)
{
	sandnames_release(&s->names);
	for (size_t i = 0; i < ARRAY_LEN(s->argv); i++)
		vec_release(&s->argv[i]);
	if (s->tmp && wipe_at(AT_FDCWD, s->tmp, WIPE_FORCE) < 0)
		errno = 0; /* it was never made, mostly */
	free(s->tmp);
	*s = (struct sandbox){0};
}

bool sandbox_is_alone(const struct sandbox *s, int i)
{
	return i >= 0 && s->box[i].around == 1;
}

void sandbox_holds(const struct sandbox *s, int i, struct sandbox_holds *out)
{
	static const char *const rules[] = {NULL, "exact", "at_start", "tools_only"};
	bool alone = sandbox_is_alone(s, i);
	*out = (struct sandbox_holds){
		.files = alone ? "landlock" : "namespaces",
		.network = s->net  ? "host"
			   : alone ? "denied"
				   : "none",
		.rules = rules[alone && s->rules ? SANDBOX_TOOLS : s->rules],
	};
	for (size_t k = 0; !alone && k < s->names.unprotected.n; k++)
		vec_add(&out->unprotected, s->names.unprotected.v[k]);
	if (!alone)
		return;
	sandnames_list(&out->unprotected);
	/* What could not be hidden either: words are --base DIR HOW NAME. */
	for (size_t k = 0; k + 3 < s->names.words.n; k += 4)
		if (!strcmp(s->names.words.v[k + 2], "--hide") &&
			strcmp(s->names.words.v[k + 1], "/") != 0)
			vec_add(&out->unprotected, s->names.words.v[k + 3]);
}
