/* SPDX-License-Identifier: MIT */
/* Commands in a place: the probe's acts, limits, what is left running, and a rename on
 * the host while the place stands. */
#include "pab_doctor.h"

#include "mem.h"
#include "pab_probe.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROW(name, title) {#name, title},
static const struct {
	const char *name, *title;
} probes[] = {PROBES(ROW) PROBES_APART(ROW)};

/* What a container does not promise, beside the names that are protected: it hides
 * nothing of its directory, and its processes have numbers that the host has, too. */
static const char *const open_in_container[] = {"secret", "signal_host", "socket_inside"};

static bool is_promised(const struct doctor *d, const char *name)
{
	if (!d->container)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(open_in_container); i++)
		if (!strcmp(name, open_in_container[i]))
			return false;
	return strncmp(name, "protected_", 10) != 0;
}

static const char *title_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(probes); i++)
		if (!strcmp(name, probes[i].name))
			return probes[i].title;
	return NULL;
}

/* What the host has to look at itself. */
static bool host_saw(const struct doctor *d, const char *name, enum verdict *v)
{
	const char *home = getenv("HOME");
	bool broken = !strcmp(name, "write_outside") ? bait_left(d, d->outside)
		      : !strcmp(name, "write_home")  ? home && bait_left(d, home)
						     : false;
	if (strcmp(name, "write_outside") != 0 && strcmp(name, "write_home") != 0)
		return false;
	if (*v != VERDICT_BROKEN)
		*v = broken ? VERDICT_BROKEN : VERDICT_HELD;
	return true;
}

static void take_line(struct doctor *d, const char *place, char *line)
{
	char *verdict = strchr(line, '\t');
	char *why = verdict ? strchr(verdict + 1, '\t') : NULL;
	if (!why)
		return;
	*verdict++ = *why++ = '\0';
	enum verdict v = !strcmp(verdict, "held")     ? VERDICT_HELD
			 : !strcmp(verdict, "broken") ? VERDICT_BROKEN
						      : VERDICT_UNTRIED;
	const char *title = title_of(line);
	if (!title)
		return;
	(void)host_saw(d, line, &v);
	if (v == VERDICT_BROKEN && !is_promised(d, line))
		v = VERDICT_OPEN;
	doctor_say(d, place, line, title, v, why);
}

/* How the probe is run: one act alone, within a limit. */
struct probing {
	const char *only, *option, *value; /* NULL: all, none */
};

/* Each line of the probe has two. */
static size_t tabs_in(const struct buf *out)
{
	size_t n = 0;
	for (const char *p = out->p; (p = strchr(p, '\t')); p++)
		n++;
	return n;
}

/* Runs the probe. Returns the status, as doctor_run(). */
static int probe(
	struct doctor *d, const char *spec, const struct probing *how, struct buf *out)
{
	const char *home = getenv("HOME");
	const struct {
		const char *key, *value;
	} texts[] = {{"secret", d->secret}, {"outside", d->outside}, {"mark", d->mark},
		{"home", home ? home : "/root"}, {"records", d->records},
		{"abstract", d->mark}, {"only", how->only ? how->only : ""}};
	struct vec argv CLEANUP(vec_release) = {0};
	const char *const words[] = {"pab-exec", "-B", spec, "--raw", "--timeout", "60s",
		how->option, how->value},
			  *const program[] = {"--", "./probe", "--probe"};
	for (size_t i = 0; i < ARRAY_LEN(words) && words[i]; i++)
		vec_add(&argv, words[i]);
	for (size_t i = 0; i < ARRAY_LEN(program); i++)
		vec_add(&argv, program[i]);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		vec_give(&argv, xasprintf("%s=%s", texts[i].key, texts[i].value));
	vec_give(&argv, xasprintf("socket=%s/sock", d->top));
	vec_give(&argv, xasprintf("victim=%ld", (long)d->victim));
	vec_give(&argv, xasprintf("port4=%u", d->port4));
	vec_give(&argv, xasprintf("port6=%u", d->port6));
	vec_give(&argv, xasprintf("udp=%u", d->udp));
	return doctor_run(d, (const char *const *)argv.v, NULL, out);
}

/* The file that editors replace: what hid it must hide its successor, too. */
static void try_host_rename(struct doctor *d, const char *place, const char *spec)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	char *was CLEANUP(mem_freep) = xasprintf("%s/.aws", d->dir);
	char *aside CLEANUP(mem_freep) = xasprintf("%s/aside-%s", d->top, place);
	char *is CLEANUP(mem_freep) = xasprintf("%s/.aws/credentials", d->dir);
	FILE *f = NULL;
	if (rename(was, aside) == 0 && mkdir(was, 0755) == 0)
		f = fopen(is, "we");
	if (f) {
		fputs("pab-doctor-token\n", f);
		(void)fclose(f);
	}
	(void)probe(d, spec, &(struct probing){.only = "secret"}, &out);
	doctor_say(d, place, "host_rename", "read a secret that was replaced on the host",
		!f || tabs_in(&out) != 2      ? VERDICT_UNTRIED
		: strstr(out.p, "\tbroken\t") ? VERDICT_BROKEN
					      : VERDICT_HELD,
		"");
}

/* Does a process with the mark among its words run? Ends it. */
static bool survives(const struct doctor *d)
{
	bool found = false;
	DIR *proc = opendir("/proc");
	for (struct dirent *de; proc && (de = readdir(proc));) {
		char path[300], text[4096];
		long pid = strtol(de->d_name, NULL, 10);
		snprintf(path, sizeof(path), "/proc/%s/cmdline", de->d_name);
		FILE *f = pid > 0 && pid != getpid() ? fopen(path, "re") : NULL;
		size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
		if (f)
			(void)fclose(f);
		if (n && memmem(text, n, d->mark, strlen(d->mark))) {
			found = true;
			kill((pid_t)pid, SIGKILL);
		}
	}
	if (proc)
		closedir(proc);
	return found;
}

/* An act that a limit must keep from its end. */
static void try_limit(struct doctor *d, const char *place, const char *spec,
	const char *option, const char *value, const char *name)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	int status = probe(d, spec, &(struct probing){name, option, value}, &out);
	bool broken = strstr(out.p, "\tbroken\t") != NULL;
	/* A limit that cannot be held, and is refused, lets nothing run without it. */
	const char *refused = strstr(out.p, "unsupported: ");
	bool tried = status >= 0 && !strstr(out.p, "\tuntried\t") &&
		     (status != 125 || refused);
	out.p[strcspn(out.p, "\n")] = '\0';
	doctor_say(d, place, name, title_of(name),
		!tried   ? VERDICT_UNTRIED
		: broken ? VERDICT_BROKEN
			 : VERDICT_HELD,
		refused  ? refused
		: !tried ? out.p
			 : "");
}

static void try_survivors(struct doctor *d, const char *place, const char *spec)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	int status = probe(d, spec, &(struct probing){.only = "survivors"}, &out);
	bool left = survives(d);
	doctor_say(d, place, "survivors", title_of("survivors"),
		left                               ? VERDICT_BROKEN
		: status < 0 || tabs_in(&out) != 2 ? VERDICT_UNTRIED
						   : VERDICT_HELD,
		"");
}

void doctor_commands(struct doctor *d, const char *place, const char *spec)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	(void)probe(d, spec, &(struct probing){0}, &out);
	size_t n = tabs_in(&out) / 2;
	for (char *line = out.p, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		take_line(d, place, line);
	}
	if (n < PROBES_TOGETHER) {
		doctor_say(d, place, "commands", "run a command", VERDICT_UNTRIED,
			n ? "the probe did not come to its end" : out.p);
		d->missing = true;
		return;
	}
	if (!d->container) /* which hides no secrets of its directory */
		try_host_rename(d, place, spec);
	try_limit(d, place, spec, "--mem", "48M", "limit_memory");
	try_limit(d, place, spec, "--procs", "12", "limit_processes");
	try_limit(d, place, spec, "--fsize", "1M", "limit_file");
	try_survivors(d, place, spec);
}
