/* SPDX-License-Identifier: MIT */
/* docker:NAME. Where a stream to the container is held (pab-dial(8)), or it is one of a
 * session, its directory containers/KEY below the home directory tells; else pab-dial is
 * run once, which sees to that or says what is in the way. */
#include "dial.h"

#include "hash.h"
#include "home.h"
#include "io.h"
#include "mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int dial_check_container(const char *name, struct err *e)
{
	size_t n = strlen(name);
	bool ok = n && n <= DIAL_CONTAINER_MAX && isalnum((unsigned char)name[0]);
	for (const char *p = name; ok && *p; p++)
		ok = isalnum((unsigned char)*p) || strchr("._-", *p);
	if (ok)
		return 0;
	return err_set(e, ERR_USAGE, NULL,
		"a container's name is letters, digits, '.', '_' and '-', at most %d, a "
		"letter or digit first, not '%.70s'",
		DIAL_CONTAINER_MAX, name);
}

void dial_container_key(const char *name, char key[DIAL_KEY_MAX + 1])
{
	/* The same name is another container at another engine. */
	static const char *const from[] = {"DOCKER_HOST", "DOCKER_CONTEXT",
		"DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "XDG_RUNTIME_DIR"};
	char sum[HASH_HEX + 1];
	struct hash *h = hash_new();
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		const char *value = getenv(from[i]);
		value = value ? value : "";
		hash_add(h, value, strlen(value) + 1);
	}
	hash_finish(h, sum);
	snprintf(key, DIAL_KEY_MAX + 1, "%s.%.12s", name, sum);
}

/* Becomes pab-dial, whose one line of answer comes on `out`. */
static void become(char *program, const char *home, const char *name, int out)
{
	char hold[] = "--hold", *word = xstrdup(name);
	char *argv[] = {program, hold, word, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
		dup2(null, 2) < 0 || chdir("/") < 0 ||
		(home && setenv("PAB_HOME", home, 1) != 0) ||
		unsetenv("PAB_BACKEND") != 0)
		return;
	io_close_from(3, false);
	execv(program, argv);
}

/* Returns 0 when a stream is held or the name is known, or -1 with err. */
static int run_holder(const char *home, const char *name, struct err *e)
{
	struct buf said CLEANUP(buf_release) = BUF_INIT;
	int out[2];
	char *program CLEANUP(mem_freep) = dial_beside("pab-dial");
	char *base CLEANUP(mem_freep) = home_path(home);
	if (!program)
		return err_set(e, ERR_BACKEND, NULL,
			"there is no pab-dial beside this program or in its libexec");
	char *real CLEANUP(mem_freep) = base ? realpath(base, NULL) : NULL;
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(e, NULL, errno);
	pid_t pid = fork();
	if (pid == 0) {
		become(program, real ? real : home, name, out[1]);
		_exit(127);
	}
	close(out[1]);
	if (pid > 0 && io_slurp(out[0], &said, 4096) < 0)
		errno = 0;
	close(out[0]);
	buf_trim(&said, strcspn(said.p, "\n"));
	if (!strcmp(said.p, "ok")) /* it stays, and is init's when we are gone */
		return 0;
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (err_parse(e, said.p, said.len) == 0)
		return -1;
	return err_set(e, ERR_BACKEND, NULL, "pab-dial did not say what it did");
}

/* What is known of the name. Returns 0 with the stream, 1 when nobody holds one, or -1
 * with err. */
static int try_known(struct dial *d, const char *home, const char *key, struct err *e)
{
	int top CLEANUP(mem_closep) = home_open(home, "containers", false, e);
	int dir CLEANUP(mem_closep) =
		top < 0 ? -1
			: openat(top, key,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (top < 0 && e->code != ERR_NOT_FOUND)
		return -1;
	if (dir < 0)
		return 1;
	char *line CLEANUP(mem_freep) = dial_read(dir, "transport");
	if (line && !strncmp(line, "session:", 8)) {
		if (dial_open(d, home, line, e) == 0)
			return 0;
		return e->code == ERR_NOT_FOUND ? 1 : -1;
	}
	int fd = dial_socket(dir, "sock");
	if (fd >= 0)
		*d = (struct dial){fd, fd, 0};
	return fd < 0;
}

int dial_open_container(struct dial *d, const char *home, const char *name, struct err *e)
{
	char key[DIAL_KEY_MAX + 1];
	if (dial_check_container(name, e) < 0)
		return -1;
	dial_container_key(name, key);
	int r = try_known(d, home, key, e);
	if (r <= 0)
		return r;
	if (run_holder(home, name, e) < 0)
		return -1;
	r = try_known(d, home, key, e);
	if (r <= 0)
		return r;
	return err_set(e, ERR_BACKEND, NULL,
		"the stream to container %.60s ended at once", name);
}
