/* SPDX-License-Identifier: MIT */
#include "keepbox.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

void keepbox_init(struct keepbox *b)
{
	*b = (struct keepbox){.report = -1, .said = -1};
}

pid_t keepbox_start(struct keepbox *b, const struct spawn *what, int ctl, bool *in_group)
{
	int report[2], said[2];
	b->how = &what->box[b->next++];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) < 0)
		return -1;
	if (pipe2(said, O_CLOEXEC | O_NONBLOCK) < 0) {
		close(report[0]);
		close(report[1]);
		return -1;
	}
	b->report = report[0];
	b->said = said[0];
	struct launch_box how = {
		b->how->argv, report[1], said[1], b->how->here && box_here};
	pid_t pid = launch(what, &how, ctl, in_group);
	int number = errno;
	close(report[1]);
	close(said[1]);
	errno = number;
	return pid;
}

/* What whoever makes the sandbox says of its failure, in one line. */
static void hear_said(struct keepbox *b)
{
	char text[sizeof(b->text)];
	ssize_t n = b->said < 0 ? -1 : read(b->said, text, sizeof(text) - 1);
	if (n <= 0 || *b->text)
		return;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	memcpy(b->text, text, sizeof(text));
}

static void take(struct keepbox *b, const struct box_word *w)
{
	switch (w->kind) {
	case BOX_STANDS:
		b->stands = true;
		return;
	case BOX_RUNS:
		b->runs = b->stands && !b->error;
		return;
	case BOX_FAILED:
		b->error = w->value;
		return;
	case BOX_REFUSED:
		b->refused = true;
		memcpy(b->text, w->text, sizeof(b->text));
		b->text[sizeof(b->text) - 1] = '\0';
		return;
	case BOX_ENDED:
		b->ended = true;
		b->status = w->value;
		return;
	}
}

bool keepbox_hear(struct keepbox *b)
{
	struct box_word w;
	bool news = false;
	while (b->report >= 0) {
		ssize_t n = recv(b->report, &w, sizeof(w), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return news;
		news = true;
		if (n == sizeof(w)) {
			take(b, &w);
			continue;
		}
		close(steal_fd(&b->report)); /* all that had it are gone, or became the
						command */
		b->runs |= b->stands && !b->error;
	}
	return news;
}

bool keepbox_again(struct keepbox *b, const struct spawn *what)
{
	(void)keepbox_hear(b);
	if (b->stands || b->refused)
		return false;
	hear_said(b);
	if (b->report >= 0)
		close(steal_fd(&b->report));
	close(steal_fd(&b->said));
	b->refused = b->next == what->n_box;
	return !b->refused;
}
