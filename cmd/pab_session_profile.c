/* SPDX-License-Identifier: MIT */
/* What a container is made with: nothing that it is not given. */
#include "pab_session_docker.h"

#include "jout.h"
#include "mem.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MEMORY = 1 << 30, /* bytes, unless asked for otherwise */
	CPU = 2000,       /* thousandths of a processor */
	PROCS = 512,
	FILES = 65536,
	TASKS = 32768, /* of the user; what podman itself has is not more */
};

/* What commands find, whatever the image: no prompt, no pager, no colour, and a git that
 * takes the workspace for what it is. */
static const char *const variables[] = {"GIT_CONFIG_COUNT=5",
	"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	"GIT_CONFIG_KEY_1=user.name", "GIT_CONFIG_VALUE_1=Agent",
	"GIT_CONFIG_KEY_2=user.email", "GIT_CONFIG_VALUE_2=agent@sandbox.local",
	"GIT_CONFIG_KEY_3=init.defaultBranch", "GIT_CONFIG_VALUE_3=main",
	"GIT_CONFIG_KEY_4=advice.detachedHead", "GIT_CONFIG_VALUE_4=false",
	"GIT_TERMINAL_PROMPT=0", "PYTHONUNBUFFERED=1", "PIP_DISABLE_PIP_VERSION_CHECK=1",
	"PIP_NO_INPUT=1", "PIP_ROOT_USER_ACTION=ignore", "UV_SYSTEM_PYTHON=1",
	"UV_CONCURRENT_DOWNLOADS=2", "UV_CONCURRENT_INSTALLS=2", "UV_COMPILE_BYTECODE=1",
	"DEBIAN_FRONTEND=noninteractive", "NO_COLOR=1", "PAGER=cat", "GIT_PAGER=cat",
	"LANG=C.UTF-8", "HOME=/tmp"};

int profile_mount(const char *text, char **host, char **path, bool *ro, struct err *e)
{
	size_t n = strlen(text);
	*ro = n > 3 && !strcmp(text + n - 3, ":ro");
	char *own CLEANUP(mem_freep) = xmemdup0(text, n - (*ro ? 3 : 0));
	char *colon = strrchr(own, ':');
	if (!colon || colon == own || colon[1] != '/' || !colon[2])
		return err_set(e, ERR_USAGE, NULL,
			"--mount takes HOST:/PATH or HOST:/PATH:ro, not '%.80s'", text);
	if (!strncmp(colon + 1, "/.pab", 5) || strstr(colon + 1, "/.."))
		return err_set(e, ERR_USAGE, NULL, "nothing can be mounted at '%.80s'",
			colon + 1);
	*colon = '\0';
	*host = realpath(own, NULL);
	if (!*host)
		return err_sys(e, own, errno);
	*path = xstrdup(colon + 1);
	return 0;
}

static void write_mount(struct jout *j, const char *source, const char *target, bool ro)
{
	jout_object(j, NULL);
	jout_str(j, "Type", "bind");
	jout_bytes(j, "Source", source, strlen(source));
	jout_bytes(j, "Target", target, strlen(target));
	jout_bool(j, "ReadOnly", ro);
	jout_end_object(j);
}

static void write_mounts(struct jout *j, const struct profile *p)
{
	char *run CLEANUP(mem_freep) = xasprintf("%s/run", p->place);
	char *home CLEANUP(mem_freep) = xasprintf("%s/home", p->place);
	const char *workspace = session_asked(p->session, ASK_WORKSPACE);
	const struct vec *more = &p->session->ask.v[ASK_MOUNT];
	struct err ignored;
	jout_array(j, "Mounts");
	write_mount(j, p->helper, "/.pab/pab-serve", true);
	write_mount(j, run, "/.pab/run", false);
	write_mount(j, home, "/.pab/home", false);
	if (workspace) /* every one of this kind has it */
		write_mount(j, workspace, p->runtime->work_dir, false);
	for (size_t i = 0; i < more->n; i++) {
		char *host CLEANUP(mem_freep) = NULL, *path CLEANUP(mem_freep) = NULL;
		bool ro;
		if (profile_mount(more->v[i], &host, &path, &ro, &ignored) == 0 && host)
			write_mount(j, host, path, ro);
	}
	jout_end_array(j);
}

static void write_limit(struct jout *j, const char *name, int64_t most)
{
	jout_object(j, NULL);
	jout_str(j, "Name", name);
	jout_int(j, "Soft", most);
	jout_int(j, "Hard", most);
	jout_end_object(j);
}

/* Never more than we may have ourselves: an engine without CAP_SYS_RESOURCE, as nested
 * ones are, could not give it. */
static int64_t own_limit(__rlimit_resource_t which, int64_t most)
{
	struct rlimit r;
	if (getrlimit(which, &r) < 0 || r.rlim_max == RLIM_INFINITY ||
		(int64_t)r.rlim_max > most)
		return most;
	return (int64_t)r.rlim_max;
}

static void write_ulimits(struct jout *j)
{
	jout_array(j, "Ulimits");
	write_limit(j, "nofile", own_limit(RLIMIT_NOFILE, FILES));
	write_limit(j, "nproc", own_limit(RLIMIT_NPROC, TASKS));
	write_limit(j, "core", 0);
	jout_end_array(j);
}

static int64_t asked(const struct session_ask *a, enum session_option o, int64_t usual)
{
	const struct vec *v = &a->v[o];
	return v->n ? strtoll(v->v[v->n - 1], NULL, 10) : usual;
}

static void write_bounds(struct jout *j, const struct session_ask *a, int64_t cpus)
{
	int64_t memory = asked(a, ASK_MEM, MEMORY), cpu = asked(a, ASK_CPU, CPU);
	if (cpus > 0 && cpu > cpus * 1000)
		cpu = cpus * 1000;
	jout_int(j, "Memory", memory);
	jout_int(j, "MemorySwap", memory);
	jout_int(j, "NanoCpus", cpu * 1000000);
	jout_int(j, "PidsLimit", asked(a, ASK_PROCS, PROCS));
}

void profile_write_limits(const struct session_ask *ask, int64_t cpus, struct buf *out)
{
	struct jout j;
	jout_init(&j, out);
	jout_object(&j, NULL);
	write_bounds(&j, ask, cpus);
	jout_end_object(&j);
}

static void write_host(struct jout *j, const struct profile *p)
{
	jout_object(j, "HostConfig");
	jout_str(j, "NetworkMode",
		session_asked(p->session, ASK_NET) ? "default" : "none");
	jout_bool(j, "ReadonlyRootfs", true);
	jout_array(j, "CapDrop");
	jout_str(j, NULL, "ALL");
	jout_end_array(j);
	jout_array(j, "SecurityOpt");
	jout_str(j, NULL, "no-new-privileges:true");
	jout_end_array(j);
	jout_object(j, "Tmpfs");
	jout_str(j, "/tmp", "rw,nosuid,nodev,exec,size=256m,mode=1777");
	jout_end_object(j);
	jout_object(j, "LogConfig");
	jout_str(j, "Type", "none");
	jout_end_object(j);
	jout_str(j, "IpcMode", "private");
	if (p->remapped && !p->rootless)
		jout_str(j, "UsernsMode", "host");
	write_bounds(j, &p->session->ask, p->cpus);
	write_ulimits(j);
	write_mounts(j, p);
	jout_end_object(j);
}

static void write_labels(struct jout *j, const struct profile *p)
{
	char owner[24];
	snprintf(owner, sizeof(owner), "%ld", (long)geteuid());
	jout_object(j, "Labels");
	jout_str(j, "dev.pab.owner", owner);
	jout_str(j, "dev.pab.session", p->session->id);
	jout_bytes(j, "dev.pab.home", p->home, strlen(p->home));
	jout_str(j, "dev.pab.digest", p->digest);
	jout_end_object(j);
}

static void write_strings(struct jout *j, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		jout_bytes(j, NULL, v[i], strlen(v[i]));
}

static void write_env(struct jout *j, const struct profile *p)
{
	const struct vec *own = &p->runtime->env, *more = &p->session->ask.v[ASK_ENV];
	jout_array(j, "Env");
	write_strings(j, variables, ARRAY_LEN(variables));
	write_strings(j, (const char *const *)own->v, own->n);
	write_strings(j, (const char *const *)more->v, more->n);
	jout_end_array(j);
}

static void write_command(struct jout *j, const struct profile *p)
{
	const char *const words[] = {"--listen", "/.pab/run/sock", "--home", "/.pab/home",
		"--backend", "composite:/=local:/", "--cwd", p->runtime->work_dir,
		"--filter"};
	struct vec more CLEANUP(vec_release) = {0};
	session_serve_words(p->session, &more);
	jout_array(j, "Entrypoint");
	jout_str(j, NULL, "/.pab/pab-serve");
	jout_end_array(j);
	jout_array(j, "Cmd");
	write_strings(j, words, ARRAY_LEN(words));
	write_strings(j, (const char *const *)more.v, more.n);
	jout_end_array(j);
}

void profile_write(const struct profile *p, struct buf *out)
{
	struct jout j;
	char user[48] = "0:0";
	if (!p->rootless)
		snprintf(user, sizeof(user), "%ld:%ld", (long)geteuid(), (long)getegid());
	jout_init(&j, out);
	jout_object(&j, NULL);
	jout_str(&j, "Image", p->image);
	jout_str(&j, "User", user);
	jout_str(&j, "WorkingDir", p->runtime->work_dir);
	jout_str(&j, "Hostname", "pab");
	jout_str(&j, "StopSignal", "SIGTERM");
	jout_int(&j, "StopTimeout", 5);
	write_command(&j, p);
	write_env(&j, p);
	write_labels(&j, p);
	jout_object(&j, "Healthcheck");
	jout_array(&j, "Test");
	jout_str(&j, NULL, "NONE");
	jout_end_array(&j);
	jout_end_object(&j);
	write_host(&j, p);
	jout_end_object(&j);
}
