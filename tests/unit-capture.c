/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "capture.h"
#include "io.h"
#include "num.h"

#include <sys/stat.h>
#include <unistd.h>

static char home[] = "/tmp/pab-unit-capture-XXXXXX";

/* What a capture of text given in pieces shows, as pab-exec puts it together. */
static void shown(
	const char *text, size_t n, size_t piece, int64_t limit, struct buf *out)
{
	struct capture c;
	capture_init(&c, limit, home);
	size_t settled = 0;
	for (size_t i = 0; i < n; i += piece) {
		capture_add(&c, text + i, n - i < piece ? n - i : piece);
		/* What was settled once stays. */
		CHECK(capture_settled(&c) >= settled);
		settled = capture_settled(&c);
		CHECK(c.head.len + c.tail.len <= (size_t)limit * 2 + piece);
	}
	bool gap = capture_gap(&c);
	CHECK(gap == ((int64_t)n > limit));
	CHECK(c.bytes == (int64_t)n);
	buf_add(out, c.head.p, c.head.len);
	if (gap) {
		buf_puts(out, "<");
		capture_mark(&c, out);
		buf_puts(out, ">");
		CHECK(c.stored == (int64_t)n);
		char *all = malloc(n + 1);
		CHECK(all && io_pread(c.fd, all, n + 1, 0) == (ssize_t)n &&
			!memcmp(all, text, n));
		free(all);
	}
	buf_add(out, c.tail.p, c.tail.len);
	CHECK(c.head.len + c.tail.len <= (size_t)limit);
	capture_release(&c);
}

/* The same in pieces of any size, less the id. */
static void check(const char *text, int64_t limit, const char *before, const char *mark,
	const char *after)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct buf b = BUF_INIT;
		char want[200];
		shown(text, strlen(text), piece, limit, &b);
		snprintf(want, sizeof(want),
			"%s<[pab: %s left out; all of it: @out:", before, mark);
		CHECK(!strncmp(b.p, want, strlen(want)));
		char *rest = strchr(b.p, '>');
		CHECK(rest && !strcmp(rest + 1, after));
		buf_release(&b);
	}
}

static void check_cuts(void)
{
	/* Head ends with a line, tail begins with one if that costs no more than a
	 * quarter. */
	check("a\nb\nc\nd\ne\nf\ng\nh\ni\n", 8, "a\n", "5 lines, 10 bytes", "g\nh\ni\n");
	check("aaaaaaaaaaaaaaaaaaaa", 8, "aa", "12 bytes", "aaaaaa");
	check("aaaaaaaaa\n", 8, "aa", "2 bytes", "aaaaaa\n" + 1);
	/* Never inside a character: € is three bytes. */
	check("€€€€€€€€", 8, "", "18 bytes", "€€");
	check("€€€€€€€€", 16, "€", "9 bytes", "€€€€");
	check("xyz", 0, "", "3 bytes", "");
	check("\xff\xfe\x80\x80\x80\x80\x80\x80\x80\x80", 4, "", "9 bytes", "\x80");
}

static void check_whole(void)
{
	static const char text[] = "one\ntwo\nthree\nfour €uro\n";
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		struct buf b = BUF_INIT;
		shown(text, sizeof(text) - 1, piece, sizeof(text) - 1, &b);
		CHECK(!strcmp(b.p, text));
		buf_release(&b);
	}
}

static void check_counts(void)
{
	struct capture c;
	struct buf b = BUF_INIT;
	capture_init(&c, 100, home);
	CHECK(!capture_gap(&c) && c.lines == 0 && c.bytes == 0);
	capture_add(&c, "a\nb", 3);
	CHECK(c.lines == 2 && capture_settled(&c) == 2);
	capture_keep(&c);
	capture_where(&c, &b);
	CHECK(!strncmp(b.p, "all of it: @out:", 16) && c.stored == 3);
	capture_release(&c);
	capture_init(&c, NUM_NONE, home);
	capture_add(&c, "a\nbcd", 5);
	capture_forget(&c, capture_settled(&c));
	CHECK(c.head.len == 3 && !memcmp(c.head.p, "bcd", 3) && !capture_gap(&c));
	capture_keep(&c);
	CHECK(c.fd < 0);
	capture_release(&c);
	buf_clear(&b);
	capture_init(&c, 2, "/dev/null/nowhere");
	capture_add(&c, "a\nbcd", 5);
	CHECK(capture_gap(&c));
	capture_where(&c, &b);
	CHECK(!strncmp(b.p, "not kept: ", 10) && b.len > 10);
	capture_release(&c);
	buf_release(&b);
}

int main(void)
{
	if (!mkdtemp(home))
		return 1;
	check_cuts();
	check_whole();
	check_counts();
	char command[64];
	snprintf(command, sizeof(command), "rm -rf %s", home);
	CHECK(system(command) == 0);
	return unit_end();
}
