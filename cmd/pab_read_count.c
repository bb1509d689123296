/* SPDX-License-Identifier: MIT */
/* What takes the whole file before its first line is shown: decoding, counting. */
#include "pab_read.h"

#include "eol.h"
#include "io.h"

#include <unistd.h>

enum { CHUNK = 1 << 17, MAX_UTF16 = 256 << 20 };

int decode_utf16(int fd, struct hash *hash, bool be, struct buf *text)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT;
	if (lseek(fd, 0, SEEK_SET) < 0 || io_slurp(fd, &bytes, MAX_UTF16) < 0)
		return -1;
	if (hash)
		hash_add(hash, bytes.p, bytes.len);
	if (bytes.len > 2)
		text_from_utf16(text, (unsigned char *)bytes.p + 2, bytes.len - 2, be);
	return 0;
}

int64_t count_lines(int fd, enum text_encoding encoding)
{
	bool wide = encoding == TEXT_UTF16LE || encoding == TEXT_UTF16BE;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int64_t lines = 0;
	char last = '\n';
	off_t at = 0;
	ssize_t n;
	if (wide)
		return decode_utf16(fd, NULL, encoding == TEXT_UTF16BE, &b) < 0
			       ? -1
			       : (int64_t)eol_lines(b.p, b.len);
	buf_reserve(&b, CHUNK);
	while ((n = io_pread(fd, b.p, CHUNK, at)) > 0) {
		struct eol_counts c = eol_count(b.p, (size_t)n);
		lines += (int64_t)(c.lf + c.crlf);
		last = b.p[n - 1];
		at += n;
	}
	return n < 0 ? -1 : lines + (last != '\n');
}
