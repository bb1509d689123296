/* SPDX-License-Identifier: MIT */
/* A request: what it is made of, and the bytes between its pipes and its connection. */
#include "pab_serve.h"

#include "mem.h"
#include "num.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct request *request_new(uint32_t id)
{
	struct request *r = xcalloc(1, sizeof(*r));
	r->id = id;
	r->mask = 022;
	r->kill_at = NUM_NONE;
	r->terminal = -1;
	r->ask = r->ask_slot = -1;
	r->needs = -1;
	r->rules = r->granted = (struct buf)BUF_INIT;
	for (size_t i = 0; i < ARRAY_LEN(r->in); i++)
		r->in[i] = (struct input){.fd = -1, .b = BUF_INIT, .slot = -1};
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++)
		r->out[i] = (struct output){.fd = -1, .credit = FRAME_WINDOW, .slot = -1};
	return r;
}

struct request *request_find(const struct conn *c, uint32_t id)
{
	struct request *r = c->requests;
	while (r && r->id != id)
		r = r->next;
	return r;
}

/* Variables that say where the tools act are the far end's own. */
static int add_env(struct request *r, const char *text, struct err *e)
{
	static const char *const ours[] = {"PAB_BACKEND=", "PAB_ALLOW=", "PAB_HOME=",
		"PAB_RUNTIME=", "PAB_RULES=", "PAB_ASK=", "PAB_AUDIT=", "PAB_BOX="};
	const char *eq = strchr(text, '=');
	if (!eq || eq == text)
		return err_set(e, ERR_BAD_INPUT, NULL,
			"a variable is not of the form NAME=VALUE");
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!strncmp(text, ours[i], strlen(ours[i])))
			return err_set(e, ERR_BAD_INPUT, NULL,
				"a variable is not the caller's to set");
	vec_add(&r->env, text);
	return 0;
}

/* "--old-file=" NUL "notes.txt" becomes "--old-file=3:notes.txt". */
static int add_file(struct request *r, const char *p, size_t n, struct err *e)
{
	const char *nul = memchr(p, '\0', n);
	if (!nul || r->n_files >= FRAME_FILES)
		return err_set(e, ERR_BAD_INPUT, NULL,
			nul ? "more than %d files are sent along" : "a file has no name",
			FRAME_FILES);
	char *name CLEANUP(mem_freep) = xmemdup0(nul + 1, n - (size_t)(nul + 1 - p));
	vec_give(&r->argv, xasprintf("%s%zu:%s", p, 3 + r->n_files++, name));
	return 0;
}

int request_item(
	struct request *r, enum frame_item item, const char *p, size_t n, struct err *e)
{
	r->size += n + sizeof(char *);
	if (r->size > FRAME_REQUEST)
		return err_set(e, ERR_BAD_INPUT, NULL, "a request of more than %d bytes",
			FRAME_REQUEST);
	if (item == ITEM_FILE)
		return add_file(r, p, n, e);
	char *text CLEANUP(mem_freep) = xmemdup0(p, n);
	bool is_text = strlen(text) == n;
	if (item == ITEM_ARGUMENT && is_text)
		return vec_add(&r->argv, text), 0;
	if (item == ITEM_ENV && is_text)
		return add_env(r, text, e);
	if (item == ITEM_RULES && is_text)
		return buf_puts(&r->rules, text), 0;
	if (item == ITEM_GRANT && is_text && !strchr(text, '\n'))
		return buf_printf(&r->granted, "%s\n", text), 0;
	if (item == ITEM_SHOWN && is_text && !r->shown)
		return r->shown = xstrdup(text), 0;
	if (item == ITEM_MOUNT && is_text && !r->mount)
		return r->mount = xstrdup(text), 0;
	if (item == ITEM_UMASK && n == 4)
		return r->mask = frame_number(p) & 0777, 0;
	if (item == ITEM_FLAGS && n == 1)
		return r->flags = (unsigned char)*p, 0;
	return err_set(e, ERR_BAD_INPUT, NULL, "an item of a request is not understood");
}

/* Which of in[] the channel is. Returns -1 when it is none. */
static int input_of(const struct request *r, uint8_t channel)
{
	if (channel == 0)
		return 0;
	return channel >= 3 && channel < 3 + r->n_files ? channel - 2 : -1;
}

int request_input(
	struct request *r, uint8_t channel, const char *p, size_t n, struct err *e)
{
	int i = input_of(r, channel);
	if (i < 0 || r->in[i].ended || !r->in[i].asked || n > r->in[i].allowed)
		return err_set(e, ERR_BAD_INPUT, NULL, "input that nobody asked for");
	struct input *in = &r->in[i];
	in->allowed -= (uint32_t)n;
	in->ended = !p;
	if (in->fd >= 0 && p)
		buf_add(&in->b, p, n);
	if (in->ended && in->fd >= 0 && in->at == in->b.len)
		close(steal_fd(&in->fd));
	return 0;
}

int request_credit(struct request *r, uint8_t channel, uint32_t n, struct err *e)
{
	struct output *out = channel == 1 ? &r->out[0] : &r->out[1];
	if (channel < 1 || channel > 2 || n > FRAME_WINDOW - out->credit)
		return err_set(e, ERR_BAD_INPUT, NULL, "credit for more than the window");
	out->credit += n;
	return 0;
}

static bool has_room(const struct conn *c)
{
	return c->tx.len - c->tx_at < SERVE_BACKLOG && !c->broken;
}

void request_watch(struct serve *s, const struct conn *c, struct request *r)
{
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++) {
		struct output *out = &r->out[i];
		out->slot = out->fd >= 0 && out->credit && has_room(c)
				    ? serve_watch(s, out->fd, POLLIN)
				    : -1;
	}
	for (size_t i = 0; i <= r->n_files; i++) {
		struct input *in = &r->in[i];
		in->slot = in->fd >= 0 && in->at < in->b.len
				   ? serve_watch(s, in->fd, POLLOUT)
				   : -1;
	}
	r->ask_slot = r->ask >= 0 ? serve_watch(s, r->ask, POLLIN) : -1;
}

/* Moves output into one frame. Returns what read(2) did; 0 when nothing could be tried.
 */
static ssize_t send_output(struct conn *c, struct request *r, size_t i)
{
	struct output *out = &r->out[i];
	size_t want = out->credit < FRAME_MAX ? out->credit : FRAME_MAX;
	if (out->fd < 0 || !want || !has_room(c))
		return 0;
	/* Straight to where it is sent from, the head before it. */
	buf_reserve(&c->tx, FRAME_HEAD + want);
	char *at = c->tx.p + c->tx.len;
	ssize_t n = read(out->fd, at + FRAME_HEAD, want);
	if (n > 0) {
		frame_head(at, FRAME_DATA, (uint8_t)(i + 1), r->id, (size_t)n);
		c->tx.len += FRAME_HEAD + (size_t)n;
		out->credit -= (uint32_t)n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(steal_fd(&out->fd));
	}
	c->tx.p[c->tx.len] = '\0';
	return n;
}

/* Lets the client send so much that FRAME_INPUT bytes are held or under way. */
static void ask_for(struct conn *c, const struct request *r, int i)
{
	struct input *in = (struct input *)&r->in[i];
	size_t held = in->b.len - in->at + in->allowed;
	if (in->ended || in->fd < 0 || held > FRAME_INPUT / 2)
		return;
	uint32_t more = (uint32_t)(FRAME_INPUT - held);
	in->allowed += more;
	frame_add_number(&c->tx, FRAME_CREDIT, (uint8_t)(i ? i + 2 : 0), r->id, more);
}

/* The tool wants to read what it named. */
static void hear_asking(struct conn *c, struct request *r)
{
	char channels[64];
	ssize_t n = read(r->ask, channels, sizeof(channels));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	for (ssize_t k = 0; k < n; k++) {
		int i = input_of(r, (uint8_t)channels[k]);
		if (i < 0 || r->in[i].asked)
			continue;
		r->in[i].asked = true;
		ask_for(c, r, i);
	}
	if (n <= 0)
		close(steal_fd(&r->ask));
}

static void give_input(struct conn *c, struct request *r, int i)
{
	struct input *in = &r->in[i];
	ssize_t n = write(in->fd, in->b.p + in->at, in->b.len - in->at);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) { /* nobody reads any more: what still comes is dropped */
		close(steal_fd(&in->fd));
		buf_release(&in->b);
		in->at = 0;
		return;
	}
	in->at += (size_t)n;
	if (in->at == in->b.len) {
		in->at = 0;
		buf_clear(&in->b);
		if (in->ended)
			close(steal_fd(&in->fd));
	}
	ask_for(c, r, i);
}

void request_work(struct serve *s, struct conn *c, struct request *r)
{
	if (serve_saw(s, r->ask_slot))
		hear_asking(c, r);
	for (size_t i = 0; i <= r->n_files; i++)
		if (serve_saw(s, r->in[i].slot))
			give_input(c, r, (int)i);
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++)
		if (serve_saw(s, r->out[i].slot))
			(void)!send_output(c, r, i);
}

/* What the tool was not granted goes before its end. */
static void send_needs(struct conn *c, const struct request *r)
{
	char text[65536];
	ssize_t n = r->needs < 0 ? 0 : pread(r->needs, text, sizeof(text), 0);
	if (n > 0)
		frame_add(&c->tx, FRAME_NEEDS, 0, r->id, text, (size_t)n);
}

void request_resize(const struct request *r, const char *four)
{
	uint32_t both = frame_number(four);
	struct winsize size = {
		.ws_row = (unsigned short)(both >> 16), .ws_col = (unsigned short)both};
	if (r->terminal >= 0)
		(void)ioctl(r->terminal, TIOCSWINSZ, &size);
}

bool request_finish(struct conn *c, struct request *r)
{
	/* Somebody may hold its pipes open: what is in them is all there will be. */
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++)
		while (send_output(c, r, i) > 0)
			;
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++) {
		struct pollfd p = {r->out[i].fd, POLLIN, 0};
		if (r->out[i].fd >= 0 && poll(&p, 1, 0) > 0)
			return false;
	}
	bool by_signal = WIFSIGNALED(r->status);
	char how[2] = {(char)by_signal,
		(char)(by_signal ? WTERMSIG(r->status) : WEXITSTATUS(r->status))};
	send_needs(c, r);
	frame_add(&c->tx, FRAME_EXIT, 0, r->id, how, sizeof(how));
	return true;
}

void request_end(struct request *r)
{
	for (size_t i = 0; i < ARRAY_LEN(r->in); i++)
		if (r->in[i].fd >= 0)
			close(steal_fd(&r->in[i].fd));
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++)
		if (r->out[i].fd >= 0)
			close(steal_fd(&r->out[i].fd));
	kill(r->pid, SIGTERM);
	r->kill_at = num_now_ms() + SERVE_PATIENCE;
}

void request_free(struct serve *s, struct request *r)
{
	if (r->pid)
		s->n_children--;
	for (size_t i = 0; i < ARRAY_LEN(r->in); i++) {
		if (r->in[i].fd >= 0)
			close(r->in[i].fd);
		buf_release(&r->in[i].b);
	}
	for (size_t i = 0; i < ARRAY_LEN(r->out); i++)
		if (r->out[i].fd >= 0)
			close(r->out[i].fd);
	if (r->ask >= 0)
		close(r->ask);
	mem_closep(&r->needs);
	mem_closep(&r->terminal);
	vec_release(&r->argv);
	vec_release(&r->env);
	buf_release(&r->rules);
	buf_release(&r->granted);
	free(r->shown);
	free(r->mount);
	free(r);
}
