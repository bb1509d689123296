/* SPDX-License-Identifier: MIT */
#include "opt.h"

#include "num.h"
#include "unit.h"

static struct {
	int all, word, json, hidden;
	const char *str, *shared_str;
	int64_t count, size, time;
	struct vec list;
	char called[40];
} got;

static int call(const char *value, void *dst, struct err *e)
{
	if (!strcmp(value, "bad"))
		return err_set(e, ERR_USAGE, NULL, "bad was given");
	snprintf(dst, sizeof(got.called), "%s", value);
	return 0;
}

static const struct opt own[] = {
	{'a', "all", NULL, OPT_FLAG, OPT_PLAIN, &got.all, 1, "all of it", 0, NULL},
	{'w', "word", NULL, OPT_FLAG, OPT_PLAIN, &got.word, 2, "words", 0, NULL},
	{'s', "str", "S", OPT_STR, OPT_PLACE_PATH, &got.str, 0, "a string", 0, NULL},
	{'n', "count", "N", OPT_INT, OPT_PLAIN, &got.count, 1, "a number", 0, NULL},
	{0, "size", "SIZE", OPT_SIZE, OPT_PLAIN, &got.size, 0, "a size", 0, NULL},
	{0, "time", "T", OPT_TIME, OPT_PLAIN, &got.time, 0, "a time", 0, NULL},
	{'l', "list", "X", OPT_LIST, OPT_CALLER_FILE, &got.list, 0, "a list", 0, NULL},
	{'c', NULL, "C", OPT_CALL, OPT_PLAIN, got.called, 0, "a call", 0, call},
	{0, "hidden-files", NULL, OPT_FLAG, OPT_PLAIN, &got.hidden, 1, "hidden", 0, NULL},
	{'r', "recursive", NULL, OPT_FLAG, OPT_PLAIN, &got.hidden, 7, "habit", OPT_HABIT,
		NULL},
	OPT_END,
};

static const struct opt shared[] = {
	{'j', "json", NULL, OPT_FLAG, OPT_PLAIN, &got.json, 1, "JSON", OPT_ALSO, NULL},
	{'s', "spec", "SPEC", OPT_STR, OPT_PLAIN, &got.shared_str, 0, "a spec", OPT_ALSO,
		NULL},
	OPT_END,
};

static struct vec operands;
static struct err e;

/* Parses words separated by blanks; "_" is an empty word. */
static int parse(const char *line, bool stop)
{
	static char copy[400];
	static char prog[] = "prog";
	char *argv[40] = {prog}, *save = NULL;
	int argc = 1;
	vec_release(&operands);
	vec_release(&got.list);
	memset(&got, 0, sizeof(got));
	memset(&e, 0, sizeof(e));
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = strcmp(w, "_") != 0 ? w : w + 1;
	argv[argc] = NULL;
	return opt_parse(argc, argv, own, shared, stop, &operands, &e);
}

static void test_good(void)
{
	CHECK(parse("", false) == 0 && !operands.n);
	CHECK(parse("-a x --word y", false) == 0 && got.all == 1 && got.word == 2);
	CHECK(operands.n == 2 && !strcmp(operands.v[0], "x") &&
		!strcmp(operands.v[1], "y"));
	CHECK(parse("-awj", false) == 0 && got.all && got.word && got.json);
	CHECK(parse("-awsfoo", false) == 0 && got.all && !strcmp(got.str, "foo"));
	CHECK(parse("-aws foo", false) == 0 && !strcmp(got.str, "foo") && !operands.n);
	CHECK(parse("-s=foo", false) == 0 && !strcmp(got.str, "=foo"));
	CHECK(parse("--str=foo=bar", false) == 0 && !strcmp(got.str, "foo=bar"));
	CHECK(parse("--str=", false) == 0 && got.str && !*got.str);
	CHECK(parse("--str _", false) == 0 && got.str && !*got.str);
	CHECK(parse("--str --word", false) == 0 && !strcmp(got.str, "--word") &&
		!got.word);
	CHECK(parse("-s -- x", false) == 0 && !strcmp(got.str, "--") && operands.n == 1);
	CHECK(parse("-s a -s b", false) == 0 && !strcmp(got.str, "b"));
	CHECK(parse("-s own --spec shared", false) == 0 && !strcmp(got.str, "own"));
	CHECK(!strcmp(got.shared_str, "shared"));
	CHECK(parse("-l a --list b -lc", false) == 0 && got.list.n == 3);
	CHECK(!strcmp(got.list.v[1], "b") && !strcmp(got.list.v[2], "c"));
	CHECK(parse("-n 5 --size 4k --time 2m -cx", false) == 0 && got.count == 5);
	CHECK(got.size == 4096 && got.time == 120000 && !strcmp(got.called, "x"));
	CHECK(parse("--time none", false) == 0 && got.time == NUM_NONE);
	CHECK(parse("-r", false) == 0 && got.hidden == 7);
}

static void test_ends(void)
{
	CHECK(parse("x -a", false) == 0 && got.all && operands.n == 1);
	CHECK(parse("x -a", true) == 0 && !got.all && operands.n == 2);
	CHECK(!strcmp(operands.v[1], "-a"));
	CHECK(parse("-w x -- -a", true) == 0 && got.word && operands.n == 3);
	CHECK(parse("-- -a --word --", false) == 0 && !got.all && operands.n == 3);
	CHECK(!strcmp(operands.v[2], "--"));
	CHECK(parse("a -- -- b", false) == 0 && operands.n == 3);
	CHECK(parse("- -a -", false) == 0 && operands.n == 2 && got.all);
	CHECK(parse("_ -a", false) == 0 && operands.n == 1 && !*operands.v[0] && got.all);
}

static void bad(const char *line, const char *message)
{
	int r = parse(line, false);
	if (r == -1 && e.code == ERR_USAGE && !strcmp(e.msg, message))
		return;
	fprintf(stderr, "'%s': %d '%s', not '%s'\n", line, r, e.msg, message);
	unit_failed++;
}

static void test_bad(void)
{
	bad("-x", "no option -x");
	bad("-ax", "no option -x (in a cluster of letters)");
	bad("--wrod", "no option --wrod; did you mean --word?");
	bad("--words=5", "no option --words; did you mean --word?");
	bad("--hidden", "no option --hidden; did you mean --hidden-files?");
	bad("--jsno", "no option --jsno; did you mean --json?");
	bad("--qqqqqqqq", "no option --qqqqqqqq");
	bad("--=x", "no option --");
	bad("---all", "no option ---all; did you mean --all?");
	bad("--all=1", "--all takes no value");
	bad("--all=", "--all takes no value");
	bad("--str", "--str needs a value: S");
	bad("-as", "-s needs a value: S");
	bad("-n 0", "-n takes a whole number from 1, not '0'");
	bad("--count=x", "--count takes a whole number from 1, not 'x'");
	bad("-n", "-n needs a value: N");
	bad("--size 1x", "--size takes a size such as 4096, 64k or 1M, not '1x'");
	bad("--time 1x", "--time takes a time such as 500ms, 30, 2m or none, not '1x'");
	bad("-c bad", "bad was given");
}

static void test_distance(void)
{
	static const struct {
		const char *a, *b;
		size_t max, want;
	} v[] = {{"", "", 3, 0}, {"a", "", 3, 1}, {"", "abcd", 3, 4},
		{"kitten", "sitting", 5, 3}, {"ab", "ba", 2, 1}, {"abcd", "acbd", 2, 1},
		{"ca", "abc", 5, 3}, {"same", "same", 0, 0}, {"same", "sane", 0, 1},
		{"abcdef", "ghijkl", 3, 4}};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		CHECK(opt_distance(v[i].a, v[i].b, v[i].max) == v[i].want);
		CHECK(opt_distance(v[i].b, v[i].a, v[i].max) == v[i].want);
	}
	char a[400], b[256];
	memset(a, 'a', sizeof(a) - 1);
	a[sizeof(a) - 1] = '\0';
	memset(b, 'b', sizeof(b) - 1);
	b[sizeof(b) - 1] = '\0';
	CHECK(opt_distance(a, b, 1000) == 1001);
	a[255] = '\0';
	CHECK(opt_distance(a, b, 1000) == 255);
	CHECK(opt_distance(a, b, 10) == 11);
}

static void test_help(void)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	opt_help(f, own, shared);
	fclose(f);
	CHECK(strstr(text, "  -s, --str S                a string\n"));
	CHECK(strstr(text, "  -c C                       a call\n"));
	CHECK(strstr(text, "      --size SIZE            a size\n"));
	CHECK(strstr(text, "\nalso:  -j/--json"));
	CHECK(strstr(text, "\ndone anyway:  -r/--recursive\n"));
	for (char *p = text; *p; p += strcspn(p, "\n") + 1)
		CHECK(strcspn(p, "\n") <= 90);
	free(text);
	f = open_memstream(&text, &n);
	opt_dump(f, own, shared);
	fclose(f);
	CHECK(strstr(text, "a\tall\t-\t-\tall of it\n"));
	CHECK(strstr(text, "s\tstr\tS\tplace-path\ta string\n"));
	CHECK(strstr(text, "l\tlist\tX\tcaller-file\ta list\n"));
	CHECK(strstr(text, "-\tspec\tSPEC\tplain\ta spec\n"));
	free(text);
}

int main(void)
{
	test_good();
	test_ends();
	test_bad();
	test_distance();
	test_help();
	vec_release(&operands);
	vec_release(&got.list);
	return unit_end();
}
