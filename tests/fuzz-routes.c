/* SPDX-License-Identifier: MIT */
/* routes_parse on any text, and routes_read on any file: what is understood has a route
 * for the root last, the longest first, none twice, and paths that are clean. */
#include "mem.h"
#include "routes.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct routings *rs)
{
	if (!rs->n || *rs->v[rs->n - 1].at)
		abort();
	for (size_t i = 0; i < rs->n; i++) {
		char *path = xasprintf("/%s", rs->v[i].at);
		char *clean = routes_clean(path);
		if (!clean || strcmp(clean, rs->v[i].at) != 0)
			abort();
		if (i && strlen(rs->v[i].at) > strlen(rs->v[i - 1].at))
			abort();
		for (size_t k = 0; k < i; k++)
			if (!strcmp(rs->v[k].at, rs->v[i].at))
				abort();
		free(clean);
		free(path);
	}
}

static void parse(const char *text)
{
	struct routings rs = {0};
	struct err e = {0};
	if (routes_parse(&rs, text, &e) == 0)
		check(&rs);
	else if (e.code != ERR_USAGE)
		abort();
	routes_release(&rs);
}

static void read_json(const void *data, size_t size)
{
	struct routings rs = {0};
	struct err e = {0};
	char path[64];
	int fd = memfd_create("routes", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (routes_read(&rs, path, &e) == 0)
		check(&rs);
	else if (e.code != ERR_USAGE)
		abort();
	routes_release(&rs);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup0(data, size);
	parse(text);
	read_json(data, size);
	free(text);
	return 0;
}
