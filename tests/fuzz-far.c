/* SPDX-License-Identifier: MIT */
/* The client's side of the protocol: any bytes a far end may send are printed, or refused
 * with a backend's error; what is kept is bounded, and a terminal gets nothing it would
 * obey but colours. Printing is a double here. */
#include "far.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_tty;

int far_print(int fd, const char *p, size_t n)
{
	if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
		abort();
	for (size_t i = 0; on_tty && i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c == '\033' && i + 1 < n && p[i + 1] == '[')
			continue;
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			abort();
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct far f;
	struct err e = {0};
	struct buf hello CLEANUP(buf_release) = BUF_INIT;
	if (!size)
		return 0;
	far_init(&f);
	on_tty = f.tty[1] = f.tty[2] = data[0] & 2;
	frame_add_hello(&hello);
	size_t piece = 1 + data[0] / 4;
	int r = data[0] & 1 ? far_take(&f, hello.p, hello.len, &e) : 0;
	if (r < 0)
		abort();
	for (size_t at = 1; at < size && r == 0 && !f.over; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		r = far_take(&f, data + at, n, &e);
		if (f.rx.len > FRAME_HEAD + FRAME_MAX + n || f.held.len > FRAME_MAX + 64)
			abort();
	}
	if (r < 0 && (e.code < ERR_USAGE || e.code > ERR_BUSY || !e.msg[0]))
		abort();
	far_release(&f);
	return 0;
}
