/* SPDX-License-Identifier: MIT */
/* The server's side of the protocol: any bytes, in pieces of any size, are taken or end
 * the stream with a word, and what is kept is bounded. Starting a tool and polling are
 * doubles here. */
#include "pab_serve.h"

#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int request_start(struct serve *s, struct request *r, struct err *e)
{
	if (!r->argv.n)
		return err_set(e, ERR_UNSUPPORTED, NULL, "no tool");
	r->pid = 0x3fffffff; /* nobody's */
	r->reaped = true;
	s->n_children++;
	r->in[0].asked = r->argv.n > 1;
	r->in[0].allowed = FRAME_INPUT;
	return 0;
}

int serve_watch(struct serve *s, int fd, short events)
{
	(void)s;
	(void)fd;
	(void)events;
	return -1;
}

short serve_saw(const struct serve *s, int slot)
{
	(void)s;
	(void)slot;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct serve s = {.listener = -1, .socket_dir = -1, .tree = -1};
	if (!size)
		return 0;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	struct conn *c = conn_new(&s, fd, fd);
	if (!c)
		abort();
	/* A hello in front, for half of them, gets further. */
	struct buf hello CLEANUP(buf_release) = BUF_INIT;
	frame_add_hello(&hello);
	size_t piece = 1 + data[0] / 2;
	if (data[0] & 1)
		conn_take(&s, c, hello.p, hello.len);
	for (size_t at = 1; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		conn_take(&s, c, data + at, n);
		if (c->rx.len > FRAME_HEAD + FRAME_MAX + n ||
			c->n_requests > SERVE_REQUESTS)
			abort();
	}
	bool refused = c->ending;
	conn_take(&s, c, "\xff\xff\xff\xff????????", 12);
	if (refused && !c->ending)
		abort();
	conn_free(&s, c);
	if (s.conns || s.orphans || s.n_children)
		abort();
	return 0;
}
