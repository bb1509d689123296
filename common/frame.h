/* SPDX-License-Identifier: MIT */
/* Frames: what a request and its answer are made of on a stream between a tool and a far
 * end (pab-serve(8) is the description). A frame is
 *
 *	length  4 bytes, most significant first: of the payload, at most FRAME_MAX
 *	type    1 byte, enum frame_type
 *	sub     1 byte: a channel, a tag, else 0
 *	0 0     2 bytes
 *	id      4 bytes, most significant first: of the request; 0 is the stream itself
 *	payload
 *
 * May include: buf, err. */
#ifndef FRAME_H
#define FRAME_H

#include "buf.h"
#include "err.h"

#include <stdint.h>

enum {
	FRAME_PROTOCOL = 1,
	FRAME_HEAD = 12,
	FRAME_MAX = 256 << 10,   /* bytes of payload */
	FRAME_WINDOW = 1 << 20,  /* bytes of output that may be under way unasked */
	FRAME_INPUT = 256 << 10, /* bytes of input that are asked for at a time */
	FRAME_FILES = 16,        /* files of the caller's in one request */
	FRAME_REQUEST = 4 << 20, /* bytes of all items of one request */
};

/* Who may send it: c the client, s the server. */
enum frame_type {
	FRAME_HELLO = 'H',  /* cs: "pab", the protocol (1 byte), the build (text) */
	FRAME_ITEM = 'I',   /* c: a piece of a request; sub: enum frame_item */
	FRAME_START = 'S',  /* c: the request is whole, start it */
	FRAME_DATA = 'D',   /* cs: bytes of channel sub */
	FRAME_END = 'E',    /* c: no more bytes of channel sub */
	FRAME_CREDIT = 'C', /* cs: so many more bytes (4) of channel sub may come */
	FRAME_SIGNAL = 'K', /* c: a signal (1 byte) for the request */
	FRAME_GONE = 'G',   /* c: who asked is gone: it ends as when its stream does */
	FRAME_SIZE = 'W',   /* c: rows and columns (2 + 2 bytes) of the terminal */
	FRAME_EXIT = 'X',   /* s: it ended: 0 and the status, or 1 and the signal */
	FRAME_NEEDS = 'N',  /* s: what rules ask and was not granted: "OP TARGET", a line
			       each; before the exit */
	FRAME_ERROR = '!',  /* s: why it cannot be; of id 0, why the stream ends */
	FRAME_ACTIVITY =
		'A', /* c: what is done there? (1 byte: 1, and end when it is nothing) */
	FRAME_ACTIVE = 'a', /* s: the answer, words and numbers in turn */
	FRAME_PING = 'P',   /* cs: to be answered */
	FRAME_PONG = 'p',   /* cs: the answer */
};

enum frame_item {
	ITEM_ARGUMENT = 'a', /* a word of the command line, the tool's name first */
	ITEM_FILE = 'f',     /* the same; behind it comes the number of a channel on
				which a file of the caller's is sent, 3 for the first */
	ITEM_ENV = 'e',      /* NAME=VALUE */
	ITEM_SHOWN = 's',    /* what the backend is called over here */
	ITEM_RULES = 'r', /* a piece of the rules that hold, as rules_text() wrote them */
	ITEM_GRANT = 'g', /* what they ask and was granted: "OP TARGET" */
	ITEM_MOUNT = 'm', /* where the place stands in the caller's tree: "/docs" */
	ITEM_UMASK = 'u', /* 4 bytes */
	ITEM_FLAGS = 't', /* 1 byte, enum frame_flags */
};

enum frame_flags {
	FRAME_OUT_TTY = 1 << 0, /* standard output is a terminal */
	FRAME_ERR_TTY = 1 << 1,
	FRAME_IN_TTY = 1 << 2,
	FRAME_MERGED = 1 << 3,   /* standard error is what standard output is */
	FRAME_WAITS = 1 << 4,    /* standard input is a pipe with something in it */
	FRAME_TERMINAL = 1 << 5, /* descriptors 0 to 2 are to be a terminal there, of the
				    size that FRAME_SIZE says */
};

/* Channels: what descriptors 0, 1 and 2 are to a program; files from 3 up. */

enum frame_side {
	FRAME_CLIENT = 1 << 0,
	FRAME_SERVER = 1 << 1,
};

struct frame {
	enum frame_type type;
	uint8_t sub;
	uint32_t id;
	uint32_t len;
	const char *data; /* points into what was parsed */
};

/* Parses the first frame of n bytes that came from that side. Returns its whole length;
 * 0 when it is not complete; -1 with err (bad_input) when it can be none. */
ssize_t frame_parse(const void *p, size_t n, enum frame_side from, struct frame *f,
	struct err *e) NODISCARD;

/* Writes the head of a frame into out. */
void frame_head(
	char out[FRAME_HEAD], enum frame_type type, uint8_t sub, uint32_t id, size_t len);

/* Appends a frame; len is at most FRAME_MAX. */
void frame_add(struct buf *b, enum frame_type type, uint8_t sub, uint32_t id,
	const void *data, size_t len);

/* Appends a frame whose payload is one number of 4 bytes. */
void frame_add_number(
	struct buf *b, enum frame_type type, uint8_t sub, uint32_t id, uint32_t number);

/* Returns the number of 4 bytes at p. */
uint32_t frame_number(const void *p);

/* Appends the hello of this program. */
void frame_add_hello(struct buf *b);

/* Is the hello that came one that can be talked to? *build is what it calls itself, cut
 * to 64 printable bytes. Returns 0, or -1 with err (backend). */
int frame_check_hello(const struct frame *f, char build[65], struct err *e) NODISCARD;

#endif
