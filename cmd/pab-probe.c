/* SPDX-License-Identifier: MIT */
/* Tries what a place must not allow, for pab-doctor: one act after the other, each in a
 * process of its own. A part of pab-serve, as that runs everywhere.
 * usage: pab-serve --probe KEY=VALUE ... (what is where; see the calls of probe_word())
 * exit status: 0 */
#include "pab_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 3 }; /* seconds of one act */

static char **words;
static int why; /* errno of what was refused last */

const char *probe_word(const char *key)
{
	size_t n = strlen(key);
	for (char **p = words; *p; p++)
		if (!strncmp(*p, key, n) && (*p)[n] == '=')
			return *p + n + 1;
	return "";
}

static long number(const char *key)
{
	return strtol(probe_word(key), NULL, 10);
}

int probe_worked(long result)
{
	if (result < 0)
		why = errno;
	return result < 0 ? HELD : BROKEN;
}

int probe_reads(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	return probe_worked(fd < 0 ? -1 : read(fd, &c, 1) > 0 ? 0 : -1);
}

int probe_writes(const char *path)
{
	return probe_worked(open(path, O_WRONLY | O_APPEND));
}

static int connects(const char *path, bool abstract)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	if (n + 1 >= sizeof(a.sun_path))
		return UNTRIED;
	memcpy(a.sun_path + abstract, path, n);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	return probe_worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, len));
}

int probe_docker_socket(void)
{
	return connects("/run/docker.sock", false) == HELD
		       ? connects("/var/run/docker.sock", false)
		       : BROKEN;
}

int probe_socket_inside(void)
{
	return connects("listening", false);
}

int probe_socket_outside(void)
{
	return connects(probe_word("socket"), false);
}

int probe_socket_abstract(void)
{
	return connects(probe_word("abstract"), true);
}

int probe_net4(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number("port4")),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return probe_worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

int probe_net6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)number("port6")),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (!number("port6"))
		return UNTRIED;
	return probe_worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

/* Asks an address, and waits for an answer. */
static int answers(const struct sockaddr_in *a, const void *q, size_t n)
{
	char back[512];
	struct timeval soon = {.tv_sec = 1};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)) < 0 ||
		sendto(fd, q, n, 0, (const struct sockaddr *)a, sizeof(*a)) < 0)
		return HELD;
	return probe_worked(recv(fd, back, sizeof(back), 0));
}

int probe_udp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number("udp")),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return answers(&a, "hello", 5);
}

int probe_dns(void)
{
	static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1";
	char text[4096] = "", address[64] = "";
	int fd = open("/etc/resolv.conf", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line = n > 0 ? strstr(text, "nameserver ") : NULL;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)};
	if (!line || sscanf(line, "nameserver %63s", address) != 1 ||
		inet_pton(AF_INET, address, &a.sin_addr) != 1)
		return HELD; /* it is told of none */
	return answers(&a, query, sizeof(query) - 1);
}

int probe_raw(void)
{
	return probe_worked(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

int probe_packet(void)
{
	return probe_worked(socket(AF_PACKET, SOCK_RAW, htons(3)));
}

int probe_ptrace_host(void)
{
	return probe_worked(ptrace(PTRACE_SEIZE, (pid_t)number("victim"), 0, 0));
}

int probe_ptrace_first(void)
{
	return probe_worked(ptrace(PTRACE_SEIZE, 1, 0, 0));
}

int probe_ptrace_me(void)
{
	return probe_worked(ptrace(PTRACE_TRACEME, 0, 0, 0));
}

int probe_vm_read(void)
{
	char c;
	struct iovec to = {&c, 1}, from = {words, 1};
	pid_t pids[] = {(pid_t)number("victim"), 1, getppid()};
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		if (syscall(SYS_process_vm_readv, pids[i], &to, 1, &from, 1, 0) >= 0)
			return BROKEN;
	return HELD;
}

int probe_signal_host(void)
{
	return probe_worked(kill((pid_t)number("victim"), SIGUSR1));
}

int probe_proc_environ(void)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%ld/environ", number("victim"));
	return probe_reads(path) == HELD ? probe_reads("/proc/1/environ") : BROKEN;
}

int probe_proc_root(void)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%ld/root/", number("victim"));
	if (probe_worked(open(path, O_RDONLY | O_DIRECTORY)) == BROKEN)
		return BROKEN;
	return probe_worked(open("/proc/1/root/", O_RDONLY | O_DIRECTORY));
}

int probe_proc_sys(void)
{
	return probe_writes("/proc/sys/kernel/core_pattern") == HELD
		       ? probe_writes("/proc/sysrq-trigger")
		       : BROKEN;
}

int probe_mount_it(void)
{
	if (probe_worked(mount("none", "sub", "tmpfs", 0, NULL)) == BROKEN)
		return (void)umount2("sub", MNT_DETACH), BROKEN;
	return probe_worked(syscall(SYS_open_tree, AT_FDCWD, ".", 1));
}

int probe_unshare_user(void)
{
	return probe_worked(unshare(CLONE_NEWUSER)) == HELD
		       ? probe_worked(unshare(CLONE_NEWNS))
		       : BROKEN;
}

int probe_clone_user(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(0);
	/* clone3's struct clone_args: flags, …, exit_signal the fifth, 88 bytes. */
	uint64_t args[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
	if (pid < 0)
		pid = syscall(SYS_clone3, args, sizeof(args));
	if (pid == 0)
		_exit(0);
	return probe_worked(pid);
}

int probe_setns_it(void)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);
	return fd < 0 ? HELD : probe_worked(setns(fd, 0));
}

int probe_chroot_it(void)
{
	return probe_worked(chroot("."));
}

int probe_keyctl_it(void)
{
	return probe_worked(syscall(SYS_add_key, "user", "pab-doctor", "x", 1, -1)) ==
			       HELD
		       ? probe_worked(syscall(SYS_keyctl, 0, -3, 1))
		       : BROKEN;
}

int probe_bpf_it(void)
{
	uint32_t attr[32] = {2, 4, 4, 1}; /* an array of one */
	return probe_worked(syscall(SYS_bpf, 0, attr, sizeof(attr)));
}

int probe_io_uring(void)
{
	char params[120] = {0};
	return probe_worked(syscall(SYS_io_uring_setup, 1, params));
}

int probe_userfault(void)
{
	return probe_worked(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
}

int probe_perf(void)
{
	uint32_t attr[32] = {1, 128, 0}; /* a software event */
	return probe_worked(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
}

int probe_module(void)
{
	return syscall(SYS_init_module, "", 0, "") < 0 && errno == EPERM ? HELD : BROKEN;
}

int probe_by_handle(void)
{
	return syscall(SYS_open_by_handle_at, AT_FDCWD, "", 0) < 0 && errno == EPERM
		       ? HELD
		       : BROKEN;
}

int probe_tiocsti(void)
{
	char c = 'x';
	int fd = posix_openpt(O_RDWR);
	if (fd < 0)
		return UNTRIED;
	if (grantpt(fd) < 0 || unlockpt(fd) < 0 || setsid() < 0)
		return UNTRIED;
	int tty = open(ptsname(fd), O_RDWR);
	return tty < 0 ? UNTRIED : probe_worked(ioctl(tty, TIOCSTI, &c));
}

int probe_device(void)
{
	if (mknod("disk", S_IFBLK | 0600, makedev(8, 0)) == 0)
		return (void)unlink("disk"), BROKEN;
	static const char *const disks[] = {
		"/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg"};
	for (size_t i = 0; i < ARRAY_LEN(disks); i++)
		if (probe_worked(open(disks[i], O_RDONLY | O_NONBLOCK)) == BROKEN)
			return BROKEN;
	return HELD;
}

int probe_set_uid(void)
{
	uid_t other = getuid() == 65534 ? 65533 : 65534;
	return probe_worked(setuid(other)) == HELD || getuid() != other ? HELD : BROKEN;
}

int probe_capability(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};
	if (syscall(SYS_capget, &head, data) < 0)
		return UNTRIED;
	return data[0].permitted || data[1].permitted ? BROKEN : HELD;
}

int probe_clock_it(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return probe_worked(clock_settime(CLOCK_REALTIME, &now));
}

#define ROW(name, title) {#name, probe_##name},
static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {PROBES(ROW) PROBES_APART(ROW)};

/* Tries one, and prints what came of it. */
static void try_one(size_t i)
{
	static const char *const verdicts[] = {"held", "broken", "untried"};
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		alarm(PATIENCE);
		int r = acts[i].act();
		printf("%s\t%s\t%s\n", acts[i].name, verdicts[r],
			r == HELD && why ? strerror(why) : "");
		_exit(fflush(stdout) != 0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
		printf("%s\theld\tkilled by signal %d\n", acts[i].name, WTERMSIG(status));
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *only;
	words = argv + (argc > 0);
	only = probe_word("only");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (*only ? !strcmp(only, acts[i].name) : i < PROBES_TOGETHER)
			try_one(i);
	return 0;
}
