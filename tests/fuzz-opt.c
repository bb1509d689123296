/* SPDX-License-Identifier: MIT */
/* A command line of words that end in NUL; the first byte says whether options end at the
 * first operand. Whatever is refused is a usage error in words; operands are words. */
#include "opt.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int call(const char *value, void *dst, struct err *e)
{
	*(size_t *)dst = strlen(value);
	return *value == '!' ? err_set(e, ERR_USAGE, NULL, "no") : 0;
}

static void check(
	int r, const struct vec *operands, const struct vec *words, const struct err *e)
{
	if (r < 0 ? e->code != ERR_USAGE || !*e->msg : operands->n >= words->n)
		abort();
	for (size_t i = 0, k = 1; r == 0 && i < operands->n; i++, k++) {
		while (k < words->n && strcmp(words->v[k], operands->v[i]) != 0)
			k++;
		if (k == words->n)
			abort(); /* not a word of the line, or out of order */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int flag = 0;
	const char *str = NULL;
	int64_t number = 1, bytes = 0, time = 0;
	size_t length = 0;
	struct vec list = {0}, operands = {0}, words = {0};
	struct err e = {0};
	const struct opt own[] = {
		{'a', "all", NULL, OPT_FLAG, OPT_PLAIN, &flag, 1, "", 0, NULL},
		{'s', "string", "S", OPT_STR, OPT_PLAIN, &str, 0, "", 0, NULL},
		{'n', "number", "N", OPT_INT, OPT_PLAIN, &number, 1, "", 0, NULL},
		{0, "size", "N", OPT_SIZE, OPT_PLAIN, &bytes, 0, "", 0, NULL},
		OPT_END,
	};
	const struct opt shared[] = {
		{'t', "time", "T", OPT_TIME, OPT_PLAIN, &time, 0, "", 0, NULL},
		{'l', "list", "X", OPT_LIST, OPT_PLAIN, &list, 0, "", 0, NULL},
		{'c', NULL, "C", OPT_CALL, OPT_PLAIN, &length, 0, "", 0, call},
		OPT_END,
	};
	vec_add(&words, "prog");
	for (size_t i = 1; i < size;) {
		size_t n = strnlen((const char *)data + i, size - i);
		vec_give(&words, xmemdup0(data + i, n));
		i += n + 1;
	}
	int r = opt_parse(
		(int)words.n, words.v, own, shared, size && data[0] & 1, &operands, &e);
	check(r, &operands, &words, &e);
	if (number < 1 || bytes < 0 || time < 0)
		abort();
	vec_release(&list);
	vec_release(&operands);
	vec_release(&words);
	return 0;
}
