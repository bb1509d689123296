/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "tree.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REST " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 777 19 20\n"

static int parse(const char *s, struct tree_proc *p)
{
	return tree_parse(s, strlen(s), p);
}

static void check_parse(void)
{
	struct tree_proc p = {0};
	CHECK(parse("12 (sh) S 3 4 4 0 -1 5 6 7 8 9 10 11 12 13 14 15 16 17 777 19\n",
		      &p) == 0);
	CHECK(p.pid == 12 && p.ppid == 3 && p.pgid == 4 && p.state == 'S');
	CHECK(p.start == 777);
	/* The name is the command's to choose. */
	CHECK(parse("12 (a) R 9 9) Z 3 4" REST, &p) == 0);
	CHECK(p.state == 'Z' && p.ppid == 3);
	CHECK(parse("12 (\n)\n) T 3 4" REST, &p) == 0 && p.state == 'T');
	static const char *const bad[] = {"", "12", "12 (sh", "12 (sh)", "12 (sh) ",
		"12 (sh) S", "12 (sh) S ", "12 (sh) S 3", "12 sh) S 3 4" REST,
		") ( S 3 4" REST, "12 (sh) S x 4" REST, "12 (sh) S 3 4 5 6 7 8 9\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(parse(bad[i], &p) < 0);
	CHECK(p.state == 'T');
}

/* Starts a child that starts a child; both wait. Returns the first. */
static pid_t family(void)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	if (fork() == 0)
		setsid();
	for (;;)
		pause();
}

static void check_ends(void)
{
	struct tree t = {0};
	int status = 0;
	bool found = false;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK(tree_look(&t) == 0);
	pid_t child = family();
	CHECK(child > 0);
	while (tree_look(&t) < 2)
		usleep(1000);
	CHECK(t.n_now == 2 && t.now[0].pid != t.now[1].pid);
	CHECK(tree_reap(child, &status, &found) && !found);
	CHECK(tree_end(&t, child, &status, &found, 10000));
	CHECK(found && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(t.n_seen == 2);
	CHECK(strstr(t.names, ", pid "));
	CHECK(tree_look(&t) == 0);
	CHECK(!tree_reap(child, &status, &found));
	tree_release(&t);
	CHECK(!t.now && !t.seen && !t.names[0]);
}

int main(void)
{
	check_parse();
	check_ends();
	return unit_end();
}
