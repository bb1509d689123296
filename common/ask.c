/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "approval.h"
#include "diag.h"
#include "io.h"
#include "jout.h"
#include "mem.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WAIT_MS = 600000 }; /* for PAB_ASK's program */

static void fill(const struct question *q, struct approval *a)
{
	const struct gate *g = q->gate;
	*a = (struct approval){.op = xstrdup(rules_op_name(q->op)),
		.tool = xstrdup(g->tool),
		.target = xstrdup(q->target),
		.world = xstrdup(g->world),
		.dir = xstrdup(g->dir),
		.actor = xstrdup(g->actor ? g->actor : ""),
		.why = xstrdup(q->why)};
	approval_key(a, gate_sum(q->gate));
}

/* Has a person made a rule of an answer before? Returns 1, 0, or -1 with err. */
static int is_always(const struct question *q, struct err *e)
{
	struct rules r;
	if (approval_always(q->gate->home, q->gate->world, &r, e) < 0)
		return -1;
	char *literal CLEANUP(mem_freep) = rules_literal(q->target);
	int found = 0;
	for (size_t i = 0; i < r.op[q->op].n; i++)
		found |= r.op[q->op].v[i].action == RULE_ALLOW &&
			 !strcmp(r.op[q->op].v[i].pattern, literal);
	rules_release(&r);
	return found;
}

/* The question as a record, for the program that answers. */
static void to_json(const struct question *q, struct buf *b)
{
	struct jout j;
	const struct gate *g = q->gate;
	jout_init(&j, b);
	jout_record(&j, "rule");
	jout_str(&j, "action", "ask");
	jout_str(&j, "operation", rules_op_name(q->op));
	jout_bytes(&j, "target", q->target, strlen(q->target));
	if (q->show)
		jout_bytes(&j, "path", q->show, strlen(q->show));
	jout_bytes(&j, "description", q->why, strlen(q->why));
	jout_str(&j, "tool", g->tool);
	jout_bytes(&j, "backend", g->world, strlen(g->world));
	jout_bytes(&j, "cwd", g->dir, strlen(g->dir));
	if (g->actor)
		jout_bytes(&j, "actor", g->actor, strlen(g->actor));
	jout_end_object(&j);
}

/* Waits for it; one that takes too long is ended. Returns its status as wait gives it. */
static int wait_for(pid_t pid)
{
	int status = -1, fd CLEANUP(mem_closep) = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {fd, POLLIN, 0};
	int64_t until = num_now_ms() + WAIT_MS;
	while (fd >= 0 && num_now_ms() < until && poll(&p, 1, 1000) <= 0)
		;
	if (fd >= 0 && !p.revents)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Starts the program with fd as its standard input; what it prints goes to standard
 * error. Returns 0, or an errno. */
static int start(const char *program, int fd, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, pipe_signal;
	char *argv[] = {(char *)program, NULL};
	sigemptyset(&none);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe_signal);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int r = posix_spawnp(pid, program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r;
}

/* Status 0 is yes, 1 is no; anything else leaves the question to a person. */
static enum ask_answer ask_program(const struct question *q, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	pid_t pid;
	int fd CLEANUP(mem_closep) = (int)syscall(SYS_memfd_create, "ask", 1U);
	to_json(q, &b);
	if (fd < 0 || io_write(fd, b.p, b.len) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		err_sys(e, NULL, errno);
		return ASK_FAILED;
	}
	int why = start(q->gate->asker, fd, &pid);
	if (why) {
		err_set(e, ERR_IO, NULL,
			"cannot run the program that answers (--ask, PAB_ASK): %s",
			strerror(why));
		return ASK_FAILED;
	}
	int status = wait_for(pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return ASK_PENDING;
	return WEXITSTATUS(status) ? ASK_NO : ASK_YES;
}

/* One line of a person's, or nothing at the end of input. */
static char read_answer(void)
{
	char c, first = '\0';
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		if (!first && c != ' ')
			first = c;
	return first;
}

static enum ask_answer ask_terminal(const struct question *q, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_printf(&b, "%s: %s ", q->gate->tool, rules_op_name(q->op));
	text_name(&b, q->target, true);
	if (*q->why)
		buf_printf(&b, " (%s)", q->why);
	buf_puts(&b, "? [y]es, once; [a]lways; [n]o: ");
	if (io_write(STDERR_FILENO, b.p, b.len) < 0)
		return ASK_NO;
	switch (read_answer()) {
	case 'a':
	case 'A':
		if (approval_add_rule(
			    q->gate->home, q->gate->world, q->op, q->target, e) < 0)
			return ASK_FAILED;
		return ASK_YES;
	case 'y':
	case 'Y':
		return ASK_YES;
	default:
		return ASK_NO;
	}
}

/* An answer that was given meanwhile, else the question is written down. */
static enum ask_answer ask_later(struct question *q, struct err *e)
{
	struct approval a;
	enum ask_answer answer = ASK_FAILED;
	fill(q, &a);
	int got = approval_claim(q->gate->home, a.key, e);
	if (got == 1) {
		vec_add(&q->gate->claimed, a.key);
		answer = ASK_YES;
	} else if (got == 2) {
		answer = ASK_NO;
	} else if (got == 0 && approval_ask(q->gate->home, &a, e) == 0) {
		memcpy(q->request, a.id, sizeof(q->request));
		answer = ASK_PENDING;
	}
	approval_release(&a);
	return answer;
}

enum ask_answer ask_person(struct question *q, struct err *e)
{
	int always = is_always(q, e);
	if (always)
		return always < 0 ? ASK_FAILED : ASK_YES;
	if (q->gate->asker) {
		enum ask_answer answer = ask_program(q, e);
		if (answer != ASK_PENDING)
			return answer;
	} else if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		return ask_terminal(q, e);
	}
	return ask_later(q, e);
}
