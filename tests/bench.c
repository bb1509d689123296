/* SPDX-License-Identifier: MIT */
/* Times commands as whole processes, interleaved, and prints medians and the ratio.
 * usage: bench RUNS NAME_A NAME_B ::: A [ARG ...] ::: B [ARG ...]
 * In arguments, @1 and @2 change places with every run, so that an edit can be undone by
 * the next. Output goes to /dev/null. Exit status: 0, 1 when a command failed, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MAX_RUNS = 5000, MAX_ARGS = 64 };

struct command {
	const char *name;
	char *argv[MAX_ARGS];
	int n;
	double ms[MAX_RUNS];
};

static double now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The argument with @1 and @2 as "1" and "2", or the other way round on odd runs. */
static char *fill(const char *arg, int run)
{
	char *s = strdup(arg);
	char *from, *to;
	if (!s)
		exit(1);
	for (from = to = s; *from; from++) {
		if (*from == '@' && (from[1] == '1' || from[1] == '2')) {
			from++;
			*to++ = (char)(run % 2 ? '1' + '2' - *from : *from);
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return s;
}

static int run_once(struct command *c, int run, posix_spawn_file_actions_t *fa)
{
	char *argv[MAX_ARGS];
	pid_t pid;
	int status;
	for (int i = 0; i < c->n; i++)
		argv[i] = fill(c->argv[i], run);
	argv[c->n] = NULL;
	double start = now_ms();
	int r = posix_spawnp(&pid, argv[0], fa, NULL, argv, environ);
	if (r == 0 && waitpid(pid, &status, 0) < 0)
		r = errno;
	if (run >= 0)
		c->ms[run] = now_ms() - start;
	for (int i = 0; i < c->n; i++)
		free(argv[i]);
	if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fprintf(stderr, "bench: %s failed\n", c->argv[0]);
	return -1;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static void sort(struct command *c, int runs)
{
	qsort(c->ms, (size_t)runs, sizeof(c->ms[0]), compare);
}

static int take(struct command *c, char **argv, int argc)
{
	for (c->n = 0; c->n < argc && strcmp(argv[c->n], ":::") != 0; c->n++) {
		if (c->n == MAX_ARGS - 1)
			return -1;
		c->argv[c->n] = argv[c->n];
	}
	return c->n ? c->n : -1;
}

int main(int argc, char **argv)
{
	static struct command a, b;
	posix_spawn_file_actions_t fa;
	int runs = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
	if (argc < 8 || runs < 1 || runs > MAX_RUNS || strcmp(argv[4], ":::") != 0)
		return 2;
	a.name = argv[2];
	b.name = argv[3];
	int n = take(&a, argv + 5, argc - 5);
	if (n < 0 || take(&b, argv + 6 + n, argc - 6 - n) < 0)
		return 2;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, 1, 2);
	for (int i = -2; i < runs; i++)
		if (run_once(&a, i, &fa) < 0 || run_once(&b, i, &fa) < 0)
			return 1;
	posix_spawn_file_actions_destroy(&fa);
	sort(&a, runs);
	sort(&b, runs);
	printf("%-28s %8.3f ms   %-28s %8.3f ms   ratio %5.2f   (min %.3f, %.3f)\n",
		a.name, a.ms[runs / 2], b.name, b.ms[runs / 2],
		a.ms[runs / 2] / b.ms[runs / 2], a.ms[0], b.ms[0]);
	return 0;
}
