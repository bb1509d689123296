/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "caller.h"
#include "io.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <unistd.h>

void view_init(struct view *v, const struct tool *t, int fd, bool terminal)
{
	*v = (struct view){
		.own = BUF_INIT,
		.fd = fd,
		.columns = t->limits.columns,
	};
	v->escape = t->out.form == OUT_MODEL || (fd >= 0 && caller_is_tty(fd));
	/* With everything shown, no line is cut and nothing folded: there would be no
	 * whole to find it in. */
	if (t->limits.bytes == NUM_NONE)
		v->columns = NUM_NONE;
	capture_init(&v->cap, t->limits.bytes, t->home);
	if (t->limits.bytes != NUM_NONE)
		capture_fold(&v->cap, terminal);
}

void view_release(struct view *v)
{
	capture_release(&v->cap);
	buf_release(&v->own);
}

static void flush(struct view *v)
{
	if (v->fd < 0)
		return;
	if (!v->broken && io_write(v->fd, v->own.p, v->own.len) < 0)
		v->broken = errno;
	buf_clear(&v->own);
}

static void show_line(struct view *v, const char *p, size_t n)
{
	size_t columns = v->columns == NUM_NONE ? SIZE_MAX : (size_t)v->columns;
	if (!v->escape) {
		v->cut += text_cut(&v->own, p, n, columns);
		return;
	}
	struct buf b = BUF_INIT;
	v->cut += text_cut(&b, p, n, columns);
	text_escape(&v->own, b.p, b.len);
	buf_release(&b);
}

static void show(struct view *v, const char *p, size_t n)
{
	const char *end = p + n;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		show_line(v, p, (size_t)((nl ? nl : end) - p));
		if (nl)
			buf_addc(&v->own, '\n');
		p = nl ? nl + 1 : end;
	}
}

void view_add(struct view *v, const void *p, size_t n)
{
	capture_add(&v->cap, p, n);
	if (v->fd < 0)
		return;
	size_t settled = capture_settled(&v->cap);
	if (settled > v->shown) {
		show(v, v->cap.head.p + v->shown, settled - v->shown);
		v->shown = settled;
		flush(v);
	}
	if (v->cap.limit == NUM_NONE) {
		capture_forget(&v->cap, v->shown);
		v->shown = 0;
	}
}

void view_end(struct view *v)
{
	struct capture *c = &v->cap;
	capture_end(c);
	v->gap = capture_gap(c);
	if (!v->gap) {
		buf_add(&c->head, c->tail.p, c->tail.len);
		buf_clear(&c->tail);
	}
	show(v, c->head.p + v->shown, c->head.len - v->shown);
	if (v->gap) {
		if (c->head.len && c->head.p[c->head.len - 1] != '\n')
			buf_addc(&v->own, '\n');
		capture_mark(c, &v->own);
		buf_addc(&v->own, '\n');
		show(v, c->tail.p, c->tail.len);
	}
	if (v->cut || fold_changed(&c->fold))
		capture_keep(c);
	flush(v);
}
