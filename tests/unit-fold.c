/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "fold.h"

/* Folds text in pieces of any size; the answer must be the same for all of them. */
static void check_n(const char *text, size_t n, bool terminal, const char *want,
	size_t n_want, int64_t sequences, int64_t overwritten)
{
	for (size_t piece = 1; piece <= n; piece++) {
		struct fold f;
		struct buf out = BUF_INIT;
		fold_init(&f, terminal);
		for (size_t i = 0; i < n; i += piece)
			fold_add(&f, text + i, n - i < piece ? n - i : piece, &out);
		fold_end(&f, &out);
		CHECK(out.len == n_want && !memcmp(out.p, want, n_want));
		CHECK(f.sequences == sequences && f.overwritten == overwritten);
		CHECK(fold_changed(&f) == (sequences || overwritten));
		fold_release(&f);
		buf_release(&out);
	}
}

static void check(
	const char *text, const char *want, int64_t sequences, int64_t overwritten)
{
	check_n(text, strlen(text), false, want, strlen(want), sequences, overwritten);
}

static void check_text(void)
{
	check("plain\n\ttext €\nno end", "plain\n\ttext €\nno end", 0, 0);
	check("a\r\nb\r\n", "a\r\nb\r\n", 0, 0);
	check_n("a\r\nb\r\n", 6, true, "a\nb\n", 4, 0, 0);
	check("\x01\x7f\x80\xff\n", "\x01\x7f\x80\xff\n", 0, 0);
	check("last\r", "last\r", 0, 0);
}

static void check_sequences(void)
{
	check("\x1b[1;31mred\x1b[0m\n", "red\n", 2, 0);
	check("\x1b]0;title\ax\n", "x\n", 1, 0);
	check("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link\n", 2, 0);
	check("\x1b(Bx\x1b=y\x1b"
	      "7z",
		"xyz", 3, 0);
	check("\x1bPdata\x1b\\x", "x", 1, 0);
	check("ding\a\n", "ding\n", 1, 0);
	check("cut\x1b[3", "cut", 1, 0);
	/* A line's end ends what never ends by itself. */
	check("\x1b]0;title\nnext\n", "\nnext\n", 1, 0);
	check("N\bNA\bA\n", "NA\n", 2, 0);
	check("€\b.\n", ".\n", 1, 0);
	check("\b\bx\n", "x\n", 2, 0);
}

static void check_progress(void)
{
	check("10%\r20%\r30%\n", "30%\n", 0, 2);
	check("10%\r20%\r\n", "20%\r\n", 0, 1);
	check("get\n 1\r 2\r\x1b[Kgot\n", "get\ngot\n", 1, 2);
	check("\rfirst\rsecond", "second", 1, 1);
	check("a\r\r\n", "a\r\n", 1, 0);
	check_n("1\r2\r3\r\n", 7, true, "3\n", 2, 0, 2);
}

static void check_binary(void)
{
	check_n("a\rb\0c\rd\x1b[1m", 11, false, "b\0c\rd\x1b[1m", 9, 0, 1);
}

static void check_long(void)
{
	struct fold f;
	struct buf out = BUF_INIT, in = BUF_INIT;
	for (int i = 0; i < 300000; i++)
		buf_addc(&in, 'x');
	fold_init(&f, false);
	for (size_t i = 0; i < in.len; i += 1000)
		fold_add(&f, in.p + i, 1000, &out);
	CHECK(out.len > 200000 && f.line.len < 70000);
	fold_end(&f, &out);
	CHECK(out.len == in.len && !fold_changed(&f));
	fold_release(&f);
	buf_release(&in);
	buf_release(&out);
}

static size_t whole(const char *s)
{
	return fold_whole(s, strlen(s));
}

static void check_whole(void)
{
	CHECK(whole("") == 0 && whole("abc") == 3 && whole("a\n") == 2);
	CHECK(whole("ab\xe2\x82") == 2 && whole("ab\xe2\x82\xac") == 5);
	CHECK(whole("ab\x1b[3") == 2 && whole("ab\x1b[31m") == 7);
	CHECK(whole("10%\r") == 3 && whole("10%\r2") == 5);
	CHECK(whole("a\x1b]0;x") == 1 && whole("a\x1b") == 1);
	CHECK(whole("\r\x1b[") == 0);
}

int main(void)
{
	check_text();
	check_sequences();
	check_progress();
	check_binary();
	check_long();
	check_whole();
	return unit_end();
}
