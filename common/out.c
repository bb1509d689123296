/* SPDX-License-Identifier: MIT */
#include "out.h"

#include "caller.h"
#include "diag.h"
#include "io.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <unistd.h>

void out_init(struct out *o, enum out_form form)
{
	const char *no_colour = getenv("NO_COLOR");
	*o = (struct out){.form = form, .buf = BUF_INIT};
	o->tty = form == OUT_TEXT && caller_is_tty(STDOUT_FILENO);
	o->colour = o->tty && !(no_colour && *no_colour);
	jout_init(&o->json, &o->buf);
}

void out_release(struct out *o)
{
	buf_release(&o->buf);
}

void out_flush(struct out *o)
{
	if (!o->broken && io_write(STDOUT_FILENO, o->buf.p, o->buf.len) < 0)
		o->broken = errno;
	buf_clear(&o->buf);
}

void out_drain(struct out *o)
{
	if (o->buf.len >= 65536)
		out_flush(o);
}

void out_status(struct out *o, int status)
{
	o->status = err_worse(o->status, status);
}

/* Appends what is one line whatever a request or a name brought into it. */
static void add_line(struct buf *b, const struct buf *line)
{
	const char *p = line->p, *nl;
	for (; (nl = memchr(p, '\n', (size_t)(line->p + line->len - p))); p = nl + 1) {
		text_escape(b, p, (size_t)(nl - p));
		buf_puts(b, "\\n");
	}
	text_escape(b, p, (size_t)(line->p + line->len - p));
}

/* Writes one finished line (without its newline) to standard error. */
static void say(struct out *o, const struct buf *line)
{
	struct buf b = BUF_INIT;
	out_flush(o);
	buf_printf(&b, "%s: ", diag_name());
	add_line(&b, line);
	buf_addc(&b, '\n');
	if (io_write(STDERR_FILENO, b.p, b.len) < 0)
		errno = 0; /* nowhere left to say it */
	buf_release(&b);
}

static void say_or_mark(struct out *o, const struct buf *line)
{
	if (o->form == OUT_MODEL) {
		buf_puts(&o->buf, "[pab: ");
		add_line(&o->buf, line);
		buf_puts(&o->buf, "]\n");
	} else {
		say(o, line);
	}
}

static void notice(struct out *o, const char *path, const char *fmt, va_list ap)
	PRINTF(3, 0);

static void notice(struct out *o, const char *path, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;
	if (o->quiet)
		return;
	if (path && o->form != OUT_JSON) {
		text_name(&b, path, true);
		buf_puts(&b, ": ");
	}
	buf_vprintf(&b, fmt, ap);
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "notice");
		if (path)
			jout_bytes(&o->json, "path", path, strlen(path));
		jout_bytes(&o->json, "message", b.p, b.len);
		jout_end_object(&o->json);
	} else {
		say_or_mark(o, &b);
	}
	buf_release(&b);
}

void out_notice(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	notice(o, NULL, fmt, ap);
	va_end(ap);
}

void out_notice_on(struct out *o, const char *path, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	notice(o, path, fmt, ap);
	va_end(ap);
}

void out_error(struct out *o, const struct err *e)
{
	out_error_with(o, e, NULL, NULL);
}

/* Lines behind an error go where it went. */
static void add_lines(struct out *o, out_detail *detail, const void *ctx)
{
	struct buf b = BUF_INIT;
	detail(NULL, &b, ctx);
	if (o->form == OUT_MODEL)
		buf_add(&o->buf, b.p, b.len);
	else if (io_write(STDERR_FILENO, b.p, b.len) < 0)
		errno = 0; /* nowhere left to say it */
	buf_release(&b);
}

void out_error_with(
	struct out *o, const struct err *e, out_detail *detail, const void *ctx)
{
	if (o->failed)
		o->status = o->failed;
	else
		out_status(o, err_status(e->code));
	if (o->form == OUT_JSON) {
		jout_record(&o->json, "error");
		jout_str(&o->json, "code", err_name(e->code));
		if (e->path[0])
			jout_bytes(&o->json, "path", e->path, strlen(e->path));
		jout_bytes(&o->json, "message", e->msg, strlen(e->msg));
		if (e->code == ERR_ASK && e->request[0])
			jout_str(&o->json, "request", e->request);
		jout_int(&o->json, "status", err_status(e->code));
		if (detail)
			detail(&o->json, NULL, ctx);
		jout_end_object(&o->json);
		return;
	}
	struct buf b = BUF_INIT;
	out_fact(o, "code", err_name(e->code), strlen(err_name(e->code)));
	if (o->failed)
		buf_printf(&b, "%s: ", err_name(e->code));
	if (e->path[0]) {
		text_name(&b, e->path, true);
		buf_puts(&b, ": ");
	}
	buf_puts(&b, e->msg);
	say_or_mark(o, &b);
	buf_release(&b);
	if (detail)
		add_lines(o, detail, ctx);
}

void out_fact(struct out *o, const char *name, const char *value, size_t n)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (!o->facts)
		return;
	buf_printf(&b, "%s ", name);
	buf_add(&b, value, n);
	buf_addc(&b, '\n');
	if (io_write(STDERR_FILENO, b.p, b.len) < 0)
		errno = 0; /* nowhere left to say it */
}

void out_name(struct out *o, const char *name)
{
	text_name(&o->buf, name, o->tty || o->form == OUT_MODEL);
}

bool out_text(struct out *o, const void *p, size_t n, int64_t columns)
{
	size_t max = columns == NUM_NONE ? SIZE_MAX : (size_t)columns;
	if (!o->tty && o->form != OUT_MODEL)
		return text_cut(&o->buf, p, n, max);
	struct buf b = BUF_INIT;
	bool cut = text_cut(&b, p, n, max);
	text_escape(&o->buf, b.p, b.len);
	buf_release(&b);
	return cut;
}

int out_finish(struct out *o)
{
	out_flush(o);
	if (close(STDOUT_FILENO) < 0 && !o->broken)
		o->broken = errno;
	if (o->broken) {
		fprintf(stderr, "%s: cannot write standard output: %s\n", diag_name(),
			strerror(o->broken));
		if (!o->failed)
			o->status = err_worse(o->status, 7);
		else if (!o->status)
			o->status = o->failed;
	}
	out_release(o);
	return o->status;
}
