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

enum box_part_kind {
	BOX_BIND,    /* the host's, as it is */
	BOX_BIND_RO, /* the host's, read-only */
	BOX_LINK,
	BOX_TMPFS,
	BOX_PROC,
	BOX_DEV,
};

/* A part of the root; laid in turn. */
struct box_part {
	enum box_part_kind kind;
	const char *from, *to; /* absolute, but for what a link leads to */
	int tree;              /* what is bound, while it is attached nowhere */
};

struct box {
	bool spaces;  /* it makes its namespaces and its root; else it is in them */
	bool mortal;  /* whoever started it takes it along */
	bool init;    /* it is the first process: starts the command, reaps, reports */
	bool masked;  /* masks are laid, in a mount namespace of its own or of theirs */
	bool own_err; /* the command's standard error is BOX_STDERR */
	bool inner;   /* it must be in a sandbox already */
	enum box_net net;
	const char *tmp;   /* is made, for what is temporary; NULL: none */
	struct vec rw, ro; /* Landlock: trees that may be written, and read */
	struct box_mask *masks;
	size_t n_masks;
	struct box_part *parts;
	size_t n_parts;
	const char *cwd; /* with a root of its own */
};

/* Comes back as the first process in new namespaces, with every capability in them;
 * the one that called waits for it and ends as it does. Returns 0, or -1 with err. */
int box_spaces(const struct box *b, struct err *e) NODISCARD;

/* Puts the root together and enters it. Returns 0, or -1 with err. */
int box_root(const struct box *b, struct err *e) NODISCARD;

/* What a mount may be made. */
enum {
	BOX_TREE_RDONLY = 1,
	BOX_TREE_NOSUID = 2,
	BOX_TREE_NODEV = 4,
	BOX_TREE_NOEXEC = 8,
};

/* A copy of the mounts at a name ("": at the descriptor itself), attached nowhere.
 * Returns its descriptor, or -1 with errno. */
int box_tree_clone(int dir, const char *name) NODISCARD;

/* A new file system, attached nowhere; settings are names and values, ended by NULL, or
 * NULL. Returns its descriptor, or -1 with errno. */
int box_tree_new(const char *type, const char *const *settings, unsigned attrs) NODISCARD;

/* Makes all of its mounts so. Returns 0, or -1 with errno. */
int box_tree_set(int tree, unsigned attrs) NODISCARD;

/* Attaches it over a name ("": over the descriptor itself). Returns 0, or -1 with errno.
 */
int box_tree_put(int tree, int dir, const char *name) NODISCARD;

/* Lays the masks. Every directory above a masked name,
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
