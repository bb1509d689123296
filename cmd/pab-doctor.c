/* SPDX-License-Identifier: MIT */
/* Proves what holds here by trying what must not be possible, in every place there is.
 * usage: pab-doctor [options]
 * exit status: 0 all held, 2 usage, 7 something did not hold, or could not be tried */
#include "pab_doctor.h"

#include "dial.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	struct vec on;
	int all;
} given;

static const struct opt options[] = {
	{0, "on", "PLACE", OPT_LIST, OPT_PLAIN, &given.on, 0,
		"only there: local, sandbox, session, docker, podman, host", 0, NULL},
	{0, "all", NULL, OPT_FLAG, OPT_PLAIN, &given.all, 1,
		"show what held, too, a line each", 0, NULL},
	OPT_END,
};

static const char *const examples[] = {"pab-doctor", "does everything hold here?",
	"pab-doctor --all", "what was tried, and what held it", "pab-doctor --on sandbox",
	"in that place alone", "pab-doctor -j | jq 'select(.held==false)'",
	"what does not hold", NULL};

static const struct tool_spec spec = {
	.name = "pab-doctor",
	.job = "prove what holds here by trying the forbidden thing",
	.synopsis = "[options]",
	.opts = options,
	.operands = OPT_PLAIN,
	.no_place = true,
	.limits = TOOL_LIMITS(1000),
	.statuses = "0 all held, 2 usage, 7 something did not hold, or could not be\n"
		    "  tried",
	.examples = examples,
};

/* In the new process. */
NORETURN static void become(
	const struct doctor *d, const char *const *argv, int in, int out)
{
	char *program CLEANUP(mem_freep) = dial_beside(argv[0]);
	if (program && chdir(d->dir) == 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 &&
		dup2(out, 2) >= 0)
		execv(program, (char *const *)argv);
	_exit(255);
}

int doctor_run(const struct doctor *d, const char *const *argv, const char *input,
	struct buf *out)
{
	enum { MOST = 1 << 20, FAILED = 255 };
	int in CLEANUP(mem_closep) = open(d->top, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int pair[2], status = -1;
	size_t n = input ? strlen(input) : 0;
	if (in < 0 || (n && (io_write(in, input, n) < 0 || lseek(in, 0, SEEK_SET) < 0)) ||
		pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		become(d, argv, in, pair[1]);
	close(pair[1]);
	if (pid > 0 && io_slurp(pair[0], out, MOST) < 0)
		buf_puts(out, "more than it should say");
	close(pair[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status) == FAILED ? -1 : WEXITSTATUS(status);
}

static void say_json(struct doctor *d, const char *place, const char *name,
	const char *what, enum verdict verdict, const char *why)
{
	struct jout *j = &d->t->out.json;
	jout_record(j, "check");
	jout_str(j, "place", place);
	jout_str(j, "name", name);
	jout_bytes(j, "what", what, strlen(what));
	if (verdict == VERDICT_UNTRIED)
		jout_null(j, "held");
	else
		jout_bool(j, "held", verdict == VERDICT_HELD);
	jout_bool(j, "promised", verdict != VERDICT_OPEN);
	jout_bytes(j, "why", why, strlen(why));
	jout_end_object(j);
}

void doctor_say(struct doctor *d, const char *place, const char *name, const char *what,
	enum verdict verdict, const char *why)
{
	static const char *const words[] = {"held", "NOT HELD", "untried", "open"};
	struct out *o = &d->t->out;
	d->n[verdict]++;
	if (o->form == OUT_JSON) {
		say_json(d, place, name, what, verdict, why);
	} else if (given.all || (verdict != VERDICT_HELD && verdict != VERDICT_OPEN)) {
		buf_printf(&o->buf, "%-8s  %-8s %s", words[verdict], place, what);
		if (*why)
			buf_printf(&o->buf, ": %.200s", why);
		buf_addc(&o->buf, '\n');
	}
	out_drain(o);
}

static const char *const places[] = {
	"local", "sandbox", "session", "docker", "podman", "host"};

/* Returns one that is asked for and is none, or NULL. */
static const char *no_place(void)
{
	for (size_t i = 0; i < given.on.n; i++) {
		size_t k = 0;
		while (k < ARRAY_LEN(places) && strcmp(places[k], given.on.v[i]) != 0)
			k++;
		if (k == ARRAY_LEN(places))
			return given.on.v[i];
	}
	return NULL;
}

static bool wants(const char *place)
{
	for (size_t i = 0; i < given.on.n; i++)
		if (!strcmp(given.on.v[i], place))
			return true;
	return !given.on.n;
}

void doctor_notice(struct doctor *d, const char *place, const char *what)
{
	out_notice(&d->t->out, "%s: %s", place, what);
}

void doctor_missing(struct doctor *d, const char *place, const char *what)
{
	doctor_notice(d, place, what);
	d->missing = true;
}

/* What a sandbox lacks: the program that may make one where pab itself may not, or what
 * was said. */
static const char *lack(struct buf *said)
{
	said->p[strcspn(said->p, "\n")] = '\0';
	return access("/usr/bin/bwrap", X_OK) < 0
		       ? "bubblewrap is missing: apt-get install bubblewrap"
		       : said->p;
}

/* Is the sandbox made of namespaces, or is it the weaker one? */
static void look_at_sandbox(struct doctor *d)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	const char *const argv[] = {"pab-exec", "-B", "sandbox", "--", "true", NULL};
	int status = doctor_run(d, argv, NULL, &out);
	if (status != 0 || *out.p)
		doctor_missing(d, "sandbox", lack(&out));
}

static void examine_sandbox(struct doctor *d)
{
	struct err e;
	look_at_sandbox(d);
	if (bait_renew(d, &e) == 0)
		doctor_commands(d, "sandbox", "sandbox");
}

/* A sandbox that pab-session keeps. */
static void examine_session(struct doctor *d)
{
	static const char place[] = "session";
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	struct err e;
	const char *const open_it[] = {"pab-session", "open", "doctor", "--on", "sandbox",
		"--workspace", d->dir, "--spec", NULL};
	const char *const close_it[] = {"pab-session", "close", "doctor", NULL};
	if (bait_renew(d, &e) < 0)
		return;
	if (doctor_run(d, open_it, NULL, &out) != 0) {
		doctor_missing(d, place, lack(&out));
		return;
	}
	doctor_files(d, place, "session:doctor");
	doctor_commands(d, place, "session:doctor");
	buf_clear(&out);
	if (doctor_run(d, close_it, NULL, &out) != 0)
		doctor_missing(d, place, out.p);
}

static void examine(struct doctor *d)
{
	if (wants("local"))
		doctor_files(d, "local", "local");
	if (wants("sandbox"))
		examine_sandbox(d);
	if (wants("session"))
		examine_session(d);
	if (wants("docker") || wants("podman"))
		doctor_containers(d, wants, given.on.n > 0);
	struct err e;
	/* Nothing holds a command there: this shows that the trying is meant. */
	if (given.on.n && wants("host") && bait_renew(d, &e) == 0)
		doctor_commands(d, "host", "local");
}

static void sum_up(struct doctor *d)
{
	struct out *o = &d->t->out;
	struct jout *j = tool_summary(d->t);
	if (j) {
		jout_int(j, "held", d->n[VERDICT_HELD]);
		jout_int(j, "not_held", d->n[VERDICT_BROKEN]);
		jout_int(j, "untried", d->n[VERDICT_UNTRIED]);
		jout_int(j, "not_promised", d->n[VERDICT_OPEN]);
	} else {
		buf_printf(&o->buf, "%lld held, %lld NOT HELD, %lld untried",
			(long long)d->n[VERDICT_HELD], (long long)d->n[VERDICT_BROKEN],
			(long long)d->n[VERDICT_UNTRIED]);
		if (d->n[VERDICT_OPEN])
			buf_printf(&o->buf, ", %lld not promised there (--all)",
				(long long)d->n[VERDICT_OPEN]);
		buf_addc(&o->buf, '\n');
	}
	if (d->n[VERDICT_BROKEN] || d->missing || !d->n[VERDICT_HELD])
		out_status(o, 7);
}

/* The tools must act where they are told to, as if nobody had set anything. */
static int set_variables(const struct doctor *d)
{
	static const char *const off[] = {"PAB_BACKEND", "PAB_ALLOW", "PAB_CWD",
		"PAB_RULES", "PAB_ASK", "PAB_AUDIT", "PAB_OUTPUT", "PAB_LIMITS",
		"PAB_BOX"};
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		if (unsetenv(off[i]) < 0)
			return -1;
	return setenv("PAB_HOME", d->records, 1);
}

int main(int argc, char **argv)
{
	struct tool t;
	struct err e;
	struct doctor d = {.t = &t};
	if (tool_begin(&t, &spec, argc, argv) == 0) {
		if (t.operands.n)
			tool_usage(&t, "it takes no operands");
		else if (no_place())
			tool_usage(&t,
				"--on takes local, sandbox, session, docker, podman or "
				"host, not '%.40s'",
				no_place());
		else if (bait_make(&d, &e) < 0 || set_variables(&d) < 0)
			tool_fail(&t, &e);
		else
			examine(&d), sum_up(&d);
		bait_release(&d);
	}
	vec_release(&given.on);
	return tool_end(&t);
}
