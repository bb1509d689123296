/* SPDX-License-Identifier: MIT */
#include "opt.h"

#include "num.h"

#include <stdint.h>

static bool is_end(const struct opt *o)
{
	return !o->letter && !o->name;
}

static const struct opt *by_letter(const struct opt *table, char c)
{
	for (; !is_end(table); table++)
		if (table->letter == c)
			return table;
	return NULL;
}

static const struct opt *by_name(const struct opt *table, const char *name, size_t n)
{
	for (; !is_end(table); table++)
		if (table->name && strlen(table->name) == n &&
			!memcmp(table->name, name, n))
			return table;
	return NULL;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

size_t opt_distance(const char *a, const char *b, size_t max)
{
	enum { LONGEST = 255 };
	size_t na = strlen(a), nb = strlen(b);
	if (na > LONGEST || nb > LONGEST || na > nb + max || nb > na + max)
		return max + 1;
	unsigned char row[3][LONGEST + 2];
	for (size_t k = 0; k <= nb; k++)
		row[1][k] = (unsigned char)k;
	for (size_t i = 1; i <= na; i++) {
		unsigned char *cur = row[(i + 1) % 3], *prev = row[i % 3],
			      *before = row[(i + 2) % 3];
		cur[0] = (unsigned char)i;
		for (size_t k = 1; k <= nb; k++) {
			size_t d = min3(prev[k] + 1u, cur[k - 1] + 1u,
				prev[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
				a[i - 2] == b[k - 1] && before[k - 2] + 1u < d)
				d = before[k - 2] + 1u;
			cur[k] = (unsigned char)d;
		}
	}
	size_t d = row[(na + 1) % 3][nb];
	return d > max ? max + 1 : d;
}

/* The name nearest to what was typed. Returns NULL when none is near. */
static const char *nearest(
	const char *typed, const struct opt *own, const struct opt *shared)
{
	const char *best = NULL;
	size_t least = strlen(typed) / 3 + 1;
	for (int pass = 0; pass < 2; pass++) {
		for (const struct opt *o = pass ? shared : own; !is_end(o); o++) {
			if (!o->name)
				continue;
			if (!strncmp(o->name, typed, strlen(typed)) && strlen(typed) > 2)
				return o->name;
			size_t d = opt_distance(typed, o->name, least);
			if (d <= least && (!best || d < least)) {
				best = o->name;
				least = d;
			}
		}
	}
	return best;
}

/* How the user wrote the option: "-x" or "--name", for messages. */
static const char *spelled(const struct opt *o, bool is_long, char out[64])
{
	if (is_long)
		snprintf(out, 64, "--%s", o->name);
	else
		snprintf(out, 64, "-%c", o->letter);
	return out;
}

static int store_number(
	const struct opt *o, const char *how, const char *v, struct err *e)
{
	if (o->type == OPT_INT && num_int(v, o->value, INT64_MAX, o->dst) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"%s takes a whole number from %lld, not '%.40s'", how,
			(long long)o->value, v);
	if (o->type == OPT_SIZE && num_size(v, o->dst) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"%s takes a size such as 4096, 64k or 1M, not '%.40s'", how, v);
	if (o->type == OPT_TIME && num_time(v, o->dst) < 0)
		return err_set(e, ERR_USAGE, NULL,
			"%s takes a time such as 500ms, 30, 2m or none, not '%.40s'", how,
			v);
	return 0;
}

static int store(
	const struct opt *o, bool is_long, const char *v, void *operands, struct err *e)
{
	char how[64];
	if (!o)
		return vec_add(operands, v), 0;
	switch (o->type) {
	case OPT_FLAG:
		*(int *)o->dst = (int)o->value;
		return 0;
	case OPT_STR:
		*(const char **)o->dst = v;
		return 0;
	case OPT_LIST:
		vec_add(o->dst, v);
		return 0;
	case OPT_CALL:
		return o->call(v, o->dst, e);
	default:
		return store_number(o, spelled(o, is_long, how), v, e);
	}
}

struct args {
	int argc, at;
	char **argv;
	const struct opt *own, *shared;
	opt_found *found;
	void *ctx;
};

static int no_value(const struct opt *o, bool is_long, struct err *e)
{
	char how[64];
	return err_set(e, ERR_USAGE, NULL, "%s needs a value: %s",
		spelled(o, is_long, how), o->arg);
}

static int take_long(struct args *a, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	size_t n = eq ? (size_t)(eq - word) : strlen(word);
	const struct opt *o = by_name(a->own, word, n);
	if (!o)
		o = by_name(a->shared, word, n);
	if (!o) {
		char typed[64];
		snprintf(typed, sizeof(typed), "%.*s", (int)(n < 60 ? n : 60), word);
		const char *near = nearest(typed, a->own, a->shared);
		err_set(e, ERR_USAGE, NULL, "no option --%s", typed);
		return near ? err_add(e, "; did you mean --%s?", near) : -1;
	}
	if (!o->arg && eq)
		return err_set(e, ERR_USAGE, NULL, "--%s takes no value", o->name);
	if (!o->arg)
		return a->found(o, true, NULL, a->ctx, e);
	if (eq)
		return a->found(o, true, eq + 1, a->ctx, e);
	if (a->at >= a->argc)
		return no_value(o, true, e);
	return a->found(o, true, a->argv[a->at++], a->ctx, e);
}

static int take_letters(struct args *a, const char *word, struct err *e)
{
	for (const char *p = word; *p; p++) {
		const struct opt *o = by_letter(a->own, *p);
		if (!o)
			o = by_letter(a->shared, *p);
		if (!o)
			return err_set(e, ERR_USAGE, NULL, "no option -%c%s", *p,
				p > word || p[1] ? " (in a cluster of letters)" : "");
		if (!o->arg) {
			if (a->found(o, false, NULL, a->ctx, e) < 0)
				return -1;
			continue;
		}
		if (p[1])
			return a->found(o, false, p + 1, a->ctx, e);
		if (a->at >= a->argc)
			return no_value(o, false, e);
		return a->found(o, false, a->argv[a->at++], a->ctx, e);
	}
	return 0;
}

int opt_each(int argc, char **argv, const struct opt *own, const struct opt *shared,
	bool stop, opt_found *found, void *ctx, struct err *e)
{
	struct args a = {argc, 1, argv, own, shared, found, ctx};
	int r = 0;
	bool ended = false;
	while (r == 0 && a.at < argc) {
		const char *word = argv[a.at++];
		if (ended || word[0] != '-' || !word[1]) {
			r = found(NULL, false, word, ctx, e);
			ended |= stop;
		} else if (!strcmp(word, "--")) {
			ended = true;
		} else {
			r = word[1] == '-' ? take_long(&a, word + 2, e)
					   : take_letters(&a, word + 1, e);
		}
	}
	return r;
}

int opt_parse(int argc, char **argv, const struct opt *own, const struct opt *shared,
	bool stop, struct vec *operands, struct err *e)
{
	return opt_each(argc, argv, own, shared, stop, store, operands, e);
}

/* "-o, --only-matching" or "-m N, --max-count N" as the help shows it. */
static void head(const struct opt *o, char *out, size_t n)
{
	const char *sep = o->arg ? " " : "", *arg = o->arg ? o->arg : "";
	if (o->letter && o->name)
		snprintf(out, n, "-%c, --%s%s%s", o->letter, o->name, sep, arg);
	else if (o->letter)
		snprintf(out, n, "-%c%s%s", o->letter, sep, arg);
	else
		snprintf(out, n, "    --%s%s%s", o->name, sep, arg);
}

/* A short name for the "also" lines: "-n" or "--no-messages". */
static void add_name(FILE *f, const struct opt *o, int *col)
{
	char one[80];
	if (o->letter && !o->name)
		snprintf(one, sizeof(one), "-%c", o->letter);
	else if (o->letter)
		snprintf(one, sizeof(one), "-%c/--%s%s%s", o->letter, o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");
	else
		snprintf(one, sizeof(one), "--%s%s%s", o->name, o->arg ? " " : "",
			o->arg ? o->arg : "");
	int n = (int)strlen(one) + 2;
	if (*col + n > 88)
		*col = fprintf(f, "\n     ") - 1;
	*col += fprintf(f, "  %s", one);
}

static bool hidden_by(const struct opt *own, const struct opt *o)
{
	return o->name && by_name(own, o->name, strlen(o->name));
}

static void also_line(FILE *f, const char *title, const struct opt *own,
	const struct opt *shared, unsigned flag)
{
	int col = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (const struct opt *o = pass ? shared : own; !is_end(o); o++) {
			if (!(o->flags & flag) || (pass && hidden_by(own, o)))
				continue;
			if (!col)
				col = fprintf(f, "%s", title);
			add_name(f, o, &col);
		}
	}
	if (col)
		fputc('\n', f);
}

void opt_help(FILE *f, const struct opt *own, const struct opt *shared)
{
	for (int pass = 0; pass < 2; pass++) {
		for (const struct opt *o = pass ? shared : own; !is_end(o); o++) {
			char h[80];
			if (o->flags & (OPT_ALSO | OPT_HABIT | OPT_HIDDEN) ||
				(pass && hidden_by(own, o)))
				continue;
			head(o, h, sizeof(h));
			fprintf(f, "  %-26s %s\n", h, o->help);
		}
	}
	also_line(f, "also:", own, shared, OPT_ALSO);
	also_line(f, "done anyway:", own, shared, OPT_HABIT);
}

void opt_dump(FILE *f, const struct opt *own, const struct opt *shared)
{
	static const char *const kinds[] = {
		"plain", "place-path", "caller-file", "caller-variable", "caller"};
	for (int pass = 0; pass < 2; pass++) {
		for (const struct opt *o = pass ? shared : own; !is_end(o); o++) {
			if (pass && hidden_by(own, o))
				continue;
			char letter = o->letter;
			if (pass && letter && by_letter(own, letter))
				letter = 0;
			fprintf(f, "%c\t%s\t%s\t%s\t%s\n", letter ? letter : '-',
				o->name ? o->name : "-", o->arg ? o->arg : "-",
				o->arg ? kinds[o->kind] : "-", o->help);
		}
	}
}
