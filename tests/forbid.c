/* SPDX-License-Identifier: MIT */
/* Runs a command where the kernel has no namespaces for it, or no Landlock.
 * usage: forbid userns|landlock|ownroot ... -- CMD [ARG ...]
 * "ownroot" is what only pab's own way of making a root calls, not bubblewrap. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, MOVE_MOUNT = 429, TO_EMPTY = 0x40, LEAST = 120 };

static int apply(struct sock_filter *code, unsigned short n)
{
	struct sock_fprog prog = {n, code};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

/* The call with any of the bits in an argument (0: always) is refused. */
static int forbid_bits(unsigned call, unsigned arg, unsigned bits, int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, bits ? 3 : 1),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, args) + 8 * arg),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	if (!bits) { /* no look at the argument */
		code[2] = code[4];
		code[3] = code[5];
	}
	return apply(code, bits ? 6 : 4);
}

static int forbid(unsigned call, unsigned bits, int number)
{
	return forbid_bits(call, 0, bits, number);
}

int main(int argc, char **argv)
{
	const unsigned spaces = CLONE_NEWUSER | CLONE_NEWNS;
	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 2;
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++) {
		int r = -1;
		if (!strcmp(*argv, "landlock"))
			r = forbid(CREATE_RULESET, 0, ENOSYS);
		else if (!strcmp(*argv, "ownroot"))
			r = forbid_bits(MOVE_MOUNT, 4, TO_EMPTY, EPERM);
		else if (!strcmp(*argv, "userns"))
			r = forbid(SYS_unshare, spaces, EPERM) < 0 ||
					    forbid(SYS_clone3, 0, ENOSYS) < 0
				    ? -1
				    : forbid(SYS_clone, spaces, EPERM);
		if (r < 0)
			return 2;
	}
	if (*argv && argv[1])
		execvp(argv[1], argv + 1);
	return LEAST + 7;
}
