/* SPDX-License-Identifier: MIT */
/* Line ranges as people write them:
 *	range = first sep last | first sep | sep last | N | N "~" K | "-" K sep
 *	sep = ":" | ","
 */
#include "pab_read.h"

#include "mem.h"
#include "num.h"

static int bad(const char *s, struct err *e)
{
	return err_set(e, ERR_USAGE, NULL,
		"-r takes lines from 1 as A:B, A,B, A:, :B, N, N~K or -K:, not '%.40s'",
		s);
}

/* "N~K": K lines before and after line N. */
static int around(const char *s, const char *tilde, struct range *out, struct err *e)
{
	int64_t line, k;
	char *a CLEANUP(mem_freep) = xmemdup0(s, (size_t)(tilde - s));
	if (num_int(a, 1, INT64_MAX / 4, &line) < 0 ||
		num_int(tilde + 1, 0, INT64_MAX / 4, &k) < 0)
		return bad(s, e);
	*out = (struct range){line - k < 1 ? 1 : line - k, line + k};
	return 0;
}

int range_parse(const char *s, struct range *out, struct err *e)
{
	const char *tilde = strchr(s, '~');
	if (tilde)
		return around(s, tilde, out, e);
	size_t n = strcspn(s, ":,");
	char *a CLEANUP(mem_freep) = xmemdup0(s, n);
	const char *b = s[n] ? s + n + 1 : NULL;
	struct range r = {1, INT64_MAX};
	if (!*a && (!b || !*b))
		return bad(s, e);
	if (*a && num_int(a, -INT64_MAX / 4, INT64_MAX / 4, &r.first) < 0)
		return bad(s, e);
	if (b && *b && num_int(b, 1, INT64_MAX / 4, &r.last) < 0)
		return bad(s, e);
	if (!b)
		r.last = r.first;
	if (!r.first || r.last < 1 || (r.first < 0 && r.last != INT64_MAX))
		return bad(s, e);
	if (r.first > r.last)
		return err_set(e, ERR_USAGE, NULL,
			"-r %.40s: the range ends before it starts", s);
	*out = r;
	return 0;
}
