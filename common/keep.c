/* SPDX-License-Identifier: MIT */
#include "keep.h"

#include "caller.h"
#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LARGEST = 1 << 30 };

/* Returns a descriptor, or -1 with err. */
static int keep(struct gate *g, int from, const char *name, tool_translate *translate,
	struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int fd CLEANUP(mem_closep) = (int)syscall(SYS_memfd_create, "kept", 1U);
	if (fd < 0 || io_slurp(from, &b, LARGEST) < 0)
		return err_sys(e, name, errno);
	gate_content(g, b.p, b.len);
	if (translate && translate(&b, e) < 0)
		return -1;
	if (io_write(fd, b.p, b.len) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, name, errno);
	return steal_fd(&fd);
}

int keep_input(struct gate *g, tool_translate *translate, struct err *e)
{
	int fd CLEANUP(mem_closep) = keep(g, caller_stdin(), NULL, translate, e);
	if (fd < 0)
		return -1;
	return dup2(fd, STDIN_FILENO) < 0 ? err_sys(e, NULL, errno) : 0;
}

int keep_file(struct gate *g, const char *name, struct err *e)
{
	int fd CLEANUP(mem_closep) = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? err_sys(e, name, errno) : keep(g, fd, name, NULL, e);
}
