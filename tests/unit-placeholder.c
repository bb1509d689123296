/* SPDX-License-Identifier: MIT */
#include "placeholder.h"

#include "unit.h"

static void test_is(void)
{
	static const char *const yes[] = {"// ... rest of code unchanged",
		"\t// ... existing code ...", "# ... rest of the file remains the same",
		"/* ... rest of function unchanged ... */",
		"<!-- ... rest of file ... -->", "    // … existing methods …",
		"... rest of the code ...", "[... rest of file unchanged ...]",
		"(... remaining code ...)", "// rest of the code remains the same",
		"# rest of the file", "-- ... remaining columns unchanged, code omitted",
		"// existing code here", "// ... (previous code unchanged)",
		"{/* ... existing props ... */}", "; ... rest of code unchanged",
		"// ... rest of code unchanged\r",
		"# The rest of the function is unchanged",
		"… rest of the file unchanged …"};
	static const char long_line[] =
		"// same as above but for files and methods of the "
		"class, with the rest of what is needed here";
	static const char *const no[] = {"", "...", "// ...", "    ...",
		"// the rest is easy", "x = rest_of(code); // ... rest",
		"rest of code unchanged", "// existing code calls this with a lock held",
		"// Keep the existing code path for old kernels...because of 4.19",
		"printf(\"... rest of code ...\");", "def f(*args, **rest): ...",
		"# Remaining tests need root", "int code; /* unchanged */",
		"// more to come", "* the previous implementation",
		"The rest of the file is described below.", "# see the section above",
		long_line};
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!placeholder_is(yes[i], strlen(yes[i]))) {
			fprintf(stderr, "is none: %s\n", yes[i]);
			CHECK(false);
		}
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (placeholder_is(no[i], strlen(no[i]))) {
			fprintf(stderr, "is one: %s\n", no[i]);
			CHECK(false);
		}
}

static void test_find(void)
{
	static const char new[] = "a\n// ... rest of code unchanged\n";
	static const char was[] = "x\n  // ... rest of code unchanged  \r\ny";
	static const char within[] = "x // ... rest of code unchanged\ny";
	size_t n = sizeof(new) - 1;
	CHECK(placeholder_find(new, n, "", 0) == 2);
	CHECK(placeholder_find(new, n, was, sizeof(was) - 1) == 0);
	CHECK(placeholder_find(new, n, within, sizeof(within) - 1) == 2);
	CHECK(placeholder_find(new, 1, "", 0) == 0 &&
		placeholder_find("", 0, "", 0) == 0);
}

int main(void)
{
	test_is();
	test_find();
	return unit_end();
}
