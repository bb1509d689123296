/* SPDX-License-Identifier: MIT */
/* Where the engine is: DOCKER_HOST, the docker context, the usual sockets. */
#include "engine.h"

#include "hash.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONFIG_MAX = 1 << 20 };

static const char *env(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* Docker's own directory of settings. Returns new memory. */
static char *config_dir(void)
{
	const char *dir = env("DOCKER_CONFIG"), *home = env("HOME");
	return dir ? xstrdup(dir) : xasprintf("%s/.docker", home ? home : "/root");
}

static struct jin *read_json(const char *path)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct err ignored;
	int fd CLEANUP(mem_closep) = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, &b, CONFIG_MAX) < 0)
		return NULL;
	return jin_parse(b.p, b.len, &ignored);
}

/* The address of a host as DOCKER_HOST has it, and the directory of certificates. */
static char *with_certs(const char *host, const char *certs)
{
	bool tls = certs && !strncmp(host, "tcp://", 6);
	return xasprintf("%s%s%s", host, tls ? " " : "", tls ? certs : "");
}

static char *from_host(const char *host)
{
	char *dir CLEANUP(mem_freep) = config_dir();
	const char *certs = env("DOCKER_CERT_PATH");
	return with_certs(host, !env("DOCKER_TLS_VERIFY") ? NULL : certs ? certs : dir);
}

/* The name of the current context. Returns new memory, or NULL: the default. */
static char *context_name(const char *dir)
{
	const char *given = env("DOCKER_CONTEXT");
	char *path CLEANUP(mem_freep) = xasprintf("%s/config.json", dir);
	struct jin *j = given ? NULL : read_json(path);
	const char *s = j && jin_is_object(jin_root(j))
				? jin_string(jin_get(jin_root(j), "currentContext"))
				: NULL;
	char *name = given ? xstrdup(given) : s ? xstrdup(s) : NULL;
	jin_free(j);
	if (name && (!strcmp(name, "default") || !*name)) {
		free(name);
		return NULL;
	}
	return name;
}

/* What the context says. Returns 1 with *address, 0 when there is none, -1 with err. */
static int from_context(char **address, struct err *e)
{
	char sum[HASH_HEX + 1];
	char *dir CLEANUP(mem_freep) = config_dir();
	char *name CLEANUP(mem_freep) = context_name(dir);
	if (!name)
		return 0;
	hash_bytes(name, strlen(name), sum);
	char *path CLEANUP(mem_freep) =
		xasprintf("%s/contexts/meta/%s/meta.json", dir, sum);
	char *tls CLEANUP(mem_freep) = xasprintf("%s/contexts/tls/%s/docker", dir, sum);
	struct jin *j = read_json(path);
	const jin_node *n = j ? jin_root(j) : NULL;
	n = n && jin_is_object(n) ? jin_get(n, "Endpoints") : NULL;
	n = n && jin_is_object(n) ? jin_get(n, "docker") : NULL;
	const char *host = n && jin_is_object(n) ? jin_string(jin_get(n, "Host")) : NULL;
	if (host)
		*address = with_certs(host, access(tls, R_OK) == 0 ? tls : NULL);
	jin_free(j);
	if (*address)
		return 1;
	return err_set(e, ERR_BACKEND, NULL,
		"the docker context '%.60s' is not there or names no host", name);
}

static bool listens(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(sa.sun_path))
		return false;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	int fd CLEANUP(mem_closep) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
}

static char *from_sockets(struct err *e)
{
	const char *run = env("XDG_RUNTIME_DIR");
	char *paths[] = {xstrdup("/var/run/docker.sock"),
		xasprintf("%s/docker.sock", run ? run : "/nonexistent"),
		xasprintf("%s/podman/podman.sock", run ? run : "/nonexistent"),
		xstrdup("/run/podman/podman.sock")};
	char *found = NULL;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (!found && listens(paths[i]))
			found = xasprintf("unix://%s", paths[i]);
		free(paths[i]);
	}
	if (!found)
		err_set(e, ERR_BACKEND, NULL,
			"no container engine here: none answers at the sockets of docker and "
			"podman; DOCKER_HOST names another, and --on sandbox needs none");
	return found;
}

char *engine_find(const char *given, struct err *e)
{
	char *address = NULL;
	if (given)
		return xstrdup(given);
	const char *host = env("DOCKER_HOST");
	if (host)
		return from_host(host);
	int r = from_context(&address, e);
	return r ? address : from_sockets(e);
}

bool engine_is_here(const char *address)
{
	static const char *const own[] = {
		"tcp://127.0.0.1:", "tcp://localhost:", "tcp://[::1]:"};
	if (!strncmp(address, "unix://", 7))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!strncmp(address, own[i], strlen(own[i])))
			return true;
	return false;
}
