/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include "mem.h"
#include "unit.h"

#include <errno.h>
#include <unistd.h>

/* The routes as "/at=spec" joined by blanks, "!" behind those that are read-only. */
static char *text_of(const struct routings *rs)
{
	char *s = xstrdup("");
	for (size_t i = 0; i < rs->n; i++) {
		char *longer = xasprintf("%s%s/%s=%s%s", s, i ? " " : "", rs->v[i].at,
			rs->v[i].spec, rs->v[i].ro ? "!" : "");
		free(s);
		s = longer;
	}
	return s;
}

/* Compares what was understood, or the message when r is -1. */
static void check(const char *in, int r, const struct routings *rs, const struct err *e,
	const char *want)
{
	char *got = r == 0 ? text_of(rs) : xstrdup(e->msg);
	if (strcmp(got, want) != 0 || (r < 0 && e->code != ERR_USAGE)) {
		fprintf(stderr, "%s: '%s', not '%s'\n", in, got, want);
		unit_failed++;
	}
	free(got);
}

static void parse(const char *in, const char *want)
{
	struct routings rs = {0};
	struct err e = {0};
	check(in, routes_parse(&rs, in, &e), &rs, &e, want);
	routes_release(&rs);
}

static void read_json(const char *in, const char *want)
{
	struct routings rs = {0};
	struct err e = {0};
	FILE *f = fopen("unit-routes.json", "w");
	CHECK(f && fputs(in, f) >= 0 && fclose(f) == 0);
	check(in, routes_read(&rs, "unit-routes.json", &e), &rs, &e, want);
	CHECK(unlink("unit-routes.json") == 0);
	routes_release(&rs);
}

static void mount(const char *spec, const char *at, const char *want)
{
	struct err e = {0};
	char *got CLEANUP(mem_freep) = routes_mount(spec, at, &e);
	if (strcmp(got ? got : e.msg, want) != 0) {
		fprintf(stderr, "%s at %s: '%s', not '%s'\n", spec, at, got ? got : e.msg,
			want);
		unit_failed++;
	}
}

static void test_mount(void)
{
	mount("local:/x", "/s", "composite:/=none,/s=local:/x");
	mount("local:/a,b", "/s", "composite:/=none,/s=local:/a\\,b");
	mount("composite:/=local:/a\\,b,/k/d=state:x", "/s/t",
		"composite:/=none,/s/t/k/d=state:x,/s/t=local:/a\\,b");
	mount("local:/x", "/", "nothing can be mounted at '/'");
	mount("local:/x", "s", "nothing can be mounted at 's'");
	mount("local:/x", "/s/../t", "nothing can be mounted at '/s/../t'");
	mount("local:/x", "/a,/b=local:/", "nothing can be mounted at '/a,/b=local:/'");
}

static void test_clean(void)
{
	static const struct {
		const char *in, *want;
	} v[] = {{"/", ""}, {"//", ""}, {"/a", "a"}, {"/a/b/", "a/b"}, {"/a//", "a"},
		{"", NULL}, {"a", NULL}, {"/a//b", NULL}, {"/.", NULL}, {"/a/..", NULL},
		{"/../a", NULL}, {"/a/./b", NULL}, {"/a..b/...", "a..b/..."}};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char *got = routes_clean(v[i].in);
		CHECK(!got == !v[i].want && (!got || !strcmp(got, v[i].want)));
		free(got);
	}
}

static void test_parse(void)
{
	parse("/=state", "/=state");
	parse("/=local:/x,/docs=state:d", "/docs=state:d /=local:/x");
	parse("/b=state,/=local,/a/b/c=local:.", "/a/b/c=local:. /b=state /=local");
	parse("/=local:/a\\,b=c,/d=state", "/d=state /=local:/a,b=c");
	parse("/=local:a\\b", "/=local:a\\b");
	parse("/a=state", "a composite needs a route for /");
	parse("/=state,/=local", "two routes for '/'");
	parse("/=state,/a=local,/a/=local", "two routes for '/a/'");
	parse("/=state,a=local", "a route's path is absolute and plain, as /docs: 'a'");
	parse("/=state,/../a=local",
		"a route's path is absolute and plain, as /docs: '/../a'");
	static const char form[] = "a composite is composite:/=SPEC,/PATH=SPEC,…; "
				   "not understood: ";
	for (size_t i = 0; i < 4; i++) {
		static const char *const bad[] = {"", "/", "/=", "/=state,"};
		char *want = xasprintf("%s'%s'", form, i == 3 ? "" : bad[i]);
		parse(bad[i], want);
		free(want);
	}
}

static void test_json(void)
{
	read_json("{\"routes\": {\"/\": \"state\"}}", "/=state");
	read_json("{\"routes\": {\"/\": \"local:/x\", \"/d\": {\"backend\": \"state\", "
		  "\"ro\": true}}}",
		"/d=state! /=local:/x");
	read_json(
		"{\"routes\": {\"/\": \"state\", \"/a\": {\"ro\": true, \"routes\": "
		"{\"/\": \"state:a\", \"/b\": {\"backend\": \"state:b\", \"ro\": false}, "
		"\"/c/d\": \"state:d\"}}}}",
		"/a/c/d=state:d! /a/b=state:b! /a=state:a! /=state");
	read_json("{}", "it has no \"routes\"");
	read_json("[]", "it has no \"routes\"");
	read_json("{\"routes\": []}",
		"route '': its routes are no object, or nested too deep");
	read_json("{\"routes\": {\"d\": \"state\"}}",
		"route 'd': its path is not absolute");
	read_json("{\"routes\": {\"/\": 1}}",
		"route '/': its value is no backend and no object");
	read_json("{\"routes\": {\"/\": {\"ro\": true}}}",
		"route '/': it needs either a backend or routes");
	read_json("{\"routes\": {\"/\": {\"backend\": \"state\", \"routes\": {}}}}",
		"route '/': it needs either a backend or routes");
	read_json("{\"routes\": {\"/\": {\"backend\": \"state\", \"ro\": 1}}}",
		"route '/': its ro is not true or false");
	read_json("{\"routes\": {\"/a\": \"state\"}}", "a composite needs a route for /");
	read_json("{\"routes\": {\"/\": \"state\", \"/..\": \"state\"}}",
		"a route's path is absolute and plain, as /docs: '/..'");
}

/* Nested beyond what is understood: an error, and no deep recursion. */
static void test_deep(void)
{
	char *s = xstrdup("\"state\"");
	for (int i = 0; i < 12; i++) {
		char *longer = xasprintf("{\"routes\": {\"/\": %s}}", s);
		free(s);
		s = longer;
	}
	read_json(s, "route '/': its routes are no object, or nested too deep");
	free(s);
}

int main(void)
{
	struct routings rs = {0};
	struct err e = {0};
	test_clean();
	test_mount();
	test_parse();
	test_json();
	test_deep();
	CHECK(routes_read(&rs, "unit-routes.none", &e) == -1 && e.code == ERR_USAGE);
	return unit_end();
}
