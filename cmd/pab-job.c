/* SPDX-License-Identifier: MIT */
/* Follows, waits for and ends the commands that pab-exec --bg has left running.
 * usage: pab-job [options] COMMAND [ID ...]
 * exit status: 0 1 2 3 5 7 124; of wait: as pab-exec's */
#include "pab_job.h"

#include "ended.h"
#include "mem.h"
#include "num.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

enum {
	GIVES_UP = 15000, /* milliseconds after the grace until the keeper is killed */
	JUST_ENDED = 500, /* milliseconds for the record of what has ended to be there */
	FAILED = 125,     /* as of pab-exec */
	SIGNALLED = 128,
};

static struct asked asked = {.offset = -1, .lines = 100, .timeout = -1, .reader = NULL};

static const struct opt table[] = {
	{0, "new", NULL, OPT_FLAG, OPT_PLAIN, &asked.fresh, 1,
		"read: what came since this reader's last --new", 0, NULL},
	{0, "reader", "NAME", OPT_STR, OPT_PLAIN, &asked.reader, 0,
		"read: who that is (PAB_ACTOR)", 0, NULL},
	{0, "offset", "N", OPT_INT, OPT_PLAIN, &asked.offset, 0,
		"read: from byte N on, not the end of it", 0, NULL},
	{0, "lines", "N", OPT_INT, OPT_PLAIN, &asked.lines, 1,
		"read: the last N lines (100)", 0, NULL},
	{'f', "follow", NULL, OPT_FLAG, OPT_PLAIN, &asked.follow, 1,
		"read: go on until the job has ended", 0, NULL},
	{0, "wait-for", "RE", OPT_STR, OPT_PLAIN, &asked.wait_for, 0,
		"read: first wait for a line that matches", 0, NULL},
	{0, "timeout", "T", OPT_TIME, OPT_PLAIN, &asked.timeout, 0,
		"wait, read --follow, --wait-for: at most T (none)", 0, NULL},
	{0, "raw", NULL, OPT_FLAG, OPT_PLAIN, &asked.raw, 1,
		"read: the bytes as they came, all of them", 0, NULL},
	{0, "now", NULL, OPT_FLAG, OPT_PLAIN, &asked.now, 1, "kill: without the grace", 0,
		NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-job list",
	"command, age, status, listening ports", "pab-job read k1 --new",
	"what is new since the last time",
	"pab-job read k1 --wait-for ready --timeout 30",
	"0 seen, 1 ended without it, 124 time", "pab-job kill k1",
	"it and all it started", "pab-grep -i error @job:k1", "search all of it", NULL};

static const struct tool_spec spec = {
	.name = "pab-job",
	.job = "follow, wait for and end commands in the background",
	.synopsis = "[options] COMMAND [ID ...]",
	.opts = table,
	.operands = OPT_PLAIN,
	.limits = {.bytes = 30000,
		.lines = NUM_NONE,
		.columns = 2000,
		.rows = NUM_NONE,
		.timeout = NUM_NONE},
	.statuses =
		"0 done or seen, 1 ended without it, 2 usage, 3 no such job,\n"
		"  5 no commands here, 7 still running or the system failed, 124 out of time;\n"
		"  wait: the command's own, 124 out of time, 125 pab-job failed\n\n"
		"commands: list [ID ...] | read ID[.out|.err] | wait ID | kill ID ...\n"
		"  | rm ID ... | gc",
	.examples = examples,
};

/* One line about a job, or its record. */
static void say(struct tool *t, const struct known *k, const char *before)
{
	struct buf how CLEANUP(buf_release) = BUF_INIT;
	if (t->out.form == OUT_JSON) {
		known_record(k, &t->out.json);
		jout_end_object(&t->out.json);
		return;
	}
	if (t->out.quiet)
		return;
	known_say(k, &how);
	buf_printf(&t->out.buf, "%s%s: %s: ", before, k->job.id, how.p);
	known_command(k, &t->out);
	buf_addc(&t->out.buf, '\n');
}

static int list(struct tool *t, const char *id, struct err *e)
{
	(void)id; /* it takes them all at once */
	return job_show_list(t, e);
}

static int read_one(struct tool *t, const char *id, struct err *e)
{
	const char *actor = getenv("PAB_ACTOR");
	if (!asked.reader)
		asked.reader = actor ? actor : "";
	return job_show_output(t, id, &asked, e);
}

static int wait_one(struct tool *t, const char *id, struct err *e)
{
	struct known k;
	int64_t now = num_now_ms();
	bool ever = asked.timeout < 0 || asked.timeout > NUM_NONE - now;
	t->out.failed = FAILED;
	if (known_open(&k, t->home, id, e) < 0)
		return -1;
	bool ended = known_wait(&k, ever ? NUM_NONE : now + asked.timeout);
	const struct spawn_end *end = &k.rec.end;
	say(t, &k, "");
	int status = k.state == JOB_LOST        ? FAILED
		     : !ended || end->timed_out ? JOB_TIMED_OUT
		     : k.rec.caught             ? SIGNALLED + k.rec.caught
		     : !end->known              ? FAILED
		     : WIFEXITED(end->status)   ? WEXITSTATUS(end->status)
						: SIGNALLED + WTERMSIG(end->status);
	t->out.status = status;
	known_release(&k);
	return 0;
}

/* May commands be dealt with where the tools act? */
static int admit(const struct tool *t, struct err *e)
{
	struct target target;
	if (place_target(&t->place, ".", &target, e) < 0)
		return -1;
	int r = place_admit(&t->place, OP_EXECUTE, &target, e);
	target_release(&target);
	return r;
}

/* Asks the job's keeper to end it, and when that does not do it, kills that: what it
 * keeps dies with it. Returns 0, or -1 with err. */
static int end_job(struct known *k, struct err *e)
{
	int64_t grace = k->rec.grace > GIVES_UP * 100 ? GIVES_UP * 100 : k->rec.grace;
	int64_t until = num_now_ms() + GIVES_UP + (asked.now ? 0 : grace);
	int r = job_signal(&k->rec, SIGTERM);
	/* The second one is for at once. */
	if (r == 0 && asked.now)
		r = job_signal(&k->rec, SIGINT);
	if (r < 0 && errno != ESRCH)
		return err_sys(e, k->job.id, errno);
	if (r < 0 && !known_wait(k, num_now_ms() + JUST_ENDED))
		return err_set(e, ERR_IO, k->job.id,
			"the process that keeps it cannot be found from here: it may be in another "
			"namespace of processes");
	if (!known_wait(k, until) && job_signal(&k->rec, SIGKILL) == 0 &&
		!known_wait(k, num_now_ms() + GIVES_UP))
		return err_set(e, ERR_IO, k->job.id, "could not be ended");
	return 0;
}

static int kill_one(struct tool *t, const char *id, struct err *e)
{
	struct known k;
	char n[32];
	if (admit(t, e) < 0 || known_open(&k, t->home, id, e) < 0)
		return -1;
	bool ran = k.state == JOB_RUNS;
	int r = ran ? end_job(&k, e) : 0;
	if (r == 0)
		say(t, &k, ran ? "" : "had ended before: ");
	if (r == 0 && ran && k.rec.end.stopped)
		out_notice(&t->out, "stopped %s (%s)",
			ended_processes(n, k.rec.end.stopped), k.rec.end.names);
	known_release(&k);
	return r;
}

static int remove_one(struct tool *t, const char *id, struct err *e)
{
	struct job j;
	struct jobrec rec;
	enum job_state state;
	if (job_open(t->home, id, &j, e) < 0)
		return -1;
	/* A damaged record is no reason to keep it. */
	int r = job_read(&j, &rec, &state, e);
	if (r == 0)
		jobrec_release(&rec);
	if (r == 0 && state == JOB_RUNS)
		r = err_set(e, ERR_BUSY, id, "still runs; pab-job kill %s ends it", id);
	else if (r == 0 || e->code == ERR_IO)
		r = job_remove(&j) < 0 ? err_sys(e, id, errno) : 0;
	if (r == 0 && t->out.form != OUT_JSON && !t->out.quiet)
		buf_printf(&t->out.buf, "removed %s\n", id);
	job_release(&j);
	return r;
}

static int gc(struct tool *t, const char *id, struct err *e)
{
	(void)id, (void)e;
	size_t n = job_sweep(t->home);
	if (t->out.form == OUT_JSON)
		jout_int(tool_summary(t), "removed", (int64_t)n);
	else if (!t->out.quiet)
		buf_printf(&t->out.buf, "removed %zu job%s\n", n, n == 1 ? "" : "s");
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(struct tool *t, const char *id, struct err *e);
	size_t least, most; /* ids */
	bool each;          /* once for each of them */
} verbs[] = {
	{"list", list, 0, SIZE_MAX, false},
	{"read", read_one, 1, 1, true},
	{"wait", wait_one, 1, 1, true},
	{"kill", kill_one, 1, SIZE_MAX, true},
	{"rm", remove_one, 1, SIZE_MAX, true},
	{"gc", gc, 0, 0, false},
};

/* Options that this command does not have. Returns 0, or -1 when that was printed. */
static int refuse_options(struct tool *t, const char *verb)
{
	bool reads = !strcmp(verb, "read"), waits = !strcmp(verb, "wait");
	bool of_read = asked.fresh || asked.offset >= 0 || asked.follow ||
		       asked.wait_for || asked.raw || asked.reader;
	bool waits_in_read = asked.follow || asked.wait_for;
	if (!reads && of_read)
		return tool_usage(t,
			"--new, --reader, --offset, --follow, --wait-for and "
			"--raw are for read");
	if (asked.timeout >= 0 && !waits && !waits_in_read)
		return tool_usage(
			t, "--timeout is for wait, and for read --follow or --wait-for");
	if (asked.now && strcmp(verb, "kill") != 0)
		return tool_usage(t, "--now is for kill");
	if (asked.fresh && asked.offset >= 0)
		return tool_usage(t, "--new and --offset exclude each other");
	if (asked.raw && t->out.form == OUT_JSON)
		return tool_usage(t, "--raw and JSON exclude each other");
	return 0;
}

static void run(struct tool *t)
{
	const char *name = t->operands.n ? t->operands.v[0] : "list";
	size_t n = t->operands.n ? t->operands.n - 1 : 0, i = 0;
	struct err e = {0};
	while (i < ARRAY_LEN(verbs) && strcmp(name, verbs[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(verbs)) {
		tool_usage(t, "list, read, wait, kill, rm and gc are known, not '%.40s'",
			name);
		return;
	}
	if (n < verbs[i].least || n > verbs[i].most) {
		tool_usage(t, "%s takes %s", name,
			!verbs[i].most       ? "no id"
			: verbs[i].most == 1 ? "one id"
					     : "ids");
		return;
	}
	if (refuse_options(t, name) < 0)
		return;
	for (size_t k = 0; k < (verbs[i].each ? n : 1); k++) {
		const char *id = verbs[i].each ? t->operands.v[k + 1] : NULL;
		e = (struct err){0};
		if (verbs[i].run(t, id, &e) < 0)
			tool_fail(t, &e);
	}
}

int main(int argc, char **argv)
{
	struct tool t;
	if (tool_begin(&t, &spec, argc, argv) == 0)
		run(&t);
	return tool_end(&t);
}
