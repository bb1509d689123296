/* SPDX-License-Identifier: MIT */
/* The half of a sandbox that stands inside: lays the masks, gives up every capability,
 * adds Landlock and seccomp, and becomes the command. pab-serve holds it, so that one
 * file is all that a sandbox is given.
 * With --spaces it makes the namespaces and the root, too, as bubblewrap would.
 * usage: pab-serve --box [--spaces [--die-with-parent] [--chdir DIR] [--bind FROM TO]
 *        [--ro-bind FROM TO] [--symlink TEXT PATH] [--tmpfs PATH] [--proc PATH]
 *        [--dev PATH] ...] [--init] [--masked] [--inner] [--own-err]
 *        [--net own|host|deny] [--tmp DIR] [--rw PATH] [--see PATH]
 *        [--base DIR --ro|--hide|--absent PATH ...] -- CMD ...
 * exit status: the command's; 125 when what was asked cannot be held, 126, 127
 */
#include "pab_box.h"

#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127, SIGNALLED = 128 };

static void tell(enum box_kind kind, int value, const char *text)
{
	struct box_word w = {.kind = kind, .value = value};
	snprintf(w.text, sizeof(w.text), "%s", text);
	(void)send(BOX_REPORT, &w, sizeof(w), MSG_NOSIGNAL);
}

NORETURN static void give_up(const struct err *e)
{
	char text[BOX_NAMES];
	snprintf(text, sizeof(text), "%.100s%s%.120s", e->path, *e->path ? ": " : "",
		e->msg);
	tell(BOX_REFUSED, 0, text);
	dprintf(STDERR_FILENO, "pab-box: %s\n", text);
	_exit(REFUSED);
}

static bool flag(struct box *b, const char *name)
{
	const struct {
		const char *name;
		bool *to;
	} flags[] = {{"--spaces", &b->spaces}, {"--die-with-parent", &b->mortal},
		{"--init", &b->init}, {"--masked", &b->masked}, {"--inner", &b->inner},
		{"--own-err", &b->own_err}};
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (!strcmp(name, flags[i].name))
			return *flags[i].to = true;
	return false;
}

/* A part of the root, in bubblewrap's words. Returns how many words it has, 0: none. */
static int part(struct box *b, char **words, int n)
{
	static const struct {
		const char *name;
		enum box_part_kind kind;
		int words;
	} kinds[] = {{"--bind", BOX_BIND, 3}, {"--ro-bind", BOX_BIND_RO, 3},
		{"--symlink", BOX_LINK, 3}, {"--tmpfs", BOX_TMPFS, 2},
		{"--proc", BOX_PROC, 2}, {"--dev", BOX_DEV, 2}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(words[0], kinds[i].name) != 0 || n < kinds[i].words)
			continue;
		b->parts = xrealloc_n(b->parts, b->n_parts + 1, sizeof(*b->parts));
		b->parts[b->n_parts++] = (struct box_part){.kind = kinds[i].kind,
			.from = words[1],
			.to = words[kinds[i].words - 1],
			.tree = -1};
		return kinds[i].words;
	}
	return 0;
}

static void add_mask(
	struct box *b, enum box_mask_kind kind, const char *base, const char *path)
{
	b->masks = xrealloc_n(b->masks, b->n_masks + 1, sizeof(*b->masks));
	b->masks[b->n_masks++] =
		(struct box_mask){.kind = kind, .base = base, .path = path};
}

/* An option that has a value. Returns whether it is one. */
static bool value(struct box *b, const char *name, const char *v, const char **base)
{
	if (!strcmp(name, "--rw"))
		vec_add(&b->rw, v);
	else if (!strcmp(name, "--tmp"))
		b->tmp = v;
	else if (!strcmp(name, "--chdir"))
		b->cwd = v;
	else if (!strcmp(name, "--see"))
		vec_add(&b->ro, v);
	else if (!strcmp(name, "--base"))
		*base = v;
	else if (!strcmp(name, "--ro"))
		add_mask(b, BOX_RO, *base, v);
	else if (!strcmp(name, "--hide"))
		add_mask(b, BOX_HIDE, *base, v);
	else if (!strcmp(name, "--absent"))
		add_mask(b, BOX_ABSENT, *base, v);
	else if (!strcmp(name, "--net") && !strcmp(v, "host"))
		b->net = BOX_NET_HOST;
	else if (!strcmp(name, "--net") && !strcmp(v, "deny"))
		b->net = BOX_NET_DENY;
	else
		return !strcmp(name, "--net") && !strcmp(v, "own");
	return true;
}

/* Returns the index of the command in argv, or 0. */
static int parse(struct box *b, int argc, char **argv)
{
	const char *base = "/";
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			return i + 1 < argc ? i + 1 : 0;
		int n = flag(b, argv[i]) ? 1 : part(b, argv + i, argc - i);
		if (n) {
			i += n - 1;
			continue;
		}
		if (i + 1 == argc || !value(b, argv[i], argv[i + 1], &base))
			return 0;
		i++;
	}
	return 0;
}

int box_drop(struct err *e)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {0};
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0;)
		cap++; /* until there is none of that number, or it may not */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_capset, &head, none) < 0)
		return err_set(
			e, ERR_UNSUPPORTED, NULL, "capabilities: %s", strerror(errno));
	return 0;
}

/* A user namespace that holds only some users is what a sandbox is made in: on the host
 * itself the inner half alone would promise what it does not hold. */
static int check_inner(struct err *e)
{
	char map[64] = {0};
	unsigned long long inside, outside, count = 0;
	int fd CLEANUP(mem_closep) = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, map, sizeof(map) - 1);
	if (n > 0 && sscanf(map, "%llu %llu %llu", &inside, &outside, &count) == 3 &&
		count == 1)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, NULL, "this is no sandbox");
}

/* Becomes the command, held. */
NORETURN static void become(const struct box *b, char **argv)
{
	struct err e = {0};
	if (b->tmp && (mkdir(b->tmp, 0700) < 0 || setenv("TMPDIR", b->tmp, 1) < 0)) {
		err_sys(&e, b->tmp, errno);
		give_up(&e);
	}
	if ((b->inner && check_inner(&e) < 0) || (b->masked && box_mount(b, &e) < 0) ||
		box_drop(&e) < 0 || box_landlock(b, &e) < 0)
		give_up(&e);
	/* The masks are above what the working directory was opened on. */
	char *cwd = getcwd(NULL, 0);
	if (!cwd || chdir(cwd) < 0) {
		err_sys(&e, NULL, errno);
		give_up(&e);
	}
	free(cwd);
	if (box_seccomp(b->net, &e) < 0)
		give_up(&e);
	if (b->own_err)
		(void)dup2(BOX_STDERR, STDERR_FILENO);
	(void)fcntl(BOX_REPORT, F_SETFD, FD_CLOEXEC);
	(void)fcntl(BOX_STDERR, F_SETFD, FD_CLOEXEC);
	tell(BOX_STANDS, 0, "");
	execvp(argv[0], argv);
	int number = errno;
	tell(BOX_FAILED, number, "");
	_exit(number == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* As the first process: reaps until nothing is left, and says how the command ended. The
 * keeper outside ends what does not end by itself. The pipe ends with the exec. */
NORETURN static void reap(pid_t child, int pipe_end)
{
	int status = 0, st;
	char none;
	struct err e;
	prctl(PR_SET_DUMPABLE, 0);
	if (box_drop(&e) < 0)
		give_up(&e);
	int keep[] = {BOX_REPORT, pipe_end};
	/* Whoever reads what the command writes must see it end. */
	io_close_but(keep, ARRAY_LEN(keep));
	while (read(pipe_end, &none, 1) < 0 && errno == EINTR)
		;
	tell(BOX_RUNS, 0, "");
	close(pipe_end);
	for (pid_t pid; (pid = waitpid(-1, &st, __WALL)) > 0 || errno == EINTR;) {
		if (pid != child)
			continue;
		status = st;
		tell(BOX_ENDED, status, "");
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status));
}

int main(int argc, char **argv)
{
	struct box b = {0};
	int at = parse(&b, argc, argv);
	struct err e;
	if (!at) {
		err_set(&e, ERR_USAGE, NULL, "its command line is not understood");
		give_up(&e);
	}
	if (b.spaces && (box_spaces(&b, &e) < 0 || box_root(&b, &e) < 0)) {
		/* Not told as refused: another way of making them may be left. */
		dprintf(STDERR_FILENO, "%s%s%s\n", e.path, *e.path ? ": " : "", e.msg);
		_exit(REFUSED);
	}
	if (!b.init)
		become(&b, argv + at);
	int pair[2];
	/* What has no namespace of processes of its own adopts all the same. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t child = pipe2(pair, O_CLOEXEC) < 0 ? -1 : fork();
	if (child < 0) {
		err_sys(&e, NULL, errno);
		give_up(&e);
	}
	if (child > 0)
		reap(child, pair[0]);
	become(&b, argv + at);
}
