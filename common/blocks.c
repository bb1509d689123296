/* SPDX-License-Identifier: MIT */
/* Blocks, line by line:
 *	BETWEEN	path line -> BETWEEN; "<" SEARCH -> OLD; blank, fence -> BETWEEN
 *	OLD	"=" as long -> NEW; else text
 *	NEW	">" REPLACE as long -> BETWEEN; else text
 * A marker as long as the block's own is never text. */
#include "blocks.h"

#include "buf.h"
#include "mem.h"

enum { LEAST = 7 };

enum state { BETWEEN, OLD, NEW };

struct parser {
	struct edits *es;
	enum state state;
	size_t line;     /* the number of this line, from 1 */
	char *path;      /* the path line seen and not used yet */
	size_t file;     /* what the next block is about */
	size_t begun;    /* the line at which the block begins */
	size_t width;    /* of its markers */
	bool crlf;       /* its lines end so */
	struct buf text; /* lines of this part, each with its LF */
	size_t lines;
};

/* A line is a marker of c with a word behind it ("": none). Returns how often c stands
 * there, 0 when it is none. */
static size_t marker(const char *p, size_t n, char c, const char *word)
{
	size_t width = 0, len = strlen(word);
	while (width < n && p[width] == c)
		width++;
	if (width < LEAST)
		return 0;
	size_t i = width;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (n - i < len || memcmp(p + i, word, len) != 0)
		return 0;
	for (i += len; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t')
			return 0;
	return width;
}

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r')
			return false;
	return true;
}

static int bad(const struct parser *s, const char *why, struct err *e)
{
	return err_set(
		e, ERR_BAD_INPUT, NULL, "line %zu of the request: %s", s->line, why);
}

/* A marker where another one belongs. */
static int misplaced(const struct parser *s, struct err *e)
{
	return err_set(e, ERR_BAD_INPUT, NULL,
		"line %zu of the request: a marker out of place in the block of line %zu; "
		"when it is text, give the block's own markers one character more",
		s->line, s->begun);
}

static int take_between(struct parser *s, const char *p, size_t n, struct err *e)
{
	if (is_blank(p, n) || (n >= 3 && !memcmp(p, "```", 3)))
		return 0;
	bool cr = p[n - 1] == '\r';
	n -= cr;
	s->width = marker(p, n, '<', "SEARCH");
	if (s->width) {
		if (s->path)
			s->file = edits_path(s->es, s->path);
		free(s->path);
		s->path = NULL;
		struct edit *ed = edits_add(s->es);
		ed->kind = EDIT_BLOCK;
		ed->file = s->file;
		ed->line = s->begun = s->line;
		s->crlf = cr;
		s->state = OLD;
		return 0;
	}
	if (n >= LEAST && !memcmp(p, "<<<<<<<", LEAST))
		return bad(s, "a block begins with <<<<<<< SEARCH", e);
	if (marker(p, n, '=', "") || marker(p, n, '>', "REPLACE"))
		return bad(s, "there is no <<<<<<< SEARCH above it", e);
	if (s->path)
		return bad(s, "only a path, on one line, stands above <<<<<<< SEARCH", e);
	if (memchr(p, '\0', n))
		return bad(s, "a path has no NUL", e);
	s->path = xmemdup0(p, n);
	return 0;
}

/* The lines of a part as its text: joined, and NULL when there are none. */
static char *take_part(struct parser *s, size_t *n)
{
	char *part = NULL;
	*n = s->text.len ? s->text.len - 1 : 0;
	if (s->lines)
		part = xmemdup0(s->text.p, *n);
	buf_clear(&s->text);
	s->lines = 0;
	return part;
}

static int take_inside(struct parser *s, const char *p, size_t n, struct err *e)
{
	struct edit *ed = &s->es->v[s->es->n - 1];
	size_t bare = s->crlf && n && p[n - 1] == '\r' ? n - 1 : n;
	bool closes = marker(p, bare, '>', "REPLACE") == s->width;
	bool parts = marker(p, bare, '=', "") == s->width;
	if (marker(p, bare, '<', "SEARCH") == s->width || (s->state == OLD && closes) ||
		(s->state == NEW && parts))
		return misplaced(s, e);
	if (parts) {
		ed->old = take_part(s, &ed->n_old);
		s->state = NEW;
	} else if (closes) {
		ed->new = take_part(s, &ed->n_new);
		ed->none = !ed->new;
		s->state = BETWEEN;
	} else {
		buf_add(&s->text, p, bare);
		buf_addc(&s->text, '\n');
		s->lines++;
	}
	return 0;
}

/* What must hold at the end. */
static int finish(struct parser *s, struct err *e)
{
	if (s->state != BETWEEN)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the block of line %zu of the request has no %s", s->begun,
			s->state == OLD ? "======= as long as its first marker"
					: ">>>>>>> REPLACE as long as its first marker");
	if (!s->es->n)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the request holds no edit: neither JSON nor a line "
			"<<<<<<< SEARCH");
	if (s->path)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the last line of the request is no block");
	return 0;
}

/* Is it one of the forms that pab-patch takes? */
static bool is_patch(const char *p, size_t n)
{
	static const char *const begins[] = {"*** Begin Patch", "diff --git ", "--- "};
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (n >= strlen(begins[i]) && !memcmp(p, begins[i], strlen(begins[i])))
			return true;
	return false;
}

int blocks_parse(const char *p, size_t n, struct edits *es, struct err *e)
{
	struct parser s = {.es = es, .file = EDIT_EVERY, .text = BUF_INIT};
	int r = 0;
	if (is_patch(p, n))
		return err_set(e, ERR_BAD_INPUT, NULL,
			"the request is a patch, which pab-patch takes; an edit begins with "
			"<<<<<<< SEARCH");
	for (size_t i = 0; i < n && r == 0;) {
		const char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf ? (size_t)(lf - (p + i)) : n - i;
		s.line++;
		r = s.state == BETWEEN ? take_between(&s, p + i, len, e)
				       : take_inside(&s, p + i, len, e);
		i += len + 1;
	}
	if (r == 0)
		r = finish(&s, e);
	buf_release(&s.text);
	free(s.path);
	return r;
}
