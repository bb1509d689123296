/* SPDX-License-Identifier: MIT */
/* sh_parse on any text, and command_decide on it: it ends, what it gives is whole, and
 * quoting a word and parsing it again gives the word back. */
#include "command.h"
#include "mem.h"
#include "vec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const struct sh_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (!w->v[i].text || (w->v[i].pattern && !*w->v[i].pattern))
			abort();
}

static void check_line(const char *text)
{
	struct sh_line l = sh_parse(text);
	for (size_t i = 0; i < l.n; i++) {
		check_words(&l.v[i].words);
		check_words(&l.v[i].sets);
		check_words(&l.v[i].extra);
		for (size_t k = 0; k < l.v[i].n_redirects; k++)
			if (!l.v[i].redirects[k].to.text)
				abort();
	}
	sh_line_release(&l);
}

/* The word, quoted, is one word of one command, and itself. */
static void check_quoting(const char *word)
{
	struct buf b = BUF_INIT;
	if (!*word || strchr(word, SH_UNKNOWN) || strpbrk(word, "*?[]{}~^!%+=,@"))
		return;
	buf_puts(&b, "x ");
	sh_quote(&b, word);
	struct sh_line l = sh_parse(b.p);
	if (l.unsure || l.n != 1 || l.v[0].words.n != 2 ||
		strcmp(l.v[0].words.v[1].text, word) != 0)
		abort();
	sh_line_release(&l);
	buf_release(&b);
}

static void check_decision(const char *text)
{
	struct rules r;
	struct rule_sets sets = {&r, 1};
	struct place p;
	struct gate g = {0};
	struct err e;
	struct command_ruling got;
	if (rules_preset(&r, "permissive") < 0 ||
		place_open(&p, "local:/proc/self/fd", NULL, NULL, NULL, &e) < 0 ||
		place_guard(&p, &g, &e) < 0)
		abort();
	got = command_decide(&sets, &p, "/proc/self/fd", NULL, text);
	if (got.unsure && got.ruling.action == RULE_ALLOW)
		abort();
	free(got.path);
	place_release(&p);
	rules_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup0(data, size);
	check_line(text);
	if (size < 4096) {
		check_quoting(text);
		check_decision(text);
	}
	free(text);
	return 0;
}
