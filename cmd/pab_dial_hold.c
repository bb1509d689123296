/* SPDX-License-Identifier: MIT */
/* The loop: callers on one side, the far end's one stream on the other. */
#include "pab_dial.h"

#include "mem.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

struct hold {
	struct container *c;
	struct mux *m;
	int listener;
	struct pollfd fds[2 * MUX_CLIENTS + 2];
	size_t n;
	struct buf errors; /* what the far end said on its standard error */
	bool gone;         /* its stream ended */
};

static int watch(struct hold *h, int fd, short events)
{
	h->fds[h->n] = (struct pollfd){fd, events, 0};
	return (int)h->n++;
}

static size_t unsent(const struct buf *b, size_t at)
{
	return b->len - at;
}

static void look(struct hold *h)
{
	struct mux *m = h->m;
	h->n = 0;
	bool more = unsent(&m->tx, m->tx_at) > 0;
	(void)watch(
		h, engine_exec_fd(h->c->exec), (short)(POLLIN | (more ? POLLOUT : 0)));
	bool room = h->listener >= 0 && m->n_clients < MUX_CLIENTS;
	(void)watch(h, room ? h->listener : -1, POLLIN);
	for (struct client *c = m->clients; c; c = c->next) {
		c->in_slot = watch(h, mux_hears(m, c) ? c->in : -1, POLLIN);
		c->out_slot = watch(h, unsent(&c->tx, c->tx_at) ? c->out : -1, POLLOUT);
	}
}

static void welcome(struct hold *h)
{
	struct ucred peer = {0};
	socklen_t n = sizeof(peer);
	int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0 ||
		(peer.uid != geteuid() && peer.uid != 0)) {
		close(fd);
		return;
	}
	(void)mux_add(h->m, fd, fd);
}

static void hear(struct hold *h, struct client *c)
{
	char chunk[65536];
	ssize_t n = read(c->in, chunk, sizeof(chunk));
	if (n > 0)
		mux_take_client(h->m, c, chunk, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		c->broken = true;
}

/* Writes what can be written. Returns 0, or -1: it is broken. */
static int drain(int fd, struct buf *b, size_t *at)
{
	while (unsent(b, *at)) {
		ssize_t n = write(fd, b->p + *at, unsent(b, *at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		*at += (size_t)n;
	}
	*at = 0;
	buf_clear(b);
	return 0;
}

static void send_far(struct hold *h)
{
	struct mux *m = h->m;
	while (unsent(&m->tx, m->tx_at)) {
		ssize_t n = engine_exec_write(
			h->c->exec, m->tx.p + m->tx_at, unsent(&m->tx, m->tx_at));
		h->gone |= n < 0;
		if (n <= 0)
			return;
		m->tx_at += (size_t)n;
	}
	m->tx_at = 0;
	buf_clear(&m->tx);
}

/* The far end's stream. Returns 0, or -1 with err: it is over. */
static int hear_far(struct hold *h, struct err *e)
{
	bool more = engine_exec_read(h->c->exec, &h->m->rx, &h->errors);
	if (h->errors.len > 4096)
		buf_trim(&h->errors, 4096);
	if (mux_take_far(h->m, e) < 0)
		return -1;
	if (more)
		return 0;
	h->gone = true;
	mem_closep(&h->listener); /* whoever comes now finds nobody, and asks anew */
	if (reach_check(h->c, e) < 0)
		return -1;
	buf_trim(&h->errors, strcspn(h->errors.p, "\n"));
	return err_set(e, ERR_BACKEND, NULL,
		"the far end in %s ended%s%.200s; what was asked may have been done, "
		"wholly, in part, or not",
		h->c->name, h->errors.len ? ": " : "", h->errors.p);
}

static void serve_clients(struct hold *h)
{
	for (struct client *c = h->m->clients, *next; c; c = next) {
		next = c->next;
		if (c->in_slot >= 0 && h->fds[c->in_slot].revents)
			hear(h, c);
	}
	for (struct client *c = h->m->clients, *next; c; c = next) {
		next = c->next;
		if (!c->broken && drain(c->out, &c->tx, &c->tx_at) < 0)
			c->broken = true;
		if (c->broken || (c->ending && !unsent(&c->tx, c->tx_at)))
			mux_drop(h->m, c);
	}
}

/* Nothing came for a while though something was asked: is the container paused? Returns
 * how long to wait for more, in milliseconds. */
static int mind_silence(struct hold *h)
{
	struct err e = {0};
	struct mux *m = h->m;
	if (m->asked_at == NUM_NONE)
		return -1;
	int64_t left = m->asked_at + MUX_SILENCE - num_now_ms();
	if (left > 0)
		return (int)left;
	if (reach_check(h->c, &e) < 0) {
		mux_fail(m, &e);
		return 0;
	}
	m->asked_at = num_now_ms() + 9 * (int64_t)MUX_SILENCE;
	return 10 * MUX_SILENCE;
}

int hold_run(struct container *c, struct mux *m, int listener, int64_t idle)
{
	struct hold h = {.c = c, .m = m, .listener = listener, .errors = BUF_INIT};
	struct err e = {0};
	int r = 0;
	while (r == 0 && (listener >= 0 || m->clients)) {
		send_far(&h);
		look(&h);
		int ms = mind_silence(&h);
		if (!m->clients)
			ms = idle < INT32_MAX ? (int)idle : -1;
		int n = poll(h.fds, h.n, ms);
		if (n == 0 && !m->clients)
			break;
		if (n < 0)
			continue;
		if (h.fds[0].revents)
			r = hear_far(&h, &e);
		serve_clients(&h);
		if (h.fds[1].revents)
			welcome(&h);
	}
	if (r < 0) {
		mux_fail(m, &e);
		h.n = 0;
		for (struct client *k = m->clients; k; k = k->next)
			k->in_slot = -1;
		serve_clients(&h);
	}
	buf_release(&h.errors);
	mem_closep(&h.listener);
	return r < 0 ? 7 : 0;
}
