/* SPDX-License-Identifier: MIT */
/* What pab-read says about a file: totals, notices, and what it is when it is no text. */
#include "pab_read.h"

#include "base64.h"
#include "hash.h"
#include "io.h"
#include "num.h"

#include <errno.h>
#include <unistd.h>

/* Pictures are given up to this size; to a program that calls, up to the other. */
enum { MAX_IMAGE = 50 << 20, MOST_TOLD = 4 << 20 };

const char *facts_eol(const struct facts *f, char out[64])
{
	if (f->crlf && f->lf)
		snprintf(out, 64, "mixed line ends (%lld CRLF, %lld LF)",
			(long long)f->crlf, (long long)f->lf);
	else
		snprintf(out, 64, "%s", f->crlf ? "CRLF" : f->lf ? "LF" : "no line end");
	return out;
}

void facts_json(struct jout *j, const struct facts *f)
{
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	if (f->counted)
		jout_int(j, "lines", f->lines);
	else
		jout_null(j, "lines");
	jout_str(j, "eol",
		f->crlf && f->lf ? "mixed"
		: f->crlf        ? "crlf"
		: f->lf          ? "lf"
				 : "none");
	jout_str(j, "encoding", text_encoding_name(f->encoding));
	if (f->counted)
		jout_bool(j, "final_newline", f->final_newline);
	if (f->hash[0])
		jout_str(j, "hash", f->hash);
}

static void image_json(struct jout *j, const struct kind *k)
{
	if (!k->media_type)
		return;
	jout_str(j, "media_type", k->media_type);
	if (k->width) {
		jout_int(j, "width", k->width);
		jout_int(j, "height", k->height);
	}
}

static int show_image_json(struct tool *t, int fd, const struct kind *k,
	const struct facts *f, struct err *e)
{
	char size[32], sum[HASH_HEX + 1];
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (f->size > MAX_IMAGE && t->limits.bytes != NUM_NONE)
		return err_set(e, ERR_TOO_LARGE, f->show,
			"%s of %s bytes, more than 50 MB; --no-limit gives it", k->name,
			num_commas(size, f->size));
	if (lseek(fd, 0, SEEK_SET) < 0 || io_slurp(fd, &b, SIZE_MAX / 4) < 0)
		return err_sys(e, f->show, errno);
	hash_bytes(b.p, b.len, sum);
	struct jout *j = &t->out.json;
	jout_record(j, "file");
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	image_json(j, k);
	jout_str(j, "hash", sum);
	jout_base64(j, "content_b64", b.p, b.len);
	jout_bool(j, "truncated", false);
	jout_end_object(j);
	return 0;
}

/* ", 640x480", or nothing when the header does not say. */
static void add_pixels(struct buf *b, const struct kind *k)
{
	if (k->width)
		buf_printf(b, ", %ux%u", k->width, k->height);
}

/* The picture for a program that calls: "MEDIA/TYPE BASE64". Returns 1 when it was given,
 * 0 when it was not, or -1 with err. */
static int tell_image(struct tool *t, int fd, const struct kind *k, const struct facts *f,
	struct err *e)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT,
		     line CLEANUP(buf_release) = BUF_INIT;
	if (!t->out.facts || f->size > MOST_TOLD)
		return 0;
	if (lseek(fd, 0, SEEK_SET) < 0 || io_slurp(fd, &b, MOST_TOLD) < 0)
		return err_sys(e, f->show, errno);
	buf_printf(&line, "%s ", k->media_type);
	base64_encode(&line, b.p, b.len);
	out_fact(&t->out, "image", line.p, line.len);
	return 1;
}

int show_binary(struct tool *t, int fd, const struct kind *k, const struct facts *f,
	struct err *e)
{
	char size[32];
	num_commas(size, f->size);
	if (!k->media_type)
		return err_set(e, ERR_BINARY, f->show,
			"binary, %s, %s bytes; -b 0:512 shows bytes, --raw all of them",
			k->name, size);
	if (t->out.form == OUT_JSON)
		return show_image_json(t, fd, k, f, e);
	int told = tell_image(t, fd, k, f, e);
	if (told < 0)
		return -1;
	out_name(&t->out, f->show);
	buf_printf(&t->out.buf, ": %s", k->name);
	add_pixels(&t->out.buf, k);
	buf_printf(&t->out.buf, ", %s bytes%s\n", size,
		told           ? ""
		: t->out.facts ? " (too large to be shown)"
			       : " (--json gives it)");
	return 0;
}

int say_binary_stat(
	struct tool *t, int fd, const struct kind *k, struct facts *f, struct err *e)
{
	char size[32];
	struct buf *b = &t->out.buf;
	struct jout *j = &t->out.json;
	if (hash_fd(fd, f->hash) < 0)
		return err_sys(e, f->show, errno);
	if (t->out.form != OUT_JSON) {
		out_name(&t->out, f->show);
		buf_printf(
			b, ": %s bytes, binary, %s", num_commas(size, f->size), k->name);
		add_pixels(b, k);
		buf_printf(b, ", hash %.*s\n", HASH_SHOWN, f->hash);
		return 0;
	}
	jout_record(j, "file");
	jout_bytes(j, "path", f->show, strlen(f->show));
	jout_int(j, "size", f->size);
	jout_str(j, "encoding", text_encoding_name(TEXT_BINARY));
	jout_str(j, "kind", k->name);
	image_json(j, k);
	jout_str(j, "hash", f->hash);
	jout_bool(j, "truncated", false);
	jout_end_object(j);
	return 0;
}

void say_stat(struct tool *t, const struct facts *f)
{
	char size[32], lines[32], eol[64];
	out_name(&t->out, f->show);
	buf_printf(&t->out.buf, ": %s line%s, %s byte%s, %s%s, %s, hash %.*s\n",
		num_commas(lines, f->lines), f->lines == 1 ? "" : "s",
		num_commas(size, f->size), f->size == 1 ? "" : "s", facts_eol(f, eol),
		f->final_newline ? "" : ", no newline at the end",
		text_encoding_name(f->encoding), HASH_SHOWN, f->hash);
}

static void add_bytes_short(struct buf *b, int64_t n)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
	double v = (double)n;
	size_t u = 0;
	for (; v >= 1000 && u + 1 < ARRAY_LEN(units); u++)
		v /= 1000;
	buf_printf(b, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

/* The options that show what did not fit. */
static void add_rest(struct buf *b, const struct request *r, int64_t at)
{
	buf_puts(b, "; go on with");
	if (r->by_default) {
		buf_printf(b, " --offset %lld", (long long)at - 1);
		return;
	}
	for (size_t i = 0; i < r->n_ranges; i++) {
		const struct range *one = &r->ranges[i];
		if (one->last < at)
			continue;
		buf_printf(
			b, " -r %lld:", (long long)(one->first < at ? at : one->first));
		if (one->last != INT64_MAX)
			buf_printf(b, "%lld", (long long)one->last);
	}
}

static void add_shown(struct buf *b, const struct request *r, const struct facts *f)
{
	char eol[64];
	if (f->first)
		buf_printf(b, "lines %lld-%lld of ", (long long)f->first,
			(long long)f->last);
	else
		buf_puts(b, "no lines of ");
	if (f->counted) {
		buf_printf(b, "%lld", (long long)f->lines);
	} else {
		buf_printf(b, "more than %lld lines (", (long long)f->lines);
		add_bytes_short(b, f->size);
		buf_addc(b, ')');
	}
	if (f->crlf)
		buf_printf(b, ", %s", facts_eol(f, eol));
	if (f->encoding != TEXT_UTF8)
		buf_printf(b, ", %s", text_encoding_name(f->encoding));
	if (f->cut_at)
		add_rest(b, r, f->cut_at);
}

/* The first line asked for that lies past the end, 0 when there is none. */
static int64_t past_end(const struct request *r, const struct facts *f)
{
	if (!f->counted || f->cut_at)
		return 0;
	if (r->line)
		return r->line > f->lines ? r->line : 0;
	for (size_t i = 0; i < r->n_ranges; i++)
		if (r->ranges[i].first > f->lines && r->ranges[i].first > 1)
			return r->ranges[i].first;
	return 0;
}

void say_facts(struct tool *t, const struct request *r, const struct facts *f)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	int64_t past = past_end(r, f);
	const char *name = t->operands.n > 1 || r->json ? f->show : NULL;
	bool odd = f->crlf || f->encoding != TEXT_UTF8;
	if (past)
		out_status(&t->out, 1);
	if (r->raw && !past)
		return;
	if (past)
		buf_printf(&b, "line %lld is past the end; the file has %lld line%s",
			(long long)past, (long long)f->lines, f->lines == 1 ? "" : "s");
	else if (f->counted && !f->lines)
		buf_puts(&b, "empty file");
	else if (f->cut_at || odd)
		add_shown(&b, r, f);
	else
		return;
	out_notice_on(&t->out, name, "%s", b.p);
}
