/* SPDX-License-Identifier: MIT */
#include "find.h"

#include "diag.h"
#include "mem.h"
#include "need.h"
#include "num.h"
#include "sift.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	/* Lines are searched for this many bytes at once: large enough that a call costs
	 * nothing, small enough that one whose every start runs to the end of a line
	 * stays short of a second. A longer line is matched alone, some starts at a time.
	 */
	CHUNK = 32768,
	MATCH_LIMIT = 1000000,
	HEAP_LIMIT_KIB = 20000, /* the interpreter's */
	JIT_STACK = 1 << 20,
	SLOW_MS = 20, /* a call that took this long is followed by a smaller one */
};

struct find {
	const struct re *re;
	pcre2_match_data *md;
	pcre2_match_context *mc;
	pcre2_jit_stack *stack;
	int64_t deadline;
	size_t work;        /* bytes looked at since the clock was */
	size_t before;      /* sift_before() */
	size_t lead;        /* no match in the line begins before that */
	size_t plain_until; /* a chunk up to here was too much to search at once */
	int64_t credit;     /* what candidates that were none may still cost */
	int64_t rest;       /* bytes for which the scan for candidates rests */
	bool plain;
};

struct find *find_new(const struct re *re, int64_t deadline)
{
	struct find *f = xcalloc(1, sizeof(*f));
	f->re = re;
	f->deadline = deadline;
	f->before = re->sift ? sift_before(re->sift) : 0;
	if (!re->code)
		return f;
	f->md = pcre2_match_data_create(1, NULL);
	f->mc = pcre2_match_context_create(NULL);
	if (!f->md || !f->mc)
		diag_oom();
	pcre2_set_match_limit(f->mc, MATCH_LIMIT);
	pcre2_set_heap_limit(f->mc, HEAP_LIMIT_KIB);
	f->stack = pcre2_jit_stack_create(CHUNK, JIT_STACK, NULL);
	if (f->stack)
		pcre2_jit_stack_assign(f->mc, NULL, f->stack);
	return f;
}

void find_free(struct find *f)
{
	if (!f)
		return;
	pcre2_jit_stack_free(f->stack);
	pcre2_match_context_free(f->mc);
	pcre2_match_data_free(f->md);
	free(f);
}

void find_plainly(struct find *f)
{
	f->plain = true;
}

/* Has time run out? The clock is read once in a while only. */
static bool is_late(struct find *f, size_t work)
{
	f->work += work + 64;
	if (f->work < CHUNK)
		return false;
	f->work = 0;
	return num_now_ms() >= f->deadline;
}

/* One call of PCRE2, for matches that start in [from, last]. */
static int call(struct find *f, const pcre2_code *code, const char *p, size_t n,
	size_t from, size_t last)
{
	pcre2_set_offset_limit(f->mc, last);
	if (!f->re->jit)
		return PCRE2_ERROR_JIT_BADOPTION;
	return pcre2_jit_match(code, (PCRE2_SPTR)p, n, from, 0, f->md, f->mc);
}

static enum find_result judge(struct find *f, int rc, size_t *start, size_t *end)
{
	if (rc == PCRE2_ERROR_NOMATCH)
		return FIND_NONE;
	if (rc < 0) {
		f->work += CHUNK; /* it was costly: look at the clock */
		return FIND_LIMIT;
	}
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(f->md);
	*start = v[0];
	*end = v[1] < v[0] ? v[0] : v[1]; /* \K can put the start behind the end */
	return FIND_HIT;
}

static enum find_result match_some(struct find *f, const char *p, size_t n, size_t from,
	size_t last, size_t *start, size_t *end)
{
	int rc = call(f, f->re->code, p, n, from, last);
	/* (*NO_JIT) is an option that the machine code does not know. */
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT || rc == PCRE2_ERROR_JIT_BADOPTION)
		rc = pcre2_match(
			f->re->code, (PCRE2_SPTR)p, n, from, PCRE2_NO_JIT, f->md, f->mc);
	return judge(f, rc, start, end);
}

/* The limits of PCRE2 hold for each start alone, so the starts of a long subject are
 * tried in portions that keep each call short, and the clock is read in between. */
static enum find_result match_long(
	struct find *f, const char *p, size_t n, size_t from, size_t *start, size_t *end)
{
	size_t step = ((size_t)1 << 24) / n + 1;
	int64_t before = num_now_ms();
	while (from <= n) {
		size_t last = n - from > step ? from + step : n;
		enum find_result r = match_some(f, p, n, from, last, start, end);
		if (r != FIND_NONE)
			return r;
		int64_t now = num_now_ms();
		if (now >= f->deadline)
			return FIND_TIMEOUT;
		if (now - before > SLOW_MS)
			step = step / 4 + 1;
		else if (step < n)
			step *= 2;
		before = now;
		/* A start inside a character is no start. */
		for (from = last + 1;
			from < n && ((unsigned char)p[from] & 0xc0) == 0x80;)
			from++;
	}
	return FIND_NONE;
}

static enum find_result match_literal(const struct re *re, const char *p, size_t n,
	size_t from, size_t *start, size_t *end)
{
	const char *at = memmem(p + from, n - from, re->literal, re->literal_len);
	if (!at)
		return FIND_NONE;
	*start = (size_t)(at - p);
	*end = *start + re->literal_len;
	return FIND_HIT;
}

enum find_result find_match(
	struct find *f, const char *p, size_t n, size_t from, size_t *start, size_t *end)
{
	if (f->re->never || from > n)
		return FIND_NONE;
	if (f->re->literal)
		return match_literal(f->re, p, n, from, start, end);
	if (n - from <= CHUNK)
		return match_some(f, p, n, from, n, start, end);
	return match_long(f, p, n, from, start, end);
}

enum find_result find_again(
	struct find *f, const char *p, size_t n, size_t *start, size_t *end)
{
	size_t from = *end, s = *start, e = *end;
	for (;;) {
		if (s == e) /* past the character that an empty match stands before */
			for (from = e + 1;
				from < n && ((unsigned char)p[from] & 0xc0) == 0x80;)
				from++;
		enum find_result r = find_match(f, p, n, from, &s, &e);
		if (r == FIND_HIT && s == e)
			continue;
		if (r == FIND_HIT) {
			*start = s;
			*end = e;
		}
		return r;
	}
}

void find_bounds(const char *p, size_t n, size_t start, struct find_line *out)
{
	const char *nl = memchr(p + start, '\n', n - start);
	out->start = start;
	out->end = nl ? (size_t)(nl - p) : n;
	out->next = nl ? out->end + 1 : n;
	if (nl && out->end > start && p[out->end - 1] == '\r')
		out->end--;
	out->subject = out->end;
}

static enum find_result match_line(struct find *f, const char *p, struct find_line *l)
{
	size_t n = l->end - l->start, from = f->lead - l->start, s, e;
	if (is_late(f, n))
		return FIND_TIMEOUT;
	l->m_start = l->m_end = l->start;
	enum find_result r = find_match(f, p + l->start, n, from, &s, &e);
	if (r == FIND_NONE && l->next - l->end == 2) {
		l->subject = l->end + 1;
		r = find_match(f, p + l->start, n + 1, from, &s, &e);
	}
	if (r == FIND_HIT) {
		l->m_start = l->start + s;
		l->m_end = l->start + e;
	}
	return r;
}

static size_t line_start(const char *p, size_t from, size_t at)
{
	const char *nl = memrchr(p + from, '\n', at - from);
	return nl ? (size_t)(nl - p) + 1 : from;
}

/* The place of the literal from `from` on. Returns n when there is none. */
static size_t literal_at(const struct re *re, const char *p, size_t n, size_t from)
{
	size_t len = re->literal_len, known = len < NEED_LENGTH ? len : NEED_LENGTH;
	if (!re->sift) {
		const char *at = memmem(p + from, n - from, re->literal, len);
		return at ? (size_t)(at - p) : n;
	}
	for (;; from++) {
		from = sift_next(re->sift, p, n, from);
		if (n - from < len)
			return n;
		if (!memcmp(p + from + known, re->literal + known, len - known))
			return from;
	}
}

static enum find_result next_literal(
	struct find *f, const char *p, size_t n, size_t from, struct find_line *out)
{
	size_t at = literal_at(f->re, p, n, from);
	if (at == n)
		return FIND_NONE;
	if (is_late(f, at - from))
		return FIND_TIMEOUT;
	find_bounds(p, n, line_start(p, from, at), out);
	out->m_start = at;
	out->m_end = at + f->re->literal_len;
	out->subject = out->m_end > out->end ? out->m_end : out->end;
	return FIND_HIT;
}

/* Where the lines end that are searched at once from `from`. Returns 0 when the first of
 * them is too long for that. */
static size_t chunk_end(const char *p, size_t n, size_t from)
{
	if (n - from <= CHUNK)
		return n;
	const char *nl = memrchr(p + from, '\n', CHUNK);
	return nl ? (size_t)(nl - p) + 1 : 0;
}

/* A candidate that was none costs as much as so many bytes of the other way. */
enum { COST = 256, CREDIT = 1 << 16, REST = 1 << 19 };

/* Where what every match holds is common, the scan for it rests for a while. */
static bool may_sift(struct find *f, size_t left)
{
	if (!f->re->sift)
		return false;
	if (f->credit < 0 && f->re->scan) {
		f->credit = CREDIT;
		f->rest = REST;
	}
	if (f->rest <= 0)
		return true;
	f->rest -= left < CHUNK ? (int64_t)left : CHUNK;
	return false;
}

static enum find_result sifted(struct find *f, const char *p, size_t n, size_t *from)
{
	size_t at = sift_next(f->re->sift, p, n, *from);
	f->credit += (int64_t)(at - *from) - COST;
	if (f->credit > CREDIT)
		f->credit = CREDIT;
	*from = at < n ? line_start(p, *from, at) : n;
	f->lead = at - *from > f->before ? at - f->before : *from;
	/* A start inside a character is no start. */
	while (f->lead > *from && f->lead < n &&
		((unsigned char)p[f->lead] & 0xc0) == 0x80)
		f->lead--;
	return at < n ? FIND_HIT : FIND_NONE;
}

/* Searches many lines at once for the one that may match, by PCRE2. */
static enum find_result scanned(struct find *f, const char *p, size_t n, size_t *from)
{
	size_t end, s, e;
	if (!f->re->scan || *from < f->plain_until || !(end = chunk_end(p, n, *from)))
		return FIND_HIT;
	int rc = call(f, f->re->scan, p + *from, end - *from, 0, end - *from);
	switch (judge(f, rc, &s, &e)) {
	case FIND_NONE:
		*from = end;
		return FIND_NONE;
	case FIND_HIT:
		s += *from;
		if (s == end && p[end - 1] == '\n') { /* empty, behind the last line */
			*from = end;
			return FIND_NONE;
		}
		*from = line_start(p, *from, s);
		return FIND_HIT;
	default:
		f->plain_until = end;
		return FIND_HIT;
	}
}

/* Looks for the line at `from` or later that may match. Returns FIND_HIT with its start
 * in *from, FIND_NONE with the start of what was not looked at yet. */
static enum find_result candidate(struct find *f, const char *p, size_t n, size_t *from)
{
	if (!f->plain && may_sift(f, n - *from))
		return sifted(f, p, n, from);
	enum find_result r = f->plain ? FIND_HIT : scanned(f, p, n, from);
	f->lead = *from;
	return r;
}

enum find_result find_next(
	struct find *f, const char *p, size_t n, size_t from, struct find_line *out)
{
	if (f->re->never)
		return FIND_NONE;
	if (f->re->literal && !f->plain)
		return next_literal(f, p, n, from, out);
	while (from < n) {
		size_t before = from;
		if (candidate(f, p, n, &from) == FIND_NONE) {
			if (is_late(f, from - before))
				return FIND_TIMEOUT;
			continue;
		}
		find_bounds(p, n, from, out);
		enum find_result r = match_line(f, p, out);
		if (r == FIND_HIT)
			f->credit += COST; /* it was worth it */
		if (r != FIND_NONE)
			return r;
		from = out->next;
	}
	return FIND_NONE;
}
