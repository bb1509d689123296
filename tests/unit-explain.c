/* SPDX-License-Identifier: MIT */
/* Each kind of difference, both ways round where it has two. */
#include "explain.h"

#include "unit.h"

static struct explain x = EXPLAIN_INIT;
static struct err e;

static void ask(const char *file, const char *text, bool lines)
{
	struct explain_ask q = {file, strlen(file), text, strlen(text), lines};
	explain(&x, &q);
	err_set(&e, ERR_NO_MATCH, NULL, "-");
	explain_message(&x, &e);
}

static const struct {
	const char *file, *text;
	enum explain_kind kind;
	size_t line, column;
	const char *says;
} kinds[] = {
	{"a\nfoo(bar)  \nb\n", "foo(bar)\nb", EXPLAIN_TRAILING, 2, 9,
		"file has 2 blanks, text has no blank (at the end of the line)"},
	{"a\nfoo(bar)\nb\n", "foo(bar) \nb", EXPLAIN_TRAILING, 2, 9,
		"file has no blank, text has 1 blank"},
	{"a\n\tfoo(bar)\n", "    foo(bar)\n", EXPLAIN_TAB, 2, 1,
		"file has a tab, text has 4 blanks"},
	{"a\n    foo(bar)\n", "\tfoo(bar)\n", EXPLAIN_TAB, 2, 1,
		"file has 4 blanks, text has a tab"},
	{"int x;\tint y;\n", "int x; int y;", EXPLAIN_TAB, 1, 7, "file has a tab"},
	{"{\n    foo(bar)\n", "  foo(bar)\n", EXPLAIN_INDENT, 2, 1,
		"file has 4 blanks, text has 2 blanks"},
	{"{\nfoo(bar)\n", "{\n  foo(bar)\n", EXPLAIN_INDENT, 2, 1,
		"line 2 of the text differs at column 1: file has no blank"},
	{"foo(a,  b)\n", "foo(a, b)", EXPLAIN_BLANKS, 1, 7,
		"file has 2 blanks, text has 1 blank"},
	{"one two\nthree\n", "one two\r\nthree", EXPLAIN_LINE_END, 1, 8,
		"file has the end of the line, text has a CR (in the line end)"},
	{"return Foo;\n", "return foo;", EXPLAIN_CASE, 1, 8,
		"file has 'F', text has 'f' (only in case)"},
	{"say(“hi”)\n", "say(\"hi\")", EXPLAIN_QUOTES, 1, 5,
		"file has “ (U+201C), text has '\"'"},
	{"it's so\n", "it’s so", EXPLAIN_QUOTES, 1, 3, "text has ’ (U+2019)"},
	{"a – b\n", "a - b", EXPLAIN_QUOTES, 1, 3, "file has – (U+2013)"},
	{"foo\xc2\xa0"
	 "bar\n",
		"foo bar", EXPLAIN_NO_BREAK, 1, 4, "file has U+00A0, text has 1 blank"},
	{"foo bar\n",
		"foo\xe2\x80\xaf"
		"bar",
		EXPLAIN_NO_BREAK, 1, 4, "text has U+202F"},
	{"caf\xc3\xa9 noir\n", "cafe\xcc\x81 noir", EXPLAIN_UNICODE, 1, 4,
		"composed (NFC) in one and in parts (NFD) in the other"},
	{"cafe\xcc\x81 noir\n", "caf\xc3\xa9 noir", EXPLAIN_UNICODE, 1, 4, "NFD"},
	{"\xd0\xb8\xcc\x86 first\n", "\xd0\xb9 first", EXPLAIN_UNICODE, 1, 1, "NFD"},
	{"p(\"a\\n\"); q\n", "p(\"a\\\\n\"); r", EXPLAIN_BACKSLASH, 1, 6,
		"file has 'n', text has '\\'"},
	{"int a = 1;\n", "int a = 2;", EXPLAIN_PLAIN, 1, 9, "file has '1', text has '2'"},
	{"int aa = 1;\n", "int aa = 1; // x", EXPLAIN_BLANKS, 1, 12, "text has 1 blank"},
	{"foo(bar)\n", "foo(bar)\nbaz(1)\n", EXPLAIN_MISSING, 2, 1,
		"line 2 of the text is past the end of the file"},
	{"foo(bar) x\n", "foo(bar)", EXPLAIN_BLANKS, 1, 9, "file has 1 blank"},
};

static void test_kinds(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		bool lines = strstr(kinds[i].text, "foo(bar)") == kinds[i].text;
		ask(kinds[i].file, kinds[i].text, lines);
		if (x.kind == kinds[i].kind && x.line == (int64_t)kinds[i].line &&
			x.column == kinds[i].column && strstr(e.msg, kinds[i].says))
			continue;
		fprintf(stderr, "%zu: %s, line %lld, column %zu: %s\n", i,
			explain_name(x.kind), (long long)x.line, x.column, e.msg);
		CHECK(false);
	}
}

static void test_text_alone(void)
{
	ask("a\nb\n", "     1\ta\n     2\tb", false);
	CHECK(x.kind == EXPLAIN_NUMBERS && strstr(e.msg, "line numbers; leave them out"));
	ask("a\nb\n", "1:0123|a\n2:4567|b", false);
	CHECK(x.kind == EXPLAIN_NUMBERS);
	ask("a\nb\n", "1:0123|a\nb", false);
	CHECK(x.kind != EXPLAIN_NUMBERS);
	ask("aaaaaaaa\n", "aaa…[+1023]", false);
	CHECK(x.kind == EXPLAIN_CUT && strstr(e.msg, "--no-limit"));
	ask("a[…[+x]\n", "b…[+]", false);
	CHECK(x.kind != EXPLAIN_CUT);
	ask("x\nprintf(\"a\\n\");\n", "printf(\\\"a\\\\n\\\");", false);
	CHECK(x.kind == EXPLAIN_BACKSLASH && x.nearest == 2 &&
		strstr(e.msg, "unescaped"));
	ask("one\ntwo\n", "one\\ntwo", false);
	CHECK(x.kind == EXPLAIN_BACKSLASH && x.nearest == 1);
	ask("one\ntwo\n", "qqq(zzz);", false);
	CHECK(x.kind == EXPLAIN_NONE && !strcmp(e.msg, "-"));
	ask("", "foo", false);
	CHECK(x.kind == EXPLAIN_NONE);
}

/* A line too much or too few does not move the place; the first line that differs is
 * told, and never more than eight are shown. */
static void test_places(void)
{
	struct buf file = BUF_INIT, text = BUF_INIT, out = BUF_INIT;
	for (int i = 1; i <= 2000; i++)
		buf_printf(&file, "\tcall_%d(arg, %d);\r\n", i % 1000, i);
	for (int i = 700; i < 720; i++)
		if (i != 705)
			buf_printf(&text, "\tcall_%d(arg, %d);\n", i, i);
	ask(file.p, text.p, true);
	CHECK(x.nearest == 700 && x.line == 705 && x.text_line == 6 && x.n == 8);
	CHECK(x.first == 702);
	explain_detail(NULL, &out, &x);
	CHECK(strstr(out.p, "   705\t→call_705(arg, 705);\n") != NULL);
	buf_clear(&text);
	buf_puts(&text, "\tcall_9(arg, 1009);\n\tnew_line();\n\tcall_10(arg, 1010);\n");
	ask(file.p, text.p, true);
	CHECK(x.nearest == 1009 && x.line == 1010 && x.text_line == 2);
	buf_clear(&text);
	buf_puts(&text, "call_9(arg, 1009)\n");
	ask(file.p, text.p, false);
	CHECK(x.line == 1009 && x.column == 19 && x.kind == EXPLAIN_PLAIN);
	buf_release(&file);
	buf_release(&text);
	buf_release(&out);
}

static void test_shown(void)
{
	struct buf out = BUF_INIT;
	ask("  a  b c \t\nend\n", "  a  b c\nend", true);
	explain_detail(NULL, &out, &x);
	CHECK(!strcmp(out.p, "     1\t··a··b c·→\n     2\tend\n"));
	buf_release(&out);
	explain_release(&x);
}

int main(void)
{
	test_kinds();
	test_text_alone();
	test_places();
	test_shown();
	return unit_end();
}
