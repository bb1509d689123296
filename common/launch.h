/* SPDX-License-Identifier: MIT */
/* The step from the keeper to the command: a new process with the session, the
 * descriptors, the group and the limits it is to have. Only keeper.c uses it. May
 * include: spawn. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include "spawn.h"

/* What the process that makes a sandbox gets: its command line, where its helper reports,
 * and where it says itself what is wrong. */
struct launch_box {
	char *const *argv;
	int report, said;
	bool here; /* box_here is called with argv instead of executing it */
};

/* Starts the command, or with box (else NULL) what makes its sandbox, by vfork, because
 * copying the page tables once more costs as much as the rest of the keeper. While the
 * exec lasts the keeper stands still: should it hang in a dead network file system,
 * pab-exec ends both when the time is long over, and were that dead, the command would be
 * ended as soon as it is one. What keeps it from becoming the command is sent on ctl, as
 * an errno; with box it is said there. What is called, not executed, has memory of its
 * own, by fork. Returns its number, or -1 with errno; *in_group is whether it is in its
 * control group of version 2. */
pid_t launch(const struct spawn *what, const struct launch_box *box, int ctl,
	bool *in_group) NODISCARD;

#endif
