/* SPDX-License-Identifier: MIT */
/* The acts that pab-doctor has tried inside a place (cmd/pab-probe.c), by their names.
 * The probe prints a line each: the name, "held", "broken" or "untried", and why, with
 * tabs between. May include: pab. */
#ifndef PAB_PROBE_H
#define PAB_PROBE_H

/* X(name, what is tried, in the words of the report) */
#define PROBES(X)                                                                        \
	X(read_outside, "read a file outside the directory")                             \
	X(write_outside, "write a file outside the directory")                           \
	X(write_system, "write in /usr and /etc")                                        \
	X(write_home, "write in the home directory")                                     \
	X(see_home, "list the home directory")                                           \
	X(secret, "read a secret in the directory")                                      \
	X(records, "see pab's records")                                                  \
	X(shadow, "read /etc/shadow")                                                    \
	X(link_out, "read outside through a link")                                       \
	X(hard_link, "link a file from outside")                                         \
	X(protected_write, "write a protected file")                                     \
	X(protected_create, "create a protected file that is absent")                    \
	X(protected_hook, "plant a hook in .git/hooks")                                  \
	X(protected_rename, "rename a protected file")                                   \
	X(protected_parent, "rename the directory above it")                             \
	X(protected_link, "replace it by a link")                                        \
	X(protected_hard, "write it through a hard link")                                \
	X(protected_remove, "remove a protected file")                                   \
	X(protected_exchange, "exchange it with another")                                \
	X(protected_mode, "change its mode")                                             \
	X(docker_socket, "connect to the Docker socket")                                 \
	X(socket_inside, "connect to a socket in the directory")                         \
	X(socket_outside, "connect to a socket outside")                                 \
	X(socket_abstract, "connect to an abstract socket")                              \
	X(net4, "connect by IPv4")                                                       \
	X(net6, "connect by IPv6")                                                       \
	X(udp, "send by UDP")                                                            \
	X(dns, "ask a name server")                                                      \
	X(raw, "open a raw socket")                                                      \
	X(packet, "open a packet socket")                                                \
	X(ptrace_host, "trace a process of the host")                                    \
	X(ptrace_first, "trace the first process")                                       \
	X(ptrace_me, "be traced by the parent")                                          \
	X(vm_read, "read the memory of another process")                                 \
	X(signal_host, "signal a process of the host")                                   \
	X(proc_environ, "read the environment of other processes")                       \
	X(proc_root, "go through /proc/PID/root")                                        \
	X(proc_sys, "write in /proc/sys")                                                \
	X(mount_it, "mount")                                                             \
	X(unshare_user, "make a user namespace")                                         \
	X(clone_user, "make one by clone")                                               \
	X(setns_it, "enter a namespace")                                                 \
	X(chroot_it, "change the root")                                                  \
	X(keyctl_it, "use the kernel's keys")                                            \
	X(bpf_it, "load a BPF program")                                                  \
	X(io_uring, "make an io_uring")                                                  \
	X(userfault, "handle page faults (userfaultfd)")                                 \
	X(perf, "open performance events")                                               \
	X(module, "load a kernel module")                                                \
	X(by_handle, "open a file by handle")                                            \
	X(tiocsti, "type into a terminal (TIOCSTI)")                                     \
	X(device, "make or open a disk's device")                                        \
	X(set_uid, "become another user")                                                \
	X(capability, "have a capability")                                               \
	X(clock_it, "set the clock")

/* Those that are tried one by one, each within a limit or for what it leaves. */
#define PROBES_APART(X)                                                                  \
	X(limit_memory, "take more memory than --mem")                                   \
	X(limit_processes, "start more than --procs")                                    \
	X(limit_file, "write a larger file than --fsize")                                \
	X(survivors, "outlive the command")

/* How many those before are. */
#define PROBE_NUMBER(name, title) NUMBER_OF_##name,
enum { PROBES(PROBE_NUMBER) PROBES_TOGETHER };

enum { HELD, BROKEN, UNTRIED };

/* Each act, in a process of its own. Returns HELD, BROKEN (it could be done) or UNTRIED.
 */
#define PROBE_ACT(name, title) int probe_##name(void);
PROBES(PROBE_ACT)
PROBES_APART(PROBE_ACT)

/* What was given as KEY=VALUE. Returns it, or "". */
const char *probe_word(const char *key);

/* Was the result of a system call below 0? Returns HELD, or BROKEN. */
int probe_worked(long result);

/* Can the file be read, or be opened for writing? Returns the same. */
int probe_reads(const char *path);
int probe_writes(const char *path);

#endif
