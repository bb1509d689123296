/* SPDX-License-Identifier: MIT */
/* The client's side of a request: sends it on a stream to a far end, gives that what it
 * asks for, prints what it prints. Nothing that comes back is trusted: frames are of the
 * known kinds and lengths and about this request, what was not offered is not given, and
 * control bytes do not reach a terminal; what comes is printed before more is read, so
 * that it takes no memory. May include: dial, frame. */
#ifndef FAR_H
#define FAR_H

#include "dial.h"
#include "frame.h"

/* What is to be done; starts with far_init(), its owner calls far_release(). */
struct far {
	struct buf tx; /* frames to be sent */
	size_t tx_at;
	struct buf rx;
	bool greeted;
	bool unheard;  /* it closed before it said anything: nothing was done */
	bool over;     /* it ended, or cannot be */
	bool as_it_is; /* output is not made fit for a terminal */
	bool terminal; /* the tool gets one there, and ours passes every key on */
	bool tty[3];   /* what standard output and error are */
	int broken;    /* errno of a write to standard output that failed */
	struct input_file {
		int fd;          /* -1: none, or at its end */
		uint32_t credit; /* bytes that were asked for */
	} in[1 + FRAME_FILES];   /* standard input, then channels 3, 4, … */
	size_t n_files;
	bool keeps_input;  /* standard input is not for the far end */
	uint32_t taken[2]; /* output that came and was not granted anew */
	bool by_signal;    /* how the tool ended, and its status or signal */
	int number;
	bool keep[2];       /* output and error are kept until the end */
	struct buf kept[2]; /* what is */
	struct buf needs;   /* what rules ask there and was not granted */
	struct buf held;    /* the end of output on a terminal that is not yet whole */
};

void far_init(struct far *f);
void far_release(struct far *f);

/* Adds a piece to the request. Returns 0, or -1 with err: too large. */
int far_item(struct far *f, enum frame_item item, const void *p, size_t n,
	struct err *e) NODISCARD;

/* Adds the word `prefix` + name, and with it the file of that name: fd, which is taken
 * over, or, with -1, opened here. Returns 0, or -1 with err. */
int far_file(struct far *f, const char *prefix, const char *name, int fd,
	struct err *e) NODISCARD;

/* Prints what was kept of a channel, 1 or 2. */
void far_release_output(struct far *f, int fd);

/* Takes n bytes that came from the far end. Returns 0, or -1 with err when it breaks the
 * rules, or says that the request cannot be. */
int far_take(struct far *f, const void *p, size_t n, struct err *e) NODISCARD;

/* Writes all n bytes; ends this process when a signal asked for that meanwhile. Returns
 * 0, or -1 with errno. */
int far_print(int fd, const char *p, size_t n) NODISCARD;

/* Sends the request and stays until it is over. The first SIGINT, SIGTERM or SIGHUP is
 * passed on, the second ends this process. Returns 0 with by_signal and number filled, or
 * broken when standard output took no more; -1 with err. */
int far_run(struct far *f, struct dial *d, struct err *e) NODISCARD;

#endif
