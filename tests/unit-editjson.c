/* SPDX-License-Identifier: MIT */
#include "editjson.h"

#include "unit.h"

static struct edits es;
static struct err e;

static int parse(const char *s)
{
	edits_release(&es);
	e = (struct err){0};
	return editjson_parse(s, strlen(s), &es, &e);
}

static void test_texts(void)
{
	CHECK(parse("{\"path\":\"a\",\"old\":\"x\\n\",\"new\":\"\"}") == 0 && es.n == 1);
	CHECK(es.v[0].kind == EDIT_TEXT && !strcmp(es.v[0].old, "x\n") && !es.v[0].n_new);
	CHECK(!es.v[0].all && !es.v[0].words && es.v[0].file == 0);
	CHECK(parse(" [{\"old_string\":\"x\",\"new_string\":\"y\",\"replace_all\":true,"
		    "\"word\":true,\"file_path\":\"b\"}]") == 0);
	CHECK(es.v[0].all && es.v[0].words && !strcmp(es.paths.v[0], "b"));
	CHECK(parse("[{\"old_b64\":\"AP8=\",\"new_b64\":\"gA==\",\"path_b64\":\"/w==\"}]") ==
		0);
	CHECK(es.v[0].n_old == 2 && !memcmp(es.v[0].old, "\0\xff", 2));
	CHECK(es.v[0].n_new == 1 && !strcmp(es.paths.v[0], "\xff"));
	CHECK(parse("{\"path\":\"a\",\"edits\":[{\"old\":\"1\",\"new\":\"2\"},"
		    "{\"delete\":\"1:aaaa\"}]}") == 0);
	CHECK(es.n == 2 && es.v[1].file == 0 && es.v[1].kind == EDIT_DELETE);
	CHECK(parse("[{\"old\":\"1\",\"new\":\"2\"}]") == 0 &&
		es.v[0].file == EDIT_EVERY);
	CHECK(parse("{\"old\":\"\",\"new\":\"2\"}") == 0 && edits_check(&es, &e) < 0);
}

static void test_tags(void)
{
	CHECK(parse("[{\"at\":\"3:aaaa\",\"to\":\"5:bbbb\",\"new\":\"x\\ny\\n\"},"
		    "{\"after\":\"0\",\"new\":\"\"},{\"before\":\"2:cccc\",\"new\":\"z\"},"
		    "{\"delete\":\"7:dddd,9:eeee\"}]") == 0);
	CHECK(es.n == 4 && es.v[0].kind == EDIT_AT && es.v[0].to.line == 5);
	CHECK(!strcmp(es.v[0].new, "x\ny") && edits_check(&es, &e) == 0);
	CHECK(es.v[1].kind == EDIT_AFTER && !es.v[1].at.line && !es.v[1].n_new);
	CHECK(es.v[2].kind == EDIT_BEFORE && es.v[2].at.hash == 0xcccc);
	CHECK(es.v[3].kind == EDIT_DELETE && es.v[3].at.line == 7 &&
		es.v[3].to.line == 9);
	CHECK(parse("{\"at\":\"5:aaaa\",\"to\":\"3:bbbb\",\"new\":\"\"}") == 0);
	CHECK(edits_check(&es, &e) < 0 && strstr(e.msg, "above the first"));
	CHECK(parse("{\"at\":\"0\",\"new\":\"\"}") == 0 && edits_check(&es, &e) < 0);
}

static void test_bad(void)
{
	static const struct {
		const char *request, *says;
	} v[] = {
		{"[]", "holds no edit"},
		{"{}", "it has none of old, at, after, before and delete"},
		{"[1]", "edit 1: it is no JSON object"},
		{"[{\"old\":\"a\"}]", "edit 1: 'old' is given and 'new' is not"},
		{"[{\"old\":\"a\",\"new\":\"b\"},{\"old\":\"a\",\"new\":1}]",
			"edit 2: 'new' is no string"},
		{"{\"old\":\"a\",\"new\":\"b\",\"al\":true}",
			"'al' is no key of an edit"},
		{"{\"old\":\"a\",\"new\":\"b\",\"all\":1}",
			"'all' is neither true nor false"},
		{"{\"old\":\"a\",\"old_b64\":\"YQ==\",\"new\":\"b\"}",
			"'old' is given twice"},
		{"{\"old_b64\":\"YQ\",\"new\":\"b\"}", "'old' is no base64"},
		{"{\"path_b64\":\"YQBi\",\"old\":\"a\",\"new\":\"b\"}",
			"'path' holds a NUL"},
		{"{\"at\":\"1:aaaa\",\"old\":\"a\",\"new\":\"b\"}", "does not go with"},
		{"{\"delete\":\"1:aaaa\",\"new\":\"b\"}",
			"'new' does not go with 'delete'"},
		{"{\"at\":\"1:aaa\",\"new\":\"b\"}", "a line tag is N:hhhh"},
		{"{\"at\":1,\"new\":\"b\"}", "'at' is no string"},
		{"{\"edits\":[{\"path\":\"a\",\"old\":\"a\",\"new\":\"b\"}]}",
			"'path' stands beside 'edits' already"},
		{"{\"edits\":{}}", "'edits' is no array of edits"},
		{"{\"edits\":[],\"old\":\"a\"}", "'old' does not go with 'edits'"},
		{"{\"edits\":[{\"edits\":[]}]}", "'edits' is no array of edits"},
		{"{\"old\":\"a\"", "no JSON that pab takes"},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK(parse(v[i].request) < 0);
		if (!strstr(e.msg, v[i].says)) {
			fprintf(stderr, "%zu says: %s\n", i, e.msg);
			CHECK(false);
		}
	}
	edits_release(&es);
}

int main(void)
{
	test_texts();
	test_tags();
	test_bad();
	return unit_end();
}
