/* SPDX-License-Identifier: MIT */
/* far_run: the bytes between the stream, the caller's files and this process. */
#include "far.h"

#include "mem.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum {
	ID = 1,
	CHUNK = FRAME_MAX + FRAME_HEAD,
	PATIENCE = 10, /* seconds of silence before the far end is asked for a sign, and
			  as many again before it is given up */
};

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t caught, resized;
static int wake[2] = {-1, -1}; /* the handler's word to poll */

static void on_signal(int sig)
{
	int saved = errno;
	(void)!write(wake[1], "", 1);
	errno = saved;
	if (caught) {
		(void)signal(sig, SIG_DFL);
		(void)raise(sig);
	}
	caught = sig;
}

static void on_resize(int sig)
{
	int saved = errno;
	(void)sig;
	resized = 1;
	(void)!write(wake[1], "", 1);
	errno = saved;
}

/* Handlers for what is not ignored. */
static void take_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal}, old;
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		if (sigaction(forwarded[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(forwarded[i], &sa, NULL);
}

int far_print(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno != EINTR)
			return -1;
		/* Nobody reads: who is to end now cannot wait for that. The far end sees
		 * the stream end, and ends what runs there. */
		if (w < 0 && caught) {
			(void)signal(caught, SIG_DFL);
			(void)raise(caught);
		}
		p += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
	return 0;
}

static size_t unsent(const struct far *f)
{
	return f->tx.len - f->tx_at;
}

/* Sends what can be sent. Returns 0, or -1 with errno. */
static int send_some(struct far *f, const struct dial *d)
{
	ssize_t n = write(d->out, f->tx.p + f->tx_at, unsent(f));
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	f->tx_at += (size_t)n;
	if (!unsent(f)) {
		f->tx_at = 0;
		buf_clear(&f->tx);
	}
	return 0;
}

/* Reads from a file that was asked for, as much as was. */
static void send_input(struct far *f, size_t i)
{
	struct input_file *in = &f->in[i];
	char chunk[65536];
	uint8_t channel = (uint8_t)(i ? i + 2 : 0);
	size_t want = in->credit < sizeof(chunk) ? in->credit : sizeof(chunk);
	ssize_t n = read(in->fd, chunk, want);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		frame_add(&f->tx, FRAME_DATA, channel, ID, chunk, (size_t)n);
		in->credit -= (uint32_t)n;
		return;
	}
	frame_add(&f->tx, FRAME_END, channel, ID, NULL, 0);
	if (i)
		close(in->fd);
	in->fd = -1;
}

struct poller {
	struct pollfd fds[4 + FRAME_FILES];
	size_t file[4 + FRAME_FILES]; /* which of in[] */
	size_t n;
};

static void watch(struct poller *p, int fd, short events, size_t file)
{
	p->file[p->n] = file;
	p->fds[p->n++] = (struct pollfd){fd, events, 0};
}

static void fill(struct poller *p, const struct far *f, const struct dial *d)
{
	p->n = 0;
	watch(p, d->in, POLLIN, 0);
	watch(p, unsent(f) ? d->out : -1, POLLOUT, 0);
	watch(p, wake[0], POLLIN, 0);
	for (size_t i = 0; i <= f->n_files; i++)
		if (f->in[i].fd >= 0 && f->in[i].credit && unsent(f) < FRAME_MAX)
			watch(p, f->in[i].fd, POLLIN, i);
}

static int gone(struct far *f, int number, struct err *e)
{
	f->unheard = !f->greeted && !f->rx.len;
	if (!f->greeted)
		return err_set(e, ERR_BACKEND, NULL, "the far end closed without a word");
	err_set(e, ERR_BACKEND, NULL, "the connection broke");
	if (number)
		err_add(e, " (%s)", strerror(number));
	return err_add(e, "; what was asked may have been done, wholly, in part, or not");
}

/* Takes what has come. Returns 0, or -1 with err. */
static int receive(struct far *f, const struct dial *d, char *chunk, struct err *e)
{
	ssize_t n = read(d->in, chunk, CHUNK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n > 0 ? far_take(f, chunk, (size_t)n, e) : gone(f, n < 0 ? errno : 0, e);
}

/* The signal that came is passed on, once. */
static void pass_signal(struct far *f, bool *passed)
{
	char number = (char)caught;
	if (!caught || *passed)
		return;
	*passed = true;
	frame_add(&f->tx, FRAME_SIGNAL, 0, ID, &number, 1);
}

/* One silence is answered with a question, the second with giving up. Returns 0, or -1
 * with err. */
static int mind_silence(struct far *f, bool silent, bool *asked, struct err *e)
{
	if (silent && (*asked || !f->greeted))
		return err_set(e, ERR_TIMEOUT, NULL,
			"the far end did not answer for %d seconds",
			f->greeted ? 2 * PATIENCE : PATIENCE);
	if (silent)
		frame_add(&f->tx, FRAME_PING, 0, 0, NULL, 0);
	*asked = silent;
	return 0;
}

/* A terminal there has the size of ours; a change comes as a signal. */
static void send_size(struct far *f)
{
	struct winsize size;
	if (!f->terminal || !resized || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	resized = 0;
	frame_add_number(&f->tx, FRAME_SIZE, 0, ID,
		(uint32_t)size.ws_row << 16 | (uint32_t)size.ws_col);
}

/* Our terminal passes every key on until the request is over. */
static bool make_raw(struct termios *as_it_was)
{
	struct sigaction sa = {.sa_handler = on_resize};
	struct termios every_key;
	if (tcgetattr(STDIN_FILENO, as_it_was) < 0)
		return false;
	every_key = *as_it_was;
	cfmakeraw(&every_key);
	(void)sigaction(SIGWINCH, &sa, NULL);
	resized = 1;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &every_key) == 0;
}

static int work(struct far *f, struct dial *d, char *chunk, struct err *e)
{
	struct poller p;
	char word[64];
	bool passed = false, asked = false;
	while (!f->over) {
		pass_signal(f, &passed);
		send_size(f);
		fill(&p, f, d);
		int r = poll(p.fds, p.n, PATIENCE * 1000);
		if (r < 0)
			continue;
		bool heard = p.fds[0].revents != 0;
		if (p.fds[2].revents)
			(void)!read(wake[0], word, sizeof(word));
		if (r == 0 || heard)
			if (mind_silence(f, !heard, &asked, e) < 0)
				return -1;
		/* What it had to say before it closed is heard first. */
		if (heard && receive(f, d, chunk, e) < 0)
			return -1;
		if (!heard && p.fds[1].revents && send_some(f, d) < 0)
			return gone(f, errno, e);
		for (size_t i = 3; i < p.n; i++)
			if (p.fds[i].revents)
				send_input(f, p.file[i]);
		if (unsent(f) && !f->over && send_some(f, d) < 0 && !heard)
			return gone(f, errno, e);
	}
	return 0;
}

int far_run(struct far *f, struct dial *d, struct err *e)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, pipe_was;
	char *chunk CLEANUP(mem_freep) = xmalloc(CHUNK);
	frame_add(&f->tx, FRAME_START, 0, ID, NULL, 0);
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, NULL, errno);
	take_signals();
	if (fcntl(d->in, F_SETFL, fcntl(d->in, F_GETFL) | O_NONBLOCK) < 0)
		return err_sys(e, NULL, errno);
	/* A stream that breaks is an error to be told; standard output that does, the
	 * usual end. */
	(void)sigaction(SIGPIPE, &ignore, &pipe_was);
	struct termios as_it_was;
	bool raw = f->terminal && make_raw(&as_it_was);
	int r = work(f, d, chunk, e);
	if (raw)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &as_it_was);
	(void)sigaction(SIGPIPE, &pipe_was, NULL);
	if (f->broken == EPIPE && pipe_was.sa_handler != SIG_IGN)
		(void)raise(SIGPIPE);
	if (r == 0 && f->held.len) {
		struct buf b CLEANUP(buf_release) = BUF_INIT;
		text_escape(&b, f->held.p, f->held.len);
		if (far_print(STDOUT_FILENO, b.p, b.len) < 0)
			f->broken = errno;
	}
	return r;
}
