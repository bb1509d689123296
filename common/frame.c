/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include "build.h"

/* Every type there is: who sends it, and how long its payload can be. */
static const struct {
	enum frame_type type;
	unsigned from;
	uint32_t least, most;
} types[] = {
	{FRAME_HELLO, FRAME_CLIENT | FRAME_SERVER, 5, 260},
	{FRAME_ITEM, FRAME_CLIENT, 0, FRAME_MAX},
	{FRAME_START, FRAME_CLIENT, 0, 0},
	{FRAME_DATA, FRAME_CLIENT | FRAME_SERVER, 1, FRAME_MAX},
	{FRAME_END, FRAME_CLIENT, 0, 0},
	{FRAME_CREDIT, FRAME_CLIENT | FRAME_SERVER, 4, 4},
	{FRAME_SIGNAL, FRAME_CLIENT, 1, 1},
	{FRAME_GONE, FRAME_CLIENT, 0, 0},
	{FRAME_SIZE, FRAME_CLIENT, 4, 4},
	{FRAME_EXIT, FRAME_SERVER, 2, 2},
	{FRAME_NEEDS, FRAME_SERVER, 1, FRAME_MAX},
	{FRAME_ERROR, FRAME_SERVER, 1, 600},
	{FRAME_ACTIVITY, FRAME_CLIENT, 1, 1},
	{FRAME_ACTIVE, FRAME_SERVER, 1, 600},
	{FRAME_PING, FRAME_CLIENT | FRAME_SERVER, 0, 0},
	{FRAME_PONG, FRAME_CLIENT | FRAME_SERVER, 0, 0},
};

static const char magic[] = "pab";

uint32_t frame_number(const void *v)
{
	const unsigned char *p = v;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_number(char *p, uint32_t n)
{
	p[0] = (char)(n >> 24);
	p[1] = (char)(n >> 16);
	p[2] = (char)(n >> 8);
	p[3] = (char)n;
}

static int bad(struct err *e, const char *why)
{
	return err_set(e, ERR_BAD_INPUT, NULL, "a frame %s", why);
}

ssize_t frame_parse(
	const void *v, size_t n, enum frame_side from, struct frame *f, struct err *e)
{
	const char *p = v;
	size_t i = 0;
	if (n < FRAME_HEAD)
		return 0;
	*f = (struct frame){.type = (unsigned char)p[4],
		.sub = (uint8_t)p[5],
		.id = frame_number(p + 8),
		.len = frame_number(p),
		.data = p + FRAME_HEAD};
	while (i < ARRAY_LEN(types) && types[i].type != f->type)
		i++;
	if (i == ARRAY_LEN(types) || !(types[i].from & from) || p[6] || p[7])
		return bad(e, "of no known type");
	if (f->len < types[i].least || f->len > types[i].most)
		return bad(e, "of an impossible length");
	return n - FRAME_HEAD < f->len ? 0 : (ssize_t)(FRAME_HEAD + f->len);
}

void frame_head(
	char out[FRAME_HEAD], enum frame_type type, uint8_t sub, uint32_t id, size_t len)
{
	put_number(out, (uint32_t)len);
	out[4] = (char)type;
	out[5] = (char)sub;
	out[6] = out[7] = 0;
	put_number(out + 8, id);
}

void frame_add(struct buf *b, enum frame_type type, uint8_t sub, uint32_t id,
	const void *data, size_t len)
{
	char head[FRAME_HEAD];
	frame_head(head, type, sub, id, len);
	buf_add(b, head, sizeof(head));
	if (len)
		buf_add(b, data, len);
}

void frame_add_number(
	struct buf *b, enum frame_type type, uint8_t sub, uint32_t id, uint32_t number)
{
	char four[4];
	put_number(four, number);
	frame_add(b, type, sub, id, four, sizeof(four));
}

void frame_add_hello(struct buf *b)
{
	struct buf hello CLEANUP(buf_release) = BUF_INIT;
	buf_printf(&hello, "%s%c%s", magic, FRAME_PROTOCOL, build_name());
	frame_add(b, FRAME_HELLO, 0, 0, hello.p, hello.len);
}

int frame_check_hello(const struct frame *f, char build[65], struct err *e)
{
	size_t n = f->len > 4 ? f->len - 4 : 0;
	if (f->type != FRAME_HELLO || f->id || memcmp(f->data, magic, 3) != 0)
		return err_set(e, ERR_BACKEND, NULL, "what answers is no pab-serve");
	n = n > 64 ? 64 : n;
	for (size_t i = 0; i < n; i++) {
		char c = f->data[4 + i];
		build[i] = c > ' ' && c < 0x7f ? c : '?';
	}
	build[n] = '\0';
	if (f->data[3] == FRAME_PROTOCOL)
		return 0;
	return err_set(e, ERR_BACKEND, NULL,
		"the far end (%s) speaks protocol %d, not %d: make the place anew", build,
		(unsigned char)f->data[3], FRAME_PROTOCOL);
}
