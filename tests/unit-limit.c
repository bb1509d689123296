/* SPDX-License-Identifier: MIT */
#include "limit.h"

#include "num.h"
#include "unit.h"

static const struct limits before = {1, 2, 3, 4, 5};

static void good(const char *s, struct limits want)
{
	struct limits l = before;
	struct err e = {0};
	int r = limits_parse(&l, s, &e);
	if (r == 0 && !memcmp(&l, &want, sizeof(l)))
		return;
	fprintf(stderr, "'%s': %d, %s\n", s, r, e.msg);
	unit_failed++;
}

static void bad(const char *s)
{
	struct limits l = before;
	struct err e = {0};
	int r = limits_parse(&l, s, &e);
	if (r == -1 && e.code == ERR_USAGE && !memcmp(&l, &before, sizeof(l)) &&
		strstr(e.msg, "bytes=N,lines=N,columns=N,rows=N,timeout=T"))
		return;
	fprintf(stderr, "'%s' is understood: %d, %s\n", s, r, e.msg);
	unit_failed++;
}

int main(void)
{
	char s[200] = "lines=";
	good("", before);
	good("bytes=28000", (struct limits){28000, 2, 3, 4, 5});
	good("bytes=4k", (struct limits){4096, 2, 3, 4, 5});
	good("bytes=1,lines=20,columns=30,rows=40,timeout=50",
		(struct limits){1, 20, 30, 40, 50000});
	good("timeout=none", (struct limits){1, 2, 3, 4, NUM_NONE});
	good("timeout=1.5", (struct limits){1, 2, 3, 4, 1500});
	good("rows=7,rows=8", (struct limits){1, 2, 3, 8, 5});
	good("lines=0", (struct limits){1, 0, 3, 4, 5});
	bad("lines");
	bad("lines=");
	bad("lines=-1");
	bad("lines=1k");
	bad("lines=1,,rows=2");
	bad(",");
	bad(",lines=1");
	bad("lines=1;rows=2");
	bad("lines =1");
	bad(" lines=1");
	bad("Lines=1");
	bad("line=1");
	bad("=1");
	bad("lines=1,rows=x");
	bad("lines==1");
	/* Cut at 63 bytes this would be two limits. */
	memset(s + 6, '0', 57);
	memcpy(s + 63, "rows=5", 7);
	bad(s);
	struct limits l = before;
	limits_lift(&l);
	CHECK(l.bytes == NUM_NONE && l.lines == NUM_NONE && l.columns == NUM_NONE);
	CHECK(l.rows == NUM_NONE && l.timeout == 5);
	return unit_end();
}
