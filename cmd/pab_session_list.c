/* SPDX-License-Identifier: MIT */
/* list and info: what there is. */
#include "pab_session_verbs.h"

#include "home.h"
#include "mem.h"
#include "num.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

/* What there is to know about one. */
struct facts {
	struct session_activity now;
	const char *state;
	int64_t age, idle, disk; /* seconds, seconds, bytes; -1: not known */
};

/* Exactly: as it is counted, which may take a second; else as the far end knows it. */
static void find_out(const struct session *s, struct facts *f, bool exactly)
{
	struct err ignored;
	struct session_usage use = {-1, -1, -1, -1};
	session_ask_activity(s, false, &f->now);
	bool ask = f->now.runs && s->kind->usage && (exactly || !f->now.answers);
	if (ask && s->kind->usage(s, &use, &ignored) == 0) {
		struct session_usage *u = &f->now.use;
		u->memory = use.memory >= 0 ? use.memory : u->memory;
		u->cpu_us = use.cpu_us >= 0 ? use.cpu_us : u->cpu_us;
		u->procs = use.procs >= 0 ? use.procs : u->procs;
		u->memory_limit = use.memory_limit;
	}
	if (f->now.use.memory_limit < 0)
		f->now.use.memory_limit = session_number(s, ASK_MEM);
	char *state CLEANUP(mem_freep) = dial_read(s->dir, "state");
	f->state = f->now.runs                         ? "running"
		   : !session_left(s)                  ? "over"
		   : state && !strcmp(state, "asleep") ? "asleep"
						       : "stopped";
	f->age = s->opened ? (int64_t)time(NULL) - s->opened : -1;
	f->idle = f->now.idle_ms >= 0 && f->now.answers ? f->now.idle_ms / 1000
							: session_idle(s);
	f->disk = session_disk(s, exactly);
}

static void number(struct jout *j, const char *key, int64_t n)
{
	if (n >= 0 && n != NUM_NONE)
		jout_int(j, key, n);
	else
		jout_null(j, key);
}

static void print_record(struct tool *t, const struct session *s, const struct facts *f)
{
	struct jout *j = &t->out.json;
	const char *runtime = session_asked(s, ASK_RUNTIME);
	if (!runtime)
		runtime = session_asked(s, ASK_IMAGE);
	const char *rules = session_asked(s, ASK_RULES);
	jout_record(j, "session");
	jout_str(j, "id", s->id);
	jout_str(j, "kind", s->kind->name);
	jout_str(j, "state", f->state);
	jout_bytes(j, "workspace", s->shown, strlen(s->shown));
	if (runtime)
		jout_bytes(j, "runtime", runtime, strlen(runtime));
	else
		jout_null(j, "runtime");
	if (rules)
		jout_str(j, "rules", strchr(rules, SESSION_RULES_END) ? "file" : rules);
	else
		jout_null(j, "rules");
	number(j, "age", f->age);
	number(j, "idle", f->idle);
	number(j, "left", session_left(s));
	number(j, "requests", f->now.requests);
	number(j, "processes", f->now.use.procs);
	number(j, "memory", f->now.use.memory);
	number(j, "memory_limit", f->now.use.memory_limit);
	number(j, "cpu_us", f->now.use.cpu_us);
	number(j, "disk", f->disk);
	number(j, "disk_limit", session_number(s, ASK_DISK));
	jout_end_object(j);
}

/* "1.5M" of bytes, "3m" of seconds, "-" of nothing known. */
static const char *size(char out[32], int64_t n)
{
	static const char units[] = "KMGT";
	int64_t tenths = n * 10;
	int u = -1;
	for (; tenths >= 10000 && u < 3; u++)
		tenths /= 1024;
	if (n < 0 || n > INT64_MAX / 10)
		return "-";
	if (u < 0)
		snprintf(out, 32, "%lld", (long long)n);
	else if (tenths < 100)
		snprintf(
			out, 32, "%d.%d%c", (int)tenths / 10, (int)tenths % 10, units[u]);
	else
		snprintf(out, 32, "%lld%c", (long long)tenths / 10, units[u]);
	return out;
}

static const char *span(char out[32], int64_t s)
{
	if (s < 0)
		return "-";
	if (s < 120)
		snprintf(out, 32, "%llds", (long long)s);
	else if (s < 7200)
		snprintf(out, 32, "%lldm", (long long)(s / 60));
	else if (s < 172800)
		snprintf(out, 32, "%lldh", (long long)(s / 3600));
	else
		snprintf(out, 32, "%lldd", (long long)(s / 86400));
	return out;
}

static void head(struct tool *t)
{
	if (t->out.form != OUT_JSON)
		buf_printf(&t->out.buf, "%-16s %-8s %-8s %5s %5s %6s %6s %6s %5s  %s\n",
			"ID", "KIND", "STATE", "AGE", "IDLE", "MEM", "CPU", "DISK",
			"PROCS", "WHERE");
}

static void print_line(struct tool *t, const struct session *s, const struct facts *f)
{
	char a[32], b[32], c[32], d[32], cpu[24] = "-", procs[24] = "-";
	const struct session_usage *u = &f->now.use;
	if (u->cpu_us >= 0)
		snprintf(cpu, sizeof(cpu), "%.1fs", (double)u->cpu_us / 1e6);
	if (u->procs >= 0)
		snprintf(procs, sizeof(procs), "%lld", (long long)u->procs);
	buf_printf(&t->out.buf, "%-16s %-8s %-8s %5s %5s %6s %6s %6s %5s  ", s->id,
		s->kind->name, f->state, span(a, f->age), span(b, f->idle),
		size(c, u->memory), cpu, size(d, f->disk), procs);
	out_name(&t->out, s->shown);
	buf_addc(&t->out.buf, '\n');
}

static void show(struct tool *t, const struct session *s, bool exactly)
{
	struct facts f = {0};
	find_out(s, &f, exactly);
	if (t->out.form == OUT_JSON)
		print_record(t, s, &f);
	else
		print_line(t, s, &f);
}

void session_print(struct tool *t, const struct session *s)
{
	show(t, s, false);
}

int session_do_info(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_look(&s, t->home, id, e) < 0)
		return -1;
	head(t);
	show(t, &s, true);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int session_ids(const char *home, struct vec *ids, struct err *e)
{
	struct err ignored;
	int fd = home_open(home, "places", false, e);
	if (fd < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	DIR *d = fdopendir(fd);
	for (struct dirent *de; d && (de = readdir(d));)
		if (dial_check_name(de->d_name, &ignored) == 0)
			vec_add(ids, de->d_name);
	if (d)
		closedir(d);
	else
		close(fd);
	if (ids->n)
		qsort(ids->v, ids->n, sizeof(*ids->v), by_name);
	return 0;
}

int session_do_list(struct tool *t, const char *id, struct err *e)
{
	struct vec ids CLEANUP(vec_release) = {0};
	size_t n = 0;
	(void)id;
	if (session_ids(t->home, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++) {
		struct session s CLEANUP(session_release) = {.dir = -1};
		if (session_look(&s, t->home, ids.v[i], e) < 0) {
			if (e->code != ERR_NOT_FOUND)
				out_error(&t->out, e);
			continue;
		}
		if (!n++)
			head(t);
		show(t, &s, false);
		out_drain(&t->out);
	}
	if (!n)
		out_notice(&t->out, "no sessions");
	return 0;
}
