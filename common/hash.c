/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include "io.h"
#include "mem.h"

#include <sha2.h>
#include <strings.h>

struct hash {
	SHA2_CTX ctx;
};

struct hash *hash_new(void)
{
	struct hash *h = xmalloc(sizeof(*h));
	SHA256Init(&h->ctx);
	return h;
}

void hash_add(struct hash *h, const void *p, size_t n)
{
	SHA256Update(&h->ctx, p, n);
}

void hash_finish(struct hash *h, char out[HASH_HEX + 1])
{
	SHA256End(&h->ctx, out);
	free(h);
}

void hash_bytes(const void *p, size_t n, char out[HASH_HEX + 1])
{
	struct hash *h = hash_new();
	hash_add(h, p, n);
	hash_finish(h, out);
}

int hash_fd(int fd, char out[HASH_HEX + 1])
{
	enum { CHUNK = 1 << 17 };
	char *chunk CLEANUP(mem_freep) = xmalloc(CHUNK);
	struct hash *h = hash_new();
	off_t at = 0;
	ssize_t n;
	while ((n = io_pread(fd, chunk, CHUNK, at)) > 0) {
		hash_add(h, chunk, (size_t)n);
		at += n;
	}
	hash_finish(h, out);
	return n < 0 ? -1 : 0;
}

int hash_check(const char *asked, struct err *e)
{
	size_t n = strlen(asked);
	if (n >= HASH_LEAST && n <= HASH_HEX &&
		strspn(asked, "0123456789abcdefABCDEF") == n)
		return 0;
	return err_set(e, ERR_USAGE, NULL,
		"a hash is %d to %d hex digits of the file's SHA-256, as pab-read --stat or "
		"sha256sum print it",
		HASH_LEAST, HASH_HEX);
}

bool hash_is(const char sum[HASH_HEX + 1], const char *asked)
{
	return !strncasecmp(sum, asked, strlen(asked));
}
