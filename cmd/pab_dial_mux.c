/* SPDX-License-Identifier: MIT */
/* One stream for many callers: frames go through as they are, but for the id of their
 * request. What a stream has once (the hello, a ping) is answered or counted here. */
#include "pab_dial.h"

#include "mem.h"
#include "num.h"

#include <unistd.h>

void mux_init(struct mux *m)
{
	*m = (struct mux){.rx = BUF_INIT, .tx = BUF_INIT, .asked_at = NUM_NONE};
	frame_add_hello(&m->tx);
}

void mux_release(struct mux *m)
{
	while (m->clients)
		mux_drop(m, m->clients);
	buf_release(&m->rx);
	buf_release(&m->tx);
}

struct client *mux_add(struct mux *m, int in, int out)
{
	struct client *c = xcalloc(1, sizeof(*c));
	*c = (struct client){.next = m->clients,
		.in = in,
		.out = out,
		.rx = BUF_INIT,
		.tx = BUF_INIT,
		.in_slot = -1,
		.out_slot = -1};
	m->clients = c;
	m->n_clients++;
	frame_add_hello(&c->tx);
	return c;
}

static struct link *find_theirs(const struct mux *m, const struct client *c, uint32_t id)
{
	struct link *l = m->links;
	while (l && (l->client != c || l->theirs != id))
		l = l->next;
	return l;
}

static struct link *find_ours(const struct mux *m, uint32_t id)
{
	struct link *l = m->links;
	while (l && l->ours != id)
		l = l->next;
	return l;
}

static struct link *add_link(struct mux *m, struct client *c, uint32_t id)
{
	struct link *l = xcalloc(1, sizeof(*l));
	do
		m->last_id++;
	while (!m->last_id || find_ours(m, m->last_id));
	*l = (struct link){
		.next = m->links, .client = c, .theirs = id, .ours = m->last_id};
	m->links = l;
	m->n_links++;
	return l;
}

static void drop_link(struct mux *m, struct link *l)
{
	struct link **at = &m->links;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	m->n_links--;
	free(l);
}

static void give_up(struct mux *m, struct link *l)
{
	frame_add(&m->tx, FRAME_GONE, 0, l->ours, NULL, 0);
	drop_link(m, l);
}

void mux_drop(struct mux *m, struct client *c)
{
	for (struct link *l = m->links, *next; l; l = next) {
		next = l->next;
		if (l->client == c)
			give_up(m, l);
	}
	struct client **at = &m->clients;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	m->n_clients--;
	close(c->in);
	if (c->out != c->in)
		close(c->out);
	buf_release(&c->rx);
	buf_release(&c->tx);
	free(c);
}

bool mux_hears(const struct mux *m, const struct client *c)
{
	const struct link *l = m->links;
	while (l && l->client != c)
		l = l->next;
	return !c->ending && m->tx.len - m->tx_at < MUX_DEAF &&
	       (l || m->n_links < MUX_REQUESTS);
}

static void ask(struct mux *m)
{
	if (m->asked_at == NUM_NONE)
		m->asked_at = num_now_ms();
}

/* One frame of a caller's. Returns 0, or -1 with err: it breaks the rules, which would
 * end the stream of all. */
static int take_client(
	struct mux *m, struct client *c, const struct frame *f, struct err *e)
{
	char build[65];
	if (!c->greeted) {
		c->greeted = true;
		return frame_check_hello(f, build, e);
	}
	if (f->type == FRAME_HELLO)
		return err_set(e, ERR_BAD_INPUT, NULL, "a second hello");
	if (f->type == FRAME_PING) {
		c->pings++;
		frame_add(&m->tx, FRAME_PING, 0, 0, NULL, 0);
		return ask(m), 0;
	}
	struct link *l = find_theirs(m, c, f->id);
	bool item = f->type == FRAME_ITEM, start = f->type == FRAME_START;
	if ((item && !f->id) || ((item || start) && l && l->started))
		return err_set(e, ERR_BAD_INPUT, NULL, "a request is already under way");
	if (item && !l && m->n_links >= MUX_REQUESTS)
		return err_set(e, ERR_BUSY, NULL, "too many requests on one stream");
	if (item && !l)
		l = add_link(m, c, f->id);
	if (!l)
		return 0;
	frame_add(&m->tx, f->type, f->sub, l->ours, f->data, f->len);
	if (start) {
		l->started = true;
		ask(m);
	}
	return 0;
}

void mux_take_client(struct mux *m, struct client *c, const void *p, size_t n)
{
	struct frame f;
	struct err e = {0};
	size_t at = 0;
	ssize_t got = 0;
	buf_add(&c->rx, p, n);
	while ((got = frame_parse(c->rx.p + at, c->rx.len - at, FRAME_CLIENT, &f, &e)) >
		0) {
		at += (size_t)got;
		if (take_client(m, c, &f, &e) < 0) {
			got = -1;
			break;
		}
	}
	memmove(c->rx.p, c->rx.p + at, c->rx.len - at);
	buf_trim(&c->rx, c->rx.len - at);
	if (got >= 0)
		return;
	frame_add(&c->tx, FRAME_ERROR, 0, 0, e.msg, strlen(e.msg));
	c->ending = true;
}

static void answer_ping(struct mux *m)
{
	for (struct client *c = m->clients; c; c = c->next)
		if (c->pings) { /* one answer is a sign for all who asked */
			frame_add(&c->tx, FRAME_PONG, 0, 0, NULL, 0);
			c->pings = 0;
		}
}

/* One frame of the far end's. Returns 0, or -1 with err. */
static int take_far(struct mux *m, const struct frame *f, struct err *e)
{
	char build[65];
	if (!m->greeted) {
		m->greeted = true;
		return frame_check_hello(f, build, e);
	}
	if (f->type == FRAME_PONG)
		return answer_ping(m), 0;
	if (f->type == FRAME_ERROR && !f->id)
		return err_set(e, ERR_BACKEND, NULL, "the far end says: %.*s",
			(int)(f->len < 400 ? f->len : 400), f->data);
	struct link *l = find_ours(m, f->id);
	if (!l) /* it crossed the caller's going on the way */
		return 0;
	frame_add(&l->client->tx, f->type, f->sub, l->theirs, f->data, f->len);
	if (f->type == FRAME_EXIT || f->type == FRAME_ERROR)
		drop_link(m, l);
	return 0;
}

int mux_take_far(struct mux *m, struct err *e)
{
	struct frame f;
	size_t at = 0;
	ssize_t got = 0;
	while ((got = frame_parse(m->rx.p + at, m->rx.len - at, FRAME_SERVER, &f, e)) >
		0) {
		at += (size_t)got;
		if (take_far(m, &f, e) < 0)
			return -1;
	}
	if (at)
		m->asked_at = NUM_NONE;
	memmove(m->rx.p, m->rx.p + at, m->rx.len - at);
	buf_trim(&m->rx, m->rx.len - at);
	return got < 0 ? -1 : 0;
}

void mux_fail(struct mux *m, const struct err *e)
{
	char *text CLEANUP(mem_freep) = xasprintf("%s: %s", err_name(e->code), e->msg);
	size_t n = strlen(text);
	m->asked_at = NUM_NONE;
	while (m->links) {
		struct link *l = m->links;
		frame_add(&l->client->tx, FRAME_ERROR, 0, l->theirs, text,
			n > 600 ? 600 : n);
		give_up(m, l);
	}
	for (struct client *c = m->clients; c; c = c->next)
		if (c->pings) {
			frame_add(&c->tx, FRAME_ERROR, 0, 0, e->msg, strlen(e->msg));
			c->ending = true;
		}
}
