/* SPDX-License-Identifier: MIT */
/* rules_read on any file and rules_parse on any text: what is understood comes back from
 * its text as it was, and says the same of a few paths and commands. */
#include "decide.h"
#include "mem.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct rules *a, const struct rules *b)
{
	static const char *const paths[] = {
		"/", "/.env", "/src/a.c", "/a/b/c/secret", "/m"};
	struct rule_sets x = {(struct rules *)a, 1}, y = {(struct rules *)b, 1};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct site s = {0};
		site_add(&s, paths[i], "/", true);
		for (size_t op = 0; op < OP_COUNT; op++) {
			struct ruling p = decide_path(&x, (enum op)op, &s, 1);
			struct ruling q = decide_path(&y, (enum op)op, &s, 1);
			if (p.action != q.action)
				abort();
		}
		site_release(&s);
	}
}

/* To text and back. */
static void check(struct rules *r)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct rules again;
	struct err e = {0};
	rules_text(r, &a);
	const char *p = a.p;
	if (rules_parse(&again, &p, a.p + a.len, &e) < 0 || p != a.p + a.len)
		abort();
	rules_text(&again, &b);
	if (a.len != b.len || memcmp(a.p, b.p, a.len) != 0)
		abort();
	compare(r, &again);
	rules_release(&again);
	buf_release(&a);
	buf_release(&b);
}

static void read_json(const void *data, size_t size)
{
	struct rules r;
	struct err e = {0};
	char path[64];
	int fd = memfd_create("rules", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (rules_read(&r, path, &e) == 0)
		check(&r);
	else if (e.code != ERR_USAGE)
		abort();
	else
		goto out;
	rules_release(&r);
out:
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules r;
	struct err e = {0};
	char *text = xmemdup0(data, size);
	const char *p = text;
	if (rules_parse(&r, &p, text + size, &e) == 0) {
		check(&r);
		rules_release(&r);
	} else if (e.code != ERR_BAD_INPUT) {
		abort();
	}
	read_json(data, size);
	free(text);
	return 0;
}
