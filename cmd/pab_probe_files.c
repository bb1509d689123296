/* SPDX-License-Identifier: MIT */
/* What a place must not allow with files, and with names that are protected. */
#include "pab_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Creates and removes a file. */
static int creates(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd >= 0)
		(void)unlink(path);
	return probe_worked(fd);
}

int probe_read_outside(void)
{
	return probe_reads(probe_word("secret"));
}

/* A directory of that name may be the place's own: whether a file came to be in the one
 * that is meant, the host sees. */
static int leaves(const char *dir)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, probe_word("mark"));
	(void)!open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	return UNTRIED;
}

int probe_write_outside(void)
{
	return probe_writes(probe_word("secret")) == BROKEN
		       ? BROKEN
		       : leaves(probe_word("outside"));
}

int probe_write_system(void)
{
	return creates("/usr", ".pab-doctor") == HELD ? creates("/etc", ".pab-doctor")
						      : BROKEN;
}

int probe_write_home(void)
{
	return leaves(probe_word("home"));
}

int probe_see_home(void)
{
	DIR *d = opendir(probe_word("home"));
	int n = 0;
	for (struct dirent *de; d && (de = readdir(d));)
		n += strcmp(de->d_name, ".") && strcmp(de->d_name, "..") &&
		     strcmp(de->d_name, probe_word("mark"));
	return n ? BROKEN : HELD;
}

int probe_secret(void)
{
	return probe_reads(".aws/credentials");
}

int probe_records(void)
{
	return *probe_word("records")
		       ? probe_worked(open(probe_word("records"), O_RDONLY | O_DIRECTORY))
		       : UNTRIED;
}

int probe_shadow(void)
{
	return probe_reads("/etc/shadow");
}

int probe_link_out(void)
{
	(void)unlink("way-out");
	if (symlink(probe_word("secret"), "way-out") < 0)
		return UNTRIED;
	int r = probe_reads("way-out");
	(void)unlink("way-out");
	return r;
}

int probe_hard_link(void)
{
	int r = probe_worked(link(probe_word("secret"), "linked"));
	(void)unlink("linked");
	return r;
}

int probe_protected_write(void)
{
	return probe_writes(".git/config") == HELD ? probe_writes(".envrc") : BROKEN;
}

int probe_protected_create(void)
{
	static const char *const names[] = {
		".bashrc", ".mcp.json", ".profile", ".gitmodules", ".git/commondir"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)unlink(names[i]);
		if (probe_worked(open(names[i], O_WRONLY | O_CREAT, 0600)) == BROKEN)
			return BROKEN;
	}
	return probe_worked(mkdir(".vscode/x", 0700)) == HELD
		       ? probe_worked(mkdir(".claude", 0700))
		       : BROKEN;
}

int probe_protected_hook(void)
{
	return creates(".git/hooks", "pre-commit");
}

int probe_protected_rename(void)
{
	int r = probe_worked(rename(".git/config", ".git/config.mine"));
	(void)rename(".git/config.mine", ".git/config");
	return r;
}

int probe_protected_parent(void)
{
	int r = probe_worked(rename(".git", ".git.mine"));
	(void)rename(".git.mine", ".git");
	return r;
}

int probe_protected_link(void)
{
	if (symlink("/dev/null", "a-link") < 0)
		return UNTRIED;
	int r = probe_worked(rename("a-link", ".envrc"));
	(void)unlink("a-link");
	return r;
}

int probe_protected_hard(void)
{
	int r = probe_worked(link(".git/config", "config.hard")) == BROKEN
			? probe_writes("config.hard")
			: HELD;
	(void)unlink("config.hard");
	return r;
}

int probe_protected_remove(void)
{
	return probe_worked(unlink(".envrc")) == HELD ? probe_worked(rmdir(".git/hooks"))
						      : BROKEN;
}

int probe_protected_exchange(void)
{
	int fd = open("other", O_CREAT | O_WRONLY, 0600);
	return fd < 0 ? UNTRIED
		      : probe_worked(syscall(
				SYS_renameat2, AT_FDCWD, "other", AT_FDCWD, ".envrc", 2));
}

int probe_protected_mode(void)
{
	return probe_worked(chmod(".git/config", 0777));
}
