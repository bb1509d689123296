/* SPDX-License-Identifier: MIT */
/* Replacing text in bytes. The file is searched as it is, or, when the old text spans
 * lines and the file has CRLFs, without the CRs of its line ends; places found there are
 * mapped back, so that only the bytes matched are ever changed. */
#include "pab_edit.h"

#include "mem.h"
#include "num.h"
#include "text.h"

/* Bytes read in units of one (UTF-8 and its kin) or two (UTF-16). */
struct units {
	const char *p;
	size_t n;    /* bytes */
	size_t unit; /* 1 or 2 */
	bool be;
};

/* The file without the CRs of its line ends, and where they were. */
struct plain {
	struct buf text;
	size_t *lf; /* offsets in text of the LFs that had one */
	size_t n, cap;
};

struct match {
	size_t from, to; /* bytes of the file */
};

struct matches {
	struct match *v;
	size_t n, cap;
};

void places_release(struct places *ps)
{
	free(ps->line);
	*ps = (struct places){0};
}

static void places_add(struct places *ps, int64_t line)
{
	if (ps->n == ps->cap) {
		ps->cap = ps->cap ? ps->cap * 2 : 8;
		ps->line = xrealloc_n(ps->line, ps->cap, sizeof(*ps->line));
	}
	ps->line[ps->n++] = line;
}

void places_text(struct buf *out, const struct places *ps)
{
	enum { MOST = 10 };
	size_t lines = 0; /* a line with several places counts once */
	for (size_t i = 0; i < ps->n; i++)
		lines += !i || ps->line[i] != ps->line[i - 1];
	buf_puts(out, lines == 1 ? "line " : "lines ");
	for (size_t i = 0, said = 0; i < ps->n && said < MOST; i++)
		if (!i || ps->line[i] != ps->line[i - 1])
			buf_printf(out, "%s%lld", said++ ? ", " : "",
				(long long)ps->line[i]);
	if (lines > MOST)
		buf_printf(out, " and %zu more", lines - MOST);
}

static unsigned unit_at(const struct units *u, size_t i)
{
	const unsigned char *p = (const unsigned char *)u->p + i;
	return u->unit == 1 ? p[0]
	       : u->be      ? (unsigned)p[0] << 8 | p[1]
			    : (unsigned)p[1] << 8 | p[0];
}

/* The next LF at or after i. Returns its offset, or n. */
static size_t next_lf(const struct units *u, size_t i)
{
	while (i < u->n) {
		const char *lf = memchr(u->p + i, '\n', u->n - i);
		if (!lf)
			break;
		size_t at = (size_t)(lf - u->p);
		at -= at % u->unit;
		if (at + u->unit <= u->n && unit_at(u, at) == '\n')
			return at;
		i = at + u->unit;
	}
	return u->n;
}

static bool cr_before(const struct units *u, size_t i)
{
	return i >= u->unit && unit_at(u, i - u->unit) == '\r';
}

static void strip_crs(const struct units *u, struct plain *out)
{
	size_t from = 0;
	for (size_t lf = next_lf(u, 0); lf < u->n; lf = next_lf(u, lf + u->unit)) {
		if (!cr_before(u, lf))
			continue;
		buf_add(&out->text, u->p + from, lf - u->unit - from);
		if (out->n == out->cap) {
			out->cap = out->cap ? out->cap * 2 : 256;
			out->lf = xrealloc_n(out->lf, out->cap, sizeof(*out->lf));
		}
		out->lf[out->n++] = out->text.len;
		from = lf;
	}
	buf_add(&out->text, u->p + from, u->n - from);
}

/* The file's offset for one in the plain text: one unit more for every CR before it. A
 * place that starts with such an LF starts at its CR. */
static size_t map_back(const struct plain *pl, size_t at, size_t unit)
{
	size_t low = 0, high = pl->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (pl->lf[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return at + low * unit;
}

/* Is the character a letter, digit or underscore? Beyond ASCII everything is but the
 * blocks of punctuation and symbols that stand beside words in texts. */
static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		       (c >= 'a' && c <= 'z') || c == '_';
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x2c00) &&
	       !(c >= 0x3000 && c < 0x3040) && !(c >= 0xff00 && c < 0xff10);
}

static uint32_t char_after(const struct units *u, size_t i)
{
	const unsigned char *p = (const unsigned char *)u->p + i;
	if (i >= u->n)
		return ' ';
	if (u->unit == 2)
		return unit_at(u, i);
	size_t len = text_char(p, u->n - i);
	uint32_t c = len <= 1 ? p[0] : p[0] & (0x7fU >> len);
	for (size_t k = 1; k < len; k++)
		c = c << 6 | (p[k] & 0x3f);
	return c;
}

static uint32_t char_before(const struct units *u, size_t i)
{
	size_t start = i;
	if (!i)
		return ' ';
	if (u->unit == 2)
		return unit_at(u, i - 2);
	do
		start--;
	while (start && i - start < 4 && ((unsigned char)u->p[start] & 0xc0) == 0x80);
	size_t len = text_char((const unsigned char *)u->p + start, i - start);
	return len == i - start ? char_after(u, start) : (unsigned char)u->p[i - 1];
}

static void matches_add(struct matches *ms, size_t from, size_t to)
{
	if (ms->n == ms->cap) {
		ms->cap = ms->cap ? ms->cap * 2 : 16;
		ms->v = xrealloc_n(ms->v, ms->cap, sizeof(*ms->v));
	}
	ms->v[ms->n++] = (struct match){from, to};
}

/* All places of old in u that do not overlap, from the left. */
static void find(
	const struct units *u, const struct buf *old, bool words, struct matches *ms)
{
	for (size_t i = 0; i + old->len <= u->n;) {
		const char *at = memmem(u->p + i, u->n - i, old->p, old->len);
		if (!at)
			return;
		size_t from = (size_t)(at - u->p), to = from + old->len;
		bool whole = from % u->unit == 0;
		if (words && whole)
			whole = !(is_word(char_before(u, from)) &&
					is_word(char_after(u, from))) &&
				!(is_word(char_before(u, to)) &&
					is_word(char_after(u, to)));
		if (whole)
			matches_add(ms, from, to);
		i = whole ? to : from + 1;
	}
}

/* The request in the file's encoding. Returns 0, or -1. */
static int encode(const struct units *u, const char *p, size_t n, struct buf *out)
{
	if (u->unit == 2)
		return text_to_utf16(out, p, n, u->be);
	buf_add(out, p, n);
	return 0;
}

static void search(const struct units *file, const struct buf *old,
	const struct replacement *r, struct matches *ms)
{
	struct plain pl = {.text = BUF_INIT};
	struct units o = {old->p, old->len, file->unit, file->be};
	size_t lf = next_lf(&o, 0);
	bool lines = lf < o.n;
	for (; lf < o.n; lf = next_lf(&o, lf + o.unit))
		lines = lines && !cr_before(&o, lf);
	if (lines)
		strip_crs(file, &pl);
	if (!pl.n) {
		find(file, old, r->words, ms);
	} else {
		struct units u = {pl.text.p, pl.text.len, file->unit, file->be};
		find(&u, old, r->words, ms);
		for (size_t i = 0; i < ms->n; i++) {
			ms->v[i].from = map_back(&pl, ms->v[i].from, u.unit);
			ms->v[i].to = map_back(&pl, ms->v[i].to, u.unit);
		}
	}
	buf_release(&pl.text);
	free(pl.lf);
}

/* Which line end do new lines get where the match has none left: the one behind it, else
 * the one before it, else LF. Returns true for CRLF. */
static bool neighbour_crlf(const struct units *u, const struct match *m)
{
	size_t lf = next_lf(u, m->to);
	if (lf < u->n)
		return cr_before(u, lf);
	for (size_t i = m->from; i >= u->unit; i -= u->unit)
		if (unit_at(u, i - u->unit) == '\n')
			return cr_before(u, i - u->unit);
	return false;
}

/* Appends the new text; its k-th line end is the match's k-th, then the match's last,
 * then the neighbour's. One that is spelled CRLF stays. */
static void put_new(const struct units *u, const struct match *m, const struct buf *new,
	struct buf *out)
{
	struct units nu = {new->p, new->len, u->unit, u->be};
	struct units inside = {u->p, m->to, u->unit, u->be};
	size_t from = 0, lf_old = m->from;
	int crlf = -1;
	for (size_t lf = next_lf(&nu, 0); lf < nu.n; lf = next_lf(&nu, lf + nu.unit)) {
		lf_old = lf_old < inside.n ? next_lf(&inside, lf_old) : inside.n;
		if (lf_old < inside.n) {
			crlf = cr_before(&inside, lf_old);
			lf_old += u->unit;
		} else if (crlf < 0) {
			crlf = neighbour_crlf(u, m);
		}
		buf_add(out, nu.p + from, lf - from);
		if (crlf && !cr_before(&nu, lf))
			buf_add(out, u->be ? "\0\r" : "\r\0", u->unit);
		from = lf;
	}
	buf_add(out, nu.p + from, nu.n - from);
}

static int64_t count_lfs(const struct units *u, size_t from, size_t to)
{
	struct units part = {u->p, to, u->unit, u->be};
	int64_t n = 0;
	for (size_t lf = next_lf(&part, from); lf < to;
		lf = next_lf(&part, lf + part.unit))
		n++;
	return n;
}

static void lines_of(const struct units *u, const struct matches *ms, struct places *at)
{
	int64_t line = 1;
	size_t from = 0;
	for (size_t i = 0; i < ms->n; i++) {
		line += count_lfs(u, from, ms->v[i].from);
		from = ms->v[i].from;
		places_add(at, line);
	}
}

/* pab-read's own "    12<TAB>" in front of every line that was asked for. */
static bool has_numbers(const char *p, size_t n)
{
	size_t i = 0, digits = 0;
	while (i < n && p[i] == ' ')
		i++;
	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++, digits++;
	return digits && i >= 6 && i < n && p[i] == '\t';
}

static int not_found(const struct replacement *r, const struct units *u,
	const struct buf *new, const char *show, struct err *e)
{
	struct matches ms = {0};
	struct places at = {0};
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	err_set(e, ERR_NO_MATCH, show, "text not found");
	if (has_numbers(r->old, r->n_old)) {
		err_add(e, "; it starts with pab-read's line numbers; leave them out");
	} else if (new->len) {
		search(u, new, r, &ms);
		if (ms.n == 1) {
			lines_of(u, &ms, &at);
			places_text(&b, &at);
			err_add(e,
				", but the new text is there once (%s): already applied?",
				b.p);
		}
	}
	free(ms.v);
	places_release(&at);
	return -1;
}

static int ambiguous(
	const struct units *u, const struct matches *ms, const char *show, struct err *e)
{
	struct places at = {0};
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	char times[32];
	lines_of(u, ms, &at);
	places_text(&b, &at);
	places_release(&at);
	return err_set(e, ERR_AMBIGUOUS, show,
		"text found %s times (%s); add a line before or after it, or --all",
		num_commas(times, (int64_t)ms->n), b.p);
}

static void compose(const struct units *u, const struct matches *ms,
	const struct buf *new, struct buf *out, struct places *at)
{
	size_t from = 0, base = out->len, counted = 0;
	int64_t line = 1;
	buf_reserve(out, u->n + new->len);
	for (size_t i = 0; i < ms->n; i++) {
		buf_add(out, u->p + from, ms->v[i].from - from);
		struct units done = {out->p + base, out->len - base, u->unit, u->be};
		line += count_lfs(&done, counted, done.n);
		counted = done.n;
		places_add(at, line);
		put_new(u, &ms->v[i], new, out);
		from = ms->v[i].to;
	}
	buf_add(out, u->p + from, u->n - from);
}

int replace_text(const struct replacement *r, const char *p, size_t n, const char *show,
	struct buf *out, struct places *at, struct err *e)
{
	enum text_encoding enc = text_guess(p, n < 8000 ? n : 8000);
	bool wide = enc == TEXT_UTF16LE || enc == TEXT_UTF16BE;
	struct units u = {p, n, wide ? 2 : 1, enc == TEXT_UTF16BE};
	struct buf old CLEANUP(buf_release) = BUF_INIT;
	struct buf new CLEANUP(buf_release) = BUF_INIT;
	struct matches ms = {0};
	int result = 0;
	if (encode(&u, r->old, r->n_old, &old) < 0 ||
		encode(&u, r->new, r->n_new, &new) < 0)
		return err_set(e, ERR_BAD_INPUT, show,
			"the file is %s and the text given is not UTF-8",
			text_encoding_name(enc));
	search(&u, &old, r, &ms);
	if (!ms.n)
		result = not_found(r, &u, &new, show, e);
	else if (ms.n > 1 && !r->all)
		result = ambiguous(&u, &ms, show, e);
	else
		compose(&u, &ms, &new, out, at);
	free(ms.v);
	return result;
}
