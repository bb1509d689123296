/* SPDX-License-Identifier: MIT */
/* Diffs are applied with patch(1) to 300 random pairs; the seed is printed and may be
 * given as argument. */
#include "diff.h"

#include "io.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t state;

/* xorshift64* */
static unsigned roll(unsigned n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * UINT64_C(2685821657736338717)) >> 33) % n;
}

static void write_file(const char *name, const struct buf *b)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	CHECK(fd >= 0 && io_write(fd, b->p, b->len) == 0 && close(fd) == 0);
}

static void random_text(struct buf *b)
{
	unsigned lines = roll(4) ? roll(40) : roll(3);
	for (unsigned i = 0; i < lines; i++)
		buf_printf(b, "%s%u%s\n", roll(9) ? "line " : "", roll(12),
			roll(9) ? "" : "\r");
	if (!roll(4))
		buf_puts(b, "no newline");
}

/* b is a with some lines dropped, doubled, moved or replaced. */
static void change(const struct buf *a, struct buf *b)
{
	unsigned rate = 2 + roll(20);
	for (size_t i = 0; i < a->len;) {
		const char *lf = memchr(a->p + i, '\n', a->len - i);
		size_t n = lf ? (size_t)(lf - (a->p + i)) + 1 : a->len - i;
		unsigned what = roll(rate);
		if (what == 1)
			buf_printf(b, "new %u\n", roll(5));
		if (what)
			buf_add(b, a->p + i, n);
		i += n;
	}
	if (!roll(5) && b->len)
		buf_trim(b, b->len - 1);
}

static bool applies(const struct buf *a, const struct buf *b)
{
	struct buf d = BUF_INIT, got = BUF_INIT;
	int status = -1;
	diff_unified(&d, "f", a->p, a->len, b->p, b->len);
	bool equal = a->len == b->len && !memcmp(a->p, b->p, a->len);
	CHECK(equal == !d.len);
	write_file("f", a);
	write_file("d", &d);
	if (equal)
		goto done;
	if (fork() == 0) {
		execlp("patch", "patch", "-s", "-p1", "--binary", "-F0", "-f", "-i", "d",
			NULL);
		_exit(127);
	}
	CHECK(wait(&status) > 0);
	int fd = open("f", O_RDONLY);
	/* What becomes empty is removed. */
	equal = status == 0 &&
		(fd < 0 ? !b->len
			: io_slurp(fd, &got, SIZE_MAX / 4) == 0 && got.len == b->len &&
					!memcmp(got.p, b->p, b->len));
	if (fd >= 0)
		close(fd);
done:
	buf_release(&d);
	buf_release(&got);
	return equal;
}

static void test_random(uint64_t seed)
{
	state = seed * 2 + 1;
	for (int i = 0; i < 300; i++) {
		struct buf a = BUF_INIT, b = BUF_INIT;
		random_text(&a);
		if (roll(4))
			change(&a, &b);
		else
			random_text(&b);
		if (!applies(&a, &b)) {
			fprintf(stderr, "seed %llu, pair %d\n", (unsigned long long)seed,
				i);
			unit_failed++;
		}
		buf_release(&a);
		buf_release(&b);
	}
}

static void is(const char *name, const char *a, const char *b, const char *want)
{
	struct buf d = BUF_INIT;
	diff_unified(&d, name, a, a ? strlen(a) : 0, b, strlen(b));
	if (strcmp(d.p, want) != 0) {
		fprintf(stderr, "want:\n%sgot:\n%s", want, d.p);
		unit_failed++;
	}
	buf_release(&d);
}

static void test_exact(void)
{
	is("x", "a\n", "a\n", "");
	is("x", "a\n", "b\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
	is("/x", "", "b\n", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+b\n");
	is("x", NULL, "b\n", "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n");
	is("x", NULL, "", "--- /dev/null\n+++ b/x\n");
	is("x", "a\n", "", "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
	is("x", "a", "a\n",
		"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
	is("a\"b\\\n", "a\n", "",
		"--- \"a/a\\\"b\\\\\\012\"\n+++ \"b/a\\\"b\\\\\\012\"\n"
		"@@ -1 +0,0 @@\n-a\n");
	is("x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
		"--- a/x\n+++ b/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

/* Differing in very many places, the whole is one change, and soon. */
static void test_many(void)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	for (int i = 0; i < 6000; i++) {
		buf_printf(&a, "%d\n", i);
		buf_printf(&b, "x%d\n", i);
	}
	CHECK(applies(&a, &b));
	buf_release(&a);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	char dir[] = "unit-diff.XXXXXX";
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	CHECK(mkdtemp(dir) && chdir(dir) == 0);
	test_exact();
	test_many();
	test_random(seed);
	return unit_end();
}
