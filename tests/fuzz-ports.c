/* SPDX-License-Identifier: MIT */
/* The kernel's lines about sockets: a port is a port, an address is one. */
#include "pab_job.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line CLEANUP(mem_freep) = xmemdup0(data, size);
	struct port p = {.number = -1};
	uint64_t inode;
	if (port_parse(line, &inode, &p) &&
		(p.number < 0 || p.number > 65535 || !strpbrk(p.address, ".:")))
		abort();
	return 0;
}
