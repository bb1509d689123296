/* SPDX-License-Identifier: MIT */
/* The descendants of this process, found through /proc and ended. Complete only for a
 * subreaper (PR_SET_CHILD_SUBREAPER): there, whatever is started below stays below, also
 * after setsid, a double fork or nohup. May include: mem. */
#ifndef TREE_H
#define TREE_H

struct tree_proc {
	pid_t pid, ppid, pgid;
	char state;     /* as in /proc/PID/stat; 'Z' is dead and not yet reaped */
	uint64_t start; /* tells a process from a later one with its number */
};

/* Understands /proc/PID/stat, whose second field is a name that its owner chose and that
 * may hold anything. Returns 0, or -1 and *out untouched. */
int tree_parse(const char *stat, size_t n, struct tree_proc *out) NODISCARD;

/* What was found and ended; starts as all zero, its owner calls tree_release(). */
struct tree {
	struct tree_proc *now; /* the last look: living descendants, by pid */
	size_t n_now;
	struct tree_proc *seen; /* all that were ever signalled, each once */
	size_t n_seen;
	pid_t around; /* stands around what is looked for, and is not looked at; 0: none
		       */
	bool twice;   /* its children, too */
	char names[240]; /* the first three of those: "sleep 100, pid 88; …" */
};

/* Looks for living descendants. Returns how many there are, or -1 with errno when /proc
 * cannot be read. */
ssize_t tree_look(struct tree *t) NODISCARD;

/* Counts the descendants of the last look as seen, and takes their names, without doing
 * anything to them. */
void tree_note(struct tree *t);

/* The same look for the descendants of another process. Returns as tree_look. */
ssize_t tree_look_below(struct tree *t, pid_t root) NODISCARD;

/* Reads when the process started, which tells it from a later one with its number.
 * Returns that, 0 when there is no such process, or a dead one. */
uint64_t tree_start(pid_t pid) NODISCARD;

/* Asks every living descendant to end: SIGTERM, and SIGCONT for those that were stopped.
 * Returns as tree_look. */
ssize_t tree_term(struct tree *t) NODISCARD;

/* Stops, then kills every living descendant and the groups they are in: once, so what was
 * started meanwhile is left for the next call. Returns as tree_look. */
ssize_t tree_kill(struct tree *t) NODISCARD;

/* Reaps what is dead; when `child` is among it, *status and *found are set. Returns
 * whether any child is left. */
bool tree_reap(pid_t child, int *status, bool *found);

/* tree_kill and tree_reap until no child is left, but at most for max milliseconds: a
 * process deep in the kernel, or one of another user, cannot be ended. Returns whether
 * all are gone. */
bool tree_end(struct tree *t, pid_t child, int *status, bool *found, int64_t max);

void tree_release(struct tree *t);

#endif
