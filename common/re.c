/* SPDX-License-Identifier: MIT */
#include "re.h"

#include "diag.h"
#include "mem.h"
#include "need.h"
#include "repat.h"
#include "sift.h"
#include "text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* PCRE2's errors in the words a user knows; others come in PCRE2's own. */
static const char *words_for(int code)
{
	static const struct {
		int code;
		const char *words;
	} known[] = {
		{PCRE2_ERROR_END_BACKSLASH, "nothing after \\"},
		{PCRE2_ERROR_UNKNOWN_ESCAPE, "unknown escape"},
		{PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER,
			"repeat with the larger number first"},
		{PCRE2_ERROR_QUANTIFIER_TOO_BIG, "repeat of more than 65535"},
		{PCRE2_ERROR_MISSING_SQUARE_BRACKET, "missing ]"},
		{PCRE2_ERROR_ESCAPE_INVALID_IN_CLASS,
			"escape that has no meaning in [ ]"},
		{PCRE2_ERROR_CLASS_RANGE_ORDER, "range from larger to smaller"},
		{PCRE2_ERROR_QUANTIFIER_INVALID, "nothing to repeat"},
		{PCRE2_ERROR_INVALID_AFTER_PARENS_QUERY, "unknown kind of group"},
		{PCRE2_ERROR_POSIX_CLASS_NOT_IN_CLASS, "[:name:] outside of [ ]"},
		{PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS, "missing )"},
		{PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE,
			"reference to a group that is not there"},
		{PCRE2_ERROR_MISSING_COMMENT_CLOSING, "missing ) of a comment"},
		{PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP, "too many nested ("},
		{PCRE2_ERROR_PATTERN_TOO_LARGE, "too large"},
		{PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS, ") without ("},
		{PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH,
			"look-behind of no fixed length"},
		{PCRE2_ERROR_UNKNOWN_POSIX_CLASS, "unknown [:name:]"},
		{PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME, "two groups of one name"},
		{PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY, "malformed \\p or \\P"},
		{PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY, "unknown name after \\p or \\P"},
		{PCRE2_ERROR_CLASS_INVALID_RANGE, "range with a class at one end"},
		{PCRE2_ERROR_VERB_UNKNOWN, "unknown (*VERB)"},
		{PCRE2_ERROR_SUBPATTERN_NAMES_MISMATCH,
			"groups of one number, two names"},
		{PCRE2_ERROR_BACKSLASH_C_CALLER_DISABLED, "\\C, which is not available"},
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].code == code)
			return known[i].words;
	return NULL;
}

/* Appends what surrounds byte `at` of the pattern, so that a long one does not fill the
 * message. */
static void add_excerpt(struct buf *b, const char *p, size_t n, size_t at)
{
	enum { AROUND = 40 };
	size_t from = at > AROUND ? at - AROUND : 0;
	size_t to = n - at > AROUND ? at + AROUND : n;
	while (from > 0 && ((unsigned char)p[from] & 0xc0) == 0x80)
		from--;
	while (to < n && ((unsigned char)p[to] & 0xc0) == 0x80)
		to++;
	buf_printf(b, "'%s", from ? "…" : "");
	text_escape(b, p + from, to - from);
	buf_printf(b, "%s'", to < n ? "…" : "");
}

static int pattern_error(const struct re_pattern *pat, int code, size_t at, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *words = words_for(code);
	at = at < pat->n ? at : pat->n;
	if (words) {
		buf_puts(&b, words);
	} else if (code < 0) {
		buf_puts(&b, "bytes that are not UTF-8");
	} else {
		PCRE2_UCHAR own[256];
		pcre2_get_error_message(code, own, sizeof(own));
		buf_puts(&b, (const char *)own);
	}
	buf_printf(&b, " at column %zu of ", text_columns(pat->p, at) + 1);
	add_excerpt(&b, pat->p, pat->n, at);
	if (code > 0)
		buf_puts(&b, "; for plain text use -F");
	err_set(e, ERR_BAD_PATTERN, NULL, "%s", b.p);
	buf_release(&b);
	return -1;
}

/* Compiles one text. Returns the code, or NULL with *code and *at. */
static pcre2_code *compile(const char *p, size_t n, unsigned flags, int *code, size_t *at)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_MULTILINE |
			   PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C |
			   PCRE2_DUPNAMES;
	if (flags & RE_ICASE)
		options |= PCRE2_CASELESS;
	pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
	if (!cc)
		diag_oom();
	/* With ANYCRLF "$" would not match before "\n" alone after "\r": only where lines
	 * are not looked at alone. */
	pcre2_set_newline(
		cc, flags & RE_MULTILINE ? PCRE2_NEWLINE_ANYCRLF : PCRE2_NEWLINE_LF);
	pcre2_code *re = pcre2_compile((PCRE2_SPTR)p, n, options, code, at, cc);
	pcre2_compile_context_free(cc);
	return re;
}

static bool compiles(const struct buf *b, unsigned flags)
{
	int code;
	size_t at;
	pcre2_code *re = compile(b->p, b->len, flags, &code, &at);
	pcre2_code_free(re);
	return re;
}

/* Appends the pattern, which compiles alone, as a group. A quotation or a comment that
 * it leaves open would swallow the ")", so those are ended first. Returns 0, or -1 when
 * no group can be made of it ("(*UCP)a" is one). */
static int add_group(struct buf *out, const struct re_pattern *pat, unsigned flags)
{
	static const char *const ends[] = {")", "\\E)", "\n)"};
	struct buf b = BUF_INIT;
	bool ok = false;
	for (size_t i = 0; i < ARRAY_LEN(ends) && !ok; i++) {
		buf_clear(&b);
		buf_puts(&b, "(?:");
		buf_add(&b, pat->p, pat->n);
		buf_puts(&b, ends[i]);
		ok = compiles(&b, flags);
	}
	if (ok)
		buf_add(out, b.p, b.len);
	buf_release(&b);
	return ok ? 0 : -1;
}

/* The patterns as one text: (?|…|…), in which each counts its groups from 1. */
struct joined {
	struct buf text;
	struct buf scan; /* the same through repat_for_buffer */
	bool can_scan;
};

static void join_open(struct buf *b, size_t n, unsigned flags)
{
	if (flags & RE_LINE)
		buf_puts(b, "^");
	else if (flags & RE_WORD)
		buf_puts(b, "(?<![\\p{L}\\p{M}\\p{N}_])");
	if (n > 1)
		buf_puts(b, "(?|");
}

static void join_close(struct buf *b, size_t n, unsigned flags, const char *end)
{
	if (n > 1)
		buf_puts(b, ")");
	if (flags & RE_LINE)
		buf_puts(b, end);
	else if (flags & RE_WORD)
		buf_puts(b, "(?![\\p{L}\\p{M}\\p{N}_])");
}

/* Adds one pattern that stands beside others or inside -w or -x. */
static int join_group(
	struct joined *j, const struct re_pattern *pat, unsigned flags, struct err *e)
{
	int code;
	size_t at;
	pcre2_code *alone = compile(pat->p, pat->n, flags, &code, &at);
	if (!alone)
		return pattern_error(pat, code, at, e);
	pcre2_code_free(alone);
	if (add_group(&j->text, pat, flags) < 0) {
		struct buf b = BUF_INIT;
		add_excerpt(&b, pat->p, pat->n, 0);
		err_set(e, ERR_BAD_PATTERN, NULL,
			"(*VERB) at column 1 of %s, which goes with one pattern alone, "
			"without -w and -x",
			b.p);
		buf_release(&b);
		return -1;
	}
	buf_puts(&j->scan, "(?:");
	j->can_scan = j->can_scan && repat_for_buffer(pat->p, pat->n, &j->scan);
	buf_puts(&j->scan, ")");
	return 0;
}

static int join(struct joined *j, const struct re_pattern *pats, size_t n, unsigned flags,
	struct err *e)
{
	j->can_scan = !(flags & RE_MULTILINE);
	if (n == 1 && !(flags & (RE_WORD | RE_LINE))) {
		buf_add(&j->text, pats->p, pats->n);
		j->can_scan = j->can_scan && repat_for_buffer(pats->p, pats->n, &j->scan);
		return 0;
	}
	join_open(&j->text, n, flags);
	join_open(&j->scan, n, flags);
	for (size_t i = 0; i < n; i++) {
		if (i) {
			buf_puts(&j->text, "|");
			buf_puts(&j->scan, "|");
		}
		if (join_group(j, &pats[i], flags, e) < 0)
			return -1;
	}
	join_close(&j->text, n, flags, "$");
	join_close(&j->scan, n, flags, "(?=\\r?$)");
	return 0;
}

/* Machine code where that is possible; the interpreter does the rest. */
static bool jit(pcre2_code *code)
{
	return pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
}

/* Between a line end and a byte that is not UTF-8 PCRE2 tries no start, but at the start
 * of a subject it does: an empty match there would be missed in a buffer. */
static bool may_be_empty(const pcre2_code *code)
{
	uint32_t empty = 1;
	return pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty) != 0 || empty;
}

static int compile_joined(
	struct re *re, const struct joined *j, unsigned flags, struct err *e)
{
	int code;
	size_t at;
	re->code = compile(j->text.p, j->text.len, flags, &code, &at);
	if (!re->code) {
		struct re_pattern whole = {j->text.p, j->text.len};
		return pattern_error(&whole, code, at, e);
	}
	re->jit = jit(re->code);
	if (!re->jit || !j->can_scan || may_be_empty(re->code))
		return 0;
	if (j->scan.len == j->text.len && !memcmp(j->scan.p, j->text.p, j->text.len)) {
		re->scan = re->code;
		return 0;
	}
	re->scan = compile(j->scan.p, j->scan.len, flags, &code, &at);
	if (re->scan && !jit(re->scan)) {
		pcre2_code_free(re->scan);
		re->scan = NULL;
	}
	return 0;
}

/* Is there a capital in it? Returns whether there is. */
static bool has_capital(const struct re_pattern *pats, size_t n)
{
	static const struct re_pattern capital = {"\\p{Lu}", 6};
	int code;
	size_t at;
	bool found = false;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		repat_letters(pats[i].p, pats[i].n, &b);
	pcre2_code *re = compile(capital.p, capital.n, 0, &code, &at);
	pcre2_match_data *md = re ? pcre2_match_data_create(1, NULL) : NULL;
	if (md)
		found = pcre2_match(re, (PCRE2_SPTR)b.p, b.len, 0, 0, md, NULL) >= 0;
	pcre2_match_data_free(md);
	pcre2_code_free(re);
	buf_release(&b);
	return found;
}

/* Takes plain text, which is searched for without PCRE2. Returns whether it is. */
static bool take_literal(struct re *re, const struct re_pattern *pat, unsigned flags)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (flags & (RE_ICASE | RE_MULTILINE | RE_WORD | RE_LINE) || !pat->n ||
		!repat_literal(pat->p, pat->n, &b))
		return false;
	re->literal_len = b.len;
	re->literal = buf_take(&b);
	return true;
}

/* All alternatives, quoted if need be. The texts of quoted ones are in `store`. */
struct alternatives {
	struct re_pattern *v;
	size_t n;
	struct buf store;
};

static void split(
	struct alternatives *a, const struct re_pattern *pats, size_t n, unsigned flags)
{
	size_t most = n;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < pats[i].n; k++)
			most += pats[i].p[k] == '\n';
	a->v = xcalloc(most ? most : 1, sizeof(*a->v));
	for (size_t i = 0; i < n; i++) {
		const char *p = pats[i].p, *end = p + pats[i].n, *nl;
		while (!(flags & RE_MULTILINE) &&
			(nl = memchr(p, '\n', (size_t)(end - p)))) {
			a->v[a->n++] = (struct re_pattern){p, (size_t)(nl - p)};
			p = nl + 1;
		}
		a->v[a->n++] = (struct re_pattern){p, (size_t)(end - p)};
	}
}

static void quote_all(struct alternatives *a)
{
	size_t at = 0;
	for (size_t i = 0; i < a->n; i++) {
		size_t before = a->store.len;
		repat_quote(&a->store, a->v[i].p, a->v[i].n);
		a->v[i].n = a->store.len - before;
	}
	for (size_t i = 0; i < a->n; at += a->v[i++].n)
		a->v[i].p = a->store.p + at;
}

/* A scan for what every match holds, of plain text for how it begins; matches that span
 * lines are not looked for so. */
static struct sift *make_sift(
	const struct re *re, const struct alternatives *a, unsigned flags)
{
	struct sift *sift = NULL;
	if (flags & RE_MULTILINE)
		return NULL;
	struct needed *need = xmalloc(sizeof(*need));
	struct need_text *texts = xcalloc(a->n, sizeof(*texts));
	for (size_t i = 0; i < a->n; i++)
		texts[i] = (struct need_text){a->v[i].p, a->v[i].n, flags & RE_ICASE};
	if (re->literal)
		need_bytes(need, re->literal, re->literal_len);
	if (re->literal || need_find(need, texts, a->n))
		sift = sift_new(need, SIFT_BEST);
	free(texts);
	free(need);
	return sift;
}

static int build(
	struct re *re, const struct alternatives *a, unsigned flags, struct err *e)
{
	struct joined j = {BUF_INIT, BUF_INIT, false};
	int r = 0;
	if (flags & RE_SMART_CASE && !has_capital(a->v, a->n))
		flags |= RE_ICASE;
	if (a->n != 1 || !take_literal(re, a->v, flags)) {
		r = join(&j, a->v, a->n, flags, e);
		if (r == 0)
			r = compile_joined(re, &j, flags, e);
	}
	if (r == 0)
		re->sift = make_sift(re, a, flags);
	buf_release(&j.text);
	buf_release(&j.scan);
	return r;
}

struct re *re_new(
	const struct re_pattern *patterns, size_t n, unsigned flags, struct err *e)
{
	struct alternatives a = {.store = BUF_INIT};
	struct re *re = xcalloc(1, sizeof(*re));
	re->multiline = flags & RE_MULTILINE;
	re->never = n == 0;
	split(&a, patterns, n, flags);
	if (flags & RE_FIXED)
		quote_all(&a);
	if (n && build(re, &a, flags, e) < 0) {
		re_free(re);
		re = NULL;
	}
	free(a.v);
	buf_release(&a.store);
	return re;
}

void re_free(struct re *re)
{
	if (!re)
		return;
	if (re->scan != re->code)
		pcre2_code_free(re->scan);
	pcre2_code_free(re->code);
	sift_free(re->sift);
	free(re->literal);
	free(re);
}
