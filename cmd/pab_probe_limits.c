/* SPDX-License-Identifier: MIT */
/* What a limit must end, and what a command must not leave. */
#include "pab_probe.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY = 100 << 20, FILE_SIZE = 3 << 20, MOST = 20, LONG = 300 };

int probe_limit_memory(void)
{
	char *p = mmap(
		NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return HELD;
	for (size_t i = 0; i < MEMORY; i += 4096)
		p[i] = 1;
	return p[MEMORY / 2 / 4096 * 4096] == 1 ? BROKEN : HELD;
}

int probe_limit_processes(void)
{
	pid_t pids[MOST];
	size_t n = 0;
	while (n < MOST && (pids[n] = fork()) >= 0)
		if (pids[n++] == 0) {
			alarm(5);
			pause();
			_exit(0);
		}
	for (size_t i = 0; i < n; i++) {
		(void)kill(pids[i], SIGKILL);
		(void)waitpid(pids[i], NULL, 0);
	}
	return n == MOST ? BROKEN : HELD;
}

int probe_limit_file(void)
{
	static char block[1 << 16];
	size_t n = 0;
	int fd = open("big", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return UNTRIED;
	while (n < FILE_SIZE && write(fd, block, sizeof(block)) == sizeof(block))
		n += sizeof(block);
	(void)unlink("big");
	return n >= FILE_SIZE ? BROKEN : HELD;
}

/* One in a session of its own, one that nobody waits for, one that no hang-up ends. The
 * doctor knows them by the words of their command line, which are the probe's. */
int probe_survivors(void)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			if (i == 0)
				(void)setsid();
			if (i == 1 && fork() != 0)
				_exit(0);
			(void)signal(SIGHUP, SIG_IGN);
			alarm(LONG);
			for (;;)
				pause();
		}
	return UNTRIED;
}
