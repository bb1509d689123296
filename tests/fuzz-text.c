/* SPDX-License-Identifier: MIT */
/* Bytes as text: what is made for showing is UTF-8 without control bytes, and what is
 * converted comes back. */
#include "text.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_shown(const struct buf *b, const char *allowed)
{
	if (!text_is_utf8(b->p, b->len))
		abort();
	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char)b->p[i] < 0x20 &&
			(!b->p[i] || !strchr(allowed, b->p[i])))
			abort();
}

static void check_utf16(const uint8_t *data, size_t size)
{
	struct buf wide CLEANUP(buf_release) = BUF_INIT,
			back CLEANUP(buf_release) = BUF_INIT;
	for (int be = 0; be < 2; be++) {
		buf_clear(&wide);
		buf_clear(&back);
		int r = text_to_utf16(&wide, (const char *)data, size, be);
		if ((r == 0) != text_is_utf8(data, size))
			abort();
		if (r == 0)
			text_from_utf16(&back, (unsigned char *)wide.p, wide.len, be);
		if (r == 0 &&
			(back.len != size || (size && memcmp(back.p, data, size) != 0)))
			abort();
		buf_clear(&back);
		text_from_utf16(&back, data, size, be);
		if (!text_is_utf8(back.p, back.len))
			abort();
	}
}

static void check_cut(const uint8_t *data, size_t size)
{
	size_t columns = text_columns(data, size), max = size ? data[0] : 0;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	bool cut = text_cut(&b, data, size, max);
	size_t keep = text_offset_of(data, size, max);
	if (cut != (columns > max) || columns > size)
		abort();
	if (b.len < keep || (keep && memcmp(b.p, data, keep) != 0))
		abort();
	if (text_columns(data, keep) + text_columns(data + keep, size - keep) != columns)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char *name CLEANUP(mem_freep) = xmemdup0(data, size);
	text_escape(&b, data, size);
	must_be_shown(&b, "\t\n");
	buf_clear(&b);
	text_name(&b, name, true);
	must_be_shown(&b, "");
	buf_clear(&b);
	text_name(&b, name, false);
	if (strcmp(b.p, name) != 0 && strncmp(b.p, "$'", 2) != 0)
		abort();
	check_utf16(data, size);
	check_cut(data, size);
	if (!text_encoding_name(text_guess(data, size)))
		abort();
	return 0;
}
