/* SPDX-License-Identifier: MIT */
#include "toolrun.h"

#include "dial.h"
#include "io.h"
#include "mem.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, MOST = 64 << 20 };

/* The programs that are linked in, and whether this process becomes one; NULL: none is.
 */
static const struct tool_inside *inside;
static bool here;

/* What the child needs, made before it begins. */
struct start {
	const char *path;
	char *const *argv;
	char *const *env;
	int std[3];
	pid_t parent;
	int error; /* of the exec that failed */
};

/* In the child, with the memory of its sleeping parent. */
static void become(struct start *s)
{
	sigset_t none;
	sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != s->parent)
		_exit(127);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(s->std[fd], fd) < 0) {
			s->error = errno;
			_exit(127);
		}
	execve(s->path, s->argv, s->env);
	s->error = errno;
	_exit(127);
}

/* vfork, because copying page tables costs as much as all the rest. */
static pid_t start(struct start *s)
{
	/* NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	pid_t pid = vfork();
	if (pid == 0)
		become(s);
	/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork)
	 */
	return pid;
}

/* The environment with that one as PAB_OUTPUT. Returns new memory. */
static char **make_env(char *output)
{
	size_t n = 0, k = 1;
	while (environ[n])
		n++;
	char **env = xcalloc(n + 2, sizeof(*env));
	env[0] = output;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "PAB_OUTPUT=", 11) != 0)
			env[k++] = environ[i];
	return env;
}

/* Takes what came on one pipe; at its end, or past what is kept, closes it. */
static void take(int *fd, struct buf *out)
{
	buf_reserve(out, CHUNK);
	ssize_t n = read(*fd, out->p + out->len, CHUNK);
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		out->len += (size_t)n;
		out->p[out->len] = '\0';
	}
	if (n <= 0 || out->len > MOST)
		close(steal_fd(fd));
}

static void collect(int out, int facts, struct ran *r)
{
	while (out >= 0 || facts >= 0) {
		struct pollfd p[2] = {{out, POLLIN, 0}, {facts, POLLIN, 0}};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[0].revents)
			take(&out, &r->text);
		if (p[1].revents)
			take(&facts, &r->facts);
	}
	mem_closep(&out);
	mem_closep(&facts);
}

static int wait_for(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* A file in memory with n bytes. Returns a descriptor, or -1 with errno. */
static int make_file(const char *p, size_t n)
{
	int fd = (int)syscall(SYS_memfd_create, "run", 1U);
	if (fd >= 0 && io_write(fd, p, n) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	int number = errno;
	mem_closep(&fd);
	errno = number;
	return -1;
}

/* Input in memory, so that nobody has to write while others print. */
static int make_input(const char *p, size_t n)
{
	return n ? make_file(p, n) : io_empty();
}

static int run(struct start *s, const char *input, size_t n, struct ran *r, struct err *e)
{
	int out[2] = {-1, -1}, facts[2] = {-1, -1};
	int in CLEANUP(mem_closep) = make_input(input, n);
	if (in < 0 || pipe2(out, O_CLOEXEC) < 0)
		return err_sys(e, NULL, errno);
	if (pipe2(facts, O_CLOEXEC) < 0) {
		int number = errno;
		mem_closep(&out[0]);
		mem_closep(&out[1]);
		return err_sys(e, NULL, number);
	}
	s->std[0] = in;
	s->std[1] = out[1];
	s->std[2] = facts[1];
	pid_t pid = start(s);
	if (pid < 0)
		s->error = errno;
	mem_closep(&out[1]);
	mem_closep(&facts[1]);
	collect(out[0], facts[0], r);
	r->status = pid < 0 ? 127 : wait_for(pid);
	return s->error ? err_sys(e, s->path, s->error) : 0;
}

/* Takes what was printed into a file in memory, as much as is kept. */
static int take_file(int fd, struct buf *out)
{
	off_t n = lseek(fd, 0, SEEK_END);
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	n = n > MOST ? MOST : n;
	buf_reserve(out, (size_t)n);
	ssize_t got = io_read(fd, out->p, (size_t)n);
	if (got < 0)
		return -1;
	out->len = (size_t)got;
	out->p[out->len] = '\0';
	return 0;
}

/* Runs it in this process, which is given its descriptors for good. */
static int run_here(tool_main *program, const struct vec *argv, char **env,
	const char *input, size_t n, struct ran *r, struct err *e)
{
	int in CLEANUP(mem_closep) = make_input(input, n);
	int out CLEANUP(mem_closep) = make_file("", 0);
	int facts CLEANUP(mem_closep) = make_file("", 0);
	if (in < 0 || out < 0 || facts < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
		dup2(facts, 2) < 0)
		return err_sys(e, NULL, errno);
	char **own = environ;
	environ = env;
	tool_forget();
	r->status = program((int)argv->n, argv->v);
	environ = own;
	return take_file(out, &r->text) < 0 || take_file(facts, &r->facts) < 0
		       ? err_sys(e, NULL, errno)
		       : 0;
}

void tool_run_inside(const struct tool_inside *table)
{
	inside = table;
}

void tool_run_here(void)
{
	here = true;
}

tool_main *tool_inside_main(const struct tool_inside *table, const char *name)
{
	for (; table && table->name; table++)
		if (!strcmp(table->name, name))
			return table->main;
	return NULL;
}

int tool_run(const struct vec *argv, const char *input, size_t n, const char *form,
	struct ran *r, struct err *e)
{
	*r = (struct ran){.text = BUF_INIT, .facts = BUF_INIT};
	tool_main *program = tool_inside_main(inside, argv->v[0]);
	char *path CLEANUP(mem_freep) =
		program ? xstrdup("/proc/self/exe") : dial_beside(argv->v[0]);
	if (!path)
		return err_set(
			e, ERR_NOT_FOUND, argv->v[0], "not there beside this program");
	char *output CLEANUP(mem_freep) = xasprintf("PAB_OUTPUT=%s", form);
	char **env CLEANUP(mem_freep) = make_env(output);
	if (program && here) {
		here = false;
		return run_here(program, argv, env, input, n, r, e);
	}
	struct start s = {.path = path, .argv = argv->v, .env = env, .parent = getpid()};
	return run(&s, input, n, r, e);
}

const char *ran_next(const struct ran *r, const char *name, const char *last, size_t *n)
{
	const char *end = r->facts.p + r->facts.len;
	size_t len = strlen(name);
	const char *p = last ? last + strcspn(last, "\n") + 1 : r->facts.p;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf ? lf : end;
		if ((size_t)(stop - p) > len && !memcmp(p, name, len) && p[len] == ' ') {
			*n = (size_t)(stop - p) - len - 1;
			return p + len + 1;
		}
		p = stop + 1;
	}
	return NULL;
}

const char *ran_fact(const struct ran *r, const char *name, size_t *n)
{
	const char *found = NULL, *next = NULL;
	while ((next = ran_next(r, name, next, n)))
		found = next;
	if (found)
		*n = strcspn(found, "\n");
	return found;
}

void ran_release(struct ran *r)
{
	buf_release(&r->text);
	buf_release(&r->facts);
}
