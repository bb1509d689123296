/* SPDX-License-Identifier: MIT */
/* Many callers on one stream: whatever callers and the far end send, what goes to the far
 * end are whole frames that a client may send, of requests that are there. */
#include "pab_dial.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything that is to be sent there can be parsed as a client's frames. */
static void check_sent(const struct mux *m)
{
	struct frame f;
	struct err e;
	size_t at = 0;
	ssize_t got;
	while ((got = frame_parse(m->tx.p + at, m->tx.len - at, FRAME_CLIENT, &f, &e)) >
		0)
		at += (size_t)got;
	if (got < 0 || at != m->tx.len || m->n_links > MUX_REQUESTS)
		abort();
}

static int null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mux m;
	struct err e = {0};
	struct buf hello CLEANUP(buf_release) = BUF_INIT;
	frame_add_hello(&hello);
	mux_init(&m);
	struct client *c[2];
	for (int i = 0; i < 2; i++) {
		int fd = null();
		c[i] = mux_add(&m, fd, fd);
		mux_take_client(&m, c[i], hello.p, hello.len);
	}
	buf_add(&m.rx, hello.p, hello.len);
	bool broken = false;
	/* A byte says who sends, one how much. */
	for (size_t at = 0; at + 2 <= size && !broken;) {
		uint8_t who = data[at] % 4;
		size_t n = data[at + 1];
		at += 2;
		n = size - at < n ? size - at : n;
		if (who < 2 && c[who] && !c[who]->ending)
			mux_take_client(&m, c[who], data + at, n);
		if (who == 2) {
			buf_add(&m.rx, data + at, n);
			broken = mux_take_far(&m, &e) < 0;
		}
		if (who == 3 && c[n & 1] && n > 250) {
			mux_drop(&m, c[n & 1]);
			c[n & 1] = NULL;
		}
		at += n;
		check_sent(&m);
	}
	err_set(&e, ERR_BACKEND, NULL, "over");
	mux_fail(&m, &e);
	check_sent(&m);
	mux_release(&m);
	return 0;
}
