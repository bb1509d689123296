/* SPDX-License-Identifier: MIT */
#include "pab_job.h"

#include "ended.h"
#include "mem.h"
#include "num.h"

#include <poll.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_PORTS = 32, PAUSE = 20 };

int known_open(struct known *k, const char *home, const char *id, struct err *e)
{
	if (job_open(home, id, &k->job, e) < 0)
		return -1;
	if (job_read(&k->job, &k->rec, &k->state, e) == 0)
		return 0;
	job_release(&k->job);
	return -1;
}

void known_release(struct known *k)
{
	jobrec_release(&k->rec);
	job_release(&k->job);
}

bool known_runs(struct known *k)
{
	struct jobrec rec;
	enum job_state state;
	struct err e;
	if (k->state != JOB_RUNS)
		return false;
	if (job_read(&k->job, &rec, &state, &e) < 0)
		return e.code == ERR_BUSY;
	jobrec_release(&k->rec);
	k->rec = rec;
	k->state = state;
	return state == JOB_RUNS;
}

bool known_wait(struct known *k, int64_t until)
{
	while (known_runs(k)) {
		if (num_now_ms() >= until)
			return false;
		(void)poll(NULL, 0, PAUSE);
	}
	return true;
}

int64_t known_age(const struct known *k)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (k->rec.over)
		return (k->rec.end.wall_us + 500) / 1000;
	int64_t ms = (now.tv_sec - k->rec.began_s) * 1000 +
		     (now.tv_nsec - k->rec.began_ns) / 1000000;
	return ms < 0 ? 0 : ms;
}

/* "exit 3", "killed by SIGTERM", "timed out": how it ended, without when. */
static void say_end(const struct known *k, struct buf *out)
{
	const struct spawn_end *end = &k->rec.end;
	char sig[32];
	if (end->limit == LIMIT_IDLE)
		buf_puts(out, "idle too long");
	else if (end->timed_out)
		buf_puts(out, "timed out");
	else if (k->rec.caught)
		buf_puts(out, "killed");
	else if (!end->known)
		buf_puts(out, "lost");
	else if (WIFEXITED(end->status))
		buf_printf(out, "exit %d", WEXITSTATUS(end->status));
	else
		buf_puts(out, ended_signal(sig, WTERMSIG(end->status)));
}

static void say_state(const struct known *k, struct buf *out)
{
	if (k->state == JOB_RUNS)
		buf_puts(out, "running");
	else if (k->state == JOB_LOST)
		buf_puts(out, "lost");
	else
		say_end(k, out);
}

void known_say(const struct known *k, struct buf *out)
{
	char time[32];
	const char *limit = spawn_limit_name(k->rec.end.limit);
	say_state(k, out);
	if (k->state == JOB_LOST)
		buf_puts(out, ": the process that kept it was killed");
	else
		buf_printf(out, " %s %s", k->state == JOB_RUNS ? "for" : "after",
			ended_duration(time, known_age(k)));
	if (k->rec.end.limit >= LIMIT_MEM)
		buf_printf(out, "; reached --%s", limit);
}

void known_command(const struct known *k, struct out *o)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	for (size_t i = 0; i < k->rec.argv.n; i++) {
		if (i)
			buf_addc(&line, ' ');
		buf_puts(&line, k->rec.argv.v[i]);
	}
	out_name(o, line.p);
}

static const char *status_name(const struct known *k)
{
	const struct spawn_end *end = &k->rec.end;
	if (k->state == JOB_RUNS)
		return "running";
	if (k->state == JOB_LOST || (!end->known && !end->timed_out))
		return "lost";
	if (end->timed_out)
		return "timed_out";
	if (k->rec.caught)
		return "killed";
	return WIFEXITED(end->status) ? "exited" : "signaled";
}

static void json_end(const struct known *k, struct jout *j)
{
	const struct spawn_end *end = &k->rec.end;
	bool known = k->state == JOB_OVER && end->known;
	const char *limit = spawn_limit_name(end->limit);
	if (known && WIFEXITED(end->status))
		jout_int(j, "exit_code", WEXITSTATUS(end->status));
	else
		jout_null(j, "exit_code");
	if (known && WIFSIGNALED(end->status))
		jout_int(j, "signal", WTERMSIG(end->status));
	else
		jout_null(j, "signal");
	if (limit)
		jout_str(j, "limit", limit);
	else
		jout_null(j, "limit");
	if (k->state != JOB_OVER)
		return;
	jout_time(j, "ended_at", k->rec.ended_s, 0);
	jout_int(j, "user_ms", end->user_us / 1000);
	jout_int(j, "system_ms", end->system_us / 1000);
	jout_int(j, "max_rss_bytes", end->max_rss);
	jout_str(j, "kill", end->by_group ? "cgroup" : "tree");
	jout_int(j, "stopped", end->stopped);
}

void known_record(const struct known *k, struct jout *j)
{
	jout_record(j, "job");
	jout_str(j, "id", k->job.id);
	jout_array(j, "command");
	for (size_t i = 0; i < k->rec.argv.n; i++)
		jout_bytes(j, NULL, k->rec.argv.v[i], strlen(k->rec.argv.v[i]));
	jout_end_array(j);
	jout_bytes(j, "cwd", k->rec.cwd, strlen(k->rec.cwd));
	jout_str(j, "status", status_name(k));
	jout_time(j, "began_at", k->rec.began_s, (long)k->rec.began_ns);
	jout_int(j, "duration_ms", known_age(k));
	json_end(k, j);
}

static void list_text(
	struct tool *t, const struct known *k, const struct port *ports, size_t n_ports)
{
	struct buf state CLEANUP(buf_release) = BUF_INIT;
	struct buf list CLEANUP(buf_release) = BUF_INIT;
	char age[32];
	say_state(k, &state);
	for (size_t i = 0; i < n_ports; i++)
		if (!i || ports[i].number != ports[i - 1].number)
			buf_printf(&list, "%s:%d", list.len ? "," : "", ports[i].number);
	bool pad = t->out.form != OUT_MODEL;
	buf_printf(&t->out.buf, pad ? "%-4s %-10s %8s  %-7s " : "%s %s %s %s ", k->job.id,
		state.p, ended_duration(age, known_age(k)), list.len ? list.p : "-");
	known_command(k, &t->out);
	buf_addc(&t->out.buf, '\n');
}

static void list_json(
	struct tool *t, const struct known *k, const struct port *ports, size_t n_ports)
{
	struct jout *j = &t->out.json;
	known_record(k, j);
	jout_array(j, "ports");
	for (size_t i = 0; i < n_ports; i++) {
		jout_object(j, NULL);
		jout_str(j, "address", ports[i].address);
		jout_int(j, "port", ports[i].number);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_end_object(j);
}

static int list_one(struct tool *t, const char *id, struct err *e)
{
	struct known k;
	struct port ports[MOST_PORTS];
	if (known_open(&k, t->home, id, e) < 0)
		return -1;
	size_t n = k.state == JOB_RUNS ? ports_find(k.rec.pid, ports, MOST_PORTS) : 0;
	if (t->out.form == OUT_JSON)
		list_json(t, &k, ports, n);
	else
		list_text(t, &k, ports, n);
	known_release(&k);
	return 0;
}

int job_show_list(struct tool *t, struct err *e)
{
	struct vec all = {0};
	bool some = t->operands.n > 1;
	if (!some && job_list(t->home, &all, e) < 0)
		return -1;
	for (size_t i = some; i < (some ? t->operands.n : all.n); i++) {
		struct err why = {0};
		if (list_one(t, some ? t->operands.v[i] : all.v[i], &why) == 0)
			continue;
		/* One that was removed meanwhile is no job any more. */
		if (some || why.code != ERR_NOT_FOUND)
			out_error(&t->out, &why);
	}
	if (!some && !all.n)
		out_notice(&t->out, "no jobs; pab-exec --bg starts one");
	vec_release(&all);
	return 0;
}
