/* SPDX-License-Identifier: MIT */
#include "below.h"

#include "mem.h"
#include "start.h"

#include <errno.h>
#include <fcntl.h>

enum { ALL = WALK_HIDDEN | WALK_NO_IGNORE | WALK_KEEP_GIT };

static int refuse(const struct target *t, enum op op, int64_t n, struct err *e)
{
	return err_set(e, ERR_DENIED, t->show,
		"holds %lld name%s that rules keep from %s; nothing was changed. This is a "
		"decision, not a fault; do not try another way",
		(long long)n, n == 1 ? "" : "s", op == OP_READ ? "reading" : "writing");
}

/* Begins a walk of what is below the target without any rules. Returns it, or NULL when
 * it is no directory that can be opened. */
static struct walk *walk_all(const struct place *p, const struct target *t,
	struct walk_mount **mounts, size_t *n_mounts)
{
	int fd = root_open(&p->roots, t->root, t->rel,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0);
	*mounts = NULL;
	*n_mounts = 0;
	start_mounts(p, t, mounts, n_mounts);
	return fd < 0 && !*n_mounts ? NULL
				    : walk_new(fd, *mounts, *n_mounts, NULL, ALL, 0);
}

int below_admit_as(const struct place *p, const struct target *from,
	const struct place *to_place, enum op op, const struct target *to, struct err *e)
{
	struct walk_entry w;
	struct walk_mount *mounts;
	size_t n_mounts;
	int64_t denied = 0;
	if (!to_place->gate)
		return 0;
	struct walk *walk = walk_all(p, from, &mounts, &n_mounts);
	while (walk && walk_next(walk, &w)) {
		struct target t;
		struct site s[2];
		target_below(to_place, to, w.path, &t);
		size_t n = place_given(to_place, &t, s);
		struct ruling r = decide_path(&to_place->gate->sets, op, s, n);
		/* What the default asks was asked about the tree. */
		denied += r.action == RULE_DENY || (r.action == RULE_ASK && r.rule);
		while (n)
			site_release(&s[--n]);
		target_release(&t);
	}
	walk_free(walk);
	free(mounts);
	return denied ? refuse(to, op, denied, e) : 0;
}

int below_admit(const struct place *p, enum op op, const struct target *t, struct err *e)
{
	return below_admit_as(p, t, p, op, t, e);
}
