/* SPDX-License-Identifier: MIT */
/* The parts of the helper in a sandbox: from a process in namespaces of its own to the
 * command, held by masks, Landlock and seccomp. Everything is by system calls alone, once
 * and in one order; what fails ends it. May include: box, err, vec. */
#ifndef PAB_BOX_H
#define PAB_BOX_H

#include "box.h"
#include "err.h"
#include "vec.h"

enum box_net {
	BOX_NET_OWN,  /* a network of its own, which leads nowhere */
	BOX_NET_HOST, /* the host's */
	BOX_NET_DENY, /* no sockets, as there is no network namespace */
	BOX_NET_ANY,  /* whatever there is */
};

enum box_mask_kind {
	BOX_RO,     /* may be read, not changed, moved or replaced */
	BOX_HIDE,   /* may not be seen into */
	BOX_ABSENT, /* as BOX_RO, of what stands for a name that does not exist */
};

struct box_mask {
	enum box_mask_kind kind;
	const char *base; /* absolute */
	const char *path; /* below it */
};

struct box {
	bool init;    /* it is the first process: starts the command, reaps, reports */
	bool masked;  /* masks are laid: a mount namespace of its own */
	bool own_err; /* the command's standard error is BOX_STDERR */
	bool inner;   /* it must be in a sandbox already */
	enum box_net net;
	const char *tmp;   /* is made, for what is temporary; NULL: none */
	struct vec rw, ro; /* Landlock: trees that may be written, and read */
	struct box_mask *masks;
	size_t n_masks;
};

/* Lays the masks in a mount namespace of its own. Every directory above a masked name,
 * up to its base, becomes a mount point, so that none can be renamed. Returns 0, or -1
 * with err. */
int box_mount(const struct box *b, struct err *e) NODISCARD;

/* Gives up every capability, for good. Returns 0, or -1 with err. */
int box_drop(struct err *e) NODISCARD;

/* Lets this process and its children open only what is below b->rw and b->ro, signal
 * only each other and connect to no abstract socket from outside, as far as the kernel's
 * Landlock goes. Returns 0, or -1 with err. */
int box_landlock(const struct box *b, struct err *e) NODISCARD;

/* Forbids the system calls that a command has no business with. Returns 0, or -1 with
 * err. */
int box_seccomp(enum box_net net, struct err *e) NODISCARD;

#endif
