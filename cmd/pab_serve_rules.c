/* SPDX-License-Identifier: MIT */
/* The rules of the far end itself, which bind whoever speaks to it. */
#include "pab_serve.h"

#include "mem.h"
#include "rules.h"

int serve_rules(const char *given, struct buf *out, struct err *e)
{
	struct rules r;
	if (rules_preset(&r, given) < 0) {
		struct buf text CLEANUP(buf_release) = BUF_INIT;
		for (const char *p = given; *p; p++)
			buf_addc(&text, *p == SERVE_RULES_END ? '\n' : *p);
		const char *at = text.p, *end = text.p + text.len;
		if (!strchr(given, SERVE_RULES_END))
			return err_set(e, ERR_UNSUPPORTED, NULL,
				"a preset is taken, or what pab-session made of a file; not "
				"'%.60s'",
				given);
		if (rules_parse(&r, &at, end, e) < 0)
			return -1;
	}
	rules_text(&r, out);
	rules_release(&r);
	return 0;
}
