/* SPDX-License-Identifier: MIT */
#include "shline.h"

#include "mem.h"
#include "shparse.h"

void sh_unsure(struct sh_parser *p, const char *why)
{
	if (!p->line->unsure)
		p->line->unsure = why;
}

struct sh_command *sh_current(struct sh_parser *p)
{
	return &p->line->v[p->at];
}

/* Begins a simple command. */
static void begin(struct sh_parser *p, bool fed)
{
	struct sh_line *l = p->line;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		l->v = xrealloc_n(l->v, l->cap, sizeof(*l->v));
	}
	p->at = l->n++;
	l->v[p->at] = (struct sh_command){.fed = fed};
	p->first = true;
}

static bool is_word(const struct sh_word *w, const char *const *list)
{
	for (; !w->quoted && *list; list++)
		if (!strcmp(w->text, *list))
			return true;
	return false;
}

/* Words after which a command follows, as after ";". */
static const char *const leads[] = {"if", "then", "else", "elif", "fi", "while", "until",
	"do", "done", "{", "}", "!", "esac", NULL};
static const char *const loops[] = {"for", "select", NULL};
static const char *const others[] = {"function", "coproc", "((", NULL};

static void skip_blanks(struct sh_parser *p)
{
	for (;;) {
		p->s += strspn(p->s, " \t\r");
		if (p->s[0] == '\\' && p->s[1] == '\n')
			p->s += 2;
		else
			return;
	}
}

/* Takes the bodies of the here-documents that begin behind this newline. */
static void take_documents(struct sh_parser *p)
{
	struct sh_document list[ARRAY_LEN(p->documents)];
	size_t n_list = p->n_documents;
	memcpy(list, p->documents, n_list * sizeof(*list));
	p->n_documents = 0; /* what stands in a body may have its own */
	for (size_t i = 0; i < n_list; i++) {
		struct sh_document *d = &list[i];
		struct buf body = BUF_INIT;
		bool ended = false;
		while (*p->s && !ended) {
			size_t n = strcspn(p->s, "\n");
			const char *line = p->s;
			p->s += n + (p->s[n] == '\n');
			size_t tabs = d->tabs ? strspn(line, "\t") : 0;
			n -= tabs;
			line += tabs;
			ended = n == strlen(d->end) && !memcmp(line, d->end, n);
			if (!ended) {
				buf_add(&body, line, n);
				buf_addc(&body, '\n');
			}
		}
		if (!ended)
			sh_unsure(p, "a here-document without an end");
		if (!d->quoted)
			sh_substitutions(p, body.p);
		struct sh_command *c = &p->line->v[d->command];
		free(c->document);
		c->document = buf_take(&body);
		c->fed = true;
		free(d->end);
	}
}

static void add_document(struct sh_parser *p, bool tabs)
{
	struct sh_word w;
	skip_blanks(p);
	if (p->n_documents == ARRAY_LEN(p->documents) || !sh_word(p, &w)) {
		sh_unsure(p, "a here-document that cannot be understood");
		return;
	}
	p->documents[p->n_documents++] = (struct sh_document){
		.end = w.text, .quoted = w.quoted, .tabs = tabs, .command = p->at};
	free(w.pattern);
}

/* "<", ">" and all that begins so, at p->s. */
static void take_redirect(struct sh_parser *p)
{
	struct sh_redirect r = {.kind = SH_READS};
	bool both = *p->s == '&', dup = false;
	p->s += both;
	char c = *p->s++;
	if (c == '<' && *p->s == '<' && p->s[1] != '<') {
		p->s++;
		bool tabs = *p->s == '-';
		p->s += tabs;
		add_document(p, tabs);
		return;
	}
	bool here = c == '<' && *p->s == '<';
	if (here)
		p->s += 2;
	else if (c == '>' || *p->s == '>')
		r.kind = c == '<' ? SH_READS_AND_WRITES : SH_WRITES;
	if (!here && (*p->s == '>' || *p->s == '|' || *p->s == '&')) {
		dup = *p->s == '&';
		p->s++;
	}
	skip_blanks(p);
	if (!sh_word(p, &r.to)) {
		sh_unsure(p, "a redirection to nothing");
		return;
	}
	struct sh_command *cmd = sh_current(p);
	bool number = dup && r.to.text[strspn(r.to.text, "0123456789-")] == '\0';
	if (here || number) {
		if (here) {
			free(cmd->document);
			cmd->document = xstrdup(r.to.text);
			cmd->fed = true;
		}
		free(r.to.text);
		free(r.to.pattern);
		return;
	}
	cmd->redirects =
		xrealloc_n(cmd->redirects, cmd->n_redirects + 1, sizeof(*cmd->redirects));
	cmd->redirects[cmd->n_redirects++] = r;
}

/* Is the word NAME=VALUE or NAME+=VALUE? */
static bool is_assignment(const char *source)
{
	size_t n = strspn(source,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return n && (*source < '0' || *source > '9') &&
	       (source[n] == '=' || (source[n] == '+' && source[n + 1] == '='));
}

static void add_word(struct sh_words *list, const struct sh_word *w)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 8;
		list->v = xrealloc_n(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->n++] = *w;
}

void sh_add_words(struct sh_words *list, const struct sh_word *w)
{
	add_word(list, w);
}

/* case WORD in PATTERN) …: goes to the first pattern's end. */
static void take_case(struct sh_parser *p)
{
	struct sh_word w;
	p->cases++;
	for (int i = 0; i < 2; i++) { /* WORD and "in" */
		skip_blanks(p);
		p->s += strspn(p->s, " \t\n");
		if (!sh_word(p, &w)) {
			sh_unsure(p, "a case that cannot be understood");
			return;
		}
		free(w.text);
		free(w.pattern);
	}
	p->pattern = true;
}

/* Goes past the patterns of one branch of a case, or its "esac". */
static void skip_patterns(struct sh_parser *p)
{
	p->s += strspn(p->s, " \t\n");
	p->pattern = false;
	if (!strncmp(p->s, "esac", 4) && !strchr("abcdefghijklmnopqrstuvwxyz_", p->s[4]))
		return;
	size_t n = strcspn(p->s, ")'\"`$\\\n");
	if (p->s[n] != ')')
		sh_unsure(p, "a case that cannot be understood");
	p->s += n + (p->s[n] == ')');
	begin(p, false);
}

/* A word where a command may begin. Returns whether it was one of the shell's own, and
 * the command begins behind it. */
static bool is_lead(struct sh_parser *p, const struct sh_word *w)
{
	if (!p->first || w->quoted)
		return false;
	if (is_word(w, leads)) {
		if (!strcmp(w->text, "esac") && p->cases)
			p->cases--;
		return true;
	}
	if (!strcmp(w->text, "case")) {
		take_case(p);
		return true;
	}
	if (is_word(w, others))
		sh_unsure(p, "a function or another thing of one shell");
	if (!strcmp(w->text, "function")) { /* its name is no command */
		p->s += strspn(p->s, " \t");
		p->s += strcspn(p->s, " \t\n(;&|<>");
		p->s += strspn(p->s, " \t()");
		return true;
	}
	return false;
}

static void take_word(struct sh_parser *p)
{
	struct sh_word w;
	const char *source = p->s;
	size_t before = sh_current(p)->words.n;
	if (!sh_word(p, &w))
		return;
	struct sh_command *c = sh_current(p);
	if (is_lead(p, &w)) {
		free(w.text);
		free(w.pattern);
		return;
	}
	if (p->first && is_assignment(source)) {
		sh_set(p, w.text);
		add_word(&c->sets, &w);
		return;
	}
	/* The words of a loop are looked at as those of a command that does nothing. */
	if (p->first && is_word(&w, loops))
		p->loop = true;
	if (p->loop && before == 1)
		sh_set_unknown(p, w.text);
	add_word(&c->words, &w);
	p->first = false;
	const char *s = p->s + strspn(p->s, " \t");
	if (before == 0 && *s == '(') {
		sh_unsure(p, "a function");
		p->s = s + 1 + strspn(s + 1, " \t)");
		begin(p, false);
	}
}

/* An operator at p->s that ends a command. Returns whether there is one. */
static bool take_operator(struct sh_parser *p)
{
	bool pipe = false;
	if (*p->s == '\n') {
		p->s++;
		take_documents(p);
	} else if (p->s[0] == '|' && p->s[1] != '|') {
		p->s += 1 + (p->s[1] == '&');
		pipe = true;
	} else if (!strncmp(p->s, ";;", 2)) {
		p->s += 2;
		p->s += strspn(p->s, "&;");
		p->pattern = p->cases > 0;
	} else if (strchr(";&|", *p->s)) {
		p->s += 1 + (p->s[1] == p->s[0]);
	} else {
		return false;
	}
	p->loop = false;
	begin(p, pipe);
	return true;
}

/* A subshell's commands are commands; what stands behind it goes to one of its own. */
static void take_subshell(struct sh_parser *p)
{
	if (p->s[1] == '(')
		sh_unsure(p, "arithmetic of one shell");
	p->s++;
	sh_list(p, ')');
	if (*p->s == ')')
		p->s++;
	else
		sh_unsure(p, "( without )");
	begin(p, false);
}

void sh_list(struct sh_parser *p, char until)
{
	size_t above = p->at;
	bool loop = p->loop;
	unsigned cases = p->cases;
	p->cases = 0;
	p->loop = false;
	if (++p->depth > SH_DEPTH) {
		sh_unsure(p, "nested too deep");
		p->s += strlen(p->s);
	}
	begin(p, false);
	for (;;) {
		skip_blanks(p);
		if (p->pattern)
			skip_patterns(p);
		skip_blanks(p);
		if (!*p->s || (*p->s == until && until))
			break;
		const char *number = p->s + strspn(p->s, "0123456789");
		if (*p->s == '#') {
			p->s += strcspn(p->s, "\n");
		} else if ((*p->s == '<' || *p->s == '>') && p->s[1] == '(') {
			take_word(p);
		} else if (*number == '<' || *number == '>' ||
			   (p->s[0] == '&' && p->s[1] == '>')) {
			p->s = *number == '<' || *number == '>' ? number : p->s;
			take_redirect(p);
		} else if (*p->s == '(') {
			take_subshell(p);
		} else if (*p->s == ')') {
			sh_unsure(p, ") without (");
			p->s++;
		} else if (!take_operator(p)) {
			take_word(p);
		}
	}
	p->depth--;
	p->at = above;
	p->loop = loop;
	p->cases = cases;
	p->first = false;
}

struct sh_line sh_parse(const char *text)
{
	struct sh_line l = {0};
	struct sh_parser p = {.s = text, .line = &l};
	if (strlen(text) > SH_LONGEST || strchr(text, SH_UNKNOWN)) {
		l.unsure = "too long, or a control byte in it";
		return l;
	}
	sh_list(&p, '\0');
	if (p.n_documents) {
		sh_unsure(&p, "a here-document without an end");
		take_documents(&p);
	}
	sh_parser_release(&p);
	return l;
}

static void release_words(struct sh_words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->v[i].text);
		free(w->v[i].pattern);
	}
	free(w->v);
}

void sh_line_release(struct sh_line *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct sh_command *c = &l->v[i];
		release_words(&c->words);
		release_words(&c->extra);
		release_words(&c->sets);
		for (size_t k = 0; k < c->n_redirects; k++) {
			free(c->redirects[k].to.text);
			free(c->redirects[k].to.pattern);
		}
		free(c->redirects);
		free(c->document);
	}
	free(l->v);
	*l = (struct sh_line){0};
}

void sh_quote(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-~*?[]{}^!\001";
	if (*word && !word[strspn(word, plain)]) {
		buf_puts(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_puts(out, "'\\''");
		else
			buf_addc(out, *word);
	buf_addc(out, '\'');
}
