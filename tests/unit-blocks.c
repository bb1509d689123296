/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "unit.h"

static struct edits es;
static struct err e;

static int parse(const char *s)
{
	edits_release(&es);
	e = (struct err){0};
	return blocks_parse(s, strlen(s), &es, &e);
}

static bool is(const struct edit *ed, const char *old, const char *new)
{
	return ed->kind == EDIT_BLOCK && ed->n_old == strlen(old) &&
	       !memcmp(ed->old, old, ed->n_old) && ed->none == !new &&
	       (!new || (ed->n_new == strlen(new) && !memcmp(ed->new, new, ed->n_new)));
}

#define S "<<<<<<< SEARCH\n"
#define M "=======\n"
#define R ">>>>>>> REPLACE\n"

static void test_forms(void)
{
	CHECK(parse("a.c\n" S "x\n y\n" M "z\n" R) == 0 && es.n == 1);
	CHECK(is(&es.v[0], "x\n y", "z") && es.v[0].line == 2 && es.v[0].file == 0);
	CHECK(!strcmp(es.paths.v[0], "a.c"));
	CHECK(parse(S "x\n" M R) == 0 && is(&es.v[0], "x", NULL));
	CHECK(es.v[0].file == EDIT_EVERY && !es.paths.n);
	CHECK(parse(S "x\n" M "\n" R) == 0 && is(&es.v[0], "x", ""));
	CHECK(parse("\n```c\na b\n```\n\n" S "x\n" M "y\n>>>>>>> REPLACE") == 0);
	CHECK(!strcmp(es.paths.v[0], "a b"));
	/* The path holds on, and each stands once. */
	CHECK(parse("a\n" S "1\n" M R S "2\n" M R "b\n" S "3\n" M R "a\n" S "4\n" M R) ==
		0);
	CHECK(es.n == 4 && es.paths.n == 2 && es.v[1].file == 0 && es.v[2].file == 1 &&
		es.v[3].file == 0);
	CHECK(parse("a\r\n<<<<<<< SEARCH\r\nx\r\n=======\r\ny\r\n>>>>>>> REPLACE\r\n") ==
		0);
	CHECK(is(&es.v[0], "x", "y") && !strcmp(es.paths.v[0], "a"));
	CHECK(parse(S "x\r\n" M "y\n" R) == 0 && is(&es.v[0], "x\r", "y"));
	CHECK(parse("<<<<<<<  SEARCH \t\nx\n=======  \ny\n>>>>>>>REPLACE\n") == 0);
}

static void test_widths(void)
{
	CHECK(parse("<<<<<<<< SEARCH\n" S M R "========\n" M ">>>>>>>> REPLACE\n") == 0);
	CHECK(is(&es.v[0], "<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE", "======="));
	CHECK(parse(S "<<<<<< SEARCH\n======\n" M "<<<<<<< HEAD\n>>>>>>> HEAD\n" R) == 0);
	CHECK(is(&es.v[0], "<<<<<< SEARCH\n======", "<<<<<<< HEAD\n>>>>>>> HEAD"));
}

static void test_bad(void)
{
	static const struct {
		const char *request, *says;
	} v[] = {
		{"", "holds no edit"},
		{"a.c\n", "holds no edit"},
		{S "x\n", "line 1 of the request has no ======="},
		{"\n" S "x\n" M "y\n", "line 2 of the request has no >>>>>>> REPLACE"},
		{S "x\n" R,
			"line 3 of the request: a marker out of place in the block of line 1"},
		{S "x\n" M "y\n" M R, "line 5 of the request: a marker out of place"},
		{S "x\n" S M R, "one character more"},
		{S "x\n" M "y\n" S R, "a marker out of place"},
		{"one\ntwo\n" S "x\n" M R, "line 2 of the request: only a path"},
		{"<<<<<<< HEAD\nx\n", "a block begins with <<<<<<< SEARCH"},
		{"a\n" M, "there is no <<<<<<< SEARCH above it"},
		{"a\n" R, "there is no <<<<<<< SEARCH above it"},
		{S "x\n" M R "trailing\n", "last line of the request is no block"},
		{"*** Begin Patch\n", "is a patch"},
		{"diff --git a/x b/x\n", "is a patch"},
		{"--- a/x\n+++ b/x\n", "is a patch"},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK(parse(v[i].request) < 0 && e.code == ERR_BAD_INPUT);
		if (!strstr(e.msg, v[i].says)) {
			fprintf(stderr, "%zu says: %s\n", i, e.msg);
			CHECK(false);
		}
	}
	edits_release(&es);
	CHECK(blocks_parse("a\0b\n" S "x\n" M R, 4 + sizeof(S "x\n" M R) - 1, &es, &e) <
		0);
}

static void test_check(void)
{
	CHECK(parse(S M "x\n" R) == 0 && edits_check(&es, &e) < 0 && e.code == ERR_USAGE);
	CHECK(strstr(e.msg, "the old text is empty") != NULL);
	CHECK(parse(S "\n" M "x\n" R) == 0 && edits_check(&es, &e) < 0);
	CHECK(strstr(e.msg, "only a blank line") != NULL);
	CHECK(parse(S "x\n" M "x\n" R) == 0 && edits_check(&es, &e) < 0);
	CHECK(strstr(e.msg, "are the same") != NULL);
	CHECK(parse(S "a\n" M "b\n" R S "x\n" M "x\n" R) == 0 &&
		edits_check(&es, &e) < 0);
	CHECK(!strncmp(e.msg, "edit 2 (line 6): ", 17));
	CHECK(parse(S "\n\n" M "x\n" R) == 0 && edits_check(&es, &e) == 0);
	edits_release(&es);
}

int main(void)
{
	test_forms();
	test_widths();
	test_bad();
	test_check();
	return unit_end();
}
