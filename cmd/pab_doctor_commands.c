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
} probes[] = {PROBES(ROW)};

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

/* What a container does not promise: the names in its workspace are its own. */
static bool is_promised(const char *place, const char *name)
{
	static const char *const own[] = {"secret", "protected_", "socket_inside"};
	bool promised = true;
	for (size_t i = 0; i < ARRAY_LEN(own) && !strcmp(place, "docker"); i++)
		promised &= strncmp(name, own[i], strlen(own[i])) != 0;
	return promised;
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
	if (!is_promised(place, line))
		return;
	for (size_t i = 0; i < ARRAY_LEN(probes); i++)
		if (!strcmp(line, probes[i].name)) {
			(void)host_saw(d, line, &v);
			doctor_say(d, place, line, probes[i].title, v, why);
			return;
		}
}

/* Runs the probe. Returns how many acts it told of. */
static size_t probe(struct doctor *d, const char *spec, const char *only, struct buf *out)
{
	const char *home = getenv("HOME");
	const struct {
		const char *key, *value;
	} texts[] = {{"secret", d->secret}, {"outside", d->outside}, {"mark", d->mark},
		{"home", home ? home : "/root"}, {"records", d->records},
		{"abstract", d->mark}, {"only", only ? only : ""}};
	struct vec argv CLEANUP(vec_release) = {0};
	const char *const words[] = {
		"pab-exec", "-B", spec, "--raw", "--", "./probe", "--probe"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		vec_add(&argv, words[i]);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		vec_give(&argv, xasprintf("%s=%s", texts[i].key, texts[i].value));
	vec_give(&argv, xasprintf("socket=%s/sock", d->top));
	vec_give(&argv, xasprintf("victim=%ld", (long)d->victim));
	vec_give(&argv, xasprintf("port4=%u", d->port4));
	vec_give(&argv, xasprintf("port6=%u", d->port6));
	vec_give(&argv, xasprintf("udp=%u", d->udp));
	(void)doctor_run(d, (const char *const *)argv.v, NULL, out);
	size_t n = 0;
	for (const char *p = out->p; (p = strchr(p, '\t')); p++)
		n++;
	return n / 2;
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
	size_t n = probe(d, spec, "secret", &out);
	doctor_say(d, place, "host_rename", "read a secret that was replaced on the host",
		!f || n != 1                  ? VERDICT_UNTRIED
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

/* A command of the shell's that must fail, or be ended. */
static void try_line(struct doctor *d, const char *place, const char *spec,
	const char *const *limit, const char *name, const char *what, const char *line)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	char *marked CLEANUP(mem_freep) = xasprintf("mark=%s; %s", d->mark, line);
	const char *const argv[] = {"pab-exec", "-B", spec, "--timeout", "20s", limit[0],
		limit[1], "-c", marked, NULL};
	int status = doctor_run(d, argv, NULL, &out);
	bool broken = strstr(out.p, "GOT THROUGH") != NULL;
	if (status == 125 || status < 0)
		doctor_say(d, place, name, what, VERDICT_UNTRIED, out.p);
	else
		doctor_say(
			d, place, name, what, broken ? VERDICT_BROKEN : VERDICT_HELD, "");
}

static void try_limits(struct doctor *d, const char *place, const char *spec)
{
	/* A container has no control group of its own; the session bounds it. */
	bool is_docker = !strcmp(place, "docker");
	static const char *const mem[] = {"--mem", "48M"},
				 *const procs[] = {"--procs", "12"},
				 *const none[] = {"--grace", "1s"},
				 *const size[] = {"--fsize", "1M"};
	try_line(d, place, spec, mem, "limit_memory", "take more memory than --mem",
		"x=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
		"20 21 22 23; do x=$x$x; done; test ${#x} -gt 100000000 && echo GOT THROUGH");
	try_line(d, place, spec, is_docker ? none : procs, "limit_processes",
		"start more than --procs",
		"n=0; while [ $n -lt 60 ]; do sleep 5 & n=$((n+1)); done; "
		"test $(jobs -r | wc -l) -ge 60 && echo GOT THROUGH; kill $(jobs -p)");
	try_line(d, place, spec, size, "limit_file", "write a larger file than --fsize",
		"head -c 3000000 /dev/zero >big && echo GOT THROUGH");
}

static void try_survivors(struct doctor *d, const char *place, const char *spec)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	char *line CLEANUP(mem_freep) = xasprintf(
		"setsid sh -c 'sleep 300; : %s' & (setsid sh -c 'sleep 301; : %s' &) & nohup "
		"sh -c 'sleep 302; : %s' >/dev/null 2>&1 & exit 0",
		d->mark, d->mark, d->mark);
	const char *const argv[] = {"pab-exec", "-B", spec, "-c", line, NULL};
	int status = doctor_run(d, argv, NULL, &out);
	doctor_say(d, place, "survivors", "outlive the command",
		status < 0    ? VERDICT_UNTRIED
		: survives(d) ? VERDICT_BROKEN
			      : VERDICT_HELD,
		"");
}

void doctor_commands(struct doctor *d, const char *place, const char *spec)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	size_t n = probe(d, spec, NULL, &out);
	for (char *line = out.p, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		take_line(d, place, line);
	}
	if (n < ARRAY_LEN(probes)) {
		doctor_say(d, place, "commands", "run a command", VERDICT_UNTRIED,
			n ? "the probe did not come to its end" : out.p);
		d->missing = true;
		return;
	}
	if (is_promised(place, "secret"))
		try_host_rename(d, place, spec);
	try_limits(d, place, spec);
	try_survivors(d, place, spec);
}
