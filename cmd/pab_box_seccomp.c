/* SPDX-License-Identifier: MIT */
/* The filter of system calls, made from tables by hand: a few dozen instructions do not
 * need a library, whose start would be paid for by each command. */
#include "pab_box.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "the filter of system calls is not written for this architecture"
#endif

/* What headers of 2022 do not name yet. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

/* What a sandbox refuses: other processes' memory, namespaces and mounts, the kernel's
 * keys, programs and queues, its clock, modules and files by handle. */
static const int refused[] = {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
	SYS_kcmp, SYS_pidfd_getfd, SYS_process_madvise, SYS_unshare, SYS_setns, SYS_mount,
	SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, SYS_move_mount,
	SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_keyctl,
	SYS_add_key, SYS_request_key, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_fanotify_init,
	SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_init_module, SYS_finit_module,
	SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon,
	SYS_swapoff, SYS_acct, SYS_quotactl, SYS_quotactl_fd, SYS_settimeofday,
	SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_syslog, SYS_sethostname,
	SYS_setdomainname, SYS_vhangup, SYS_nfsservctl, SYS_lookup_dcookie,
#ifdef __x86_64__
	SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs,
	SYS__sysctl, SYS_create_module, SYS_get_kernel_syms, SYS_query_module
#endif
};

/* clone(2)'s flags that make namespaces. Newer calls put them in memory, out of a
 * filter's reach: to clone3 the answer is that there is none, and clone is used. */
static const unsigned spaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
			       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

enum { CODE_MAX = 256, NETLINK_FAMILY = AF_NETLINK };

struct code {
	struct sock_filter v[CODE_MAX];
	unsigned short n;
};

static void add(struct code *c, uint16_t op, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (c->n == CODE_MAX)
		abort();
	c->v[c->n++] = (struct sock_filter){op, jt, jf, k};
}

static void load(struct code *c, size_t offset)
{
	add(c, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void load_call(struct code *c)
{
	load(c, offsetof(struct seccomp_data, nr));
}

/* The lower half of an argument; both architectures have it first. */
static void load_arg(struct code *c, unsigned i)
{
	load(c, offsetof(struct seccomp_data, args) + 8 * i);
}

static void answer(struct code *c, uint32_t how)
{
	add(c, BPF_RET | BPF_K, how, 0, 0);
}

static void refuse(struct code *c, int number)
{
	answer(c, SECCOMP_RET_ERRNO | (uint32_t)number);
}

/* What follows, up to its end, is for one system call alone. Returns where it begins. */
static unsigned short only_for(struct code *c, int call)
{
	add(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0);
	return c->n;
}

/* All other calls go on behind it. */
static void end_only(struct code *c, unsigned short from)
{
	c->v[from - 1].jf = (uint8_t)(c->n - from);
}

/* If the loaded word is k, the answer is errno. */
static void refuse_if(struct code *c, uint32_t k, int number)
{
	add(c, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
	refuse(c, number);
}

/* Only what was made for this architecture runs. */
static void check_arch(struct code *c)
{
	load(c, offsetof(struct seccomp_data, arch));
	add(c, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
	answer(c, SECCOMP_RET_KILL_PROCESS);
	load_call(c);
#ifdef __x86_64__
	add(c, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x32 */
	refuse(c, ENOSYS);
#endif
}

static void check_clone(struct code *c)
{
	refuse_if(c, SYS_clone3, ENOSYS);
	unsigned short from = only_for(c, SYS_clone);
	load_arg(c, 0);
	add(c, BPF_JMP | BPF_JSET | BPF_K, spaces, 0, 1);
	refuse(c, EPERM);
	load_call(c);
	end_only(c, from);
}

/* Input typed into the terminal that others read. */
static void check_ioctl(struct code *c)
{
	unsigned short from = only_for(c, SYS_ioctl);
	load_arg(c, 1);
	refuse_if(c, TIOCSTI, EPERM);
	refuse_if(c, TIOCLINUX, EPERM);
	load_call(c);
	end_only(c, from);
}

/* Of sockets, the internet's and the questions to its routes: Unix sockets would reach
 * whatever listens in the directory. Pairs are fine. */
static void check_socket(struct code *c, enum box_net net)
{
	if (net == BOX_NET_ANY)
		return;
	if (net == BOX_NET_DENY) {
		refuse_if(c, SYS_socket, EPERM);
		return;
	}
	unsigned short from = only_for(c, SYS_socket);
	load_arg(c, 0);
	add(c, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 5, 0);
	add(c, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 4, 0);
	add(c, BPF_JMP | BPF_JEQ | BPF_K, NETLINK_FAMILY, 0, 2);
	load_arg(c, 2); /* NETLINK_ROUTE is 0 */
	add(c, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	refuse(c, EPERM);
	answer(c, SECCOMP_RET_ALLOW);
	end_only(c, from);
}

int box_seccomp(enum box_net net, struct err *e)
{
	struct code c = {.n = 0};
	check_arch(&c);
	check_clone(&c);
	check_ioctl(&c);
	check_socket(&c, net);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		add(&c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i],
			(uint8_t)(ARRAY_LEN(refused) - i), 0);
	answer(&c, SECCOMP_RET_ALLOW);
	refuse(&c, EPERM);
	struct sock_fprog prog = {c.n, c.v};
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, NULL, "seccomp is not to be had here: %s",
		strerror(errno));
}
