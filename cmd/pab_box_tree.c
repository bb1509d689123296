/* SPDX-License-Identifier: MIT */
/* Detached mounts, by descriptor: the calls that headers of 2022 do not name. */
#include "pab_box.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	TREE_CLONE = 1,       /* OPEN_TREE_CLONE */
	TREE_ALL = 0x8000,    /* AT_RECURSIVE */
	MOVE_TO_EMPTY = 0x40, /* MOVE_MOUNT_T_EMPTY_PATH */
	MOVE_EMPTY = 4,       /* MOVE_MOUNT_F_EMPTY_PATH */
	CONFIG_STRING = 1,    /* FSCONFIG_SET_STRING */
	CONFIG_CREATE = 6,    /* FSCONFIG_CMD_CREATE */
	CLOEXEC = 1,          /* of fsopen and fsmount */
};

/* The kernel's struct mount_attr. */
struct set_attr {
	uint64_t set, clear, propagation, userns;
};

int box_tree_clone(int dir, const char *name)
{
	return (int)syscall(SYS_open_tree, dir, name,
		TREE_CLONE | TREE_ALL | AT_SYMLINK_NOFOLLOW | O_CLOEXEC |
			(*name ? 0 : AT_EMPTY_PATH));
}

int box_tree_set(int tree, unsigned attrs)
{
	struct set_attr attr = {.set = attrs};
	return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | TREE_ALL, &attr,
		sizeof(attr));
}

int box_tree_put(int tree, int dir, const char *name)
{
	return (int)syscall(SYS_move_mount, tree, "", dir, name,
		MOVE_EMPTY | (*name ? 0 : MOVE_TO_EMPTY));
}

int box_tree_new(const char *type, const char *const *settings, unsigned attrs)
{
	int fs CLEANUP(mem_closep) = (int)syscall(SYS_fsopen, type, CLOEXEC);
	for (; fs >= 0 && settings && *settings; settings += 2)
		if (syscall(SYS_fsconfig, fs, CONFIG_STRING, settings[0], settings[1],
			    0) < 0)
			return -1;
	if (fs < 0 || syscall(SYS_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, fs, CLOEXEC, attrs);
}
