/* SPDX-License-Identifier: MIT */
/* The frames of an engine's stream: cut anywhere, they carry the same bytes. */
#include "engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_frames whole = {0}, parts = {0};
	struct buf out[2] = {BUF_INIT, BUF_INIT}, errors[2] = {BUF_INIT, BUF_INIT};
	const char *p = (const char *)data;
	if (!size)
		return 0;
	size_t piece = 1 + data[0] % 13;
	int a = engine_frames_take(&whole, p + 1, size - 1, &out[0], &errors[0]), b = 0;
	for (size_t at = 1; at < size && b == 0; at += piece)
		b = engine_frames_take(&parts, p + at,
			size - at < piece ? size - at : piece, &out[1], &errors[1]);
	if (a != b || out[0].len != out[1].len || errors[0].len != errors[1].len ||
		memcmp(out[0].p, out[1].p, out[0].len) != 0)
		abort();
	for (size_t i = 0; i < 2; i++) {
		buf_release(&out[i]);
		buf_release(&errors[i]);
	}
	return 0;
}
