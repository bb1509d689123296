/* SPDX-License-Identifier: MIT */
/* Runs a program on a kernel without openat2: a seccomp filter answers ENOSYS, or EPERM
 * as container profiles older than the call do.
 * usage: no_openat2 [--eperm] PROGRAM [ARG ...]
 * exit status: the program's; 127 when it cannot be run */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "say what AUDIT_ARCH_ this machine is"
#endif

static int forbid(int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	int number = ENOSYS;
	char **command = argv + 1;
	if (argc > 1 && !strcmp(argv[1], "--eperm")) {
		number = EPERM;
		command++;
	}
	if (!*command) {
		fprintf(stderr, "usage: no_openat2 [--eperm] PROGRAM [ARG ...]\n");
		return 127;
	}
	if (forbid(number) < 0) {
		perror("no_openat2: seccomp");
		return 127;
	}
	execvp(*command, command);
	perror(*command);
	return 127;
}
