/* SPDX-License-Identifier: MIT */
#include "pab_sub.h"

#include "diag.h"
#include "mem.h"
#include "num.h"

#include <ctype.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 1000000, HEAP_LIMIT_KIB = 20000 };

/* One stretch of the replacement: bytes, or what a group matched. */
struct part {
	const char *p;
	size_t n;
	uint32_t group;
	bool is_group;
};

struct sub {
	struct re *re;
	struct find *find;
	int64_t deadline;
	struct part *parts;
	size_t n_parts;
	pcre2_match_data *md;
	pcre2_match_context *mc;
};

static void add_part(struct sub *s, struct part part)
{
	if (!part.is_group && !part.n)
		return;
	s->parts = xrealloc_n(s->parts, s->n_parts + 1, sizeof(*s->parts));
	s->parts[s->n_parts++] = part;
}

/* Which group the n bytes at p name. Returns 0, or -1 with err. */
static int find_group(
	const struct sub *s, const char *p, size_t n, uint32_t *out, struct err *e)
{
	char *name CLEANUP(mem_freep) = xmemdup0(p, n);
	uint32_t most = 0;
	int64_t number = 0;
	if (s->re->code)
		pcre2_pattern_info(s->re->code, PCRE2_INFO_CAPTURECOUNT, &most);
	if (num_int(name, 0, UINT32_MAX, &number) == 0 && number <= most) {
		*out = (uint32_t)number;
		return 0;
	}
	if (!isdigit((unsigned char)*name) && s->re->code) {
		int found =
			pcre2_substring_number_from_name(s->re->code, (PCRE2_SPTR)name);
		if (found > 0) {
			*out = (uint32_t)found;
			return 0;
		}
	}
	return err_set(e, ERR_BAD_PATTERN, NULL,
		"the pattern has no group %.40s (it has %u); a dollar is $$ in the "
		"replacement",
		name, (unsigned)most);
}

/* What stands behind the dollar at p: a group, a dollar, or nothing special. Returns how
 * many bytes it takes with the dollar, 0: it stands for itself, -1 with err. */
static ssize_t take_dollar(struct sub *s, const char *p, struct part *part, struct err *e)
{
	size_t n = strspn(p + 1, "0123456789");
	const char *name = p + 1;
	if (p[1] == '$') {
		*part = (struct part){.p = p, .n = 1};
		return 2;
	}
	const char *close = p[1] == '{' ? strchr(p, '}') : NULL;
	if (p[1] == '{' && !close)
		return err_set(e, ERR_BAD_PATTERN, NULL,
			"missing } in the replacement; a dollar is $$");
	if (close) {
		name = p + 2;
		n = (size_t)(close - name);
	}
	if (!n && !close)
		return 0;
	part->is_group = true;
	if (find_group(s, name, n, &part->group, e) < 0)
		return -1;
	return close ? close + 1 - p : (ssize_t)n + 1;
}

static int split(struct sub *s, const char *with, bool fixed, struct err *e)
{
	const char *from = with;
	for (const char *p = with; (p = fixed ? NULL : strchr(p, '$'));) {
		struct part part = {0};
		ssize_t n = take_dollar(s, p, &part, e);
		if (n < 0)
			return -1;
		if (n > 0) {
			add_part(s, (struct part){.p = from, .n = (size_t)(p - from)});
			add_part(s, part);
			from = p + n;
		}
		p += n > 0 ? n : 1;
	}
	add_part(s, (struct part){.p = from, .n = strlen(from)});
	return 0;
}

struct sub *sub_new(const char *pattern, const char *with, unsigned flags,
	int64_t deadline, struct err *e)
{
	struct re_pattern pat = {pattern, strlen(pattern)};
	struct sub *s = xcalloc(1, sizeof(*s));
	s->re = re_new(&pat, 1, flags, e);
	if (!s->re || split(s, with, flags & RE_FIXED, e) < 0) {
		sub_free(s);
		return NULL;
	}
	s->deadline = deadline;
	s->find = find_new(s->re, deadline);
	if (!s->re->code)
		return s;
	s->md = pcre2_match_data_create_from_pattern(s->re->code, NULL);
	s->mc = pcre2_match_context_create(NULL);
	if (!s->md || !s->mc)
		diag_oom();
	pcre2_set_match_limit(s->mc, MATCH_LIMIT);
	pcre2_set_heap_limit(s->mc, HEAP_LIMIT_KIB);
	return s;
}

void sub_free(struct sub *s)
{
	if (!s)
		return;
	pcre2_match_context_free(s->mc);
	pcre2_match_data_free(s->md);
	find_free(s->find);
	re_free(s->re);
	free(s->parts);
	free(s);
}

void sub_result_release(struct sub_result *r)
{
	buf_release(&r->text);
	free(r->lines);
	*r = (struct sub_result)SUB_RESULT_INIT;
}

enum find_result sub_matches(struct sub *s, const char *p, size_t n)
{
	struct find_line l;
	enum find_result r = find_next(s->find, p, n, 0, &l);
	return r == FIND_LIMIT ? FIND_HIT : r; /* a closer look tells */
}

/* The match at or behind `at` in one line. Returns FIND_HIT with its groups in v. */
static enum find_result match(
	struct sub *s, const char *p, size_t n, size_t at, size_t *v)
{
	const char *hit;
	if (!s->re->code) {
		hit = memmem(p + at, n - at, s->re->literal, s->re->literal_len);
		v[0] = hit ? (size_t)(hit - p) : 0;
		v[1] = v[0] + s->re->literal_len;
		return hit ? FIND_HIT : FIND_NONE;
	}
	int rc = pcre2_match(
		s->re->code, (PCRE2_SPTR)p, n, at, PCRE2_NO_JIT, s->md, s->mc);
	if (rc == PCRE2_ERROR_NOMATCH)
		return FIND_NONE;
	const PCRE2_SIZE *o = pcre2_get_ovector_pointer(s->md);
	if (rc < 0 || o[0] > o[1])
		return FIND_LIMIT;
	v[0] = o[0];
	v[1] = o[1];
	return FIND_HIT;
}

/* Appends bytes, each line end in them as the line has it. */
static void put(struct buf *out, const char *p, size_t n, bool crlf)
{
	for (const char *nl; crlf && n && (nl = memchr(p, '\n', n));) {
		size_t k = (size_t)(nl - p);
		buf_add(out, p, k);
		buf_puts(out, k && p[k - 1] == '\r' ? "\n" : "\r\n");
		p += k + 1;
		n -= k + 1;
	}
	buf_add(out, p, n);
}

static void put_new(
	struct sub *s, struct buf *out, const char *line, const size_t *v, bool crlf)
{
	const PCRE2_SIZE *o = s->md ? pcre2_get_ovector_pointer(s->md) : v;
	uint32_t groups = s->md ? pcre2_get_ovector_count(s->md) : 1;
	for (size_t i = 0; i < s->n_parts; i++) {
		const struct part *part = &s->parts[i];
		uint32_t g = part->group;
		if (!part->is_group)
			put(out, part->p, part->n, crlf);
		else if (g < groups && o[2 * g] != PCRE2_UNSET &&
			 o[2 * g] <= o[2 * g + 1])
			buf_add(out, line + o[2 * g], o[2 * g + 1] - o[2 * g]);
	}
}

static void note_line(struct sub_result *r, int64_t line)
{
	if (r->n_lines && r->lines[r->n_lines - 1] == line)
		return;
	if (r->n_lines == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->lines = xrealloc_n(r->lines, r->cap, sizeof(*r->lines));
	}
	r->lines[r->n_lines++] = line;
}

/* What is counted so far of the new content. */
struct counted {
	size_t at;
	int64_t line;
};

static int64_t line_now(struct counted *c, const struct buf *out)
{
	for (const char *nl; (nl = memchr(out->p + c->at, '\n', out->len - c->at));
		c->at = (size_t)(nl + 1 - out->p))
		c->line++;
	return c->line;
}

/* One line, in which something matches. Returns FIND_HIT, or FIND_LIMIT with the rest of
 * the line as it was. */
static enum find_result one_line(struct sub *s, const char *p, const struct find_line *l,
	struct sub_result *r, struct counted *c)
{
	const char *line = p + l->start;
	size_t n = l->subject - l->start, at = 0, done = 0, v[2];
	bool crlf = l->next - l->end == 2;
	enum find_result got = FIND_NONE;
	while (at <= n && (got = match(s, line, n, at, v)) == FIND_HIT) {
		buf_add(&r->text, line + done, v[0] - done);
		note_line(r, line_now(c, &r->text));
		put_new(s, &r->text, line, v, crlf);
		r->places++;
		done = v[1];
		at = v[1];
		if (v[0] == v[1]) /* an empty match: on past the next character */
			for (at++; at < n && ((unsigned char)line[at] & 0xc0) == 0x80;)
				at++;
	}
	buf_add(&r->text, line + done, l->next - l->start - done);
	return got == FIND_LIMIT ? got : FIND_HIT;
}

enum find_result sub_apply(struct sub *s, const char *p, size_t n, struct sub_result *r)
{
	size_t from = n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? 3 : 0;
	struct counted c = {0, 1};
	struct find_line l;
	enum find_result got;
	buf_clear(&r->text);
	r->places = r->undecided = 0;
	r->n_lines = 0;
	buf_add(&r->text, p, from);
	while ((got = find_next(s->find, p, n, from, &l)) != FIND_NONE) {
		if (got == FIND_TIMEOUT || num_now_ms() >= s->deadline)
			return FIND_TIMEOUT;
		buf_add(&r->text, p + from, l.start - from);
		if (got == FIND_LIMIT)
			buf_add(&r->text, p + l.start, l.next - l.start);
		else
			got = one_line(s, p, &l, r, &c);
		r->undecided += got == FIND_LIMIT;
		from = l.next;
	}
	buf_add(&r->text, p + from, n - from);
	return r->places ? FIND_HIT : FIND_NONE;
}
