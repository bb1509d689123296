/* SPDX-License-Identifier: MIT */
#include "print.h"

#include "io.h"
#include "mem.h"

enum { CHUNK = 1 << 17 };

/* A multiplication whose two halves are folded: each bit of the word reaches all others.
 */
static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 29);
}

void print_add(struct print *p, const void *v, size_t n)
{
	const unsigned char *b = v;
	uint64_t word;
	while (n && p->n % 8) {
		p->tail[p->n++ % 8] = *b++;
		n--;
		if (p->n % 8 == 0) {
			memcpy(&word, p->tail, 8);
			p->h = mix(p->h, word);
		}
	}
	for (; n >= 8; n -= 8, b += 8, p->n += 8) {
		memcpy(&word, b, 8);
		p->h = mix(p->h, word);
	}
	for (; n; n--)
		p->tail[p->n++ % 8] = *b++;
}

uint64_t print_end(const struct print *p)
{
	uint64_t word = 0;
	memcpy(&word, p->tail, p->n % 8);
	return mix(mix(mix(p->h, word), p->n), 0);
}

uint64_t print_bytes(const void *v, size_t n)
{
	struct print p = {0};
	print_add(&p, v, n);
	return print_end(&p);
}

int print_fd(int fd, int64_t *size, uint64_t *out)
{
	struct print p = {0};
	char *chunk CLEANUP(mem_freep) = xmalloc(CHUNK);
	ssize_t n;
	while ((n = io_pread(fd, chunk, CHUNK, (off_t)p.n)) > 0)
		print_add(&p, chunk, (size_t)n);
	if (n < 0)
		return -1;
	*size = (int64_t)p.n;
	*out = print_end(&p);
	return 0;
}
