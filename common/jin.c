/* SPDX-License-Identifier: MIT */
#include "jin.h"

#include "mem.h"
#include "text.h"

#include <cjson/cJSON.h>

/* Each value takes cJSON about 100 bytes. */
enum { MAX_DEPTH = 100, MAX_VALUES = 1 << 24 };

struct jin {
	cJSON *root;
};

static struct jin *bad(const char *p, size_t at, const char *why, struct err *e)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < at; i++) {
		column = p[i] == '\n' ? 1 : column + 1;
		line += p[i] == '\n';
	}
	err_set(e, ERR_BAD_INPUT, NULL,
		"no JSON that pab takes: %s at line %zu, column %zu", why, line, column);
	return NULL;
}

/* Where the first byte stands that is no UTF-8. */
static size_t find_bad_utf8(const char *p, size_t n)
{
	size_t i = 0, len;
	while (i < n && (len = (unsigned char)p[i] < 0x80
					? 1
					: text_char((const unsigned char *)p + i, n - i)))
		i += len;
	return i;
}

/* An escape in a string, behind its backslash: cJSON takes \u with any four bytes, and
 * cuts the string at \u0000. Returns the complaint, NULL when all is well. */
static const char *odd_escape(const char *p, size_t n)
{
	if (!n || *p != 'u')
		return NULL;
	for (size_t i = 1; i <= 4; i++)
		if (i >= n || !strchr("0123456789abcdefABCDEF", p[i]) || !p[i])
			return "\\u without four hexadecimal digits";
	return memcmp(p + 1, "0000", 4) ? NULL : "\\u0000";
}

/* A number outside of strings: cJSON takes 01, 1. and +1. Returns its length, 0 when it
 * is none. */
static size_t number_length(const char *p, size_t n)
{
	static const char digits[] = "0123456789";
	char s[64];
	size_t len = 0, k;
	while (len < n && len < sizeof(s) - 1 && p[len] &&
		strchr("0123456789+-.eE", p[len])) {
		s[len] = p[len];
		len++;
	}
	s[len] = '\0';
	const char *q = s + (*s == '-');
	k = strspn(q, digits);
	if (!k || (*q == '0' && k > 1))
		return 0;
	q += k;
	if (*q == '.') {
		k = strspn(q + 1, digits);
		q += k ? k + 1 : 0;
	}
	if (*q == 'e' || *q == 'E') {
		const char *d = q + 1 + (q[1] == '+' || q[1] == '-');
		k = strspn(d, digits);
		q = k ? d + k : q;
	}
	return *q ? 0 : len;
}

/* What find_odd knows of where it is. */
struct scan {
	size_t depth, values;
	bool string;
};

/* The byte at p, of n: *len is how many are passed over with it. Returns the complaint,
 * NULL when all is well. */
static const char *look(struct scan *s, const char *p, size_t n, size_t *len)
{
	unsigned char c = (unsigned char)*p;
	*len = 1;
	if (c < 0x20 && (s->string || !c || !strchr("\t\n\r", c)))
		return "a control byte";
	if (s->string && c == '\\') {
		*len = 2;
		return odd_escape(p + 1, n - 1);
	}
	if (c == '"')
		s->string = !s->string;
	if (s->string)
		return NULL;
	if ((c == '[' || c == '{') && ++s->depth > MAX_DEPTH)
		return "more than 100 levels";
	if ((c == ']' || c == '}') && s->depth)
		s->depth--;
	if ((c == ',' || c == ':') && ++s->values > MAX_VALUES)
		return "more than 16,777,216 values";
	if (strchr("+-.0123456789", c)) {
		*len = number_length(p, n);
		if (!*len)
			return "no number";
	}
	return NULL;
}

/* What cJSON does not mind. Returns the offset of the first, or n when all is well. */
static size_t find_odd(const char *p, size_t n, const char **why)
{
	struct scan s = {0};
	for (size_t i = 0, len; i < n; i += len) {
		*why = look(&s, p + i, n - i, &len);
		if (*why)
			return i;
	}
	return n;
}

static int by_key(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

/* The first key that stands twice in one object below n. Returns NULL when none does. */
static const char *find_twice(const cJSON *n)
{
	const char *twice = NULL;
	size_t count = 0, i = 0;
	if (!n->child)
		return NULL;
	if (cJSON_IsArray(n)) {
		for (const cJSON *c = n->child; c && !twice; c = c->next)
			twice = find_twice(c);
		return twice;
	}
	for (const cJSON *c = n->child; c; c = c->next)
		count++;
	const char **keys CLEANUP(mem_freep) = xcalloc(count, sizeof(*keys));
	for (const cJSON *c = n->child; c && !twice; c = c->next) {
		twice = find_twice(c);
		keys[i++] = c->string ? c->string : "";
	}
	if (!twice)
		qsort(keys, count, sizeof(*keys), by_key);
	for (size_t k = 1; k < count && !twice; k++)
		if (!strcmp(keys[k - 1], keys[k]))
			twice = keys[k];
	return twice;
}

struct jin *jin_parse(const char *p, size_t n, struct err *e)
{
	const char *why = "", *end = NULL;
	if (!text_is_utf8(p, n))
		return bad(p, find_bad_utf8(p, n), "a byte that is not UTF-8", e);
	size_t odd = find_odd(p, n, &why);
	if (odd < n)
		return bad(p, odd, why, e);
	cJSON *root = cJSON_ParseWithLengthOpts(p, n, &end, 0);
	size_t at = end ? (size_t)(end - p) : 0;
	if (!root)
		return bad(p, at < n ? at : n, "something is missing or misplaced", e);
	while (at < n && p[at] && strchr(" \t\r\n", p[at]))
		at++;
	if (at < n) {
		cJSON_Delete(root);
		return bad(p, at, "something behind the value", e);
	}
	const char *twice = find_twice(root);
	if (twice) {
		err_set(e, ERR_BAD_INPUT, NULL,
			"the key '%.100s' stands twice in one object", twice);
		cJSON_Delete(root);
		return NULL;
	}
	struct jin *j = xmalloc(sizeof(*j));
	j->root = root;
	return j;
}

const jin_node *jin_root(const struct jin *j)
{
	return j->root;
}

void jin_free(struct jin *j)
{
	if (j)
		cJSON_Delete(j->root);
	free(j);
}

bool jin_is_object(const jin_node *n)
{
	return cJSON_IsObject(n);
}

bool jin_is_array(const jin_node *n)
{
	return cJSON_IsArray(n);
}

bool jin_is_null(const jin_node *n)
{
	return cJSON_IsNull(n);
}

const char *jin_string(const jin_node *n)
{
	return cJSON_IsString(n) ? n->valuestring : NULL;
}

int jin_bool(const jin_node *n)
{
	return cJSON_IsBool(n) ? cJSON_IsTrue(n) != 0 : -1;
}

int jin_int(const jin_node *n, int64_t *out)
{
	static const double most = 9007199254740992.0;
	if (!cJSON_IsNumber(n) || !(n->valuedouble >= -most && n->valuedouble <= most))
		return -1;
	int64_t v = (int64_t)n->valuedouble;
	if ((double)v != n->valuedouble)
		return -1;
	*out = v;
	return 0;
}

const char *jin_key(const jin_node *n)
{
	return n->string;
}

const jin_node *jin_get(const jin_node *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const jin_node *jin_first(const jin_node *n)
{
	return n->child;
}

const jin_node *jin_next(const jin_node *n)
{
	return n->next;
}
