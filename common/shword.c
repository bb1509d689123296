/* SPDX-License-Identifier: MIT */
/* Words of a shell: quotes, variables, substitutions, braces. */
#include "mem.h"
#include "shparse.h"

/* A word that is being read. */
struct draft {
	struct buf text, pattern;
	bool glob, quoted, any, brace, output;
};

static void put(struct draft *d, char c, bool quoted)
{
	buf_addc(&d->text, c);
	if (quoted && strchr("*?[]\\", c))
		buf_addc(&d->pattern, '\\');
	buf_addc(&d->pattern, c);
	d->glob |= !quoted && strchr("*?[", c);
	d->brace |= !quoted && c == '{';
	d->any = true;
}

static void finish(struct draft *d, struct sh_word *w)
{
	*w = (struct sh_word){
		.text = buf_take(&d->text), .quoted = d->quoted, .output = d->output};
	if (d->glob)
		w->pattern = buf_take(&d->pattern);
	buf_release(&d->pattern);
	*d = (struct draft){.text = BUF_INIT, .pattern = BUF_INIT};
}

static struct sh_variable *find(struct sh_parser *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->n_vars; i++)
		if (!strncmp(p->vars[i].name, name, n) && !p->vars[i].name[n])
			return &p->vars[i];
	return NULL;
}

static void set(struct sh_parser *p, const char *name, size_t n, const char *value)
{
	struct sh_variable *v = find(p, name, n);
	if (!v) {
		p->vars = xrealloc_n(p->vars, p->n_vars + 1, sizeof(*p->vars));
		v = &p->vars[p->n_vars++];
		*v = (struct sh_variable){xmemdup0(name, n), NULL};
	}
	/* What has two values at different times is not known. */
	bool again = v->value != NULL;
	free(v->value);
	v->value = value && !again ? xstrdup(value) : NULL;
}

void sh_set(struct sh_parser *p, const char *assignment)
{
	size_t n = strcspn(assignment, "+=");
	bool plain = assignment[n] == '=' && !strchr(assignment, SH_UNKNOWN);
	set(p, assignment, n, plain ? assignment + n + 1 : NULL);
}

void sh_set_unknown(struct sh_parser *p, const char *name)
{
	set(p, name, strlen(name), NULL);
}

void sh_parser_release(struct sh_parser *p)
{
	for (size_t i = 0; i < p->n_vars; i++) {
		free(p->vars[i].name);
		free(p->vars[i].value);
	}
	free(p->vars);
	for (size_t i = 0; i < p->n_documents; i++)
		free(p->documents[i].end);
}

/* Commands in another text. */
static void sub_list(struct sh_parser *p, const char *text)
{
	const char *s = p->s;
	bool first = p->first;
	p->s = text;
	sh_list(p, '\0');
	p->s = s;
	p->first = first;
}

/* Commands up to ")", p->s being behind the "(". */
static void sub_shell(struct sh_parser *p)
{
	bool first = p->first;
	sh_list(p, ')');
	if (*p->s == ')')
		p->s++;
	else
		sh_unsure(p, "( without )");
	p->first = first;
}

/* Behind "`": the text up to the next, in which "\" takes its meaning from "`\$". */
static void backquotes(struct sh_parser *p)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	while (*p->s && *p->s != '`') {
		if (*p->s == '\\' && p->s[1] && strchr("`\\$", p->s[1]))
			p->s++;
		buf_addc(&b, *p->s++);
	}
	if (*p->s)
		p->s++;
	else
		sh_unsure(p, "` without `");
	sub_list(p, b.p);
}

/* Behind "$((": to the end, if what is in it only reckons. */
static void arithmetic(struct sh_parser *p)
{
	int depth = 2;
	for (; *p->s && depth; p->s++) {
		if (*p->s == '`' || (*p->s == '$' && p->s[1] == '('))
			sh_unsure(p, "a command within arithmetic");
		depth += (*p->s == '(') - (*p->s == ')');
	}
	if (depth)
		sh_unsure(p, "$(( without ))");
}

/* Behind "${": a plain name, or something that only the shell works out. */
static const char *braced(struct sh_parser *p, size_t *n)
{
	const char *name = p->s;
	*n = strspn(
		name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	if (*n && name[*n] == '}') {
		p->s += *n + 1;
		return name;
	}
	int depth = 1;
	for (; *p->s && depth; p->s++) {
		if (*p->s == '\\' && p->s[1])
			p->s++;
		else
			depth += (*p->s == '{') - (*p->s == '}');
	}
	char *text CLEANUP(mem_freep) = xmemdup0(name, (size_t)(p->s - name));
	sh_unsure(p, "a variable that the shell works on");
	sh_substitutions(p, text);
	return NULL;
}

/* The value that a name has, as far as it is known. Returns NULL when it is not. */
static const char *value_of(struct sh_parser *p, const char *name, size_t n)
{
	struct sh_variable *v = find(p, name, n);
	char *copy CLEANUP(mem_freep) = xmemdup0(name, n);
	return v ? v->value : getenv(copy);
}

/* Puts a value there; without quotes blanks divide it into words. */
static void put_value(
	struct sh_parser *p, struct draft *d, const char *value, bool quoted)
{
	for (; *value; value++) {
		if (quoted || !strchr(" \t\n", *value)) {
			put(d, *value, quoted);
		} else if (d->any) {
			struct sh_word w;
			finish(d, &w);
			if (p->n_documents == 0 && p->line->n)
				sh_add_words(&sh_current(p)->words, &w);
			p->first = false;
		}
	}
}

/* "$" and what is behind it, at p->s. */
static void dollar(struct sh_parser *p, struct draft *d, bool quoted)
{
	const char *s = ++p->s, *name = s, *value = NULL;
	size_t n = strspn(
		s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	d->quoted |= quoted;
	if (!strncmp(s, "((", 2)) {
		p->s += 2;
		arithmetic(p);
	} else if (*s == '(') {
		p->s++;
		sub_shell(p);
		d->output = true;
	} else if (*s == '{') {
		p->s++;
		name = braced(p, &n);
		value = name ? value_of(p, name, n) : NULL;
	} else if (n && (*s < '0' || *s > '9')) {
		p->s += n;
		value = value_of(p, name, n);
	} else if (*s && strchr("0123456789@*#?-$!", *s)) {
		p->s++;
	} else {
		put(d, '$', true);
		return;
	}
	if (value)
		put_value(p, d, value, quoted);
	else
		put(d, SH_UNKNOWN, true);
}

/* Behind the opening quote. */
static void double_quotes(struct sh_parser *p, struct draft *d)
{
	d->any = d->quoted = true;
	while (*p->s && *p->s != '"') {
		if (*p->s == '$') {
			dollar(p, d, true);
		} else if (*p->s == '`') {
			p->s++;
			backquotes(p);
			d->output = true;
			put(d, SH_UNKNOWN, true);
		} else if (*p->s == '\\' && p->s[1] == '\n') {
			p->s += 2;
		} else {
			if (*p->s == '\\' && p->s[1] && strchr("$`\"\\", p->s[1]))
				p->s++;
			put(d, *p->s++, true);
		}
	}
	if (*p->s)
		p->s++;
	else
		sh_unsure(p, "\" without \"");
}

static void single_quotes(struct sh_parser *p, struct draft *d)
{
	d->any = d->quoted = true;
	while (*p->s && *p->s != '\'')
		put(d, *p->s++, true);
	if (*p->s)
		p->s++;
	else
		sh_unsure(p, "' without '");
}

/* One escape of $'…' behind the "\". */
static char ansi(struct sh_parser *p)
{
	static const char from[] = "abefnrtv", to[] = "\a\b\033\f\n\r\t\v";
	char c = *p->s++;
	const char *known = strchr(from, c);
	unsigned v = 0;
	if (c == 'x' || c == 'u' || c == 'U') {
		for (int i = 0; i < (c == 'x' ? 2 : c == 'u' ? 4 : 8); i++) {
			const char *digits = "0123456789abcdef";
			const char *at = *p->s ? strchr(digits, *p->s | 32) : NULL;
			if (!at || (*p->s | 32) == ' ')
				break;
			v = v * 16 + (unsigned)(at - digits);
			p->s++;
		}
		if (v > 127)
			sh_unsure(p, "a character by its number");
		return (char)(v & 127);
	}
	if (c >= '0' && c <= '7') {
		v = (unsigned)(c - '0');
		for (int i = 0; i < 2 && *p->s >= '0' && *p->s <= '7'; i++)
			v = v * 8 + (unsigned)(*p->s++ - '0');
		return (char)v;
	}
	return known ? to[known - from] : c;
}

/* Behind "$'". */
static void ansi_quotes(struct sh_parser *p, struct draft *d)
{
	d->any = d->quoted = true;
	while (*p->s && *p->s != '\'') {
		char c = *p->s++;
		if (c == '\\' && *p->s)
			c = ansi(p);
		if (c)
			put(d, c, true);
	}
	if (*p->s)
		p->s++;
	else
		sh_unsure(p, "' without '");
}

void sh_substitutions(struct sh_parser *p, const char *text)
{
	struct draft d = {.text = BUF_INIT, .pattern = BUF_INIT};
	const char *s = p->s;
	p->s = text;
	while (*p->s) {
		if (*p->s == '`') {
			p->s++;
			backquotes(p);
		} else if (*p->s == '$') {
			dollar(p, &d, true);
		} else {
			p->s += 1 + (*p->s == '\\' && p->s[1]);
		}
	}
	p->s = s;
	buf_release(&d.text);
	buf_release(&d.pattern);
}

/* The first pair of braces in s with a comma at its own level. Returns whether there is
 * one. */
static bool find_braces(const char *s, const char **open, const char **close)
{
	for (*open = strchr(s, '{'); *open; *open = strchr(*open + 1, '{')) {
		int depth = 0;
		bool comma = false;
		for (*close = *open; **close; ++*close) {
			depth += (**close == '{') - (**close == '}');
			comma |= **close == ',' && depth == 1;
			if (!depth)
				break;
		}
		if (**close && comma)
			return true;
	}
	return false;
}

/* Adds what {a,b} becomes in shells that have it. */
static void expand_braces(struct sh_parser *p, struct sh_words *list, const char *text)
{
	const char *open, *close;
	if (list->n > 256) {
		sh_unsure(p, "too many braces");
		return;
	}
	if (!find_braces(text, &open, &close)) {
		struct sh_word w = {.text = xstrdup(text)};
		w.pattern = strpbrk(text, "*?[") ? xstrdup(text) : NULL;
		sh_add_words(list, &w);
		return;
	}
	const char *part = open + 1;
	int depth = 0;
	for (const char *s = part; s <= close; s++) {
		if ((*s == ',' && !depth) || s == close) {
			char *one CLEANUP(mem_freep) =
				xasprintf("%.*s%.*s%s", (int)(open - text), text,
					(int)(s - part), part, close + 1);
			expand_braces(p, list, one);
			part = s + 1;
		}
		depth += (*s == '{') - (*s == '}');
	}
}

/* "~" in front is the home directory. */
static void tilde(struct sh_parser *p, struct draft *d)
{
	const char *home = getenv("HOME");
	if (p->s[0] != '~' || (p->s[1] && !strchr("/ \t\n;&|<>()", p->s[1])) || !home)
		return;
	p->s++;
	put_value(p, d, home, true);
}

/* What stands at p->s and belongs to the word. Returns false at its end. */
static bool take(struct sh_parser *p, struct draft *d)
{
	char c = *p->s;
	if ((c == '<' || c == '>') && p->s[1] == '(') {
		p->s += 2;
		sub_shell(p);
		put(d, SH_UNKNOWN, true);
		return true;
	}
	if (!c || strchr(" \t\n;&|<>()", c))
		return false;
	p->s++;
	if (c == '\'') {
		single_quotes(p, d);
	} else if (c == '"') {
		double_quotes(p, d);
	} else if (c == '`') {
		backquotes(p);
		d->output = true;
		put(d, SH_UNKNOWN, true);
	} else if (c == '$' && *p->s == '\'') {
		p->s++;
		ansi_quotes(p, d);
	} else if (c == '$' && *p->s == '"') {
		p->s++;
		double_quotes(p, d);
	} else if (c == '$') {
		p->s--;
		dollar(p, d, false);
	} else if (c == '\\' && *p->s == '\n') {
		p->s++;
	} else if (c == '\\' && *p->s) {
		d->quoted = true;
		put(d, *p->s++, true);
	} else {
		put(d, c, false);
	}
	return true;
}

bool sh_word(struct sh_parser *p, struct sh_word *w)
{
	struct draft d = {.text = BUF_INIT, .pattern = BUF_INIT};
	const char *start = p->s;
	if (p->line->n > SH_MOST) {
		sh_unsure(p, "too many commands");
		p->s += strlen(p->s);
	}
	tilde(p, &d);
	while (take(p, &d))
		;
	if (p->s == start && *p->s)
		p->s++; /* what nobody else took */
	bool any = d.any, brace = d.brace;
	finish(&d, w);
	if (any && brace && strchr(w->text, ','))
		expand_braces(p, &sh_current(p)->extra, w->text);
	if (!any) {
		free(w->text);
		free(w->pattern);
	}
	return any;
}
