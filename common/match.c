/* SPDX-License-Identifier: MIT */
#include "match.h"

#include "glob.h"
#include "mem.h"

enum { WORDS = GLOB_MAX_OPS / 64, MAX_TAIL = 32 };

struct match {
	struct glob glob;
	unsigned flags;
	bool basename;         /* only the last component is looked at */
	bool ending;           /* "*" and the tail is all there is */
	int head;              /* the byte that every match begins with; or -1 */
	char inner[MAX_TAIL];  /* every match holds these bytes; "" is nothing known */
	size_t words;          /* of a set of states that are in use */
	uint64_t jumps[WORDS]; /* the ops that lead on without a character */
	char tail[MAX_TAIL];   /* every match ends in these bytes */
	size_t tail_len;
};

/* The ops that the next character may be matched by. */
struct states {
	uint64_t bits[WORDS];
};

static void add(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

/* Plain ASCII characters at the end, behind the target of the last jump. */
static void find_tail(struct match *m)
{
	const struct glob *g = &m->glob;
	size_t end = g->n - 1, from = end, lowest = 0;
	for (size_t i = 0; i < end; i++)
		if (g->ops[i].to > lowest)
			lowest = g->ops[i].to;
	while (from > lowest && end - from < MAX_TAIL && from > 0 &&
		g->ops[from - 1].kind == GLOB_LIT && g->ops[from - 1].c < 0x80)
		from--;
	if (m->flags & MATCH_ICASE)
		return;
	for (size_t i = from; i < end; i++)
		m->tail[m->tail_len++] = (char)g->ops[i].c;
}

/* The longest run of plain ASCII characters, where nothing can be left out. */
static void find_inner(struct match *m)
{
	const struct glob *g = &m->glob;
	size_t best = 0, len = 0;
	for (size_t i = 0; i < g->n; i++)
		if (g->ops[i].to || m->flags & MATCH_ICASE)
			return;
	for (size_t i = 0; i < g->n; i++) {
		bool plain = g->ops[i].kind == GLOB_LIT && g->ops[i].c - 1 < 0x7f;
		len = plain ? len + 1 : 0;
		if (len <= best || len >= MAX_TAIL)
			continue;
		best = len;
		for (size_t k = 0; k < len; k++)
			m->inner[k] = (char)g->ops[i + 1 - len + k].c;
	}
}

struct match *match_new(const char *pattern, size_t n, unsigned flags, struct err *e)
{
	struct glob g;
	if (glob_read(&g, pattern, n, flags, e) < 0)
		return NULL;
	struct match *m = xcalloc(1, sizeof(*m));
	m->glob = g;
	m->flags = flags;
	m->basename = flags & MATCH_BASENAME && !memchr(pattern, '/', n);
	m->words = g.n / 64 + 1;
	for (size_t i = 0; i < g.n; i++) {
		enum glob_kind k = g.ops[i].kind;
		if (k == GLOB_STAR || k == GLOB_DEEP || k == GLOB_SPLIT || k == GLOB_JUMP)
			add(m->jumps, i);
	}
	find_tail(m);
	find_inner(m);
	bool plain = g.ops[0].kind == GLOB_LIT && g.ops[0].c < 0x80;
	m->head = plain && !(flags & MATCH_ICASE) ? (int)g.ops[0].c : -1;
	m->ending = g.ops[0].kind == GLOB_STAR && m->tail_len + 2 == g.n;
	return m;
}

void match_free(struct match *m)
{
	if (!m)
		return;
	glob_release(&m->glob);
	free(m);
}

int match_last(const struct match *m)
{
	return m->tail_len ? (unsigned char)m->tail[m->tail_len - 1] : -1;
}

/* Adds what is reached without a character. Jumps lead forward: one pass is enough. */
static void close_over(const struct match *m, uint64_t *bits)
{
	for (size_t w = 0; w < m->words; w++) {
		uint64_t done = 0, todo;
		while ((todo = bits[w] & m->jumps[w] & ~done)) {
			unsigned bit = (unsigned)__builtin_ctzll(todo);
			const struct glob_op *op = &m->glob.ops[w * 64 + bit];
			done |= UINT64_C(1) << bit;
			if (op->kind != GLOB_JUMP)
				add(bits, w * 64 + bit + 1);
			if (op->kind == GLOB_SPLIT || op->kind == GLOB_JUMP)
				add(bits, op->to);
		}
	}
}

static uint32_t other_case(uint32_t c)
{
	bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return letter ? c ^ 0x20 : c;
}

static bool in_ranges(const struct glob_class *class, uint32_t c)
{
	for (size_t i = 0; i < class->n; i++)
		if (c >= class->v[i].lo && c <= class->v[i].hi)
			return true;
	return false;
}

static bool in_class(const struct match *m, const struct glob_op *op, uint32_t c)
{
	const struct glob_class *class = &m->glob.classes[op->c];
	bool in = in_ranges(class, c) ||
		  (m->flags & MATCH_ICASE && in_ranges(class, other_case(c)));
	return in != class->negated;
}

/* Where op number i leads on character c. Returns an op, or SIZE_MAX for nowhere. With
 * `period`, c is a leading dot that only a dot in the pattern matches. */
static size_t follow(const struct match *m, size_t i, uint32_t c, bool period)
{
	const struct glob_op *op = &m->glob.ops[i];
	bool plain = c != '/' && !period;
	switch (op->kind) {
	case GLOB_LIT:
		if (c == op->c)
			return i + 1;
		return m->flags & MATCH_ICASE && other_case(c) == op->c ? i + 1
									: SIZE_MAX;
	case GLOB_ANY:
		return plain ? i + 1 : SIZE_MAX;
	case GLOB_CLASS:
		return plain && in_class(m, op, c) ? i + 1 : SIZE_MAX;
	case GLOB_STAR:
		return plain ? i : SIZE_MAX;
	case GLOB_DEEP:
		return period ? SIZE_MAX : i;
	default:
		return SIZE_MAX;
	}
}

/* One character further. Returns whether any state is left. */
static bool advance(const struct match *m, struct states *s, uint32_t c, bool period)
{
	uint64_t next[WORDS], any = 0;
	memset(next, 0, m->words * sizeof(*next));
	for (size_t w = 0; w < m->words; w++)
		for (uint64_t todo = s->bits[w]; todo; todo &= todo - 1) {
			size_t i = w * 64 + (unsigned)__builtin_ctzll(todo);
			size_t to = follow(m, i, c, period);
			if (to != SIZE_MAX)
				add(next, to);
		}
	close_over(m, next);
	for (size_t w = 0; w < m->words; w++)
		any |= s->bits[w] = next[w];
	return any;
}

static void begin(const struct match *m, struct states *s)
{
	memset(s->bits, 0, m->words * sizeof(*s->bits));
	add(s->bits, 0);
	close_over(m, s->bits);
}

/* Follows the states over path. Returns whether any state is left. */
static bool run(const struct match *m, struct states *s, const char *path)
{
	const char *p = path, *end = path + strlen(path);
	bool fresh = true;
	begin(m, s);
	while (p < end) {
		uint32_t c = glob_char(m->flags, &p, end);
		bool period = m->flags & MATCH_PERIOD && fresh && c == '.';
		if (!advance(m, s, c, period))
			return false;
		fresh = c == '/';
	}
	return true;
}

/* Returns whether one of the n bytes' components begins with a dot. */
static bool has_hidden(const char *path, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (path[i] == '.' && (i == 0 || path[i - 1] == '/'))
			return true;
	return false;
}

bool match_path(const struct match *m, const char *path)
{
	struct states s;
	size_t n = strlen(path), last = m->glob.n - 1;
	if (n < m->tail_len || memcmp(path + n - m->tail_len, m->tail, m->tail_len) != 0)
		return false;
	const char *slash = m->basename ? strrchr(path, '/') : NULL;
	if (slash && m->flags & MATCH_PERIOD && has_hidden(path, (size_t)(slash - path)))
		return false;
	const char *from = slash ? slash + 1 : path;
	if (m->ending && m->basename)
		return !(m->flags & MATCH_PERIOD && *from == '.') &&
		       (size_t)(path + n - from) >= m->tail_len;
	if ((m->head >= 0 && (unsigned char)*from != m->head) || !strstr(from, m->inner))
		return false;
	if (!run(m, &s, from))
		return false;
	return s.bits[last / 64] >> last % 64 & 1;
}

bool match_below(const struct match *m, const char *path)
{
	struct states s;
	if (m->basename)
		return !(m->flags & MATCH_PERIOD && has_hidden(path, strlen(path)));
	return run(m, &s, path) && advance(m, &s, '/', false);
}
