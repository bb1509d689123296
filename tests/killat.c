/* SPDX-License-Identifier: MIT */
/* Ends a program at a chosen moment, for tests of what a kill leaves behind.
 * usage: killat -u MICROSECONDS CMD ...	SIGKILL after that time
 *        killat -s N CMD ...			SIGKILL at its Nth stop at a system call
 *        killat -t N CMD ...			SIGTERM there, and goes on
 *        killat -r N FROM TO CMD ...		renames FROM to TO there, and goes on
 *        killat -m CMD ...			prints how many microseconds it ran
 *        killat -f CMD ...			prints how often it called fsync
 * exit status: 0 ended by the signal, renamed, or ran with -m and -f; 1 it ended before;
 * 2 usage; 3 ended by another signal. */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/ptrace.h>
#include <time.h>
#include <unistd.h>

static pid_t start(char **cmd, bool traced)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(126);
	execvp(cmd[0], cmd);
	_exit(127);
}

static int64_t now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static int outcome(int status, int sig)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == sig ? 0 : 3;
	return 1;
}

static int after_time(long us, char **cmd)
{
	int status;
	struct timespec ts = {us / 1000000, us % 1000000 * 1000};
	pid_t pid = start(cmd, false);
	if (pid < 0)
		return 2;
	nanosleep(&ts, NULL);
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) < 0 ? 2 : outcome(status, SIGKILL);
}

static int run_time(char **cmd)
{
	int status;
	int64_t from = now_us();
	pid_t pid = start(cmd, false);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 2;
	printf("%lld\n", (long long)(now_us() - from));
	return 0;
}

static bool is_fsync(pid_t pid)
{
	struct __ptrace_syscall_info info = {0};
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return false;
	return info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_fsync;
}

/* Runs from stop to stop. At the nth (0: never) sends sig, or with sig 0 renames move[0]
 * to move[1]; counts fsync calls. */
static int at_stop(long n, int sig, char **move, char **cmd)
{
	int status, pass;
	long stops = 0, syncs = 0;
	pid_t pid = start(cmd, true);
	if (pid < 0)
		return 2;
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		pass = WSTOPSIG(status);
		if (pass == SIGTRAP) { /* the exec */
			pass = 0;
			if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD) <
				0)
				return 2;
		} else if (pass == (SIGTRAP | 0x80)) {
			syncs += is_fsync(pid);
			pass = 0;
			if (++stops == n && sig)
				kill(pid, sig);
			else if (stops == n && rename(move[0], move[1]) < 0)
				return 2;
		}
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)pass) < 0 && errno != ESRCH)
			return 2;
	}
	if (n)
		return sig ? outcome(status, sig) : stops < n;
	printf("%ld\n", syncs);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argv[1][0] != '-')
		return 2;
	char mode = argv[1][1];
	long n = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	if (mode == 'm')
		return run_time(argv + 2);
	if (mode == 'f')
		return at_stop(0, 0, NULL, argv + 2);
	if (argc < (mode == 'r' ? 6 : 4))
		return 2;
	if (mode == 'u')
		return after_time(n, argv + 3);
	if (mode == 'r')
		return at_stop(n, 0, argv + 3, argv + 5);
	return at_stop(n, mode == 't' ? SIGTERM : SIGKILL, NULL, argv + 3);
}
