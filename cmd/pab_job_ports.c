/* SPDX-License-Identifier: MIT */
#include "pab_job.h"

#include "mem.h"
#include "tree.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

/* The sockets that a process has open, by their inodes. */
struct inodes {
	uint64_t *v;
	size_t n;
};

static void add_inodes(struct inodes *set, pid_t pid)
{
	char path[64], link[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *d = opendir(path);
	for (struct dirent *de; d && (de = readdir(d));) {
		ssize_t n = readlinkat(dirfd(d), de->d_name, link, sizeof(link) - 1);
		unsigned long long inode;
		link[n < 0 ? 0 : n] = '\0';
		if (sscanf(link, "socket:[%llu]", &inode) != 1)
			continue;
		if ((set->n & (set->n - 1)) == 0)
			set->v = xrealloc_n(
				set->v, set->n ? set->n * 2 : 1, sizeof(*set->v));
		set->v[set->n++] = inode;
	}
	if (d)
		closedir(d);
}

static bool has(const struct inodes *set, uint64_t inode)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i] == inode)
			return true;
	return false;
}

bool port_parse(const char *line, uint64_t *inode, struct port *out)
{
	char hex[33] = {0};
	unsigned port, state;
	unsigned long long ino;
	uint32_t a[4];
	if (sscanf(line,
		    " %*d: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*u "
		    "%*u %llu",
		    hex, &port, &state, &ino) != 4)
		return false;
	size_t words = strlen(hex) / 8;
	if (state != 0x0a || port > 65535 || (words != 1 && words != 4) ||
		strlen(hex) % 8)
		return false;
	/* Four bytes each, as the machine has them in memory. */
	for (size_t i = 0; i < words; i++)
		if (sscanf(hex + 8 * i, "%8x", &a[i]) != 1)
			return false;
	if (!inet_ntop(words == 1 ? AF_INET : AF_INET6, a, out->address,
		    sizeof(out->address)))
		return false;
	out->number = (int)port;
	*inode = ino;
	return true;
}

/* Adds the listening ports of one file of the kernel's that are in the set. */
static size_t add_ports(const char *path, const struct inodes *set, struct port *out,
	size_t n, size_t max)
{
	FILE *f = fopen(path, "re");
	char line[512];
	struct port p;
	uint64_t inode;
	while (f && n < max && fgets(line, sizeof(line), f)) {
		if (!port_parse(line, &inode, &p) || !has(set, inode))
			continue;
		bool known = false;
		for (size_t i = 0; i < n; i++)
			known |= out[i].number == p.number &&
				 !strcmp(out[i].address, p.address);
		if (!known)
			out[n++] = p;
	}
	if (f)
		(void)fclose(f);
	return n;
}

static int by_number(const void *a, const void *b)
{
	const struct port *x = a, *y = b;
	return x->number != y->number ? x->number - y->number
				      : strcmp(x->address, y->address);
}

size_t ports_find(pid_t root, struct port *out, size_t max)
{
	struct tree t = {0};
	struct inodes set = {0};
	size_t n = 0;
	if (tree_look_below(&t, root) < 0)
		return 0;
	for (size_t i = 0; i < t.n_now; i++)
		add_inodes(&set, t.now[i].pid);
	/* A descendant may be in a network of its own. */
	for (size_t i = 0; set.n && i < t.n_now; i++) {
		char path[64];
		snprintf(path, sizeof(path), "/proc/%d/net/tcp", (int)t.now[i].pid);
		n = add_ports(path, &set, out, n, max);
		snprintf(path, sizeof(path), "/proc/%d/net/tcp6", (int)t.now[i].pid);
		n = add_ports(path, &set, out, n, max);
	}
	if (n)
		qsort(out, n, sizeof(*out), by_number);
	free(set.v);
	tree_release(&t);
	return n;
}
