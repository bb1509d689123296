/* SPDX-License-Identifier: MIT */
/* Tries what a place must not allow, for pab-doctor: one act after the other, each in a
 * process of its own. A part of pab-serve, as that runs everywhere.
 * usage: pab-serve --probe KEY=VALUE ... (what is where; see the calls of word())
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

#include <dirent.h>

#ifndef PAB_STATIC
#error "the probe is a part of pab-serve"
#endif

enum { HELD, BROKEN, UNTRIED, PATIENCE = 3 /* seconds of one act */ };

static char **words;
static int why; /* errno of what was refused last */

/* What was given as KEY=VALUE, or "". */
static const char *word(const char *key)
{
	size_t n = strlen(key);
	for (char **p = words; *p; p++)
		if (!strncmp(*p, key, n) && (*p)[n] == '=')
			return *p + n + 1;
	return "";
}

static long number(const char *key)
{
	return strtol(word(key), NULL, 10);
}

/* It worked (a result below 0 says that it did not). */
static int worked(long result)
{
	if (result < 0)
		why = errno;
	return result < 0 ? HELD : BROKEN;
}

static int reads(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	return worked(fd < 0 ? -1 : read(fd, &c, 1) > 0 ? 0 : -1);
}

/* Creates and removes a file. */
static int creates(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd >= 0)
		(void)unlink(path);
	return worked(fd);
}

static int writes(const char *path)
{
	return worked(open(path, O_WRONLY | O_APPEND));
}

static int try_read_outside(void)
{
	return reads(word("secret"));
}

/* A directory of that name may be the place's own: whether a file came to be in the one
 * that is meant, the host sees. */
static int leaves(const char *dir)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, word("mark"));
	(void)!open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	return UNTRIED;
}

static int try_write_outside(void)
{
	return writes(word("secret")) == BROKEN ? BROKEN : leaves(word("outside"));
}

static int try_write_system(void)
{
	return creates("/usr", ".pab-doctor") == HELD ? creates("/etc", ".pab-doctor")
						      : BROKEN;
}

static int try_write_home(void)
{
	return leaves(word("home"));
}

static int try_see_home(void)
{
	DIR *d = opendir(word("home"));
	int n = 0;
	for (struct dirent *de; d && (de = readdir(d));)
		n += strcmp(de->d_name, ".") && strcmp(de->d_name, "..") &&
		     strcmp(de->d_name, word("mark"));
	return n ? BROKEN : HELD;
}

static int try_secret(void)
{
	return reads(".aws/credentials");
}

static int try_records(void)
{
	return *word("records") ? worked(open(word("records"), O_RDONLY | O_DIRECTORY))
				: UNTRIED;
}

static int try_shadow(void)
{
	return reads("/etc/shadow");
}

static int try_link_out(void)
{
	(void)unlink("way-out");
	if (symlink(word("secret"), "way-out") < 0)
		return UNTRIED;
	int r = reads("way-out");
	(void)unlink("way-out");
	return r;
}

static int try_hard_link(void)
{
	int r = worked(link(word("secret"), "linked"));
	(void)unlink("linked");
	return r;
}

static int try_protected_write(void)
{
	return writes(".git/config") == HELD ? writes(".envrc") : BROKEN;
}

static int try_protected_create(void)
{
	static const char *const names[] = {
		".bashrc", ".mcp.json", ".profile", ".gitmodules", ".git/commondir"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)unlink(names[i]);
		if (worked(open(names[i], O_WRONLY | O_CREAT, 0600)) == BROKEN)
			return BROKEN;
	}
	return worked(mkdir(".vscode/x", 0700)) == HELD ? worked(mkdir(".claude", 0700))
							: BROKEN;
}

static int try_protected_hook(void)
{
	return creates(".git/hooks", "pre-commit");
}

static int try_protected_rename(void)
{
	int r = worked(rename(".git/config", ".git/config.mine"));
	(void)rename(".git/config.mine", ".git/config");
	return r;
}

static int try_protected_parent(void)
{
	int r = worked(rename(".git", ".git.mine"));
	(void)rename(".git.mine", ".git");
	return r;
}

static int try_protected_link(void)
{
	if (symlink("/dev/null", "a-link") < 0)
		return UNTRIED;
	int r = worked(rename("a-link", ".envrc"));
	(void)unlink("a-link");
	return r;
}

static int try_protected_hard(void)
{
	int r = worked(link(".git/config", "config.hard")) == BROKEN
			? writes("config.hard")
			: HELD;
	(void)unlink("config.hard");
	return r;
}

static int try_protected_remove(void)
{
	return worked(unlink(".envrc")) == HELD ? worked(rmdir(".git/hooks")) : BROKEN;
}

static int try_protected_exchange(void)
{
	int fd = open("other", O_CREAT | O_WRONLY, 0600);
	return fd < 0 ? UNTRIED
		      : worked(syscall(
				SYS_renameat2, AT_FDCWD, "other", AT_FDCWD, ".envrc", 2));
}

static int try_protected_mode(void)
{
	return worked(chmod(".git/config", 0777));
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
	return worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, len));
}

static int try_docker_socket(void)
{
	return connects("/run/docker.sock", false) == HELD
		       ? connects("/var/run/docker.sock", false)
		       : BROKEN;
}

static int try_socket_inside(void)
{
	return connects("listening", false);
}

static int try_socket_outside(void)
{
	return connects(word("socket"), false);
}

static int try_socket_abstract(void)
{
	return connects(word("abstract"), true);
}

static int try_net4(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number("port4")),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int try_net6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)number("port6")),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (!number("port6"))
		return UNTRIED;
	return worked(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&a, sizeof(a)));
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
	return worked(recv(fd, back, sizeof(back), 0));
}

static int try_udp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number("udp")),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return answers(&a, "hello", 5);
}

static int try_dns(void)
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

static int try_raw(void)
{
	return worked(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int try_packet(void)
{
	return worked(socket(AF_PACKET, SOCK_RAW, htons(3)));
}

static int try_ptrace_host(void)
{
	return worked(ptrace(PTRACE_SEIZE, (pid_t)number("victim"), 0, 0));
}

static int try_ptrace_first(void)
{
	return worked(ptrace(PTRACE_SEIZE, 1, 0, 0));
}

static int try_vm_read(void)
{
	char c;
	struct iovec to = {&c, 1}, from = {words, 1};
	pid_t pids[] = {(pid_t)number("victim"), 1, getppid()};
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		if (syscall(SYS_process_vm_readv, pids[i], &to, 1, &from, 1, 0) >= 0)
			return BROKEN;
	return HELD;
}

static int try_signal_host(void)
{
	return worked(kill((pid_t)number("victim"), SIGUSR1));
}

static int try_proc_environ(void)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%ld/environ", number("victim"));
	return reads(path) == HELD ? reads("/proc/1/environ") : BROKEN;
}

static int try_proc_root(void)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%ld/root/", number("victim"));
	if (worked(open(path, O_RDONLY | O_DIRECTORY)) == BROKEN)
		return BROKEN;
	return worked(open("/proc/1/root/", O_RDONLY | O_DIRECTORY));
}

static int try_proc_sys(void)
{
	return writes("/proc/sys/kernel/core_pattern") == HELD
		       ? writes("/proc/sysrq-trigger")
		       : BROKEN;
}

static int try_mount_it(void)
{
	if (worked(mount("none", "sub", "tmpfs", 0, NULL)) == BROKEN)
		return (void)umount2("sub", MNT_DETACH), BROKEN;
	return worked(syscall(SYS_open_tree, AT_FDCWD, ".", 1));
}

static int try_unshare_user(void)
{
	return worked(unshare(CLONE_NEWUSER)) == HELD ? worked(unshare(CLONE_NEWNS))
						      : BROKEN;
}

static int try_clone_user(void)
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
	return worked(pid);
}

static int try_setns_it(void)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);
	return fd < 0 ? HELD : worked(setns(fd, 0));
}

static int try_chroot_it(void)
{
	return worked(chroot("."));
}

static int try_keyctl_it(void)
{
	return worked(syscall(SYS_add_key, "user", "pab-doctor", "x", 1, -1)) == HELD
		       ? worked(syscall(SYS_keyctl, 0, -3, 1))
		       : BROKEN;
}

static int try_bpf_it(void)
{
	uint32_t attr[32] = {2, 4, 4, 1}; /* an array of one */
	return worked(syscall(SYS_bpf, 0, attr, sizeof(attr)));
}

static int try_io_uring(void)
{
	char params[120] = {0};
	return worked(syscall(SYS_io_uring_setup, 1, params));
}

static int try_userfault(void)
{
	return worked(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
}

static int try_perf(void)
{
	uint32_t attr[32] = {1, 128, 0}; /* a software event */
	return worked(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
}

static int try_module(void)
{
	return syscall(SYS_init_module, "", 0, "") < 0 && errno == EPERM ? HELD : BROKEN;
}

static int try_by_handle(void)
{
	return syscall(SYS_open_by_handle_at, AT_FDCWD, "", 0) < 0 && errno == EPERM
		       ? HELD
		       : BROKEN;
}

static int try_tiocsti(void)
{
	char c = 'x';
	int fd = posix_openpt(O_RDWR);
	if (fd < 0)
		return UNTRIED;
	if (grantpt(fd) < 0 || unlockpt(fd) < 0 || setsid() < 0)
		return UNTRIED;
	int tty = open(ptsname(fd), O_RDWR);
	return tty < 0 ? UNTRIED : worked(ioctl(tty, TIOCSTI, &c));
}

static int try_device(void)
{
	if (mknod("disk", S_IFBLK | 0600, makedev(8, 0)) == 0)
		return (void)unlink("disk"), BROKEN;
	static const char *const disks[] = {
		"/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg"};
	for (size_t i = 0; i < ARRAY_LEN(disks); i++)
		if (worked(open(disks[i], O_RDONLY | O_NONBLOCK)) == BROKEN)
			return BROKEN;
	return HELD;
}

static int try_set_uid(void)
{
	uid_t other = getuid() == 65534 ? 65533 : 65534;
	return worked(setuid(other)) == HELD || getuid() != other ? HELD : BROKEN;
}

static int try_capability(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};
	if (syscall(SYS_capget, &head, data) < 0)
		return UNTRIED;
	return data[0].permitted || data[1].permitted ? BROKEN : HELD;
}

static int try_clock_it(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return worked(clock_settime(CLOCK_REALTIME, &now));
}

#define ROW(name, title) {#name, try_##name},
static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {PROBES(ROW)};

int main(int argc, char **argv);

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
	only = word("only");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (!*only || !strcmp(only, acts[i].name))
			try_one(i);
	return 0;
}
