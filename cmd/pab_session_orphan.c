/* SPDX-License-Identifier: MIT */
/* Far ends on this host whose record is gone or has another. They are known by their
 * command line: the directory of their records is below ours. */
#include "pab_session_verbs.h"

#include "home.h"
#include "io.h"
#include "mem.h"
#include "tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATIENCE = 5000 };

/* "PLACES/ID/home" or ".../run": puts the id out. Returns whether it is. */
static bool names_record(const char *word, const char *places, char *id)
{
	size_t len = strlen(places);
	if (strncmp(word, places, len) != 0 || word[len] != '/')
		return false;
	const char *rest = word + len + 1, *slash = strchr(rest, '/');
	if (!slash || slash - rest > DIAL_NAME_MAX ||
		(strcmp(slash, "/home") != 0 && strcmp(slash, "/run") != 0))
		return false;
	memcpy(id, rest, (size_t)(slash - rest));
	id[slash - rest] = '\0';
	return true;
}

/* Is the command line that of a far end, or of what stands around one, with its records
 * below `places`? Its id is put out. */
static bool is_ours(const char *line, size_t n, const char *places, char *id)
{
	const char *end = line + n;
	bool listens = false, named = false;
	for (const char *word = line; word < end; word += strlen(word) + 1) {
		listens |= word > line && !strcmp(word, "--listen");
		named |= names_record(word, places, id);
	}
	return listens && named;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], text[1024];
	struct tree_proc p;
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return n > 0 && tree_parse(text, (size_t)n, &p) == 0 ? p.ppid : 0;
}

/* Does the record of that id, if there is one, explain the process? When in doubt it
 * does. The record stays locked in s. */
static bool is_explained(struct session *s, const char *home, const char *id, pid_t pid)
{
	static const struct session_how at_once = {.at_once = true, .max = -1};
	struct err e;
	struct ucred peer = {0};
	socklen_t n = sizeof(peer);
	if (session_lock(s, home, id, &at_once, &e) < 0)
		return e.code != ERR_NOT_FOUND;
	if (s->is == RECORD_BY_HAND || s->is == RECORD_UNKNOWN)
		return true;
	int fd CLEANUP(mem_closep) = session_connect(s);
	/* What listens may have a sandbox around it. */
	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
	       (peer.pid == pid || parent_of(peer.pid) == pid);
}

/* Ends the process, which was one of ours a moment ago, and what it leaves. */
static void end_process(int pidfd, pid_t pid)
{
	struct pollfd p = {pidfd, POLLIN, 0};
	static const int signals[] = {SIGTERM, SIGKILL};
	struct tree below = {0};
	ssize_t n = tree_look_below(&below, pid);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		if (poll(&p, 1, 0) > 0 || kill(pid, signals[i]) < 0 ||
			poll(&p, 1, PATIENCE) > 0)
			break;
	}
	for (ssize_t i = 0; i < n; i++)
		if (tree_start(below.now[i].pid) == below.now[i].start)
			kill(below.now[i].pid, SIGKILL);
	tree_release(&below);
}

/* The session a process is a part of: "" for none. */
static void id_of(pid_t pid, const char *places, char *id)
{
	char path[64];
	struct buf line CLEANUP(buf_release) = BUF_INIT;
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC);
	*id = '\0';
	if (fd >= 0 && io_slurp(fd, &line, 1 << 20) == 0 &&
		!is_ours(line.p, line.len, places, id))
		*id = '\0';
}

/* Looks at one process. Returns whether it was an orphan. */
static bool look_at(const char *home, const char *places, pid_t pid)
{
	char id[DIAL_NAME_MAX + 1], above[DIAL_NAME_MAX + 1];
	struct session s CLEANUP(session_release) = {.dir = -1};
	int pidfd CLEANUP(mem_closep) = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return false;
	id_of(pid, places, id);
	if (!*id)
		return false;
	/* The tools of a far end are children of its own, and called as it is. */
	id_of(parent_of(pid), places, above);
	if (!strcmp(id, above) || is_explained(&s, home, id, pid))
		return false;
	end_process(pidfd, pid);
	return true;
}

int session_orphans(const char *home, size_t *n, struct err *e)
{
	char *base CLEANUP(mem_freep) = home_path(home);
	char *path CLEANUP(mem_freep) = xasprintf("%s/places", base ? base : "");
	char *places CLEANUP(mem_freep) = realpath(path, NULL);
	DIR *proc = places ? opendir("/proc") : NULL;
	if (!proc)
		return places ? err_sys(e, "/proc", errno) : 0;
	for (struct dirent *de; (de = readdir(proc));)
		if (isdigit((unsigned char)de->d_name[0]))
			*n += look_at(home, places, (pid_t)strtol(de->d_name, NULL, 10));
	closedir(proc);
	return 0;
}
