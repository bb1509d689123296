/* SPDX-License-Identifier: MIT */
/* run: a place for one command, with no trace after. shell: a person in a place. */
#include "pab_session_verbs.h"

#include "mem.h"
#include "num.h"
#include "tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 125 };

static volatile sig_atomic_t child; /* 0: there is none yet; -1: it is not to be */

static void pass_on(int sig)
{
	if (child > 0)
		kill(child, sig);
	else
		child = -1;
}

/* Whoever ends us ends the command, and then the place. */
static void take_signals(void)
{
	static const int all[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	struct sigaction sa = {.sa_handler = pass_on}, was;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (sigaction(all[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			(void)sigaction(all[i], &sa, NULL);
}

/* The command line of pab-exec in that session. Returns 0, or -1 with err. */
static int put_together(struct tool *t, const char *id, char *const *command, size_t n,
	struct vec *argv, struct err *e)
{
	char *program CLEANUP(mem_freep) = dial_beside("pab-exec");
	if (!program)
		return err_set(
			e, ERR_BACKEND, NULL, "there is no pab-exec beside pab-session");
	vec_add(argv, program);
	vec_add(argv, "-B");
	vec_give(argv, xasprintf("session:%s", id));
	if (t->home) {
		vec_add(argv, "--home");
		vec_add(argv, t->home);
	}
	if (t->out.form == OUT_JSON)
		vec_add(argv, "--json");
	if (session_opts.with_stdin)
		vec_add(argv, "--stdin");
	if (session_opts.terminal)
		vec_add(argv, "--terminal");
	if (session_opts.timeout)
		vec_give(argv, xasprintf("--timeout=%s", session_opts.timeout));
	vec_add(argv, "--");
	for (size_t i = 0; i < n; i++)
		vec_add(argv, command[i]);
	return 0;
}

/* Runs it and waits. Returns its exit status, or -1 with err. */
static int run_child(char *const *argv, struct err *e)
{
	int status;
	sigset_t block, before;
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGQUIT);
	sigprocmask(SIG_BLOCK, &block, &before);
	pid_t pid = child < 0 ? -1 : fork();
	if (pid == 0) {
		static const int all[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
		struct sigaction was;
		for (size_t i = 0; i < ARRAY_LEN(all); i++)
			if (sigaction(all[i], NULL, &was) == 0 &&
				was.sa_handler == pass_on)
				(void)signal(all[i], SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		execv(argv[0], argv);
		_exit(FAILED);
	}
	int number = errno;
	if (pid > 0)
		child = pid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return 128 + SIGTERM;
	if (pid < 0)
		return err_sys(e, argv[0], number);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, argv[0], errno);
	child = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Ends it, unless somebody else did. Returns 0, or -1 with err. */
static int end(struct tool *t, const char *id, struct err *e)
{
	struct session s CLEANUP(session_release);
	if (session_get(&s, t->home, id, e) < 0)
		return e->code == ERR_NOT_FOUND ? 0 : -1;
	return session_close(&s, t->home, false, e);
}

int session_do_run(struct tool *t, const char *id, struct err *e)
{
	char name[40], owner[64];
	struct session s CLEANUP(session_release) = {.dir = -1};
	unsigned char noise[8];
	struct vec argv CLEANUP(vec_release) = {0};
	(void)id;
	t->out.failed = FAILED;
	if (getrandom(noise, sizeof(noise), 0) != sizeof(noise))
		return err_sys(e, NULL, errno);
	int at = snprintf(name, sizeof(name), "run-");
	for (size_t i = 0; i < sizeof(noise); i++)
		at += snprintf(name + at, sizeof(name) - (size_t)at, "%02x", noise[i]);
	if (put_together(t, name, t->operands.v + 1, t->operands.n - 1, &argv, e) < 0)
		return -1;
	take_signals();
	/* Should we be killed, gc ends it. */
	snprintf(owner, sizeof(owner), "%ld %llu", (long)getpid(),
		(unsigned long long)tree_start(getpid()));
	session_opts.owner = owner;
	session_opts.fresh = true;
	if (session_open(t, &s, name, e) < 0)
		return -1;
	session_release(&s);
	int status = run_child(argv.v, e);
	struct err why = {0};
	if (end(t, name, &why) < 0)
		out_error(&t->out, &why);
	if (status < 0)
		return -1;
	t->out.status = status;
	t->summarised = true; /* pab-exec has said it all */
	t->out.form = OUT_TEXT;
	return 0;
}

int session_do_shell(struct tool *t, const char *id, struct err *e)
{
	static char sh[] = "sh";
	char *const shell[] = {sh};
	bool own = t->operands.n > 2;
	struct session s CLEANUP(session_release);
	struct vec argv CLEANUP(vec_release) = {0};
	t->out.failed = FAILED;
	if (session_get(&s, t->home, id, e) < 0)
		return -1;
	session_release(&s);
	session_opts.with_stdin = true;
	session_opts.terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!session_opts.timeout)
		session_opts.timeout = "none";
	if (put_together(t, id, own ? t->operands.v + 2 : shell,
		    own ? t->operands.n - 2 : 1, &argv, e) < 0 ||
		!argv.n)
		return -1;
	execv(argv.v[0], argv.v);
	return err_sys(e, argv.v[0], errno);
}
