/* SPDX-License-Identifier: MIT */
/* A connection: frames that come are acted on, frames to be sent are kept until they can
 * be. One that breaks the rules is told so and closed; no other is harmed. */
#include "pab_serve.h"

#include "mem.h"
#include "num.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

struct conn *conn_new(struct serve *s, int in, int out)
{
	if (s->n_conns >= SERVE_CONNS)
		return NULL;
	struct conn *c = xcalloc(1, sizeof(*c));
	*c = (struct conn){.next = s->conns,
		.in = in,
		.out = out,
		.in_slot = -1,
		.out_slot = -1,
		.rx = BUF_INIT,
		.tx = BUF_INIT};
	s->conns = c;
	s->n_conns++;
	frame_add_hello(&c->tx);
	return c;
}

/* The last word on the stream. */
static void conn_refuse(struct conn *c, const struct err *e)
{
	frame_add(&c->tx, FRAME_ERROR, 0, 0, e->msg, strlen(e->msg));
	c->ending = true;
}

static void add_request(struct conn *c, struct request *r)
{
	r->next = c->requests;
	c->requests = r;
	c->n_requests++;
}

static void unlink_request(struct conn *c, const struct request *r)
{
	struct request **at = &c->requests;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	c->n_requests--;
}

static void drop_request(struct serve *s, struct conn *c, struct request *r)
{
	unlink_request(c, r);
	request_free(s, r);
}

/* Why this one request cannot be; the stream goes on. */
static void answer_no(struct serve *s, struct conn *c, struct request *r, struct err *e)
{
	char *text CLEANUP(mem_freep) = xasprintf("%s: %s", err_name(e->code), e->msg);
	size_t n = strlen(text);
	frame_add(&c->tx, FRAME_ERROR, 0, r->id, text, n > 600 ? 600 : n);
	drop_request(s, c, r);
}

static int take_item(struct conn *c, const struct frame *f, struct err *e)
{
	struct request *r = request_find(c, f->id);
	if (r && r->pid)
		return err_set(e, ERR_BAD_INPUT, NULL, "a request is already under way");
	if (!r && (!f->id || c->n_requests >= SERVE_REQUESTS))
		return err_set(e, ERR_BUSY, NULL, "too many requests on one stream");
	if (!r) {
		r = request_new(f->id);
		add_request(c, r);
	}
	return request_item(r, f->sub, f->data, f->len, e);
}

static int take_start(struct serve *s, struct conn *c, struct request *r, struct err *e)
{
	struct err why = {0};
	if (r->pid)
		return err_set(e, ERR_BAD_INPUT, NULL, "a request was started twice");
	if (s->stopping || s->n_children >= SERVE_CHILDREN)
		err_set(&why, ERR_BUSY, NULL, "the far end is busy with %zu requests",
			s->n_children);
	else if (serve_disk_check(s, r->argv.n ? r->argv.v[0] : "", &why) == 0 &&
		 request_start(s, r, &why) == 0)
		return 0;
	answer_no(s, c, r, &why);
	return 0;
}

static void send_signal(const struct request *r, int number)
{
	static const int allowed[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL};
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (allowed[i] == number && r->pid && !r->reaped)
			kill(r->pid, number);
}

/* Nobody waits for it any more: it is told to end. */
static void orphan(struct serve *s, struct request *r)
{
	if (!r->pid || r->reaped) {
		request_free(s, r);
		return;
	}
	request_end(r);
	r->next = s->orphans;
	s->orphans = r;
}

/* What is about a request that is there. Frames for one that ended crossed its end on the
 * way, and are nothing. */
static int take_for(struct serve *s, struct conn *c, const struct frame *f, struct err *e)
{
	struct request *r = request_find(c, f->id);
	if (!r)
		return 0;
	switch (f->type) {
	case FRAME_START:
		return take_start(s, c, r, e);
	case FRAME_DATA:
		return request_input(r, f->sub, f->data, f->len, e);
	case FRAME_END:
		return request_input(r, f->sub, NULL, 0, e);
	case FRAME_CREDIT:
		return request_credit(r, f->sub, frame_number(f->data), e);
	case FRAME_SIGNAL:
		send_signal(r, (unsigned char)f->data[0]);
		return 0;
	case FRAME_GONE:
		unlink_request(c, r);
		orphan(s, r);
		return 0;
	default:
		request_resize(r, f->data);
		return 0;
	}
}

static void answer_activity(struct serve *s, struct conn *c, bool may_rest)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	serve_activity(s, may_rest, &text);
	frame_add(&c->tx, FRAME_ACTIVE, 0, 0, text.p, text.len);
	c->ending = true; /* whoever asks this asks nothing else */
}

static int take_frame(
	struct serve *s, struct conn *c, const struct frame *f, struct err *e)
{
	char build[65];
	if (!c->greeted) {
		c->greeted = true;
		return frame_check_hello(f, build, e);
	}
	switch (f->type) {
	case FRAME_HELLO:
		return err_set(e, ERR_BAD_INPUT, NULL, "a second hello");
	case FRAME_PING:
		frame_add(&c->tx, FRAME_PONG, 0, 0, NULL, 0);
		return 0;
	case FRAME_ACTIVITY:
		answer_activity(s, c, f->data[0] == 1);
		return 0;
	case FRAME_ITEM:
		return take_item(c, f, e);
	default:
		return take_for(s, c, f, e);
	}
}

void conn_take(struct serve *s, struct conn *c, const void *p, size_t n)
{
	struct frame f;
	struct err e = {0};
	size_t at = 0;
	ssize_t got = 0;
	if (c->ending)
		return;
	buf_add(&c->rx, p, n);
	while (!c->ending && (got = frame_parse(c->rx.p + at, c->rx.len - at,
				      FRAME_CLIENT, &f, &e)) > 0) {
		at += (size_t)got;
		if (take_frame(s, c, &f, &e) < 0)
			conn_refuse(c, &e);
	}
	if (got < 0)
		conn_refuse(c, &e);
	memmove(c->rx.p, c->rx.p + at, c->rx.len - at);
	buf_trim(&c->rx, c->rx.len - at);
	if (!c->rx.len)
		buf_release(&c->rx);
}

static size_t backlog(const struct conn *c)
{
	return c->tx.len - c->tx_at;
}

void conn_watch(struct serve *s, struct conn *c)
{
	c->in_slot = c->out_slot = -1;
	if (!c->ending && backlog(c) < SERVE_DEAF)
		c->in_slot = serve_watch(s, c->in, POLLIN);
	if (backlog(c))
		c->out_slot = serve_watch(s, c->out, POLLOUT);
	for (struct request *r = c->requests; r; r = r->next)
		request_watch(s, c, r);
}

/* Reads what has come. A descriptor that is sent along is dropped by the kernel, as no
 * room is made for one. */
static void conn_read(struct serve *s, struct conn *c)
{
	char chunk[65536];
	ssize_t n = read(c->in, chunk, sizeof(chunk));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		conn_take(s, c, chunk, (size_t)n);
	else
		c->ending = c->broken = true;
}

/* The pipe to the client is full. All that is sent goes through it, so nobody else waits
 * while it drains; tried at once, a page at a time would go. */
static void let_drain(const struct conn *c)
{
	const struct timespec nap = {0, 200000}; /* ns */
	if (c->in != c->out)
		(void)nanosleep(&nap, NULL);
}

static void conn_write(struct conn *c)
{
	while (backlog(c)) {
		ssize_t n = write(c->out, c->tx.p + c->tx_at, backlog(c));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			let_drain(c);
		else if (n < 0)
			c->ending = c->broken = true;
		if (n < 0)
			return;
		c->tx_at += (size_t)n;
	}
	c->tx_at = 0;
	if (c->tx.cap > SERVE_BACKLOG || !c->requests)
		buf_release(&c->tx);
	else
		buf_clear(&c->tx);
}

void conn_work(struct serve *s, struct conn *c)
{
	if (serve_saw(s, c->in_slot))
		conn_read(s, c);
	for (struct request *r = c->requests, *next; r; r = next) {
		next = r->next;
		request_work(s, c, r);
		if (r->reaped && request_finish(c, r)) {
			drop_request(s, c, r);
			serve_active(s);
		}
	}
	if (!c->broken)
		conn_write(c);
}

bool conn_is_over(const struct conn *c)
{
	return c->broken || (c->ending && !backlog(c));
}

void conn_free(struct serve *s, struct conn *c)
{
	struct conn **at = &s->conns;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	s->n_conns--;
	for (struct request *r = c->requests, *next; r; r = next) {
		next = r->next;
		orphan(s, r);
	}
	close(c->in);
	if (c->out != c->in)
		close(c->out);
	buf_release(&c->rx);
	buf_release(&c->tx);
	free(c);
}
