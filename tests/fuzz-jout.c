/* SPDX-License-Identifier: MIT */
/* Bytes written as JSON and read back by a reader of strings are the same bytes. */
#include "jout.h"

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One character of a JSON string at p. Returns how long it is written. */
static size_t read_char(const char *p, struct buf *out)
{
	static const char names[] = "nrt\"\\", values[] = "\n\r\t\"\\";
	if ((unsigned char)*p < 0x20 || *p == 0x7f)
		abort();
	if (*p != '\\') {
		buf_addc(out, *p);
		return 1;
	}
	const char *at = strchr(names, p[1]);
	if (at && *at) {
		buf_addc(out, values[at - names]);
		return 2;
	}
	unsigned c;
	if (sscanf(p, "\\u%4x", &c) != 1 || c > 0x7f)
		abort();
	buf_addc(out, (char)c);
	return 6;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char lead[] = "{\"type\":\"x\",\"k\":\"",
			  lead64[] = "{\"type\":\"x\",\"k_b64\":\"";
	struct buf b = BUF_INIT, got = BUF_INIT;
	struct jout j;
	bool utf8 = text_is_utf8(data, size);
	const char *start = utf8 ? lead : lead64;
	size_t n = strlen(start);
	jout_init(&j, &b);
	jout_record(&j, "x");
	jout_bytes(&j, "k", data, size);
	jout_end_object(&j);
	if (!text_is_utf8(b.p, b.len) || strncmp(b.p, start, n) != 0 || b.len < n + 3 ||
		strcmp(b.p + b.len - 3, "\"}\n") != 0)
		abort();
	for (size_t i = n; utf8 && i < b.len - 3;)
		i += read_char(b.p + i, &got);
	if (utf8 && (got.len != size || (size && memcmp(got.p, data, size) != 0)))
		abort();
	if (!utf8 && b.len != n + (size + 2) / 3 * 4 + 3)
		abort();
	buf_release(&b);
	buf_release(&got);
	return 0;
}
