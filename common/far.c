/* SPDX-License-Identifier: MIT */
/* What is sent, and what is made of what comes; far_run.c moves the bytes. */
#include "far.h"

#include "mem.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ID = 1 }; /* one request a stream */

void far_init(struct far *f)
{
	*f = (struct far){.tx = BUF_INIT,
		.rx = BUF_INIT,
		.held = BUF_INIT,
		.needs = BUF_INIT,
		.kept = {BUF_INIT, BUF_INIT}};
	for (size_t i = 0; i < ARRAY_LEN(f->in); i++)
		f->in[i].fd = i ? -1 : STDIN_FILENO;
	frame_add_hello(&f->tx);
}

void far_release(struct far *f)
{
	for (size_t i = 1; i < ARRAY_LEN(f->in); i++)
		if (f->in[i].fd >= 0)
			close(f->in[i].fd);
	buf_release(&f->tx);
	buf_release(&f->rx);
	buf_release(&f->held);
	buf_release(&f->needs);
	buf_release(&f->kept[0]);
	buf_release(&f->kept[1]);
}

int far_item(struct far *f, enum frame_item item, const void *p, size_t n, struct err *e)
{
	if (n > FRAME_MAX || f->tx.len + n > FRAME_REQUEST)
		return err_set(e, ERR_TOO_LARGE, NULL,
			"the command line is too large to be sent; put long text on standard "
			"input");
	frame_add(&f->tx, FRAME_ITEM, (uint8_t)item, ID, p, n);
	return 0;
}

int far_file(struct far *f, const char *prefix, const char *name, int fd, struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (fd < 0)
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, name, errno);
	if (f->n_files == FRAME_FILES) {
		close(fd);
		return err_set(e, ERR_USAGE, NULL, "more than %d files are to be sent",
			FRAME_FILES);
	}
	f->in[++f->n_files].fd = fd;
	buf_puts(&b, prefix);
	buf_addc(&b, '\0');
	buf_puts(&b, name);
	return far_item(f, ITEM_FILE, b.p, b.len, e);
}

static int lies(struct err *e, const char *what)
{
	return err_set(e, ERR_BACKEND, NULL,
		"the far end %s, which no pab-serve does; the stream was closed", what);
}

/* The length of a colour's sequence, "ESC [ 1 ; 31 m", at p; 0: it is none; -1: it may
 * become one. */
static ssize_t colour(const char *p, size_t n)
{
	size_t i = 1;
	if (i < n && p[i] != '[')
		return 0;
	for (i = 2; i < n && i < 16; i++)
		if (p[i] == 'm')
			return (ssize_t)i + 1;
		else if (!p[i] || !strchr("0123456789;", p[i]))
			return 0;
	return i < 16 ? -1 : 0;
}

/* Appends text that is fit for a terminal: colours stay, and what else a terminal would
 * obey is escaped. Returns how many bytes at the end are not yet whole. */
static size_t make_fit(struct buf *out, const char *p, size_t n)
{
	size_t at = 0, end = n - text_tail(p, n);
	while (at < end) {
		const char *esc = memchr(p + at, '\033', end - at);
		size_t stop = esc ? (size_t)(esc - p) : end;
		text_escape(out, p + at, stop - at);
		at = stop;
		if (!esc)
			break;
		ssize_t len = colour(esc, end - at);
		if (len < 0)
			return n - at;
		if (len)
			buf_add(out, esc, (size_t)len);
		else
			text_escape(out, esc, 1);
		at += len ? (size_t)len : 1;
	}
	return n - at;
}

static int print_on_tty(struct far *f, int fd, const char *p, size_t n)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_add(&f->held, p, n);
	size_t rest = make_fit(&b, f->held.p, f->held.len);
	memmove(f->held.p, f->held.p + f->held.len - rest, rest);
	buf_trim(&f->held, rest);
	return far_print(fd, b.p, b.len);
}

static int print(struct far *f, int fd, const char *p, size_t n)
{
	return f->tty[fd] && !f->as_it_is ? print_on_tty(f, fd, p, n)
					  : far_print(fd, p, n);
}

void far_release_output(struct far *f, int fd)
{
	struct buf *b = &f->kept[fd - 1];
	f->keep[fd - 1] = false;
	if (b->len && print(f, fd, b->p, b->len) < 0 && fd == STDOUT_FILENO)
		f->broken = errno;
	buf_clear(b);
}

/* Keeps what may have to be thrown away, as long as it is little. */
static bool is_kept(struct far *f, const struct frame *fr)
{
	enum { MOST = 1 << 20 };
	if (!f->keep[fr->sub - 1])
		return false;
	buf_add(&f->kept[fr->sub - 1], fr->data, fr->len);
	if (f->kept[0].len + f->kept[1].len > MOST) {
		far_release_output(f, STDOUT_FILENO);
		far_release_output(f, STDERR_FILENO);
	}
	return true;
}

static int take_output(struct far *f, const struct frame *fr, struct err *e)
{
	if (fr->sub < 1 || fr->sub > 2)
		return lies(e, "sent data of no channel");
	uint32_t *taken = &f->taken[fr->sub - 1];
	*taken += fr->len;
	int fd = fr->sub;
	int r = is_kept(f, fr) ? 0 : print(f, fd, fr->data, fr->len);
	if (r < 0 && fd == STDOUT_FILENO) {
		f->broken = errno;
		f->over = true;
		return 0;
	}
	if (*taken < FRAME_WINDOW / 2)
		return 0;
	frame_add_number(&f->tx, FRAME_CREDIT, fr->sub, ID, *taken);
	*taken = 0;
	return 0;
}

static int take_credit(struct far *f, const struct frame *fr, struct err *e)
{
	size_t i = fr->sub ? (size_t)fr->sub - 2 : 0;
	uint32_t n = frame_number(fr->data);
	if (fr->sub == 1 || fr->sub == 2 || i > f->n_files || (!i && f->keeps_input) ||
		n > FRAME_INPUT - f->in[i].credit)
		return lies(e, "asked for what was not offered");
	f->in[i].credit += n;
	return 0;
}

/* "not_found: text" as an error of that code. */
static int take_error(const struct frame *fr, struct err *e)
{
	char *text CLEANUP(mem_freep) = xmemdup0(fr->data, fr->len);
	if (fr->id && err_parse(e, text, strlen(text)) == 0)
		return -1;
	return err_set(e, ERR_BACKEND, NULL, "the far end says: %s", text);
}

static int take_frame(struct far *f, const struct frame *fr, struct err *e)
{
	char build[65];
	if (!f->greeted) {
		f->greeted = true;
		return frame_check_hello(fr, build, e);
	}
	if (fr->type == FRAME_ERROR)
		return take_error(fr, e);
	if (fr->type == FRAME_PONG && !fr->id)
		return 0;
	if (fr->id != ID)
		return lies(e, "answered what was not asked");
	switch (fr->type) {
	case FRAME_DATA:
		return take_output(f, fr, e);
	case FRAME_CREDIT:
		return take_credit(f, fr, e);
	case FRAME_NEEDS:
		if (f->needs.len || memchr(fr->data, '\0', fr->len))
			return lies(e, "needs too much");
		buf_add(&f->needs, fr->data, fr->len);
		return 0;
	case FRAME_EXIT:
		f->by_signal = fr->data[0] != 0;
		f->number = (unsigned char)fr->data[1];
		f->over = true;
		return 0;
	default:
		return lies(e, "sent a frame out of order");
	}
}

int far_take(struct far *f, const void *p, size_t n, struct err *e)
{
	struct frame fr;
	size_t at = 0;
	ssize_t got = 0;
	/* What is whole is taken from where it stands; only a rest is kept. */
	const char *from = p;
	size_t len = n;
	if (f->rx.len) {
		buf_add(&f->rx, p, n);
		from = f->rx.p;
		len = f->rx.len;
	}
	while (!f->over &&
		(got = frame_parse(from + at, len - at, FRAME_SERVER, &fr, e)) > 0) {
		at += (size_t)got;
		if (take_frame(f, &fr, e) < 0)
			return -1;
	}
	if (got < 0)
		return lies(e, "sent what is no frame");
	if (from == p) {
		buf_add(&f->rx, from + at, len - at);
		return 0;
	}
	memmove(f->rx.p, f->rx.p + at, len - at);
	buf_trim(&f->rx, len - at);
	return 0;
}
