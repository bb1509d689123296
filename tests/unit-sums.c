/* SPDX-License-Identifier: MIT */
/* What changed between two contents, and the ledger's lines. */
#include "unit.h"

#include "ledger.h"
#include "mem.h"
#include "sums.h"

static struct seen see(const char *text)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	struct seen s = {0};
	sums_of(&b, text, strlen(text));
	CHECK(seen_parse(&s, b.p, b.len) == 0);
	return s;
}

/* Marks as text: "..x" for the third line. */
static bool differs(const char *old, const char *now, const char *want, bool want_gone)
{
	bool gone;
	struct seen a = see(old), b = see(now);
	bool *marks CLEANUP(mem_freep) = seen_changed(&a, &b, &gone);
	bool ok = b.n == strlen(want) && gone == want_gone;
	for (size_t i = 0; ok && i < b.n; i++)
		ok = marks[i] == (want[i] == 'x');
	seen_release(&a);
	seen_release(&b);
	return ok;
}

static void check_changed(void)
{
	CHECK(differs("a\nb\nc\n", "a\nb\nc\n", "...", false));
	CHECK(differs("a\nb\nc\n", "a\nB\nc\n", ".x.", true));
	CHECK(differs("a\nb\nc\n", "a\nb\nn\nc\n", "..x.", false));
	CHECK(differs("a\nb\nc\n", "a\nc\n", "..", true));
	CHECK(differs("", "a\nb", "xx", false));
	CHECK(differs("a\n", "", "", true));
	CHECK(differs("a\nb\nc\nd\ne\n", "A\nb\nc\nD\ne\n", "x..x.", true));
	CHECK(differs("a\na\na\n", "a\na\n", "..", true));
	CHECK(differs("a\r\nb\n", "a\nb\n", "x.", true));
	CHECK(differs("a", "a\n", ".", false));
	CHECK(differs("\xef\xbb\xbf"
		      "a\n",
		"a\n", ".", false));
}

static void check_text(void)
{
	static const char *const bad[] = {"", "x",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1234567",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1234567G",
		"E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 -"};
	struct seen s = see("");
	CHECK(s.n == 0 && !strncmp(s.hash, "e3b0c442", 8));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(seen_parse(&s, bad[i], strlen(bad[i])) < 0);
}

static void check_ledger(void)
{
	struct ledger l;
	struct err e;
	struct seen s;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	CHECK(ledger_open(&l, NULL, &e) == 0);
	CHECK(ledger_get(&l, "a", &s) == 0);
	sums_of(&b, "x\ny\n", 4);
	CHECK(ledger_put(&l, "a b%\n", b.p, b.len, &e) == 0);
	CHECK(ledger_get(&l, "a", &s) == 0 && ledger_get(&l, "a b%", &s) == 0);
	CHECK(ledger_get(&l, "a b%\n", &s) == 1);
	CHECK(s.n == 2);
	seen_release(&s);
	buf_clear(&b);
	sums_of(&b, "x\n", 2);
	CHECK(ledger_put(&l, "a b%\n", b.p, b.len, &e) == 0);
	CHECK(ledger_get(&l, "a b%\n", &s) == 1);
	CHECK(s.n == 1);
	seen_release(&s);
	CHECK(ledger_put(&l, "a b%\n", NULL, 0, &e) == 0);
	CHECK(ledger_get(&l, "a b%\n", &s) == 0);
	ledger_close(&l);
}

int main(void)
{
	check_changed();
	check_text();
	check_ledger();
	return unit_end();
}
