/* SPDX-License-Identifier: MIT */
#include "dial.h"

#include "home.h"
#include "io.h"
#include "mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_MAX_ = 4096 };

const char *dial_place(const char *spec)
{
	if (!strncmp(spec, "session:", 8))
		return spec + 8;
	return strncmp(spec, "docker:", 7) ? NULL : spec + 7;
}

int dial_check_name(const char *name, struct err *e)
{
	size_t n = strlen(name);
	bool ok = n && n <= DIAL_NAME_MAX && isalnum((unsigned char)name[0]);
	for (const char *p = name; ok && *p; p++)
		ok = isalnum((unsigned char)*p) || strchr("._-", *p);
	if (ok)
		return 0;
	return err_set(e, ERR_USAGE, NULL,
		"a session's id is letters, digits, '.', '_' and '-', at most %d, a letter "
		"or digit first, not '%.70s'",
		DIAL_NAME_MAX, name);
}

int dial_not_there(const char *name, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, NULL,
		"no session %s; pab-session list shows those there are, pab-session open %s "
		"makes it",
		name, name);
}

int dial_words(const char *p, struct vec *out, struct err *e)
{
	while (*(p += strspn(p, " "))) {
		struct buf word CLEANUP(buf_release) = BUF_INIT;
		for (; *p && *p != ' '; p++) {
			if (*p == '\\' && !*++p)
				return err_set(e, ERR_BACKEND, NULL,
					"the place's transport ends in a backslash");
			buf_addc(&word, *p);
		}
		vec_add(out, word.p);
	}
	if (out->n && out->v[0][0] == '/')
		return 0;
	return err_set(e, ERR_BACKEND, NULL,
		"the place's transport names no program by absolute path");
}

char *dial_read(int dir, const char *file)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct stat st;
	int fd CLEANUP(mem_closep) =
		openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || io_slurp(fd, &b, LINE_MAX_) < 0)
		return NULL;
	errno = EPERM;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return NULL;
	buf_trim(&b, strcspn(b.p, "\n"));
	return buf_take(&b);
}

/* Opens what stands at the path, beneath dir, without going through any link. Returns an
 * O_PATH descriptor, or -1 with errno. */
static int open_exactly(int dir, const char *path)
{
	char part[NAME_MAX + 1];
	int fd = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	for (const char *p = path; *p && fd >= 0;) {
		size_t n = strcspn(p, "/");
		if (!n || n > NAME_MAX || (n <= 2 && !strncmp(p, "..", n))) {
			close(fd);
			errno = EINVAL;
			return -1;
		}
		memcpy(part, p, n);
		part[n] = '\0';
		int next = openat(fd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		int number = errno;
		close(fd);
		errno = number;
		fd = next;
		p += n + (p[n] == '/');
	}
	return fd;
}

int dial_socket(int dir, const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	int at CLEANUP(mem_closep) = open_exactly(dir, path);
	if (at < 0 || fstat(at, &st) < 0)
		return -1;
	if (!S_ISSOCK(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0)) {
		errno = EPERM;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d", at);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	int number = errno;
	close(fd);
	errno = number;
	return -1;
}

char *dial_beside(const char *program)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0)
		return NULL;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	static const char *const from[] = {"", "/../libexec/pab", "/../../bin"};
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		char *path = xasprintf("%s%s/%s", self, from[i], program);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* Runs the program with standard input and output at *d. Returns 0, or -1 with errno. */
static int run_program(struct dial *d, char *const *argv)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t me = getpid(), pid = fork();
	if (pid == 0) {
		/* The one who is asked to end ends it: the stream must outlast that. */
		(void)signal(SIGINT, SIG_IGN);
		(void)signal(SIGHUP, SIG_IGN);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		/* Our rules travel in the request; those of a far end are its own. */
		if (getppid() != me || unsetenv("PAB_RULES") < 0 ||
			dup2(pair[1], 0) < 0 || dup2(pair[1], 1) < 0)
			_exit(127);
		execv(argv[0], argv);
		_exit(127);
	}
	int number = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		errno = number;
		return -1;
	}
	*d = (struct dial){pair[0], pair[0], pid};
	return 0;
}

/* Has the place made to listen again. Returns whether that was said to have worked. */
static bool wake(const char *home, const char *name)
{
	char *program CLEANUP(mem_freep) = dial_beside("pab-session");
	int status;
	if (!program)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		char verb[] = "wake", word[DIAL_NAME_MAX + 1];
		snprintf(word, sizeof(word), "%s", name);
		char *argv[] = {program, verb, word, NULL};
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
			(home && setenv("PAB_HOME", home, 1) != 0) ||
			unsetenv("PAB_BACKEND") != 0)
			_exit(127);
		execv(program, argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int open_place(const char *home, const char *name, struct err *e)
{
	if (dial_check_name(name, e) < 0)
		return -1;
	int places CLEANUP(mem_closep) = home_open(home, "places", false, e);
	int dir = places < 0 ? -1
			     : openat(places, name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir >= 0)
		return dir;
	if ((places < 0 && e->code != ERR_NOT_FOUND) || (places >= 0 && errno != ENOENT))
		return places < 0 ? -1 : err_sys(e, name, errno);
	return dial_not_there(name, e);
}

bool dial_asks(const char *home, const char *name)
{
	struct err ignored;
	int dir CLEANUP(mem_closep) = open_place(home, name, &ignored);
	return dir >= 0 && faccessat(dir, "asks", F_OK, 0) == 0;
}

static int cannot_reach(const char *name, int number, struct err *e)
{
	return err_set(e, ERR_BACKEND, NULL,
		"session %s does not answer: %s; pab-session info %s tells more", name,
		strerror(number), name);
}

static int open_socket(struct dial *d, int dir, const char *home, const char *name,
	const char *path, struct err *e)
{
	enum { ATTEMPTS = 3 }; /* it may be put to sleep again at once */
	int fd = dial_socket(dir, path);
	for (int i = 0; fd < 0 && (errno == ECONNREFUSED || errno == ENOENT); i++) {
		if (i == ATTEMPTS || !wake(home, name))
			break;
		fd = dial_socket(dir, path);
	}
	if (fd < 0)
		return cannot_reach(name, errno, e);
	*d = (struct dial){fd, fd, 0};
	return 0;
}

int dial_open(struct dial *d, const char *home, const char *spec, struct err *e)
{
	const char *name = dial_place(spec);
	*d = (struct dial){-1, -1, 0};
	if (!strncmp(spec, "docker:", 7))
		return dial_open_container(d, home, name, e);
	int dir CLEANUP(mem_closep) = open_place(home, name, e);
	if (dir < 0)
		return -1;
	char *line CLEANUP(mem_freep) = dial_read(dir, "transport");
	if (!line)
		return cannot_reach(name, errno, e);
	if (!strncmp(line, "unix:", 5))
		return open_socket(d, dir, home, name, line + 5, e);
	if (strncmp(line, "pipe:", 5) != 0)
		return err_set(e, ERR_BACKEND, NULL,
			"session %s was made by another version: its transport is unknown",
			name);
	struct vec words CLEANUP(vec_release) = {0};
	if (dial_words(line + 5, &words, e) < 0 || !words.n)
		return -1;
	return run_program(d, words.v) < 0 ? cannot_reach(name, errno, e) : 0;
}

void dial_close(struct dial *d)
{
	enum { PATIENCE = 200 }; /* times 5 ms */
	if (d->in >= 0)
		close(steal_fd(&d->in));
	d->out = -1;
	for (int i = 0; d->pid > 0 && waitpid(d->pid, NULL, WNOHANG) == 0; i++) {
		if (i == PATIENCE)
			kill(d->pid, SIGKILL);
		(void)poll(NULL, 0, i ? 5 : 1);
	}
	d->pid = 0;
}
