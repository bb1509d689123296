/* SPDX-License-Identifier: MIT */
/* Hashes, by the vectors of FIPS 180-4's examples; line ends. */
#include "hash.h"

#include "eol.h"
#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

static void test_vectors(void)
{
	static const struct {
		const char *text, *sum;
	} v[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	char sum[HASH_HEX + 1];
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		hash_bytes(v[i].text, strlen(v[i].text), sum);
		CHECK(!strcmp(sum, v[i].sum));
	}
	/* A million times "a", in pieces, and from a file. */
	static const char million[] =
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	static char piece[1000];
	int fd = memfd_create("t", MFD_CLOEXEC);
	struct hash *h = hash_new();
	memset(piece, 'a', sizeof(piece));
	for (int i = 0; i < 1000; i++) {
		hash_add(h, piece, sizeof(piece));
		CHECK(write(fd, piece, sizeof(piece)) == (ssize_t)sizeof(piece));
	}
	hash_finish(h, sum);
	CHECK(!strcmp(sum, million));
	CHECK(hash_fd(fd, sum) == 0 && !strcmp(sum, million));
	CHECK(lseek(fd, 0, SEEK_CUR) == 1000000);
	close(fd);
	CHECK(hash_fd(-1, sum) == -1);
}

static void test_asked(void)
{
	struct err e = {0};
	char sum[HASH_HEX + 1], more[HASH_HEX + 2];
	hash_bytes("abc", 3, sum);
	CHECK(hash_check("ba7816bf", &e) == 0 && hash_is(sum, "ba7816bf"));
	CHECK(hash_check("BA7816BF8f01", &e) == 0 && hash_is(sum, "BA7816BF8f01"));
	CHECK(hash_check(sum, &e) == 0 && hash_is(sum, sum));
	CHECK(!hash_is(sum, "ba7816be") && !hash_is(sum, "a7816bf8"));
	CHECK(hash_check("ba7816b", &e) == -1 && e.code == ERR_USAGE);
	CHECK(hash_check("", &e) == -1 && hash_check("ba7816bg", &e) == -1);
	snprintf(more, sizeof(more), "%s0", sum);
	CHECK(hash_check(more, &e) == -1);
}

static void converts(const char *from, bool crlf, const char *want)
{
	struct buf b = BUF_INIT;
	eol_convert(&b, from, strlen(from), crlf);
	CHECK(!strcmp(b.p, want));
	buf_release(&b);
}

static void test_eol(void)
{
	struct eol_counts c = eol_count("a\nb\r\nc\rd\r\r\n\n", 12);
	CHECK(c.lf == 2 && c.crlf == 2 && !eol_uniform(&c));
	c = eol_count("a\r\n", 3);
	CHECK(c.crlf == 1 && !c.lf && !strcmp(eol_uniform(&c), "CRLF"));
	c = eol_count("\n", 1);
	CHECK(c.lf == 1 && !strcmp(eol_uniform(&c), "LF"));
	c = eol_count("a\r", 2);
	CHECK(!c.lf && !c.crlf && !eol_uniform(&c));
	c = eol_count(buf_empty, 0);
	CHECK(!c.lf && !c.crlf);
	CHECK(eol_lines("", 0) == 0 && eol_lines("a", 1) == 1 &&
		eol_lines("a\n", 2) == 1);
	CHECK(eol_lines("a\nb", 3) == 2 && eol_lines("\n\n", 2) == 2 &&
		eol_lines("\r", 1) == 1);
	converts("a\nb\r\nc\rd\r\r\ne", true, "a\r\nb\r\nc\rd\r\r\ne");
	converts("a\nb\r\nc\rd\r\r\ne", false, "a\nb\nc\rd\r\ne");
	converts("", true, "");
	converts("\r", true, "\r");
	converts("\n", true, "\r\n");
	converts("\r\n", false, "\n");
}

int main(void)
{
	test_vectors();
	test_asked();
	test_eol();
	return unit_end();
}
