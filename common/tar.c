/* SPDX-License-Identifier: MIT */
#include "tar.h"

enum { BLOCK = 512 };

static void fill_block(struct buf *b)
{
	while (b->len % BLOCK)
		buf_addc(b, '\0');
}

void tar_add(struct buf *b, const char *name, unsigned mode, const void *data, size_t n)
{
	char head[BLOCK] = {0};
	bool dir = name[strlen(name) - 1] == '/';
	unsigned sum = 0;
	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "%07o", mode);
	snprintf(head + 108, 8, "%07o", 0U);
	snprintf(head + 116, 8, "%07o", 0U);
	snprintf(head + 124, 12, "%011zo", n);
	snprintf(head + 136, 12, "%011o", 0U);
	memset(head + 148, ' ', 8); /* the sum, while it is taken */
	head[156] = dir ? '5' : '0';
	memcpy(head + 257,
		"ustar\0"
		"00",
		8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(b, head, BLOCK);
	if (n)
		buf_add(b, data, n);
	fill_block(b);
}

void tar_end(struct buf *b)
{
	static const char zero[2 * BLOCK];
	buf_add(b, zero, sizeof(zero));
}
